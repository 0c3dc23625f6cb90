"""Writes into a seller's ledger what no channel tells; counts statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import event, select

from stock.guard import post
from stock.levels import find_sku, find_warehouse
from stock.models import Listing, Movement, ReceiptLine
from stock.session import Database
from stock.transfers import Bucket, Place, Posting, Transfer

_keys = count()


def deliver(
    database: Database, quantities: Sequence[int], sku: str = "MUG"
) -> list[Posting]:
    """Book goods in, one movement for each quantity; below zero, out of the books."""
    with database.write() as session:
        sku_id = find_sku(session, sku).id
        place = find_warehouse(session, "MAIN").id
        world, shelf = Place(Bucket.OUTSIDE, place), Place(Bucket.AVAILABLE, place)
        return post(
            session,
            [
                Transfer(
                    key=f"delivery:{next(_keys)}",
                    sku_id=sku_id,
                    quantity=abs(quantity),
                    source=world if quantity > 0 else shelf,
                    target=shelf if quantity > 0 else world,
                    document="delivery note 17",
                    actor="minh",
                )
                for quantity in quantities
            ],
        )


def reverse(database: Database, quantity: int, actor: str = "minh") -> None:
    """Let a second person take good units of the newest receipt line back."""
    with database.write() as session:
        line = session.scalars(
            select(ReceiptLine).order_by(ReceiptLine.id.desc()).limit(1)
        ).one()
        place = line.order_line.warehouse_id
        transfer = Transfer(
            key=f"reversal:{next(_keys)}",
            sku_id=line.order_line.sku_id,
            quantity=quantity,
            source=Place(Bucket.AVAILABLE, place),
            target=Place(Bucket.OUT, place),
            order_line_id=line.order_line_id,
            receipt_line_id=line.id,
            document="reversal",
            actor=actor,
            reason="counted twice",
        )
        post(session, [transfer])


def last_moment(database: Database) -> datetime:
    """Return when the newest movement was posted."""
    with database.read() as session:
        newest = select(Movement.posted_at).order_by(Movement.id.desc()).limit(1)
        return session.scalars(newest).one().astimezone(UTC)


def listing_of(database: Database, shop: str, item_id: str = "MUG") -> int:
    """Return the id of a shop's listing."""
    with database.read() as session:
        found = session.scalars(select(Listing).where(Listing.item_id == item_id))
        return next(listing.id for listing in found if listing.shop.name == shop)


def change_listing(database: Database, listing_id: int, **values: object) -> None:
    """Set columns of a listing."""
    with database.write() as session:
        listing = session.get_one(Listing, listing_id)
        for column, value in values.items():
            setattr(listing, column, value)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Write down every statement that is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
