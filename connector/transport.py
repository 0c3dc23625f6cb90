"""One shop's HTTP: paced, with a total deadline, its failures sorted by what follows.

No secret leaves through it.  Error texts name a method, a host and a path, never a
query string or a body, and no error is chained to one that carries them.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError
from urllib3.util import Timeout

from connector.deadline import new_session
from connector.errors import (
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
)
from connector.pacing import TokenBucket
from connector.parsing import Malformed, parse_json

_DEFAULT_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3600.0
_CHUNK_BYTES = 16 * 1024

Query = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a channel answered: a success, or a refusal with a status below 500.

    ``body`` is parsed JSON with ``Decimal`` fractions, or ``None`` where the answer
    had none.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Received:
    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class _Failure:
    sent: bool
    detail: str


class _TooMuch(Exception):
    pass


class _TooSlow(Exception):
    pass


class Transport:
    """Sends requests for one shop.

    Time, sleep and the session come from outside, so that a simulator can own them.
    The deadline covers a whole exchange from connecting to the last byte; waiting for
    the shop's own rate limit comes before it.
    """

    def __init__(
        self,
        *,
        requests_per_second: float = 10.0,
        burst: int | None = None,
        deadline_seconds: float = 20.0,
        connect_seconds: float = 5.0,
        largest_answer_bytes: int = 8 * 1024 * 1024,
        session_factory: Callable[[], requests.Session] = new_session,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._deadline = deadline_seconds
        self._connect = min(connect_seconds, deadline_seconds)
        self._largest = largest_answer_bytes
        self._session_factory = session_factory
        self._session: requests.Session | None = None
        self._monotonic = monotonic
        self._now = now
        self._check: Callable[[], object] = _go_on
        self._bucket = TokenBucket(
            per_second=requests_per_second,
            burst=burst or max(1, math.ceil(requests_per_second)),
            monotonic=monotonic,
            sleep=sleep,
        )

    def check_before_each(self, check: Callable[[], object]) -> None:
        """Call ``check`` before each request; what it raises keeps it from being sent.

        Whoever asks through a connector can so stop it between two calls.
        """
        self._check = check

    def request(
        self,
        method: str,
        url: str,
        *,
        changes_state: bool,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        json: object = None,
        body: bytes | Mapping[str, str] | None = None,
        shape: type[dict[str, Any]] | type[list[Any]] | None = dict,
    ) -> Answer:
        """Send one request and return the answer; never repeats it.

        ``changes_state`` decides what a lost answer means: a read may be repeated
        (``TransientError``, ``UnexpectedAnswer``), after a write nothing is known
        (``OutcomeUnknown``).  A success must be JSON of type ``shape``; ``None``
        admits any JSON and an empty body.  429 is ``RateLimited``; other statuses
        from 400 to 499 are returned, for the channel to read.
        """
        place = _place(method, url)
        self._bucket.take()
        self._check()
        sending: dict[str, Any] = {
            "params": list(query.items() if isinstance(query, Mapping) else query),
            "headers": dict(headers or {}),
            "json": json,
            "data": body,
        }
        received = self._exchange(method, url, sending)
        # Raised here, outside any ``except``, so that no error with the full address
        # hangs on to this one.
        if isinstance(received, _Failure):
            raise _failed(received, place, changes_state)
        return self._judge(received, place, changes_state, shape)

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _exchange(
        self, method: str, url: str, sending: dict[str, Any]
    ) -> _Received | _Failure:
        ends = self._monotonic() + self._deadline
        if self._session is None:
            self._session = self._session_factory()
        try:
            with self._session.request(
                method,
                url,
                stream=True,
                allow_redirects=False,
                # Types are behind: requests takes urllib3's own Timeout.
                timeout=Timeout(connect=self._connect, total=self._deadline),  # type: ignore[arg-type]
                **sending,
            ) as response:
                data = self._read(response, ends)
                return _Received(response.status_code, response.headers, data)
        except _TooMuch:
            return _Failure(True, f"the answer is over {self._largest} bytes")
        except _TooSlow:
            return _Failure(True, f"no full answer in {self._deadline:g} s")
        except (requests.RequestException, HTTPError, OSError) as problem:
            return _Failure(not _never_sent(problem), type(problem).__name__)

    def _read(self, response: requests.Response, ends: float) -> bytes:
        """Return the body, after decompression, within size and time."""
        data = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            data += chunk
            if len(data) > self._largest:
                raise _TooMuch
            if self._monotonic() > ends:
                raise _TooSlow
        return bytes(data)

    def _judge(
        self,
        received: _Received,
        place: str,
        changes_state: bool,
        shape: type[dict[str, Any]] | type[list[Any]] | None,
    ) -> Answer:
        status = received.status
        told = f"{place} answered {status}"
        if status == 429:
            raise RateLimited(_pause(received.headers, self._now()), told)
        if status >= 500 or status == 408:
            raise OutcomeUnknown(told) if changes_state else TransientError(told)
        if status < 200 or 300 <= status < 400:
            raise _unexpected(changes_state, told)
        parsed = _parsed(received.data)
        if status < 300 and not _has_shape(parsed, received.data, shape):
            raise _unexpected(changes_state, f"{told} with something else than JSON")
        headers = CaseInsensitiveDict(received.headers)
        return Answer(status=status, headers=headers, body=parsed)


def _go_on() -> None:
    pass


def _place(method: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PermanentError("the address is not http or https")
    return f"{method} {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _never_sent(problem: Exception) -> bool:
    """Whether the connection failed before a byte of the request was on its way."""
    if isinstance(problem, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    if isinstance(problem, requests.exceptions.InvalidURL):
        return True
    cause = problem.args[0] if problem.args else None
    return isinstance(cause, MaxRetryError) and isinstance(
        cause.reason, NewConnectionError
    )


def _failed(failure: _Failure, place: str, changes_state: bool) -> ConnectorError:
    detail = f"{place}: {failure.detail}"
    if failure.sent and changes_state:
        return OutcomeUnknown(detail)
    return TransientError(detail)


def _unexpected(changes_state: bool, detail: str) -> ConnectorError:
    return OutcomeUnknown(detail) if changes_state else UnexpectedAnswer(detail)


def _parsed(data: bytes) -> Any:
    try:
        return parse_json(data)
    except Malformed:
        return None


def _has_shape(
    parsed: Any, data: bytes, shape: type[dict[str, Any]] | type[list[Any]] | None
) -> bool:
    if shape is None:
        return parsed is not None or data.strip() in (b"", b"null")
    return isinstance(parsed, shape)


def _pause(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds in ``Retry-After``, between a tenth and an hour."""
    written = headers.get("Retry-After", "").strip()
    try:
        seconds = float(written)
    except ValueError:
        seconds = _seconds_until(written, now)
    if math.isnan(seconds) or seconds <= 0:
        seconds = _DEFAULT_PAUSE_SECONDS
    return min(seconds, _LONGEST_PAUSE_SECONDS)


def _seconds_until(written: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return _DEFAULT_PAUSE_SECONDS
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()


class _WithoutQueries(logging.Filter):
    """urllib3 logs each address with its query, where channels want their tokens."""

    def filter(self, entry: logging.LogRecord) -> bool:
        if isinstance(entry.args, tuple):
            entry.args = tuple(
                argument.partition("?")[0] if isinstance(argument, str) else argument
                for argument in entry.args
            )
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutQueries())
