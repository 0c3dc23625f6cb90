"""Long lists for programs, page after page: nothing comes twice, nothing is left out.

Each page begins after a place that the page before it ended at, never at a count of
rows, so that what is added meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from stock.card import CLOCKS_AGREE_WITHIN
from stock.models import (
    Drift,
    Listing,
    ListingComponent,
    ListingState,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    Refund,
    Shop,
    Sku,
    StockLevel,
    Warehouse,
)
from stock.scope import among, sku_seen

Item = TypeVar("Item")
ShopIds = Collection[int] | None
"""Shops that one may see; None: all."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    more: bool
    """Whether another page follows."""


@dataclass(frozen=True, slots=True)
class ShelfLevel:
    """Units of one SKU in one warehouse."""

    sku: Sku
    warehouse: Warehouse
    level: StockLevel


def levels_page(
    session: Session,
    *,
    shop_ids: ShopIds,
    sku_id: int | None = None,
    warehouse_id: int | None = None,
    after: tuple[int, int] | None = None,
    limit: int,
) -> Slice[ShelfLevel]:
    """Return levels by SKU and warehouse; ``after`` are the ids of the last ones."""
    place = tuple_(StockLevel.sku_id, StockLevel.warehouse_id)
    query = (
        select(Sku, Warehouse, StockLevel)
        .join(Sku, Sku.id == StockLevel.sku_id)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .where(sku_seen(StockLevel.sku_id, shop_ids))
        .order_by(StockLevel.sku_id, StockLevel.warehouse_id)
        .limit(limit + 1)
    )
    if sku_id is not None:
        query = query.where(StockLevel.sku_id == sku_id)
    if warehouse_id is not None:
        query = query.where(StockLevel.warehouse_id == warehouse_id)
    if after is not None:
        query = query.where(place > tuple_(*map(literal, after)))
    rows = session.execute(query).all()
    return _slice([ShelfLevel(sku, place, level) for sku, place, level in rows], limit)


