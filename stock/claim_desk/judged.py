"""What return sheets say of an order's parcels: wrong items, and missing ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from stock.models import (
    ClaimCause,
    ExpectedReturn,
    LineLevel,
    Order,
    ReceiptReversal,
    SheetLine,
    SheetParcel,
    SheetParcelState,
)

Judged = tuple[ClaimCause, ExpectedReturn | None, Counter[int]]


def judged_units(session: Session, order: Order) -> Sequence[Judged]:
    """Return the units that sheets found wrong or missing, by order line.

    Such units are never booked, so they are out until they come: what is out no more
    is not to be claimed.
    """
    found: dict[tuple[ClaimCause, int | None], Counter[tuple[int, int]]]
    found = defaultdict(Counter)
    for row in _rows(session, order):
        place = (row.sku_id, row.warehouse_id)
        found[ClaimCause.WRONG_ITEM, row.expected_return_id][place] += row.wrong
        found[ClaimCause.MISSING, row.expected_return_id][place] += row.missing
    returns = {item.id: item for item in order.expected_returns}
    out = _units_out(session, order)
    return [
        (cause, returns.get(return_id or 0), _by_line(order, units, out))
        for (cause, return_id), units in found.items()
    ]


def _rows(
    session: Session, order: Order
) -> Sequence[Row[int, int, int, int, int | None]]:
    return session.execute(
        select(
            SheetLine.sku_id,
            SheetLine.warehouse_id,
            SheetLine.wrong,
            SheetLine.missing,
            SheetParcel.expected_return_id,
        )
        .join(SheetParcel, SheetParcel.id == SheetLine.parcel_id)
        .outerjoin(
            ReceiptReversal, ReceiptReversal.receipt_id == SheetParcel.receipt_id
        )
        .where(SheetParcel.order_id == order.id)
        .where(SheetParcel.state == SheetParcelState.POSTED)
        # Whoever takes the receipt back takes back what was said with it.
        .where(ReceiptReversal.id.is_(None))
        .order_by(SheetParcel.id, SheetLine.sku_id, SheetLine.warehouse_id)
    ).all()


def _units_out(session: Session, order: Order) -> dict[int, int]:
    rows = session.execute(
        select(LineLevel.order_line_id, LineLevel.out).where(
            LineLevel.order_line_id.in_([line.id for line in order.lines])
        )
    )
    return {line_id: out for line_id, out in rows}


def _by_line(
    order: Order, units: Counter[tuple[int, int]], out: dict[int, int]
) -> Counter[int]:
    left = Counter(units)
    spread: Counter[int] = Counter()
    for line in order.lines:
        place = (line.sku_id, line.warehouse_id)
        taken = min(left[place], out.get(line.id, 0))
        left[place] -= taken
        spread[line.id] += taken
    return spread
