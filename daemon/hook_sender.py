"""Posts messages to one endpoint: to the judged address, within a total deadline."""

from __future__ import annotations

import math
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from connector.deadline import new_session
from daemon.hook_address import AddressRefused, Network, Target, find_address, read_url

DEADLINE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
LARGEST_ANSWER_BYTES = 16 * 1024
LONGEST_PAUSE = timedelta(days=1)
_OVERLOADED = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an attempt ended; ``status`` is nothing where no answer came."""

    status: int | None
    detail: str
    retry_after: timedelta | None = None

    @property
    def is_told(self) -> bool:
        """Whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more messages, ever."""
        return self.status == 410

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the next message would most likely fare no better."""
        return self.status is None or self.status in _OVERLOADED


class HookSender:
    """Sends to one URL, over one connection while it lasts.

    Trusts the certificate authorities of this machine.  Takes nothing from the
    environment: no proxy, no ``.netrc``.
    """

    def __init__(
        self,
        url: str,
        *,
        allowed: Sequence[Network],
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._url = url
        self._allowed = allowed
        self._deadline = deadline_seconds
        self._session: requests.Session | None = None
        self._place = ""
        self._host = ""

    def send(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
        """Post one message and return how that ended; never raises for it."""
        try:
            session = self._session or self._open()
        except AddressRefused as error:
            return Answer(status=None, detail=str(error))
        answer = self._post(session, body, headers, now)
        if answer.status is None:
            # The next one looks the address up anew.
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection; the next message opens a new one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> requests.Session:
        target = read_url(self._url)
        self._place = target.at(find_address(target, self._allowed))
        self._host = target.authority
        self._session = new_session(tls=_tls_options(target))
        return self._session

    def _post(
        self,
        session: requests.Session,
        body: bytes,
        headers: Mapping[str, str],
        now: datetime,
    ) -> Answer:
        try:
            with session.post(
                self._place,
                data=body,
                headers={**_FIXED_HEADERS, **headers, "Host": self._host},
                stream=True,
                allow_redirects=False,
                # Types are behind: requests takes urllib3's own Timeout.
                timeout=Timeout(connect=CONNECT_SECONDS, total=self._deadline),  # type: ignore[arg-type]
            ) as response:
                _read_away(response)
                return Answer(
                    status=response.status_code,
                    detail=_told(response.status_code),
                    retry_after=_retry_after(response.headers, now),
                )
        except (requests.RequestException, HTTPError, OSError) as problem:
            # Its text holds the whole address.
            return Answer(status=None, detail=f"no answer: {type(problem).__name__}")


_FIXED_HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Truestock",
    # A compressed answer could be any size.
    "Accept-Encoding": "identity",
}


def _tls_options(target: Target) -> Mapping[str, Any]:
    if target.scheme == "http":
        return {}
    # Beside the authorities that requests brings, those that this machine's admin
    # trusts: an ERP in a private network has its certificate from one of these.
    options: dict[str, Any] = {"ssl_context": ssl.create_default_context()}
    if target.is_named:
        options["server_hostname"] = target.host
    return options


def _read_away(response: requests.Response) -> None:
    """Read a short answer, so that the connection can be used again.

    The rest of a longer one is left, and the connection closed with it.
    """
    # The status was said, and that is all that counts.
    with suppress(HTTPError, OSError):
        response.raw.read(LARGEST_ANSWER_BYTES, decode_content=False)


def _told(status: int) -> str:
    if 300 <= status < 400:
        return f"answered {status}; redirects are not followed"
    return f"answered {status}"


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the pause that was asked for, in seconds or as a date; a day at most."""
    written = headers.get("Retry-After", "").strip()
    try:
        seconds = float(written)
    except ValueError:
        seconds = _seconds_until(written, now)
    if math.isnan(seconds) or seconds <= 0:
        return None
    return timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds()))


def _seconds_until(written: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
