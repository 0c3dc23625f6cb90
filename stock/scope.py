"""Narrows what is read to the shops and warehouses that a person is bound to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from stock.models import (
    Listing,
    ListingComponent,
    Order,
    OrderLine,
    Sku,
    Warehouse,
)


def among(column: Any, ids: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition that a column is one of these ids; None: whatever it is."""
    if ids is None:
        return true()
    return column.in_(sorted(ids)) if ids else false()


def sku_seen(column: Any, shop_ids: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition that one of the shops lists or sold a SKU."""
    if not shop_ids:
        return among(column, shop_ids)
    listed = (
        select(ListingComponent.sku_id)
        .join(Listing, Listing.id == ListingComponent.listing_id)
        .where(ListingComponent.sku_id == column, among(Listing.shop_id, shop_ids))
    )
    sold = (
        select(OrderLine.sku_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.sku_id == column, among(Order.shop_id, shop_ids))
    )
    return or_(listed.exists(), sold.exists())


def sees_sku(session: Session, sku_id: int, shop_ids: Collection[int] | None) -> bool:
    """Say whether one of the shops lists or sold this SKU."""
    if shop_ids is None:
        return True
    query = select(Sku.id).where(Sku.id == sku_id, sku_seen(Sku.id, shop_ids))
    return session.scalar(query) is not None


def warehouses(session: Session, ids: Collection[int] | None) -> Sequence[Warehouse]:
    """Return the warehouses among these ids, the first one made first."""
    query = select(Warehouse).where(among(Warehouse.id, ids)).order_by(Warehouse.id)
    return session.scalars(query).all()
