"""Works out what should come back, from orders, returns and what has arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from stock.at_risk import homeward_carrier
from stock.models import (
    ExpectedReturn,
    ExpectedReturnLine,
    Order,
    OrderLine,
    ReturnState,
)
from stock.parcels import numbers_of
from stock.reports import ReturnPhase
from stock.settling import FROM_ORDER, settle_receipts


def settle(session: Session, order: Order, *, now: datetime) -> None:
    """Bring an order's expected returns up to its lines, returns and receipts.

    A pure function of those, so calling it again changes nothing.  The caller holds
    the order's lock.
    """
    announced = _announced(session, order)
    if not announced and not any(line.coming_back for line in order.lines):
        return
    _expect_from_order(session, order, announced, now)
    _adopt(session, announced, order)
    session.flush()
    _write_quantities(announced, _quantities(order, announced))
    session.flush()
    settle_receipts(session, order.id)


def _announced(session: Session, order: Order) -> list[ExpectedReturn]:
    found = session.scalars(
        select(ExpectedReturn)
        .where(ExpectedReturn.shop_id == order.shop_id)
        .where(ExpectedReturn.channel_order_id == order.channel_order_id)
        .options(selectinload(ExpectedReturn.lines))
        .execution_options(populate_existing=True)
    )
    # By what the channel says, not by when we heard of it nor by how a database sorts.
    return sorted(found, key=lambda item: item.return_id)


def _adopt(session: Session, announced: Iterable[ExpectedReturn], order: Order) -> None:
    carrier = homeward_carrier(numbers_of(session, order))
    for item in announced:
        item.order_id = order.id
        item.currency = order.currency
        item.carrier = carrier


def _expect_from_order(
    session: Session, order: Order, announced: list[ExpectedReturn], now: datetime
) -> None:
    if not any(line.coming_back for line in order.lines):
        return
    if any(item.return_id == FROM_ORDER for item in announced):
        return
    item = ExpectedReturn(
        shop_id=order.shop_id,
        channel_order_id=order.channel_order_id,
        return_id=FROM_ORDER,
        order_id=order.id,
        state=ReturnState.AWAITING,
        phase=ReturnPhase.SHIPPED_BACK,
        reason=order.raw_status,
        opened_at=now,
        updated_at=order.updated_at,
        report={},
        lines=[],
    )
    session.add(item)
    announced.insert(0, item)


def _quantities(
    order: Order, announced: Sequence[ExpectedReturn]
) -> Mapping[int, Mapping[int, int]]:
    """Units per return and order line; together never more than have left."""
    room = {line.id: line.left for line in order.lines}
    claimed: dict[int, int] = defaultdict(int)
    quantities: dict[int, dict[int, int]] = {}
    for item in announced:
        if item.return_id != FROM_ORDER:
            quantities[item.id] = _claim(item, order.lines, room)
            for line_id, quantity in quantities[item.id].items():
                claimed[line_id] += quantity
    for item in announced:
        if item.return_id == FROM_ORDER:
            rest = {x.id: x.coming_back - claimed[x.id] for x in order.lines}
            quantities[item.id] = {k: v for k, v in rest.items() if v > 0}
    return quantities


def _claim(
    item: ExpectedReturn, lines: Sequence[OrderLine], room: dict[int, int]
) -> dict[int, int]:
    if not _brings_goods(item):
        return {}
    claims: dict[int, int] = defaultdict(int)
    for told in item.report.get("lines", []):
        parts = [line for line in lines if _is_meant(line, told)]
        for sku_id in sorted({line.sku_id for line in parts}):
            same = [line for line in parts if line.sku_id == sku_id]
            wanted = told["quantity"] * same[0].units
            for line in same:
                taken = min(wanted, room[line.id])
                room[line.id] -= taken
                wanted -= taken
                claims[line.id] += taken
    return {line_id: quantity for line_id, quantity in claims.items() if quantity}


def _brings_goods(item: ExpectedReturn) -> bool:
    coming = bool(item.report.get("goods_come_back"))
    return coming and item.phase != ReturnPhase.WITHDRAWN


def _is_meant(line: OrderLine, told: Mapping[str, Any]) -> bool:
    if told.get("line_id"):
        return bool(line.channel_line_id == told["line_id"])
    return (line.item_id, line.variant_id) == (told["item_id"], told["variant_id"])


def _write_quantities(
    announced: Iterable[ExpectedReturn],
    quantities: Mapping[int, Mapping[int, int]],
) -> None:
    for item in announced:
        wanted = quantities[item.id]
        known = {line.order_line_id: line for line in item.lines}
        for line_id, line in known.items():
            line.quantity = wanted.get(line_id, 0)
        for line_id in wanted.keys() - known.keys():
            item.lines.append(
                ExpectedReturnLine(
                    order_line_id=line_id, quantity=wanted[line_id], settled=0
                )
            )
