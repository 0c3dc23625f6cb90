"""A requests session whose timeout covers the whole answer, not each read of it.

``requests`` starts its read timeout again with every byte that arrives, so a server
that drips one byte a second holds a call for ever, also inside the header lines.  Here
each read from the socket gets only what is left of the total.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


def new_session(*, tls: Mapping[str, Any] | None = None) -> requests.Session:
    """Return a session with total deadlines, without cookies, proxies or netrc.

    The environment is not trusted: a ``.netrc`` entry would replace our own
    ``Authorization`` header, and a proxy variable would see every request.  ``tls``
    holds urllib3's options of secure connections, such as ``server_hostname``.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", _TimedAdapter(tls or {}))
    session.mount("http://", _TimedAdapter({}))
    return session


class _TimedReader(io.RawIOBase):
    """Reads a socket until one moment, however the bytes are spaced."""

    def __init__(
        self, raw: io.RawIOBase, connection: socket.socket, ends: float
    ) -> None:
        self._raw = raw
        self._connection = connection
        self._ends = ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._connection.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **keywords: Any) -> None:
        super().__init__(sock, *args, **keywords)
        # urllib3 has just set the socket's timeout to what is left of the total.
        patience = sock.gettimeout()
        if patience is not None:
            raw: Any = self.fp.detach()
            ends = time.monotonic() + patience
            self.fp = io.BufferedReader(_TimedReader(raw, sock, ends))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedSecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TimedSecurePool(HTTPSConnectionPool):
    ConnectionCls = _TimedSecureConnection


class _TimedAdapter(HTTPAdapter):
    def __init__(self, tls: Mapping[str, Any]) -> None:
        self._tls = tls
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, **{**keywords, **self._tls})
        self.poolmanager.pool_classes_by_scheme = {
            "http": _TimedPool,
            "https": _TimedSecurePool,
        }
