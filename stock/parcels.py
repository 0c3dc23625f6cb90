"""Remembers tracking numbers, and finds the order that a scanned number means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, and_, literal_column, select, union
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.errors import AmbiguousReference, UnknownOrder
from stock.models import ExpectedReturn, Order, Parcel, Shop
from stock.reports import ParcelReport
from stock.scope import among


def remember(
    session: Session, shop: Shop, order_id: str, parcels: Iterable[ParcelReport]
) -> None:
    """Keep tracking numbers for good: some channels blank them after delivery."""
    rows = [
        {
            "shop_id": shop.id,
            "channel_order_id": order_id,
            "number": parcel.number[:100],
            "direction": parcel.direction,
            "carrier": parcel.carrier[:100],
        }
        for parcel in parcels
        if parcel.number
    ]
    insert_missing(session, Parcel, rows)


def find_order(session: Session, reference: str) -> Order:
    """Return the one order that an order, return or tracking number means.

    A number is found as it is written, also by who writes it all in capitals or all in
    small letters; surrounding blanks do not count.  Raises
    ``UnknownOrder`` or ``AmbiguousReference``.
    """
    orders = find_orders(session, reference)
    if not orders:
        raise UnknownOrder(reference)
    if len(orders) > 1:
        raise AmbiguousReference(reference, [o.channel_order_id for o in orders])
    return orders[0]


def find_orders(
    session: Session, reference: str, *, shop_ids: Collection[int] | None = None
) -> Sequence[Order]:
    """Return the orders of these shops, or of all, that go by this number."""
    number = reference.strip()
    if not number:
        return []
    spellings = {number, number.upper(), number.lower()}
    # Three short look-ups: one condition with "or" would read every order there is.
    named = (
        select(Order.id).where(Order.channel_order_id.in_(spellings)),
        _orders_of(Parcel).where(Parcel.number.in_(spellings)),
        # Said as the index says it, so that a plan made for any value can use it.
        _orders_of(ExpectedReturn)
        .where(ExpectedReturn.return_id != literal_column("''"))
        .where(ExpectedReturn.return_id.in_(spellings)),
    )
    return session.scalars(
        select(Order)
        .where(Order.id.in_(union(*named)), among(Order.shop_id, shop_ids))
        .order_by(Order.id)
    ).all()


def numbers_of(session: Session, order: Order) -> Sequence[Parcel]:
    """Return the tracking numbers under which the order's units have travelled."""
    return session.scalars(
        select(Parcel)
        .where(Parcel.shop_id == order.shop_id)
        .where(Parcel.channel_order_id == order.channel_order_id)
        .order_by(Parcel.id)
    ).all()


def _orders_of(kind: type[Parcel] | type[ExpectedReturn]) -> Select[int]:
    return select(Order.id).join(
        kind,
        and_(
            kind.shop_id == Order.shop_id,
            kind.channel_order_id == Order.channel_order_id,
        ),
    )
