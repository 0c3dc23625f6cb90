"""The work to measure, done the way the product does it."""

from __future__ import annotations

from collections.abc import Sequence

from bench.catalogue import NOW, WAREHOUSE, receive
from stock.guard import post
from stock.models import Order
from stock.receipts import Booked, Found, record_receipt
from stock.session import Database
from stock.transfers import Transfer


def post_batches(database: Database, batches: Sequence[Sequence[Transfer]]) -> None:
    """Post each batch in a transaction of its own."""
    for batch in batches:
        with database.write() as session:
            post(session, batch)


def post_receipts(
    database: Database, parcels: Sequence[tuple[Order, int]], prefix: str
) -> None:
    """Receive one good unit of each parcel, each in a transaction of its own."""
    for order, line_id in parcels:
        _post_receipt(database, order, line_id, f"{prefix}:{order.id}")


def _post_receipt(database: Database, order: Order, line_id: int, key: str) -> Booked:
    return database.run(
        lambda session: record_receipt(
            session,
            order,
            [Found(order_line_id=line_id, good=1)],
            key=key,
            warehouse_id=WAREHOUSE,
            actor="bench",
            now=NOW,
        )
    )


def post_to_hot_sku(database: Database, sku_id: int, keys: Sequence[str]) -> None:
    """Receive one unit of the same SKU again and again."""
    for key in keys:
        transfer = receive(sku_id, key)
        database.run(lambda session, t=transfer: post(session, [t]))  # type: ignore[misc]
