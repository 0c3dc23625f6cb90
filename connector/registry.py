"""Finds a connector by its channel's name: built in first, then installed ones."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from connector.base import Clock, Connector, SettingsStore
from connector.errors import PermanentError
from connector.transport import Transport

ENTRY_POINT_GROUP = "truestock.connectors"

BUILT_IN = MappingProxyType(
    {
        "haravan": "connector.haravan:HaravanConnector",
        "lazada": "connector.lazada:LazadaConnector",
        "shopee": "connector.shopee:ShopeeConnector",
        "shopify": "connector.shopify:ShopifyConnector",
        "tiki": "connector.tiki:TikiConnector",
        "tiktok": "connector.tiktok:TikTokConnector",
        "woocommerce": "connector.woocommerce:WooCommerceConnector",
    }
)
"""Channel to ``module:class``, in alphabetical order; imported when first asked for."""


class UnknownChannel(PermanentError):
    """No connector of that name is built in or installed; ``name`` is it."""

    def __init__(self, name: str) -> None:
        known = ", ".join(channel_names())
        super().__init__(f"there is no channel {name!r}; known are: {known}")
        self.name = name


def channel_names() -> list[str]:
    """Return the names of all channels, in alphabetical order."""
    return sorted({*BUILT_IN, *(entry.name for entry in _installed())})


def connector_class(name: str) -> type[Connector]:
    """Return the connector of a channel; raises ``UnknownChannel``."""
    if name in BUILT_IN:
        return _loaded(name, BUILT_IN[name])
    for entry in _installed():
        if entry.name == name:
            return _loaded(name, entry.value)
    raise UnknownChannel(name)


def open_connector(
    name: str,
    settings: SettingsStore,
    clock: Clock,
    transport: Transport | None = None,
) -> Connector:
    """Return a connector for one shop, ready to use.

    Without a transport it gets its own, as fast as the shop's setting
    ``requests_per_second`` says.
    """
    kind = connector_class(name)
    if transport is None:
        transport = _transport_for(kind, settings, clock)
    return kind(settings, transport, clock)


def _transport_for(
    kind: type[Connector], settings: SettingsStore, clock: Clock
) -> Transport:
    rate = settings.read().get("requests_per_second")
    burst = kind.requests_at_once
    if rate is None:
        return Transport(burst=burst, now=clock)
    return Transport(requests_per_second=float(rate), burst=burst, now=clock)


def _installed() -> list[EntryPoint]:
    found = entry_points(group=ENTRY_POINT_GROUP)
    return sorted(found, key=lambda entry: entry.name)


def _loaded(name: str, place: str) -> type[Connector]:
    module, _, attribute = place.partition(":")
    found: Any = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, Connector)):
        raise TypeError(f"{place} is not a Connector")
    if found.channel != name:
        raise TypeError(f"{place} calls its channel {found.channel!r}, not {name!r}")
    return found
