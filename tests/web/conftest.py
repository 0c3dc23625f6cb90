"""The web page over a seller's database, and people who visit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from daemon.settings import Settings, read_settings
from stock.session import Database
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.visitor import Visitor
from web import create_app


class RecordingBell:
    """Remembers for which shops it was rung."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, shop: str) -> bool:
        self.rung.append(shop)
        return True

    def ring_endpoint(self, endpoint_id: int) -> bool:
        return True

    def reaches_queue(self) -> bool:
        return True


class MovableClock:
    """Shows the moment that it was set to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(
        {
            "TRUESTOCK_VAR": str(tmp_path),
            "TRUESTOCK_BASE_URL": "https://stock.example.vn",
            "TRUESTOCK_ERP_ORIGIN": "https://erp.example.vn",
        }
    )


@pytest.fixture
def bell() -> RecordingBell:
    return RecordingBell()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def app(
    settings: Settings, database: Database, bell: RecordingBell, clock: MovableClock
) -> Flask:
    return create_app(settings, database=database, bell=bell, now=clock)


@pytest.fixture
def seller(database: Database, settings: Settings) -> Seller:
    """Two shops that sell MUG, ten of which were counted."""
    seller = Seller(database, settings)
    for shop in ("one", "two"):
        seller.open_shop(shop)
        seller.sell(shop, "MUG", "Cốc sứ trắng", BARCODE)
    seller.count("MUG", 10)
    return seller


@pytest.fixture
def visit(
    app: Flask, settings: Settings, clock: MovableClock
) -> Callable[..., Visitor]:
    """Opens the page for a user with a role."""

    def open_page(
        user: str = "lan@example.vn",
        role: str = "clerk",
        *,
        shops: Sequence[str] = (),
        warehouses: Sequence[str] = (),
    ) -> Visitor:
        return Visitor(
            app,
            settings,
            user,
            role,
            clock.now,
            shops=shops,
            warehouses=warehouses,
        )

    return open_page


@pytest.fixture
def clerk(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


@pytest.fixture
def order_id(seller: Seller) -> int:
    """An order of three units, all on their way back; seven are on the shelf."""
    return seller.order("A1", 3, tracking="SPX1")
