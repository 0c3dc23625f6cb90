"""A TikTok Shop's settings: checked when entered, typed when used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.base import Settings
from connector.errors import SettingsError
from connector.settings import base_address, check_rate, optional_text, required_text

SECRETS = frozenset({"app_secret", "access_token", "refresh_token", "shop_cipher"})

# TikTok Shop publishes no rate and observers disagree, so the default is a low one.
_REQUESTS_PER_SECOND = 5
_SERVICES_URL = "https://services.tiktokshop.com"
# Both expiries are moments, whatever their names say.  Below this they can only be
# seconds from now, as a person may enter them.
_EPOCHS_BEGIN = 10**9
_EPOCHS_END = 10**11


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    auth_url: str
    services_url: str
    app_key: str
    app_secret: str = field(repr=False)
    service_id: str
    shop_id: str
    shop_cipher: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    warehouse_id: str
    seller_id: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may tell."""
        known = (
            self.app_secret,
            self.shop_cipher,
            self.access_token,
            self.refresh_token,
        )
        return tuple(secret for secret in known if secret)


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=base_address(settings, "base_url"),
        auth_url=base_address(settings, "auth_url"),
        services_url=base_address(
            {"services_url": _SERVICES_URL, **settings}, "services_url"
        ),
        app_key=required_text(settings, "app_key"),
        app_secret=required_text(settings, "app_secret"),
        service_id=_identifier(settings, "service_id"),
        shop_id=_identifier(settings, "shop_id"),
        shop_cipher=optional_text(settings, "shop_cipher"),
        access_token=optional_text(settings, "access_token"),
        refresh_token=optional_text(settings, "refresh_token"),
        expires_at=datetime.fromtimestamp(
            _epoch(settings, "access_token_expire_in", datetime.fromtimestamp(0, UTC)),
            UTC,
        ),
        warehouse_id=_identifier(settings, "warehouse_id"),
        seller_id=_identifier(settings, "seller_id"),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Tokens come as a pair, or not at all before the seller's consent.  Settings that
    this channel does not know are kept.  Raises ``SettingsError``.
    """
    prepared: dict[str, Any] = {
        **given,
        "base_url": base_address(given, "base_url"),
        "auth_url": base_address(given, "auth_url"),
        "app_key": required_text(given, "app_key"),
        "app_secret": required_text(given, "app_secret"),
        "shop_cipher": optional_text(given, "shop_cipher"),
        "requests_per_second": given.get("requests_per_second") or _REQUESTS_PER_SECOND,
    }
    check_rate(given)
    for name in ("service_id", "shop_id", "warehouse_id", "seller_id"):
        prepared[name] = _identifier(given, name)
    if given.get("services_url"):
        prepared["services_url"] = base_address(given, "services_url")
    if given.get("access_token") or given.get("refresh_token"):
        prepared["access_token"] = required_text(given, "access_token")
        prepared["refresh_token"] = required_text(given, "refresh_token")
        for name in ("access_token_expire_in", "refresh_token_expire_in"):
            prepared[name] = _epoch(given, name, now)
    return prepared


def renewed(current: Settings, answer: Settings, now: datetime) -> Settings:
    """Return ``current`` with the tokens of ``answer``; every other key stays."""
    return {
        **current,
        "access_token": required_text(answer, "access_token"),
        "refresh_token": required_text(answer, "refresh_token"),
        "access_token_expire_in": _epoch(answer, "access_token_expire_in", now),
        "refresh_token_expire_in": _epoch(answer, "refresh_token_expire_in", now),
    }


def _epoch(settings: Settings, name: str, now: datetime) -> int:
    """Return a moment of expiry; an unknown one is long past, so that we refresh."""
    value = settings.get(name)
    if value is None or value == "":
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SettingsError(name, f"{name} is not a Unix time")
    if value >= _EPOCHS_END:
        raise SettingsError(name, f"{name} is too far away")
    if 0 < value < _EPOCHS_BEGIN:
        return int(now.timestamp()) + value
    return value


def _identifier(settings: Settings, name: str) -> str:
    """Return an optional identifier: a text of digits, or the number itself."""
    value = settings.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    written = value.strip() if isinstance(value, str) else ""
    if not (written.isascii() and written.isdigit()):
        raise SettingsError(name, f"{name} is not a number")
    return written
