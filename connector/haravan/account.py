"""A Haravan shop's settings: checked when entered, typed when used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connector.base import Settings
from connector.errors import SettingsError
from connector.haravan.fields import is_number
from connector.settings import (
    base_address,
    check_rate,
    optional_text,
    required_number,
    required_text,
    stored_moment,
)

SECRETS = frozenset({"access_token", "refresh_token", "client_secret", "verify_token"})

DEFAULT_BASE_URL = "https://apis.haravan.com"
DEFAULT_AUTH_URL = "https://accounts.haravan.com"
DEFAULT_SCOPES = (
    "openid profile email org userinfo grant_service offline_access"
    " com.read_orders com.write_orders com.read_products"
    " com.read_inventories com.write_inventories wh_api"
)
# What flows out of the shop's bucket of 80 calls each second.
DEFAULT_RATE = 4.0

_TEXTS = (
    "access_token",
    "refresh_token",
    "client_id",
    "client_secret",
    "verify_token",
)


class SetMeaning(StrEnum):
    """Which number of a location a stock write of type ``set`` sets."""

    ON_HAND = "on_hand"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    auth_url: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    """``None`` for a private app's token, and where nobody told."""
    client_id: str
    client_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    location_id: str
    org_id: str
    scopes: str
    redirect_url: str
    sources_left_out: frozenset[str]
    set_means: SetMeaning

    @property
    def is_renewable(self) -> bool:
        """Whether a new token can be had without the seller."""
        return bool(self.refresh_token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that no text may tell."""
        return tuple(
            secret
            for secret in (
                self.access_token,
                self.refresh_token,
                self.client_secret,
                self.verify_token,
            )
            if secret
        )


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=_address(settings, "base_url", DEFAULT_BASE_URL),
        auth_url=_address(settings, "auth_url", DEFAULT_AUTH_URL),
        access_token=optional_text(settings, "access_token"),
        refresh_token=optional_text(settings, "refresh_token"),
        expires_at=stored_moment(settings, "access_token_expires_at"),
        client_id=optional_text(settings, "client_id"),
        client_secret=optional_text(settings, "client_secret"),
        verify_token=optional_text(settings, "verify_token"),
        location_id=_number(settings, "location_id"),
        org_id=_number(settings, "org_id"),
        scopes=optional_text(settings, "scopes") or DEFAULT_SCOPES,
        redirect_url=optional_text(settings, "redirect_url"),
        sources_left_out=_names(settings, "sources_left_out"),
        set_means=_set_meaning(settings),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Either a token, or an app that can get one.  Settings that this channel does not
    know are kept.  Raises ``SettingsError``.
    """
    account = read_account(given)
    prepared: dict[str, Any] = {
        **given,
        **{name: optional_text(given, name) for name in _TEXTS},
        "base_url": account.base_url,
        "auth_url": account.auth_url,
        "location_id": account.location_id,
        "org_id": account.org_id,
        "requests_per_second": given.get("requests_per_second") or DEFAULT_RATE,
    }
    check_rate(given)
    _check_app(account)
    if given.get("expires_in") not in (None, ""):
        life = timedelta(seconds=required_number(given, "expires_in"))
        prepared["access_token_expires_at"] = (now + life).isoformat()
    prepared.pop("expires_in", None)
    return prepared


def renewed(current: Settings, answer: Settings, now: datetime) -> Settings:
    """Return ``current`` with the tokens of ``answer``; every other key stays.

    An answer without a new refresh token leaves the old one in force.
    """
    tokens: dict[str, Any] = {
        "access_token": required_text(answer, "access_token"),
        "refresh_token": optional_text(answer, "refresh_token")
        or optional_text(current, "refresh_token"),
        "access_token_expires_at": "",
    }
    if answer.get("expires_in") is not None:
        life = timedelta(seconds=required_number(answer, "expires_in"))
        tokens["access_token_expires_at"] = (now + life).isoformat()
    return {**current, **tokens}


def _address(settings: Settings, name: str, default: str) -> str:
    given = settings if settings.get(name) not in (None, "") else {name: default}
    return base_address(given, name)


def _number(settings: Settings, name: str) -> str:
    given = settings.get(name)
    if given is None or given == "":
        return ""
    written = "" if isinstance(given, bool) else str(given).strip()
    if not is_number(written):
        raise SettingsError(name, f"{name} is not a number of Haravan's")
    return written


def _names(settings: Settings, name: str) -> frozenset[str]:
    value = settings.get(name)
    if value is None or value == "":
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SettingsError(name, f"{name} must be a list of names")
    return frozenset(one.strip().lower() for one in value)


def _set_meaning(settings: Settings) -> SetMeaning:
    name = "set_means"
    written = optional_text(settings, name) or SetMeaning.ON_HAND
    if written not in list(SetMeaning):
        raise SettingsError(name, f"{name} must be {' or '.join(SetMeaning)}")
    return SetMeaning(written)


def _check_app(account: Account) -> None:
    if account.client_id and not account.client_secret:
        raise SettingsError("client_secret", "client_secret is missing for client_id")
    if account.refresh_token and not account.client_id:
        raise SettingsError("client_id", "client_id is missing for refresh_token")
    if not account.access_token and not account.client_id:
        raise SettingsError("access_token", "access_token is missing, and so is an app")
