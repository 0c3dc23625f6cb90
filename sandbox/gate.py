"""The door in front of every channel, where faults strike."""

from __future__ import annotations

import io
import json
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from .channel import PAUSE_SECONDS, Channel, WireAnswer
from .faults import Fault, FaultKind
from .world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARRIVAL = "sandbox.arrival"
APPLIES = "sandbox.applies"
FAILS_IN_PART = "sandbox.fails_in_part"

_HOLD_SECONDS = 30.0
_LATE_SECONDS = 2.0
_DRIP_SECONDS = 1.0
_LARGEST_BODY = 4_000_000

_Respond = Callable[["WSGIEnvironment", Fault], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Both readings of the clock when a request came in.

    A request that a fault applies late is judged by the time it arrived, as a
    marketplace does that checks first and works afterwards.
    """

    wall: float
    now: float


class Gate:
    """Lets requests through to a channel, unless a fault is waiting for them."""

    def __init__(
        self, world: World, channel: Channel, application: WSGIApplication
    ) -> None:
        self._world = world
        self._channel = channel
        self._application = application
        self._kinds: dict[FaultKind, _Respond] = {
            FaultKind.STATUS_429: self._throttle,
            FaultKind.STATUS_500: self._break,
            FaultKind.TIMEOUT: self._hold,
            FaultKind.DRIP: self._drip,
            FaultKind.RESET: self._reset,
            FaultKind.HTML: self._html,
            FaultKind.TRUNCATED: self._truncate,
            FaultKind.WRONG_JSON: self._misshape,
            FaultKind.LOST_ANSWER: self._lose_answer,
            FaultKind.LATE: self._apply_late,
            FaultKind.ACCEPTED_NOT_APPLIED: self._pretend,
            FaultKind.PARTIAL_FAILURE: self._fail_in_part,
            FaultKind.TOKEN_EXPIRED: self._expire_token,
        }

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Serve one request."""
        clock = self._world.clock
        environ[ARRIVAL] = Arrival(wall=clock.wall(), now=clock.now())
        fault = self._world.faults.take(self._channel.name, environ["PATH_INFO"])
        if fault is None:
            return self._application(environ, start_response)
        body = get_input_stream(environ, max_content_length=_LARGEST_BODY).read()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self._kinds[fault.kind](environ, fault)(environ, start_response)

    def _run(self, environ: WSGIEnvironment) -> Response:
        return Response.from_app(self._application, environ, buffered=True)

    def _refuse(self, environ: WSGIEnvironment, answer: WireAnswer) -> Response:
        with self._world.lock:
            self._count_refused(environ)
        return Response(
            json.dumps(answer.body),
            status=answer.status,
            content_type="application/json",
        )

    def _count_refused(self, environ: WSGIEnvironment) -> None:
        shop = self._channel.shop_of(environ)
        if shop is not None:
            shop.count(environ["PATH_INFO"], accepted=False)

    def _throttle(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        environ[PAUSE_SECONDS] = seconds = _or(fault.seconds, 1)
        response = self._refuse(environ, self._channel.throttled_at(environ))
        response.headers["Retry-After"] = f"{seconds:g}"
        return response

    def _break(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        return self._refuse(environ, self._channel.broken())

    def _expire_token(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        return self._refuse(environ, self._channel.token_expired())

    def _misshape(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        return self._refuse(environ, self._channel.misshapen())

    def _html(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        with self._world.lock:
            self._count_refused(environ)
        page = "<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"
        return Response(page, content_type="text/html; charset=utf-8")

    def _pretend(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        environ[APPLIES] = False
        return self._run(environ)

    def _fail_in_part(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        environ[FAILS_IN_PART] = True
        return self._run(environ)

    def _hold(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        with self._world.lock:
            self._count_refused(environ)
        self._world.stopping.wait(_or(fault.seconds, _HOLD_SECONDS))
        _hang_up(environ)

    def _reset(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        with self._world.lock:
            self._count_refused(environ)
        connection: socket.socket = environ["werkzeug.socket"]
        # Lingering for zero seconds makes closing send a reset instead of a goodbye.
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        socket.close(connection.detach())
        raise ConnectionResetError

    def _lose_answer(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        self._run(environ)
        _hang_up(environ)

    def _apply_late(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        later = partial(self._run, dict(environ))
        seconds = _or(fault.seconds, _LATE_SECONDS)
        self._world.agenda.add(seconds, lambda: later().close())
        self._world.stopping.wait(max(seconds, _HOLD_SECONDS))
        _hang_up(environ)

    def _truncate(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        answer = _raw(self._run(environ))
        head, body = answer.split(b"\r\n\r\n", 1)
        connection: socket.socket = environ["werkzeug.socket"]
        connection.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
        _hang_up(environ)

    def _drip(self, environ: WSGIEnvironment, fault: Fault) -> NoReturn:
        connection: socket.socket = environ["werkzeug.socket"]
        for byte in _raw(self._run(environ)):
            connection.sendall(bytes([byte]))
            if self._world.stopping.wait(_or(fault.seconds, _DRIP_SECONDS)):
                break
        _hang_up(environ)


def _or(seconds: float | None, default: float) -> float:
    return default if seconds is None else seconds


def _raw(response: Response) -> bytes:
    body = response.get_data()
    response.headers["Content-Length"] = str(len(body))
    response.headers["Connection"] = "close"
    head = [f"HTTP/1.1 {response.status}"]
    head += [f"{name}: {value}" for name, value in response.headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def _hang_up(environ: WSGIEnvironment) -> NoReturn:
    connection: socket.socket = environ["werkzeug.socket"]
    # The client may have left first.
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as gone:
        raise ConnectionAbortedError from gone
    raise ConnectionAbortedError
