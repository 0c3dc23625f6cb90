"""Tells returns from orders: Tiki's marketplace has no returns of its own.

A failed delivery and a cancel on the way are endings of the order itself.  What an
order cannot say of its lines is that goods come back which the buyer had.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.errors import UnmappedStatus
from connector.parsing import JsonRecord, Malformed, told
from connector.rejections import not_found, rejected
from connector.tiki.evidence import RETURNED, OrderFacts
from connector.tiki.mapping import order_facts, order_of
from connector.tiki.orders import OrderReader
from connector.values import (
    ChannelOrder,
    ChannelReturn,
    ChannelReturnLine,
    Page,
    Parcel,
    ParcelDirection,
    Rejected,
    ReturnPhase,
    Stage,
)


class ReturnReader:
    """Reads returns by time of change, or by the codes of their orders."""

    def __init__(self, orders: OrderReader) -> None:
        self._orders = orders

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelReturn]:
        """Return the returns on one page of orders, the oldest change first.

        An order that cannot be read is set aside where orders are read, not here.
        """
        rows, next_cursor = self._orders.rows_since(since, cursor, now)
        found = [_return_or_none(row) for row in rows]
        items = sorted(
            (one for one in found if isinstance(one, ChannelReturn)),
            key=lambda one: one.updated_at,
        )
        return Page(items=tuple(items), next_cursor=next_cursor)

    def by_code(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; an order without one is rejected."""
        wanted = tuple(dict.fromkeys(return_ids))
        rows = self._orders.rows_of(wanted)
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for return_id in wanted:
            found = _return_or_none(rows[return_id]) if return_id in rows else None
            if isinstance(found, ChannelReturn):
                items.append(found)
            else:
                refused.append(found or not_found(return_id, "Tiki"))
        return Page(items=tuple(items), rejected=tuple(refused))


def return_of(row: JsonRecord) -> ChannelReturn | None:
    """Return the return that an order tells of, if it does.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    facts = order_facts(row)
    if not _is_coming_back(facts):
        return None
    order = order_of(row)
    lines = tuple(_lines(order))
    if order.fulfilled_by_channel or not lines:
        return None
    return ChannelReturn(
        return_id=order.order_id,
        order_id=order.order_id,
        updated_at=order.updated_at,
        phase=_phase(facts),
        raw_status=order.raw_status,
        goods_come_back=True,
        lines=lines,
        parcels=_way_back(order),
    )


def _is_coming_back(facts: OrderFacts) -> bool:
    return facts.status == RETURNED or facts.way_back or facts.turned_back


def _return_or_none(row: JsonRecord) -> ChannelReturn | Rejected | None:
    try:
        return return_of(row)
    except (Malformed, UnmappedStatus) as problem:
        return rejected(told(row.get("code")), problem)


def _lines(order: ChannelOrder) -> list[ChannelReturnLine]:
    """Return what comes back of what the buyer had: Tiki does not say how much."""
    return [
        ChannelReturnLine(
            listing=line.listing,
            quantity=line.quantity,
            line_id=line.line_id,
            sku=line.sku,
        )
        for line in order.lines
        if all(one.stage is Stage.DELIVERED for one in line.portions)
    ]


def _phase(facts: OrderFacts) -> ReturnPhase:
    """Return how far it has come; that it has arrived is Tiki's word, no receipt."""
    if facts.is_back:
        return ReturnPhase.ARRIVED
    if facts.turned_back:
        return ReturnPhase.SHIPPED_BACK
    return ReturnPhase.ARRIVED if facts.status == RETURNED else ReturnPhase.APPROVED


def _way_back(order: ChannelOrder) -> tuple[Parcel, ...]:
    back = [
        parcel
        for parcel in order.parcels
        if parcel.direction is not ParcelDirection.FORWARD
    ]
    return tuple(back)
