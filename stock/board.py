"""Lists what should come back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, literal, literal_column, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.board_order import find_page
from stock.board_place import PageEnd
from stock.models import (
    ExpectedReturn,
    ExpectedReturnLine,
    Order,
    OrderLine,
    Parcel,
    ReturnState,
)
from stock.scope import among
from stock.selection import Selection, as_filter

OPEN_STATES = (ReturnState.AWAITING, ReturnState.PARTLY_RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReturn:
    """One expected return with what is still to come of it."""

    expected: ExpectedReturn
    tracking_numbers: Sequence[str]

    @property
    def open_lines(self) -> Sequence[ExpectedReturnLine]:
        """Lines with units still to come."""
        return [line for line in self.expected.lines if line.open > 0]

    @property
    def units(self) -> int:
        """Units still to come."""
        return sum(line.open for line in self.open_lines)

    @property
    def value(self) -> Decimal:
        """What the units still to come were sold for, in the order's currency."""
        return sum(
            (_unit_value(line.order_line) * line.open for line in self.open_lines),
            Decimal(0),
        )

    def age_days(self, now: datetime) -> int:
        """Whole days since the return was opened."""
        return (now - self.expected.opened_at).days


@dataclass(frozen=True, slots=True)
class WaitingEnd:
    """Where a page of the waiting orders ended: its last order, as it was then."""

    updated_at: datetime
    order_id: int


def open_returns(
    session: Session,
    *,
    search: str = "",
    limit: int = 100,
    after_id: int = 0,
    after: PageEnd | None = None,
    selection: Selection | None = None,
) -> Sequence[OpenReturn]:
    """Return what should come back, oldest first, in slices after a return.

    ``search`` matches an order, return or tracking number, a SKU or a barcode; a
    ``selection`` may ask for less, and in another order.
    """
    chosen = selection or Selection(search=search)
    end = after or (PageEnd(after_id) if after_id else None)
    found = _load(session, find_page(session, chosen, limit=limit, end=end))
    numbers = _tracking_numbers(session, found)
    return [
        OpenReturn(
            expected=item,
            tracking_numbers=numbers.get((item.shop_id, item.channel_order_id), []),
        )
        for item in found
    ]


def waiting_orders(
    session: Session,
    *,
    shop_ids: Collection[int] | None = None,
    limit: int = 100,
    after: WaitingEnd | None = None,
) -> Sequence[Order]:
    """Return orders with ended units of unknown whereabouts, oldest first.

    ``after`` is where the page before ended.  An order that its channel tells of again
    moves to the end, so a reader who goes on by page misses none.
    """
    query = (
        select(Order)
        .where(*_waits(shop_ids))
        .options(
            selectinload(Order.lines).joinedload(OrderLine.sku),
            selectinload(Order.shop),
        )
        .order_by(Order.updated_at, Order.id)
        .limit(limit)
    )
    if after is not None:
        moment = literal(after.updated_at, Order.updated_at.type)
        end = tuple_(moment, literal(after.order_id))
        query = query.where(tuple_(Order.updated_at, Order.id) > end)
    return session.scalars(query).all()


def count_waiting(session: Session, *, shop_ids: Collection[int] | None = None) -> int:
    """Count the orders with ended units of unknown whereabouts."""
    return session.scalar(select(func.count(Order.id)).where(*_waits(shop_ids))) or 0


def _waits(shop_ids: Collection[int] | None) -> Sequence[ColumnElement[bool]]:
    # Word for word the condition of the index: with a parameter in it each order line
    # would be read; and by its shop each order.
    waits = OrderLine.waiting > literal_column("0")
    return (
        Order.id.in_(select(OrderLine.order_id).where(waits)),
        as_filter(among(Order.shop_id, shop_ids)),
    )


def _load(session: Session, ids: Sequence[int]) -> Sequence[ExpectedReturn]:
    if not ids:
        return []
    found = session.scalars(
        select(ExpectedReturn)
        .where(ExpectedReturn.id.in_(ids))
        .options(
            selectinload(ExpectedReturn.lines)
            .joinedload(ExpectedReturnLine.order_line)
            .joinedload(OrderLine.sku),
            joinedload(ExpectedReturn.shop, innerjoin=True),
            joinedload(ExpectedReturn.order),
        )
    )
    by_id = {item.id: item for item in found}
    return [by_id[return_id] for return_id in ids]


def _tracking_numbers(
    session: Session, items: Sequence[ExpectedReturn]
) -> dict[tuple[int, str], list[str]]:
    shops = {item.shop_id for item in items}
    orders = {item.channel_order_id for item in items}
    found = session.scalars(
        select(Parcel)
        .where(Parcel.shop_id.in_(shops))
        .where(Parcel.channel_order_id.in_(orders))
        .order_by(Parcel.id)
    )
    numbers: dict[tuple[int, str], list[str]] = {}
    for parcel in found:
        key = (parcel.shop_id, parcel.channel_order_id)
        numbers.setdefault(key, []).append(parcel.number)
    return numbers


def _unit_value(line: OrderLine) -> Decimal:
    return line.unit_price / line.units
