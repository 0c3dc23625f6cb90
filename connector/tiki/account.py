"""A Tiki shop's settings: checked when entered, typed when used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
from connector.tiki.fields import is_code

SECRETS = frozenset(
    {"client_secret", "access_token", "refresh_token", "app_access_token"}
)

_LONGEST_SECONDS = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class TokenNames:
    """Under which names a token and its end are stored."""

    token: str
    expires_at: str


SELLER = TokenNames("access_token", "access_token_expires_at")
"""Speaks for the seller."""
APP = TokenNames("app_access_token", "app_access_token_expires_at")
"""Speaks for a public app itself, to which the queues of events belong."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, empty where none is stored, and when it ends."""

    value: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    queue_code: str
    warehouse_id: str
    seller_id: str

    @property
    def is_in_house(self) -> bool:
        """Whether the app belongs to the seller, so that no consent is needed."""
        return not self.refresh_token

    @property
    def queue_owner(self) -> TokenNames:
        """Return the token with which queues are asked."""
        return SELLER if self.is_in_house else APP


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=base_address(settings, "base_url"),
        client_id=_key(settings, "client_id"),
        client_secret=required_text(settings, "client_secret"),
        refresh_token=optional_text(settings, "refresh_token"),
        queue_code=_queue_code(settings),
        warehouse_id=_optional_key(settings, "warehouse_id"),
        seller_id=_optional_key(settings, "seller_id"),
    )


def read_token(settings: Settings, names: TokenNames) -> Token:
    """Return a stored token; raises ``SettingsError``."""
    return Token(
        optional_text(settings, names.token),
        stored_moment(settings, names.expires_at) or datetime.fromtimestamp(0, UTC),
    )


def secrets_in(settings: Settings) -> tuple[str, ...]:
    """Return what no text may tell; those that are not set are empty."""
    return tuple(str(settings.get(name) or "") for name in SECRETS)


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Tokens may be missing: an in-house app asks for its own, any other needs the
    seller's consent.  Settings that this channel does not know are kept.  Raises
    ``SettingsError``.
    """
    account = read_account(given)
    check_rate(given)
    prepared: dict[str, Any] = {
        **given,
        "base_url": account.base_url,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "queue_code": account.queue_code,
        "warehouse_id": account.warehouse_id,
        "seller_id": account.seller_id,
    }
    if given.get("access_token") or given.get("refresh_token"):
        prepared["access_token"] = optional_text(given, "access_token")
        prepared["refresh_token"] = account.refresh_token
        prepared["access_token_expires_at"] = _entered_expiry(given, now)
    prepared.pop("expires_in", None)
    return prepared


def renewed(
    current: Settings, answer: Settings, names: TokenNames, now: datetime
) -> Settings:
    """Return ``current`` with the token of ``answer``; every other key stays.

    Nobody promises that a refresh token stays valid after its use, nor that each
    answer brings a new one: what comes back is stored, else the old one is kept.
    """
    tokens: dict[str, Any] = {
        **current,
        names.token: required_text(answer, "access_token"),
        names.expires_at: _moment_in(answer, "expires_in", now),
    }
    if names is SELLER and answer.get("refresh_token") not in (None, ""):
        tokens["refresh_token"] = required_text(answer, "refresh_token")
    return tokens


def _entered_expiry(given: Settings, now: datetime) -> str:
    if given.get("expires_in") is not None:
        return _moment_in(given, "expires_in", now)
    entered = stored_moment(given, "access_token_expires_at")
    if entered is not None:
        return entered.isoformat()
    # Unknown: the first call asks for a new one, which is always right.
    return now.isoformat()


def _moment_in(given: Settings, name: str, now: datetime) -> str:
    seconds = required_number(given, name)
    if seconds > _LONGEST_SECONDS:
        raise SettingsError(name, f"{name} must be a number of seconds from now")
    return (now + timedelta(seconds=seconds)).isoformat()


def _key(given: Settings, name: str) -> str:
    """Return an identifier that people enter as a number or as a text."""
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(required_number(given, name))
    return required_text(given, name)


def _queue_code(given: Settings) -> str:
    code = optional_text(given, "queue_code")
    if code and not is_code(code):
        raise SettingsError("queue_code", "queue_code is not the code of a queue")
    return code


def _optional_key(given: Settings, name: str) -> str:
    return "" if given.get(name) in (None, "") else str(required_number(given, name))
