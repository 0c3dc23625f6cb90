"""Writes down what was learned or decided about an order, for people to read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from stock.models import Order, OrderEvent


def note(
    session: Session,
    order: Order,
    at: datetime,
    kind: str,
    detail: str = "",
    *,
    actor: str = "",
) -> None:
    """Add one line to the order's timeline."""
    session.add(
        OrderEvent(
            order_id=order.id,
            happened_at=at,
            kind=kind,
            detail=detail[:300],
            actor=actor,
        )
    )
