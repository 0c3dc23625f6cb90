"""A Lazada shop's settings: checked when entered, typed when used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.base import Settings
from connector.errors import SettingsError
from connector.settings import (
    base_address,
    check_rate,
    optional_text,
    required_number,
    required_text,
    stored_moment,
)

SECRETS = frozenset({"app_secret", "access_token", "refresh_token"})
DEFAULT_AUTH_URL = "https://auth.lazada.com/rest"

CURRENCIES: Mapping[str, str] = {
    "id": "IDR",
    "my": "MYR",
    "ph": "PHP",
    "sg": "SGD",
    "th": "THB",
    "vn": "VND",
}

_LONGEST_SECONDS = 10**9
_REST = "/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    auth_url: str
    app_key: str
    app_secret: str = field(repr=False)
    seller_id: str
    country: str
    warehouse_code: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    refresh_ends_at: datetime | None
    """Never moved by a refresh; ``None`` where nobody said when."""

    @property
    def currency(self) -> str:
        return CURRENCIES[self.country]

    @property
    def reverse_unit(self) -> Decimal:
        """What 1 stands for in the amounts of the reverse API."""
        return Decimal(1) if self.country == "vn" else Decimal("0.01")

    def can_refresh(self, now: datetime) -> bool:
        """Whether the refresh token, as far as we know, still works."""
        return self.refresh_ends_at is None or now < self.refresh_ends_at

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may tell; those that are not set are empty."""
        return (self.app_secret, self.access_token, self.refresh_token)


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=_rest_address(settings, "base_url"),
        auth_url=_auth_address(settings),
        app_key=_key(settings, "app_key"),
        app_secret=required_text(settings, "app_secret"),
        seller_id=_key(settings, "seller_id"),
        country=_country(settings),
        warehouse_code=optional_text(settings, "warehouse_code"),
        access_token=optional_text(settings, "access_token"),
        refresh_token=optional_text(settings, "refresh_token"),
        expires_at=stored_moment(settings, "access_token_expires_at")
        or datetime.fromtimestamp(0, UTC),
        refresh_ends_at=stored_moment(settings, "refresh_token_expires_at"),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Tokens come as a pair, or not at all before the seller's consent.  Settings that
    this channel does not know are kept.  Raises ``SettingsError``.
    """
    prepared: dict[str, Any] = {
        **given,
        "base_url": _rest_address(given, "base_url"),
        "auth_url": _auth_address(given),
        "app_key": _key(given, "app_key"),
        "app_secret": required_text(given, "app_secret"),
        "seller_id": _key(given, "seller_id"),
        "country": _country(given),
        "warehouse_code": optional_text(given, "warehouse_code"),
    }
    check_rate(given)
    if given.get("access_token") or given.get("refresh_token"):
        prepared["access_token"] = required_text(given, "access_token")
        prepared["refresh_token"] = required_text(given, "refresh_token")
        prepared.update(_entered_lifetimes(given, now))
    prepared.pop("expires_in", None)
    prepared.pop("refresh_expires_in", None)
    return prepared


def renewed(current: Settings, answer: Settings, now: datetime) -> Settings:
    """Return ``current`` with the tokens of ``answer``; every other key stays."""
    tokens: dict[str, Any] = {
        **current,
        "access_token": required_text(answer, "access_token"),
        "refresh_token": required_text(answer, "refresh_token"),
        "access_token_expires_at": _moment_in(answer, "expires_in", now).isoformat(),
    }
    if answer.get("refresh_expires_in") is not None:
        ends = _moment_in(answer, "refresh_expires_in", now, least=0)
        tokens["refresh_token_expires_at"] = ends.isoformat()
    return tokens


def _entered_lifetimes(given: Settings, now: datetime) -> dict[str, str]:
    # Unknown: the first call refreshes, which is always right.
    expires = (
        _entered_moment(given, "access_token_expires_at", "expires_in", now) or now
    )
    ends = _entered_moment(given, "refresh_token_expires_at", "refresh_expires_in", now)
    found = {"access_token_expires_at": expires.isoformat()}
    if ends is not None:
        found["refresh_token_expires_at"] = ends.isoformat()
    return found


def _entered_moment(
    given: Settings, stored: str, seconds: str, now: datetime
) -> datetime | None:
    if given.get(seconds) is not None:
        return _moment_in(given, seconds, now)
    return stored_moment(given, stored)


def _moment_in(given: Settings, name: str, now: datetime, least: int = 1) -> datetime:
    if least == 0 and given.get(name) in (0, "0"):
        return now
    seconds = required_number(given, name)
    if seconds > _LONGEST_SECONDS:
        raise SettingsError(name, f"{name} must be a number of seconds from now")
    return now + timedelta(seconds=seconds)


def _rest_address(given: Settings, name: str) -> str:
    address = base_address(given, name)
    if not address.endswith(_REST):
        raise SettingsError(name, f"{name} must end with {_REST}")
    return address


def _auth_address(given: Settings) -> str:
    if given.get("auth_url") in (None, ""):
        return DEFAULT_AUTH_URL
    return _rest_address(given, "auth_url")


def _key(given: Settings, name: str) -> str:
    """Return an identifier that people enter as a number or as a text."""
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(required_number(given, name))
    return required_text(given, name)


def _country(given: Settings) -> str:
    country = required_text(given, "country").lower()
    if country not in CURRENCIES:
        known = ", ".join(sorted(CURRENCIES))
        raise SettingsError("country", f"country must be one of {known}")
    return country
