"""What each listing should show: our units, less what is kept back for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock.models import (
    Listing,
    ListingComponent,
    ListingState,
    Shop,
    ShopWarehouse,
    Sku,
    StockLevel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A listing that owes a push, with the number as it is now."""

    listing_id: int
    item_id: str
    variant_id: str
    version: int
    quantity: int
    seen_quantity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """How a listing's number comes about."""

    units: int
    """What could be sold of it if nothing were kept back."""
    buffer: int
    share: int

    @property
    def quantity(self) -> int:
        """What its channel may show."""
        return offered(self.units, buffer=self.buffer, share=self.share)

    @property
    def kept_back(self) -> int:
        """What its channel never hears about."""
        return self.units - self.quantity


def offered(units: int, *, buffer: int, share: int) -> int:
    """Return how many of ``units`` a channel may show.

    ``buffer`` units are kept back, and never more than ``share`` percent are shown,
    rounded down; so what is shown never exceeds what is there.
    """
    return max(0, min(units - buffer, units * share // 100))


def owes_push() -> ColumnElement[bool]:
    """The condition that a listing's channel has not heard our newest number.

    Nothing is said about a listing whose SKUs were not all counted, nor about one
    that is paused.
    """
    uncounted = (
        select(ListingComponent.sku_id)
        .join(Sku, Sku.id == ListingComponent.sku_id)
        .where(ListingComponent.listing_id == Listing.id)
        .where(Sku.counted_at.is_(None))
        .exists()
    )
    return and_(
        Listing.state == ListingState.MAPPED,
        ~Listing.paused,
        Listing.pushed_version < Listing.wanted_version,
        ~uncounted,
    )


def owed(session: Session, shop: Shop, *, now: datetime, limit: int) -> Sequence[Owed]:
    """Return listings that owe a push, with their numbers as they are at this moment.

    The version is read together with the number, so that acknowledging it later never
    claims more than was sent.  Listings of SKUs that were never counted owe nothing.
    """
    rows = session.execute(
        _numbers()
        .where(Listing.shop_id == shop.id)
        .where(owes_push())
        .where(or_(Listing.due_at.is_(None), Listing.due_at <= now))
        .order_by(Listing.id)
        .limit(limit)
    )
    return [_owed(row) for row in rows]


def numbers(
    session: Session,
    listing_ids: Sequence[int],
    *,
    less: Mapping[tuple[int, int], int] = MappingProxyType({}),
) -> Mapping[int, Owed]:
    """Return the number each listing should show; uncounted ones are left out.

    ``less`` are units by SKU and warehouse that are counted as if they were gone.
    """
    rows = session.execute(_numbers(less).where(Listing.id.in_(listing_ids)))
    return {row.listing_id: _owed(row) for row in rows}


def reckonings(session: Session, listing_ids: Sequence[int]) -> Mapping[int, Reckoning]:
    """Return how each listing's number comes about; uncounted ones are left out."""
    rows = session.execute(_numbers().where(Listing.id.in_(listing_ids)))
    return {
        row.listing_id: Reckoning(units=row.units, buffer=row.buffer, share=row.share)
        for row in rows
    }


def _owed(row: Row[*tuple[Any, ...]]) -> Owed:
    return Owed(
        listing_id=row.listing_id,
        item_id=row.item_id,
        variant_id=row.variant_id,
        version=row.version,
        quantity=offered(row.units, buffer=row.buffer, share=row.share),
        seen_quantity=row.seen_quantity,
    )


def _numbers(
    less: Mapping[tuple[int, int], int] = MappingProxyType({}),
) -> Select[int, str, str, int, int, int, int, int | None]:
    held = (
        select(func.coalesce(func.sum(_free_units(less)), 0))
        .where(StockLevel.sku_id == ListingComponent.sku_id)
        .where(_sold_from(StockLevel.warehouse_id))
        .correlate(ListingComponent, Listing)
        .scalar_subquery()
    )
    # An oversold SKU is shown as sold out: channels know no negative numbers.
    whole = case((held > 0, held // ListingComponent.quantity), else_=0)
    return (
        select(
            Listing.id.label("listing_id"),
            Listing.item_id,
            Listing.variant_id,
            Listing.wanted_version.label("version"),
            func.min(whole).label("units"),
            func.coalesce(Listing.buffer, Shop.buffer).label("buffer"),
            func.coalesce(Listing.share, Shop.share).label("share"),
            Listing.seen_quantity,
        )
        .join(Shop, Shop.id == Listing.shop_id)
        .join(ListingComponent, ListingComponent.listing_id == Listing.id)
        .join(Sku, Sku.id == ListingComponent.sku_id)
        .where(Listing.state == ListingState.MAPPED)
        .group_by(Listing.id, Shop.id)
        .having(func.count() == func.count(Sku.counted_at))
    )


def _free_units(less: Mapping[tuple[int, int], int]) -> ColumnElement[int]:
    if not less:
        return StockLevel.available.expression
    gone = (
        (and_(StockLevel.sku_id == sku_id, StockLevel.warehouse_id == place), units)
        for (sku_id, place), units in less.items()
    )
    return StockLevel.available - case(*gone, else_=0)


def _sold_from(
    warehouse_id: InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """A shop sells from the warehouses that it names, or else from all."""
    named = select(ShopWarehouse.warehouse_id).where(
        ShopWarehouse.shop_id == Listing.shop_id
    )
    return or_(
        ~named.correlate(Listing).exists(), warehouse_id.in_(named.correlate(Listing))
    )
