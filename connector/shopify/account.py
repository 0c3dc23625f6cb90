"""A Shopify shop's settings: checked when entered, typed when used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

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
from connector.shopify.fields import is_number

SECRETS = frozenset({"access_token", "refresh_token", "client_secret"})

DEFAULT_VERSION = "2026-10"
DEFAULT_SCOPES = (
    "read_orders,write_orders,read_products,read_inventory,write_inventory,"
    "read_locations,read_returns"
)
# The first that compares and repeats stock writes and refunds as we do.
_OLDEST_VERSION = "2026-01"
_VERSION = re.compile(r"20[0-9]{2}-(01|04|07|10)|unstable")
_LOCATION = re.compile(r"(?:gid://shopify/Location/)?([0-9]+)")
_SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


class Grant(StrEnum):
    """How a token is had."""

    CONSENT = "consent"
    """Entered by hand, or given by the seller on the consent page."""
    CLIENT_CREDENTIALS = "client_credentials"
    """Asked for by the merchant's own app, about once a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    api_version: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    """``None`` for a token that does not expire."""
    client_id: str
    client_secret: str = field(repr=False)
    grant: Grant
    scopes: str
    location_id: str
    shop_domain: str
    """The shop's ``*.myshopify.com``, or empty where nobody said it."""

    @property
    def is_renewable(self) -> bool:
        """Whether a new token can be had without the seller."""
        return bool(self.refresh_token) or self.grant is Grant.CLIENT_CREDENTIALS

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may tell; those that are not set are empty."""
        return (self.access_token, self.refresh_token, self.client_secret)


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    base_url = base_address(settings, "base_url")
    return Account(
        base_url=base_url,
        api_version=_version(settings),
        access_token=optional_text(settings, "access_token"),
        refresh_token=optional_text(settings, "refresh_token"),
        expires_at=stored_moment(settings, "access_token_expires_at"),
        client_id=optional_text(settings, "client_id"),
        client_secret=optional_text(settings, "client_secret"),
        grant=_grant(settings),
        scopes=optional_text(settings, "scopes") or DEFAULT_SCOPES,
        location_id=_location(settings),
        shop_domain=_shop_domain(settings, base_url),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Either a token, or an app that can get one.  Settings that this channel does not
    know are kept.  Raises ``SettingsError``.
    """
    base_url = base_address(given, "base_url")
    prepared: dict[str, Any] = {
        **given,
        "base_url": base_url,
        "api_version": _version(given),
        "location_id": _location(given),
        "grant": _grant(given).value,
    }
    for name in ("access_token", "refresh_token", "client_id", "client_secret"):
        prepared[name] = optional_text(given, name)
    _shop_domain(given, base_url)
    _check_app(prepared)
    check_rate(given)
    if given.get("expires_in") is not None:
        seconds = required_number(given, "expires_in")
        prepared["access_token_expires_at"] = (
            now + timedelta(seconds=seconds)
        ).isoformat()
    stored_moment(prepared, "access_token_expires_at")
    prepared.pop("expires_in", None)
    return prepared


def renewed(current: Settings, answer: Settings, now: datetime) -> Settings:
    """Return ``current`` with the tokens of ``answer``; every other key stays.

    A permanent token comes alone, an expiring one with its seconds to live and, after
    a consent, with a refresh token.
    """
    tokens: dict[str, Any] = {
        "access_token": required_text(answer, "access_token"),
        "refresh_token": optional_text(answer, "refresh_token"),
        "access_token_expires_at": "",
    }
    if answer.get("expires_in") is not None:
        life = timedelta(seconds=required_number(answer, "expires_in"))
        tokens["access_token_expires_at"] = (now + life).isoformat()
    return {**current, **tokens}


def _version(settings: Settings) -> str:
    version = optional_text(settings, "api_version") or DEFAULT_VERSION
    if not _VERSION.fullmatch(version) or version < _OLDEST_VERSION:
        raise SettingsError(
            "api_version", f"api_version must be {_OLDEST_VERSION} or a newer quarter"
        )
    return version


def _grant(settings: Settings) -> Grant:
    written = optional_text(settings, "grant") or Grant.CONSENT
    if written not in list(Grant):
        names = " or ".join(Grant)
        raise SettingsError("grant", f"grant must be {names}")
    return Grant(written)


def _location(settings: Settings) -> str:
    given = settings.get("location_id")
    if given is None or given == "":
        return ""
    found = None if isinstance(given, bool) else _LOCATION.fullmatch(str(given))
    if found is None or not is_number(found[1]):
        raise SettingsError("location_id", "location_id is not an id of a location")
    return found[1]


def _shop_domain(settings: Settings, base_url: str) -> str:
    written = optional_text(settings, "shop_domain").lower()
    if written and not _SHOP_DOMAIN.fullmatch(written):
        raise SettingsError("shop_domain", "shop_domain must end in .myshopify.com")
    host = (urlsplit(base_url).hostname or "").lower()
    return written or (host if _SHOP_DOMAIN.fullmatch(host) else "")


def _check_app(prepared: Settings) -> None:
    has_app = bool(prepared["client_id"])
    if has_app and not prepared["client_secret"]:
        raise SettingsError("client_secret", "client_secret is missing for client_id")
    if prepared["refresh_token"] and not has_app:
        raise SettingsError("client_id", "client_id is missing for refresh_token")
    if prepared["grant"] == Grant.CLIENT_CREDENTIALS and not has_app:
        raise SettingsError("client_id", "client_id is missing for this grant")
    if not prepared["access_token"] and not has_app:
        raise SettingsError("access_token", "access_token is missing, and so is an app")
