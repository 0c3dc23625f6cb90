"""Locks orders with their lines, in one sequence everywhere."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from stock.models import Order


def locked_orders() -> Select[Order]:
    """Return the query for orders, locked by id, as the database has them now."""
    return (
        select(Order)
        .order_by(Order.id)
        .with_for_update(of=Order)
        .options(selectinload(Order.lines))
        .execution_options(populate_existing=True)
    )
