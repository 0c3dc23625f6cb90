"""Fills a database with a seller to measure: SKUs, listings, parcels on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from stock import orders
from stock.guard import post
from stock.models import Listing, ListingComponent, ListingState, Order, OrderLine, Sku
from stock.reports import Ending, Fulfilment, LineReport, OrderReport, Portion
from stock.schema import upgrade
from stock.session import Database
from stock.shops import add_shop, find_shop
from stock.transfers import Bucket, Place, Transfer
from stock.vault import Vault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SKUS = 10_000
WAREHOUSE = 1
_BATCH = 500


def fill(database: Database, *, parcels: int) -> None:
    """Make the tables, the catalogue, and parcels that are on their way back."""
    upgrade(database)
    _add_catalogue(database)
    numbers = range(1, SKUS + 1)
    for first in range(0, SKUS, _BATCH):
        batch = [receive(n, f"opening:{n}") for n in numbers[first : first + _BATCH]]
        with database.write() as session:
            post(session, batch)
    for first in range(0, parcels, _BATCH):
        _send_out(database, range(first, min(parcels, first + _BATCH)))


def receive(sku_id: int, key: str) -> Transfer:
    """Ask for one more unit of a SKU from outside."""
    return Transfer(
        key=key,
        sku_id=sku_id,
        quantity=1,
        source=Place(Bucket.OUTSIDE, WAREHOUSE),
        target=Place(Bucket.AVAILABLE, WAREHOUSE),
        document="delivery note",
        actor="bench",
    )


def parcels_on_their_way(database: Database) -> Sequence[tuple[Order, int]]:
    """Return the orders that come back, each with its only line's id."""
    with database.read() as session:
        rows = session.execute(
            select(Order, OrderLine.id).join(OrderLine).order_by(Order.id)
        )
        return [(order, line_id) for order, line_id in rows]


def _add_catalogue(database: Database) -> None:
    numbers = range(1, SKUS + 1)
    with database.write() as session:
        shop = add_shop(
            session,
            Vault([Fernet.generate_key().decode()]),
            name="bench",
            channel="shopee",
            external_id="1",
            settings={},
            now=NOW,
            orders_since=NOW,
        )
        session.execute(
            insert(Sku), [{"code": f"SKU-{n}", "counted_at": NOW} for n in numbers]
        )
        session.execute(
            insert(Listing),
            [
                {
                    "shop_id": shop.id,
                    "item_id": f"SKU-{n}",
                    "state": ListingState.MAPPED,
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(ListingComponent),
            [{"listing_id": n, "sku_id": n, "quantity": 1} for n in numbers],
        )


def _send_out(database: Database, numbers: range) -> None:
    with database.write() as session:
        shop = find_shop(session, "bench")
        orders.take_in(session, shop, [_refused(n) for n in numbers], now=NOW)


def _refused(number: int) -> OrderReport:
    # A prime stride spreads the orders over the catalogue.
    item_id = f"SKU-{number * 7919 % SKUS + 1}"
    portion = Portion(
        quantity=1, fulfilment=Fulfilment.IN_TRANSIT, ending=Ending.DELIVERY_FAILED
    )
    line = LineReport(
        line_id="1",
        item_id=item_id,
        variant_id="",
        sku=item_id,
        title=item_id,
        quantity=1,
        unit_price=Decimal(99000),
        portions=(portion,),
    )
    return OrderReport(
        order_id=f"order-{number}",
        ordered_at=NOW,
        updated_at=NOW,
        raw_status="RETURNED",
        currency="VND",
        total=Decimal(99000),
        lines=(line,),
    )
