"""A shop's settings: kept in memory, and checked as a person entered them."""

from __future__ import annotations

import ipaddress
import re
import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from urllib.parse import urlsplit

from connector.base import Settings
from connector.errors import SettingsError

_DIGITS = re.compile(r"[0-9]{1,19}")


class MemorySettings:
    """A ``SettingsStore`` for authors, tests and the conformance kit.

    As durable as the process; one lock serialises rotation.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings: Settings = dict(deepcopy(settings))
        self._lock = threading.Lock()

    def read(self) -> Settings:
        return dict(self._settings)

    def rotate(
        self, stale: Settings, renew: Callable[[Settings], Settings]
    ) -> Settings:
        with self._lock:
            if dict(stale) == self._settings:
                self._settings = dict(renew(dict(self._settings)))
            return dict(self._settings)


def base_address(given: Settings, field: str) -> str:
    """Return the address in ``field`` without a slash at its end.

    Only https, except to this machine itself: tokens travel in each request.
    """
    address = required_text(given, field).rstrip("/")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError(field, f"{field} is not an address") from None
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise SettingsError(
            field, f"{field} must be an address like https://host, with nothing else"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise SettingsError(field, f"{field} must begin with https://")
    return address


def required_text(given: Settings, field: str) -> str:
    """Return the text in ``field``."""
    value = given.get(field)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(field, f"{field} is missing or is not a text")
    return value.strip()


def optional_text(given: Settings, field: str) -> str:
    """Return the text in ``field``, or the empty text."""
    return required_text(given, field) if given.get(field) not in (None, "") else ""


def required_number(given: Settings, field: str) -> int:
    """Return the positive whole number in ``field``; digits in a text will do."""
    value = given.get(field)
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise SettingsError(field, f"{field} is missing or is not a whole number")
    return value


def stored_moment(settings: Settings, field: str) -> datetime | None:
    """Return the moment in ``field``, or ``None`` where there is none."""
    written = settings.get(field)
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        raise SettingsError(field, f"{field} is not an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise SettingsError(field, f"{field} has no time zone")
    return moment


def check_rate(given: Settings) -> None:
    """Raise where ``requests_per_second``, which may be missing, is no rate."""
    field = "requests_per_second"
    rate = given.get(field)
    if rate is None:
        return
    if isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0:
        raise SettingsError(field, f"{field} must be a positive number")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