def orders_page(
    session: Session,
    *,
    shop_ids: ShopIds,
    since: datetime | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> Slice[Order]:
    """Return orders, the ones whose channel changed them longest ago first.

    One that changes while somebody pages comes again, later.
    """
    own = select(Shop.id).where(among(Shop.id, shop_ids)).order_by(Shop.id)
    # One index holds each shop's orders in this order; their heads are merged.
    parts = [
        _orders_of(shop_id, since=since, after=after, limit=limit).subquery()
        for shop_id in session.scalars(own)
    ]
    if not parts:
        return Slice([], more=False)
    heads = union_all(*(select(part) for part in parts)).subquery()
    query = (
        select(Order)
        .join(heads, heads.c.id == Order.id)
        .options(joinedload(Order.shop))
        .order_by(Order.updated_at, Order.id)
        .limit(limit + 1)
    )
    return _slice(session.scalars(query).all(), limit)


def receipts_page(
    session: Session,
    *,
    shop_ids: ShopIds,
    order_id: int | None = None,
    since: datetime | None = None,
    after: int | None = None,
    limit: int,
) -> Slice[Receipt]:
    """Return receipts, the first one booked first."""
    query = (
        select(Receipt)
        .join(Order, Order.id == Receipt.order_id)
        .where(among(Order.shop_id, shop_ids))
        .options(
            joinedload(Receipt.warehouse),
            joinedload(Receipt.order).joinedload(Order.shop),
            joinedload(Receipt.reversal),
            selectinload(Receipt.lines)
            .joinedload(ReceiptLine.order_line)
            .joinedload(OrderLine.sku),
        )
        .order_by(Receipt.id)
        .limit(limit + 1)
    )
    if order_id is not None:
        query = query.where(Receipt.order_id == order_id)
    if since is not None:
        start = _last_before(session, since)
        query = query.where(Receipt.id > start, Receipt.posted_at >= since)
    if after is not None:
        query = query.where(Receipt.id > after)
    return _slice(session.scalars(query).all(), limit)


def listings_page(
    session: Session,
    *,
    shop_ids: ShopIds,
    sku_id: int | None = None,
    state: ListingState | None = None,
    after: int | None = None,
    limit: int,
) -> Slice[Listing]:
    """Return listings, the one that was imported first at the beginning."""
    query = (
        select(Listing)
        .where(among(Listing.shop_id, shop_ids))
        .options(
            joinedload(Listing.shop),
            selectinload(Listing.components).joinedload(ListingComponent.sku),
        )
        .order_by(Listing.id)
        .limit(limit + 1)
    )
    if sku_id is not None:
        stands_for = select(ListingComponent.listing_id)
        stands_for = stands_for.where(ListingComponent.sku_id == sku_id)
        query = query.where(Listing.id.in_(stands_for))
    if state is not None:
        query = query.where(Listing.state == state)
    if after is not None:
        query = query.where(Listing.id > after)
    return _slice(session.scalars(query).all(), limit)


def refunds_page(
    session: Session,
    *,
    shop_ids: ShopIds,
    channel_order_id: str | None = None,
    state: str | None = None,
    after: int | None = None,
    limit: int,
) -> Slice[tuple[Refund, Shop]]:
    """Return refunds with their shops, the first one recorded first."""
    query = (
        select(Refund, Shop)
        .join(Shop, Shop.id == Refund.shop_id)
        .where(among(Refund.shop_id, shop_ids))
        .order_by(Refund.id)
        .limit(limit + 1)
    )
    if channel_order_id is not None:
        query = query.where(Refund.channel_order_id == channel_order_id)
    if state is not None:
        query = query.where(Refund.state == state)
    if after is not None:
        query = query.where(Refund.id > after)
    rows = session.execute(query).all()
    return _slice([(refund, shop) for refund, shop in rows], limit)


def drifts_before(
    session: Session, *, shop_ids: ShopIds, before: int | None = None, limit: int
) -> Slice[tuple[Drift, Listing]]:
    """Return where a channel's number was not ours, with its listing, newest first."""
    newest = select(Drift.id).order_by(Drift.id.desc()).limit(limit + 1)
    if shop_ids is not None:
        own = select(Listing.id).where(among(Listing.shop_id, shop_ids))
        newest = newest.where(Drift.listing_id.in_(own))
    if before is not None:
        newest = newest.where(Drift.id < before)
    query = (
        select(Drift, Listing)
        .join(Listing, Listing.id == Drift.listing_id)
        .where(Drift.id.in_(select(newest.subquery().c.id)))
        .options(joinedload(Listing.shop))
        .order_by(Drift.id.desc())
    )
    rows = session.execute(query).all()
    return _slice([(drift, listing) for drift, listing in rows], limit)


def seen_skus(
    session: Session, sku_ids: Collection[int], shop_ids: ShopIds
) -> Collection[int]:
    """Return which of these SKUs one of the shops lists or sold."""
    query = select(Sku.id).where(Sku.id.in_(sku_ids), sku_seen(Sku.id, shop_ids))
    return set(session.scalars(query))


def _orders_of(
    shop_id: int,
    *,
    since: datetime | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Select[int]:
    query = (
        select(Order.id)
        .where(Order.shop_id == shop_id)
        .order_by(Order.updated_at, Order.id)
        # Not a parameter: for any number of rows a database would rather sort.
        .limit(literal_column(str(limit + 1)))
    )
    if since is not None:
        query = query.where(Order.updated_at >= since)
    if after is not None:
        query = query.where(_is_after(Order.updated_at, Order.id, *after))
    return query


def _is_after(
    moment: InstrumentedAttribute[datetime],
    identity: InstrumentedAttribute[int],
    last_moment: datetime,
    last_id: int,
) -> ColumnElement[bool]:
    there = tuple_(literal(last_moment, moment.type), literal(last_id, identity.type))
    return and_(moment >= last_moment, tuple_(moment, identity) > there)


def _last_before(session: Session, since: datetime) -> int:
    # There is no index on the moment: a receipt that is surely older says by its id
    # where to begin.
    older = (
        select(Receipt.id)
        .where(Receipt.posted_at <= since - CLOCKS_AGREE_WITHIN)
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    return session.scalar(older) or 0


def _slice(found: Sequence[Item], limit: int) -> Slice[Item]:
    return Slice(found[:limit], more=len(found) > limit)
