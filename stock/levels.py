"""Answers questions about stock: how many, where, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from stock.errors import UnknownSku, UnknownWarehouse
from stock.models import (
    Listing,
    ListingComponent,
    Movement,
    Sku,
    StockLevel,
    Warehouse,
)
from stock.scope import among


def find_sku(session: Session, code: str) -> Sku:
    """Return the SKU with this code.  Raises ``UnknownSku``."""
    sku = session.scalar(select(Sku).where(Sku.code == code.strip()))
    if sku is None:
        raise UnknownSku(code)
    return sku


def find_warehouse(session: Session, code: str) -> Warehouse:
    """Return the warehouse with this code.  Raises ``UnknownWarehouse``."""
    warehouse = session.scalar(select(Warehouse).where(Warehouse.code == code.strip()))
    if warehouse is None:
        raise UnknownWarehouse(code)
    return warehouse


def all_warehouses(session: Session) -> Sequence[Warehouse]:
    """Return all warehouses, the first one made first."""
    return session.scalars(select(Warehouse).order_by(Warehouse.id)).all()


def levels_of(session: Session, sku: Sku) -> Mapping[str, StockLevel]:
    """Return the SKU's levels by warehouse code."""
    rows = session.execute(
        select(Warehouse.code, StockLevel)
        .join(StockLevel, StockLevel.warehouse_id == Warehouse.id)
        .where(StockLevel.sku_id == sku.id)
        .order_by(Warehouse.id)
    )
    return {code: level for code, level in rows}


def listings_of(
    session: Session,
    sku_ids: Sequence[int],
    *,
    shop_ids: Collection[int] | None = None,
) -> Sequence[Listing]:
    """Return the listings of these shops, or of all, that stand for any of the SKUs."""
    return (
        session.scalars(
            select(Listing)
            .where(
                Listing.id.in_(
                    select(ListingComponent.listing_id).where(
                        ListingComponent.sku_id.in_(sku_ids)
                    )
                ),
                among(Listing.shop_id, shop_ids),
            )
            .options(joinedload(Listing.shop), joinedload(Listing.components))
            .order_by(Listing.shop_id, Listing.id)
        )
        .unique()
        .all()
    )


def movements_of(
    session: Session, sku: Sku, *, until: datetime | None = None
) -> Sequence[Movement]:
    """Return every movement that makes up the SKU's numbers, oldest first."""
    query = select(Movement).where(Movement.sku_id == sku.id).order_by(Movement.id)
    if until is not None:
        query = query.where(Movement.posted_at <= until)
    return session.scalars(query).all()
