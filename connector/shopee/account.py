"""A Shopee shop's settings: checked when entered, typed when used."""

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

SECRETS = frozenset(
    {"partner_key", "push_partner_key", "access_token", "refresh_token"}
)

# One official sample prints the moment of expiry where the others print seconds.
_EPOCHS_BEGIN = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    partner_id: int
    partner_key: str = field(repr=False)
    push_partner_key: str = field(repr=False)
    shop_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    location_id: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may tell; those that are not set are empty."""
        return (
            self.partner_key,
            self.push_partner_key,
            self.access_token,
            self.refresh_token,
        )


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=base_address(settings, "base_url"),
        partner_id=required_number(settings, "partner_id"),
        partner_key=required_text(settings, "partner_key"),
        push_partner_key=optional_text(settings, "push_partner_key"),
        shop_id=required_number(settings, "shop_id"),
        access_token=optional_text(settings, "access_token"),
        refresh_token=optional_text(settings, "refresh_token"),
        expires_at=stored_moment(settings, "access_token_expires_at")
        or datetime.fromtimestamp(0, UTC),
        location_id=optional_text(settings, "location_id"),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Tokens come as a pair, or not at all before the seller's consent.  Settings that
    this channel does not know are kept.  Raises ``SettingsError``.
    """
    prepared: dict[str, Any] = {
        **given,
        "base_url": base_address(given, "base_url"),
        "partner_id": required_number(given, "partner_id"),
        "partner_key": required_text(given, "partner_key"),
        "shop_id": required_number(given, "shop_id"),
    }
    for name in ("push_partner_key", "location_id"):
        prepared[name] = optional_text(given, name)
    check_rate(given)
    if given.get("access_token") or given.get("refresh_token"):
        prepared["access_token"] = required_text(given, "access_token")
        prepared["refresh_token"] = required_text(given, "refresh_token")
        prepared["access_token_expires_at"] = _entered_expiry(given, now)
    prepared.pop("expire_in", None)
    return prepared


def renewed(current: Settings, answer: Settings, now: datetime) -> Settings:
    """Return ``current`` with the tokens of ``answer``; every other key stays."""
    return {
        **current,
        "access_token": required_text(answer, "access_token"),
        "refresh_token": required_text(answer, "refresh_token"),
        "access_token_expires_at": _moment_of(
            required_number(answer, "expire_in"), now
        ),
    }


def _entered_expiry(given: Settings, now: datetime) -> str:
    entered = stored_moment(given, "access_token_expires_at")
    if entered is not None:
        return entered.isoformat()
    if given.get("expire_in") is None:
        # Unknown: the first call refreshes, which is always right.
        return now.isoformat()
    return _moment_of(required_number(given, "expire_in"), now)


def _moment_of(expire_in: int, now: datetime) -> str:
    if expire_in > _EPOCHS_BEGIN:
        if expire_in > 10**11:
            raise SettingsError("expire_in", "expire_in is too far away")
        return datetime.fromtimestamp(expire_in, UTC).isoformat()
    return (now + timedelta(seconds=expire_in)).isoformat()
