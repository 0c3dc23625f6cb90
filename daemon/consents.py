"""The page of a channel on which the seller gives access."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connector.errors import PermanentError
from connector.registry import connector_class
from connector.transport import Transport
from daemon.settings import Settings
from stock import shops
from stock.models import Shop
from stock.session import Database
from stock.vault import Vault

RETURN_PATH = "/consent"
"""Under the base address: where channels send sellers back to."""


def has_consent_page(shop: Shop) -> bool:
    """Say whether a shop's channel has a page on which sellers give access."""
    return connector_class(shop.channel).capabilities.consent_page


def return_address(settings: Settings) -> str:
    """Return where channels send sellers back to; their apps must name it."""
    return settings.base_url + RETURN_PATH


def consent_link(
    settings: Settings,
    database: Database,
    shop: Shop,
    state: str,
    *,
    now: Callable[[], datetime],
) -> str:
    """Return the channel's page for a shop; the channel itself is not called.

    Raises ``ConnectorError`` where the shop's settings cannot do it, ``VaultError``.
    """
    store = _AskingSettings(database, Vault(settings.credentials_keys), shop.name)
    kind = connector_class(shop.channel)
    if not kind.capabilities.consent_page:
        raise PermanentError(f"{kind.title} has no consent page")
    return kind(store, Transport(now=now), now).consent_link(
        return_address(settings), state
    )


class _AskingSettings:
    """A shop's settings while a link is made: access is not given by that."""

    def __init__(self, database: Database, vault: Vault, name: str) -> None:
        self._database = database
        self._vault = vault
        self._name = name

    def read(self) -> Mapping[str, Any]:
        """Return the settings as stored now."""
        with self._database.read() as session:
            return shops.read_settings(session, self._vault, self._name)

    def rotate(
        self,
        stale: Mapping[str, Any],
        renew: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        """Replace ``stale`` once, durably."""
        with self._database.write() as session:
            return shops.rotate_settings(
                session, self._vault, self._name, stale, renew, gives_access=False
            )
