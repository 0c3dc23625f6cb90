"""What every job needs at hand: settings, database, vault, clock, channels."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector import Connector
from connector.registry import open_connector
from daemon.decisions import Uniform
from daemon.settings import Settings
from stock import shops
from stock.models import Shop
from stock.session import Database
from stock.vault import Vault


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Handed to every job; time and chance come from here, for a simulator to own."""

    settings: Settings
    database: Database
    vault: Vault
    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    uniform: Uniform = random.uniform

    def connect(self, shop: Shop) -> Connector:
        """Return a connector that speaks for a shop."""
        return open_connector(shop.channel, ShopSettings(self, shop.name), self.now)


def open_office(settings: Settings) -> Office:
    """Open the database and the vault; the caller closes the database."""
    return Office(
        settings=settings,
        database=Database(settings.database_url),
        vault=Vault(settings.credentials_keys),
    )


class ShopSettings:
    """A shop's sealed settings in the database, as a connector's ``SettingsStore``."""

    def __init__(self, office: Office, name: str) -> None:
        self._office = office
        self._name = name

    def read(self) -> Mapping[str, Any]:
        """Return the settings as stored now."""
        with self._office.database.read() as session:
            return shops.read_settings(session, self._office.vault, self._name)

    def rotate(
        self,
        stale: Mapping[str, Any],
        renew: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        """Replace ``stale`` once, durably, before anybody uses the new settings."""
        # Not through ``run``: it may call twice, and ``renew`` may spend a
        # single-use token.
        with self._office.database.write() as session:
            return shops.rotate_settings(
                session, self._office.vault, self._name, stale, renew
            )
