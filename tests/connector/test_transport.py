"""The transport against real sockets: deadlines, sizes, redirects, lost answers."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from connector import (
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    Transport,
    UnexpectedAnswer,
)

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
Script = Callable[[socket.socket], None]
Serve = Callable[[Script], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that reads one request and then does as its script says."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(script: Script) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                connection.settimeout(10)
                try:
                    connection.recv(65536)
                    script(connection)
                except OSError:
                    pass  # The client has hung up, which is what is tested.

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()


def sending(data: bytes) -> Script:
    return lambda connection: connection.sendall(data)


def page(
    body: bytes, *, status: str = "200 OK", headers: tuple[str, ...] = ()
) -> Script:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return sending("\r\n".join(lines).encode() + body)


def dripping(head: bytes, drop: bytes) -> Script:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.05)

    return drip


def quick(**options: Any) -> Transport:
    options.setdefault("deadline_seconds", 0.6)
    return Transport(now=lambda: NOW, **options)


def asked(transport: Transport, url: str, *, changes_state: bool = False) -> Any:
    method = "POST" if changes_state else "GET"
    try:
        return transport.request(
            method,
            f"{url}/api/thing",
            changes_state=changes_state,
            query={"access_token": "canary-token"},
        ).body
    finally:
        transport.close()


def test_an_answer_is_parsed_with_exact_fractions(serve: Serve) -> None:
    body = asked(quick(), serve(page(b'{"price": 19.90, "count": 3}')))
    assert str(body["price"]) == "19.90"
    assert body["count"] == 3


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    ],
)
def test_the_deadline_covers_the_whole_answer_however_it_drips(
    serve: Serve, head: bytes, drop: bytes
) -> None:
    url = serve(dripping(head, drop))
    started = time.monotonic()
    with pytest.raises(TransientError):
        asked(quick(), url)
    assert time.monotonic() - started < 1.5


def test_a_late_byte_does_not_start_the_time_again(serve: Serve) -> None:
    def one_late_byte(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
        time.sleep(0.9)
        connection.sendall(b"{")
        time.sleep(1.2)

    url = serve(one_late_byte)
    started = time.monotonic()
    with pytest.raises(TransientError):
        asked(quick(deadline_seconds=1), url)
    assert time.monotonic() - started < 1.6


def reset(connection: socket.socket) -> None:
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def silence(connection: socket.socket) -> None:
    time.sleep(1.0)


LOST = {
    "silence": silence,
    "reset": reset,
    "hung up": sending(b""),
    "cut short": sending(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"a"'),
    "not http": sending(b"hello\r\n\r\n"),
}


@pytest.mark.parametrize("trouble", sorted(LOST))
def test_a_lost_answer_is_transient_for_a_read_and_unknown_for_a_write(
    serve: Serve, trouble: str
) -> None:
    with pytest.raises(TransientError):
        asked(quick(), serve(LOST[trouble]))
    with pytest.raises(OutcomeUnknown):
        asked(quick(), serve(LOST[trouble]), changes_state=True)


ODD = {
    "html": page(b"<html>Busy</html>"),
    "empty": page(b""),
    "truncated json": page(b'{"a": 1'),
    "wrong top": page(b"[1, 2]"),
    "number": page(b"7"),
    "nan": page(b'{"stock": NaN}'),
    "infinity": page(b'{"stock": -Infinity}'),
    "deep": page(b"[" * 100_000),
    "long number": page(b'{"a": ' + b"9" * 10_000 + b"}"),
    "not utf-8": page(b'{"a": "\xff"}'),
    "redirect": page(b"{}", status="302 Found", headers=("Location: http://x.test/",)),
    "bad gzip": page(b"nonsense", headers=("Content-Encoding: gzip",)),
}


@pytest.mark.parametrize("answer", sorted(ODD))
def test_an_odd_answer_is_never_taken_for_done(serve: Serve, answer: str) -> None:
    with pytest.raises(TransientError):
        asked(quick(), serve(ODD[answer]))
    with pytest.raises(OutcomeUnknown):
        asked(quick(), serve(ODD[answer]), changes_state=True)


def test_html_for_a_read_is_called_unexpected(serve: Serve) -> None:
    with pytest.raises(UnexpectedAnswer):
        asked(quick(), serve(ODD["html"]))


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad", "503 Busy", "504 Late"])
def test_a_broken_server_leaves_a_write_unknown(serve: Serve, status: str) -> None:
    with pytest.raises(TransientError):
        asked(quick(), serve(page(b"{}", status=status)))
    with pytest.raises(OutcomeUnknown):
        asked(quick(), serve(page(b"{}", status=status)), changes_state=True)


def test_a_refusal_is_returned_for_the_channel_to_read(serve: Serve) -> None:
    url = serve(page(b"", status="403 Forbidden", headers=("X-Why: closed",)))
    with closing(quick()) as transport:
        answer = transport.request("GET", url, changes_state=False)
    assert (answer.status, answer.body) == (403, None)
    assert answer.headers["x-why"] == "closed"


def test_nothing_at_all_is_an_answer_where_the_caller_says_so(serve: Serve) -> None:
    with closing(quick()) as transport:
        url = serve(page(b"", status="200 OK"))
        answer = transport.request("DELETE", url, changes_state=True, shape=None)
    assert answer.body is None


@pytest.mark.parametrize("changes_state", [False, True])
def test_a_refused_connection_means_that_nothing_happened(changes_state: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransientError):
        asked(quick(), f"http://127.0.0.1:{port}", changes_state=changes_state)


@pytest.mark.parametrize(
    "body",
    [b" " * 300_000, gzip.compress(b" " * 30_000_000)],
    ids=["plain", "bomb"],
)
def test_an_answer_beyond_the_size_limit_is_not_read_on(
    serve: Serve, body: bytes
) -> None:
    headers = ("Content-Encoding: gzip",) if body[:2] == b"\x1f\x8b" else ()
    url = serve(page(body, headers=headers))
    with pytest.raises(TransientError, match="over 200000 bytes"):
        asked(quick(largest_answer_bytes=200_000, deadline_seconds=5), url)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Retry-After: 7", 7),
        ("Retry-After: 2.0", 2),
        ("Retry-After: Mon, 02 Nov 2026 08:01:30 GMT", 90),
        ("Retry-After: Mon, 02 Nov 2020 08:01:30 GMT", 5),
        ("Retry-After: 99999999999", 3600),
        ("Retry-After: inf", 3600),
        ("Retry-After: nan", 5),
        ("Retry-After: -3", 5),
        ("Retry-After: soon", 5),
        ("X-Other: 1", 5),
    ],
)
def test_throttling_waits_as_long_as_asked_within_reason(
    serve: Serve, header: str, seconds: float
) -> None:
    url = serve(page(b"", status="429 Too Many", headers=(header,)))
    with pytest.raises(RateLimited) as raised:
        asked(quick(), url, changes_state=True)
    assert raised.value.retry_after_seconds == pytest.approx(seconds)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "file:///etc/hosts", "x"])
def test_only_http_is_spoken(address: str) -> None:
    with pytest.raises(PermanentError):
        quick().request("GET", address, changes_state=False)


@pytest.mark.parametrize("trouble", [*sorted(LOST), "html", "refused"])
def test_no_secret_is_in_any_text_or_chain(
    serve: Serve, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    script = {**LOST, **ODD, "refused": reset}[trouble]
    url = "http://127.0.0.1:9" if trouble == "refused" else serve(script)
    transport = quick()
    with pytest.raises(ConnectorError) as raised:
        asked(transport, url, changes_state=True)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    texts = [str(raised.value), repr(raised.value), repr(transport), caplog.text]
    assert "/api/thing" in texts[0]
    assert not any("canary" in text for text in texts)


def test_cookies_are_not_kept(serve: Serve) -> None:
    seen: list[bytes] = []

    def two_answers(connection: socket.socket) -> None:
        head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=canary\r\nContent-Length: 2\r\n\r\n{}"
        connection.sendall(head)
        seen.append(connection.recv(65536))
        connection.sendall(head)

    url = serve(two_answers)
    with closing(quick()) as transport:
        for _ in range(2):
            transport.request("GET", url, changes_state=False)
    assert seen
    assert b"canary" not in seen[0]


class Enough(Exception):
    """Whoever asks should stop."""


def test_whoever_asks_can_be_stopped_between_two_requests(serve: Serve) -> None:
    orders: list[Exception] = []
    asked_first: list[int] = []

    def check() -> None:
        asked_first.append(1)
        if orders:
            raise orders.pop()

    url = serve(page(b"{}"))
    with closing(quick()) as transport:
        transport.check_before_each(check)
        transport.request("GET", url, changes_state=False)
        orders.append(Enough())
        with pytest.raises(Enough):
            transport.request("GET", url, changes_state=True)
    assert len(asked_first) == 2
