"""Counts units in: a stocktake says how many are free to sell; the ledger follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from stock.guard import post
from stock.models import (
    Listing,
    ListingComponent,
    Sku,
    StockLevel,
    Stocktake,
    StocktakeLine,
    Warehouse,
)
from stock.transfers import Bucket, Place, Transfer


@dataclass(frozen=True, slots=True)
class Counted:
    """Free-to-sell units of one SKU on the shelf of one warehouse."""

    sku: Sku
    warehouse: Warehouse
    quantity: int


def post_stocktake(
    session: Session,
    counted: Sequence[Counted],
    *,
    document: str,
    actor: str,
    now: datetime,
) -> Stocktake:
    """Bring the available units to what was counted, with the count as document.

    Committed units are not part of the count: they are promised, not free to sell.
    Each SKU and warehouse may occur once.  A SKU's first count lets its listings
    hear of it.
    """
    levels = _lock_levels(session, counted)
    stocktake = Stocktake(document=document, actor=actor, taken_at=now)
    stocktake.lines = [
        StocktakeLine(sku=c.sku, warehouse=c.warehouse, quantity=c.quantity)
        for c in counted
    ]
    session.add(stocktake)
    session.flush()
    post(session, list(_transfers(stocktake, counted, levels)))
    _open_listings(session, counted, now)
    return stocktake


def _lock_levels(
    session: Session, counted: Iterable[Counted]
) -> Mapping[tuple[int, int], int]:
    skus = {c.sku.id for c in counted}
    # What was never counted has no level to lock yet, so the SKU stands in for it.
    session.execute(
        select(Sku.id)
        .where(Sku.id.in_(skus))
        .order_by(Sku.id)
        .with_for_update(key_share=True)
    )
    found = session.execute(
        select(StockLevel.sku_id, StockLevel.warehouse_id, StockLevel.available)
        .where(StockLevel.sku_id.in_(skus))
        .order_by(StockLevel.sku_id, StockLevel.warehouse_id)
        .with_for_update()
    )
    return {(sku_id, warehouse_id): n for sku_id, warehouse_id, n in found}


def _transfers(
    stocktake: Stocktake,
    counted: Iterable[Counted],
    levels: Mapping[tuple[int, int], int],
) -> Iterable[Transfer]:
    for item, line in zip(counted, stocktake.lines, strict=True):
        shelf = Place(Bucket.AVAILABLE, item.warehouse.id)
        world = Place(Bucket.OUTSIDE, item.warehouse.id)
        change = item.quantity - levels.get((item.sku.id, item.warehouse.id), 0)
        if change:
            yield Transfer(
                key=f"stocktake-line:{line.id}",
                sku_id=item.sku.id,
                quantity=abs(change),
                source=world if change > 0 else shelf,
                target=shelf if change > 0 else world,
                document=stocktake.document,
                actor=stocktake.actor,
                reason=f"counted {item.quantity}",
            )


def _open_listings(session: Session, counted: Iterable[Counted], now: datetime) -> None:
    first = [c.sku for c in counted if c.sku.counted_at is None]
    for sku in first:
        sku.counted_at = now
    # A first count of zero moves nothing, yet the channels must hear of it.
    affected = select(ListingComponent.listing_id).where(
        ListingComponent.sku_id.in_([sku.id for sku in first])
    )
    session.execute(
        update(Listing)
        .where(Listing.id.in_(affected))
        .values(wanted_version=Listing.wanted_version + 1)
        .execution_options(synchronize_session=False)
    )
