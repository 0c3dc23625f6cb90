"""Sending to real sockets: pinned, within the deadline, whatever the receiver does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from daemon.hook_address import read_networks
from daemon.hook_sender import LARGEST_ANSWER_BYTES, Answer, HookSender

LOOPBACK = read_networks("127.0.0.0/8")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAME = "erp.example.vn"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

Serve = Callable[[socket.socket], None]


class Receiver:
    """Listens on a port and lets each connection be served by a function."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.connections = 0
        self.requests: list[bytes] = []
        self._serve, self._context = serve, context
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, plain: socket.socket) -> None:
        try:
            with self._secured(plain) as connection:
                while request := connection.recv(65536):
                    self.requests.append(request)
                    self._serve(connection)
        except OSError:
            plain.close()

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self._context is None:
            return plain
        return self._context.wrap_socket(plain, server_side=True)


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    """Start receivers."""
    started: list[Receiver] = []

    def start(serve: Serve, context: ssl.SSLContext | None = None) -> Receiver:
        started.append(Receiver(serve, context))
        return started[-1]

    yield start
    for one in started:
        one.close()


def answering(data: bytes) -> Serve:
    """Answer each request alike."""
    return lambda connection: connection.sendall(data)


def dripping(head: bytes) -> Serve:
    """Send a byte now and then, for ever."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return drip


def silent(connection: socket.socket) -> None:
    """Say nothing and wait for more."""


def send(url: str, *, seconds: float = 0.6, times: int = 1) -> Answer:
    """Post a message, or several over one sender; return the last answer."""
    sender = HookSender(url, allowed=LOOPBACK, deadline_seconds=seconds)
    try:
        answers = [sender.send(b"{}", {"webhook-id": "m"}, NOW) for _ in range(times)]
    finally:
        sender.close()
    return answers[-1]


def test_messages_share_a_connection(receive: Callable[..., Receiver]) -> None:
    receiver = receive(answering(OK))

    answer = send(f"http://127.0.0.1:{receiver.port}/hook?key=1", times=3)

    assert answer.is_told
    assert receiver.connections == 1
    assert receiver.requests[0].startswith(b"POST /hook?key=1 HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{receiver.port}\r\n".encode() in receiver.requests[0]


@pytest.mark.parametrize(
    "serve",
    [silent, dripping(b""), dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")],
    ids=["silence", "a drip", "a dripping header"],
)
def test_who_does_not_answer_is_given_up_in_time(
    receive: Callable[..., Receiver], serve: Serve
) -> None:
    receiver = receive(serve)
    before = time.monotonic()

    answer = send(f"http://127.0.0.1:{receiver.port}/")

    assert time.monotonic() - before < 2
    assert not answer.is_told
    assert answer.is_out_of_reach


@pytest.mark.parametrize(
    "serve",
    [
        dripping(b"HTTP/1.1 202 Accepted\r\nContent-Length: 900\r\n\r\n"),
        answering(
            b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999\r\n\r\n"
            + b"x" * (LARGEST_ANSWER_BYTES * 2)
        ),
        answering(
            b"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: 4\r\n\r\njunk"
        ),
    ],
    ids=["a dripping body", "a huge body", "a body that is not what it says"],
)
def test_a_success_counts_whatever_is_said_after_it(
    receive: Callable[..., Receiver], serve: Serve
) -> None:
    receiver = receive(serve)
    before = time.monotonic()

    answer = send(f"http://127.0.0.1:{receiver.port}/", times=2)

    assert answer.is_told
    assert time.monotonic() - before < 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    receive: Callable[..., Receiver], status: int
) -> None:
    inner = receive(answering(OK))
    head = f"HTTP/1.1 {status} Moved\r\nContent-Length: 0\r\n"
    there = f"Location: http://127.0.0.1:{inner.port}/admin\r\n\r\n"
    outer = receive(answering((head + there).encode()))

    answer = send(f"http://127.0.0.1:{outer.port}/")

    assert not answer.is_told
    assert inner.connections == 0


@pytest.mark.parametrize("junk", [b"hello\r\n\r\n", b"HTTP/1.1 99999 Eh\r\n\r\n", b""])
def test_what_is_no_http_is_no_answer(
    receive: Callable[..., Receiver], junk: bytes
) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(junk)
        connection.shutdown(socket.SHUT_RDWR)

    receiver = receive(talk)

    assert send(f"http://127.0.0.1:{receiver.port}/").status is None


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    answer = send(f"http://127.0.0.1:{port}/hook?key=canary")

    assert answer.status is None
    assert "canary" not in answer.detail


def test_the_environments_proxy_and_netrc_are_not_asked(
    receive: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login u password canary")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    receiver = receive(answering(OK))

    assert send(f"http://127.0.0.1:{receiver.port}/").is_told
    assert b"Authorization" not in receiver.requests[0]


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate for a name, which is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(pem))
    paths[1].write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
def serve_as(
    receive: Callable[..., Receiver], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Receiver]:
    """Start receivers with a certificate, of an authority that this machine trusts."""

    def start(name: str) -> Receiver:
        public, private = certificate(tmp_path, name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(public, private)
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        return receive(answering(OK), context)

    return start


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the receiver's name stand for this machine, once; then for nothing known."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: Any, *more: Any, **options: Any) -> Any:
        asked.append(host)
        if host != NAME:
            return real(host, port, *more, **options)
        if asked.count(NAME) > 1:
            raise AssertionError("the name was asked for again")
        return real("127.0.0.1", port, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_the_address_that_was_judged_is_called_and_proves_its_name(
    serve_as: Callable[[str], Receiver], looked_up: list[str]
) -> None:
    receiver = serve_as(NAME)

    answer = send(f"https://{NAME}:{receiver.port}/hook", seconds=5)

    assert answer.is_told, answer.detail
    assert f"Host: {NAME}:{receiver.port}\r\n".encode() in receiver.requests[0]
    assert looked_up.count(NAME) == 1


@pytest.mark.usefixtures("looked_up")
def test_who_proves_another_name_is_told_nothing(
    serve_as: Callable[[str], Receiver],
) -> None:
    receiver = serve_as("other.example.vn")

    answer = send(f"https://{NAME}:{receiver.port}/hook", seconds=5)

    assert answer.detail == "no answer: SSLError"
    assert receiver.requests == []


@pytest.mark.usefixtures("looked_up")
def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve_as: Callable[[str], Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = serve_as(NAME)
    monkeypatch.delenv("SSL_CERT_FILE")

    answer = send(f"https://{NAME}:{receiver.port}/hook", seconds=5)

    assert answer.detail == "no answer: SSLError"
    assert receiver.requests == []
