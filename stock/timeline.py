"""Writes down what was learned or decided about an order, for people to read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from stock.models import Order, OrderEvent

_INSERT = insert(OrderEvent)


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


def note_at_once(
    session: Session, order_id: int, at: datetime, kind: str, detail: str, *, actor: str
) -> None:
    """Add one line in a statement of its own, for those who write just one."""
    session.connection().execute(
        _INSERT,
        {
            "order_id": order_id,
            "happened_at": at,
            "kind": kind,
            "detail": detail[:300],
            "actor": actor,
        },
    )
