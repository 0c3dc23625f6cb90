"""A WooCommerce shop's settings: checked when entered, typed when used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.base import Settings
from connector.errors import SettingsError
from connector.fate import Fate
from connector.settings import base_address, check_rate, optional_text, required_text
from connector.values import Ending, Stage

SECRETS = frozenset({"consumer_key", "consumer_secret", "webhook_secret"})

_API = "/wp-json/wc/v3/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The settings of one shop, as the rest of this channel reads them."""

    base_url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    credentials_in_query: bool
    order_statuses: Mapping[str, Fate]
    tracking_meta: tuple[str, ...]
    goods_leave_while_processing: bool
    gateway_refunds: frozenset[str]

    @property
    def is_encrypted(self) -> bool:
        """Whether the site is reached over TLS."""
        return self.base_url.startswith("https:")

    def address(self, path: str) -> str:
        """Return the address of a resource of the API."""
        return f"{self.base_url}{_API}{path}"


def read_account(settings: Settings) -> Account:
    """Return stored settings in their types; raises ``SettingsError``."""
    return Account(
        base_url=base_address(settings, "base_url"),
        consumer_key=required_text(settings, "consumer_key"),
        consumer_secret=required_text(settings, "consumer_secret"),
        webhook_secret=optional_text(settings, "webhook_secret"),
        credentials_in_query=_flag(settings, "credentials_in_query"),
        order_statuses=_statuses(settings, "order_statuses"),
        tracking_meta=_names(settings, "tracking_meta"),
        goods_leave_while_processing=_flag(settings, "goods_leave_while_processing"),
        gateway_refunds=frozenset(_names(settings, "gateway_refunds")),
    )


def prepare(given: Settings, now: datetime) -> Settings:
    """Return what is to be stored for what a person entered.

    Settings that this channel does not know are kept.  Raises ``SettingsError``.
    """
    account = read_account(given)
    check_rate(given)
    prepared: dict[str, Any] = {
        **given,
        "base_url": account.base_url,
        "consumer_key": account.consumer_key,
        "consumer_secret": account.consumer_secret,
        "webhook_secret": account.webhook_secret,
    }
    return prepared


def _flag(settings: Settings, name: str) -> bool:
    value = settings.get(name)
    if value is None or value == "":
        return False
    if not isinstance(value, bool):
        raise SettingsError(name, f"{name} must be true or false")
    return value


def _names(settings: Settings, name: str) -> tuple[str, ...]:
    value = settings.get(name)
    if value is None or value == "":
        return ()
    if not isinstance(value, list) or not all(_is_name(one) for one in value):
        raise SettingsError(name, f"{name} must be a list of names")
    return tuple(one.strip() for one in value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _statuses(settings: Settings, name: str) -> dict[str, Fate]:
    value = settings.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise SettingsError(name, f"{name} must be an object")
    return {
        status.removeprefix("wc-"): _fate(status, meaning, name)
        for status, meaning in value.items()
    }


def _fate(status: str, meaning: object, name: str) -> Fate:
    """Return what "in_transit" or "in_transit delivery_failed" stands for."""
    stage, _, ending = str(meaning).strip().partition(" ")
    try:
        return Fate(Stage(stage), Ending(ending.strip()) if ending else None)
    except ValueError:
        pass
    stages = ", ".join(Stage)
    endings = ", ".join(Ending)
    raise SettingsError(
        name,
        f"{name}: {status} must be one of {stages}; where it ends there, a space and"
        f" one of {endings} may follow",
    )
