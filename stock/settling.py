"""Spreads what has arrived over an order's expected returns.

It runs with each receipt, so it reads rows rather than objects and writes only what
changed; measured in ``docs/performance.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.orm import Session

from stock.models import (
    ExpectedReturn,
    ExpectedReturnLine,
    Receipt,
    ReceiptLine,
    ReturnState,
)
from stock.reports import ReturnPhase

FROM_ORDER = ""
"""The return id of what follows from the order itself."""

_ANNOUNCED = (
    select(
        ExpectedReturn.id,
        ExpectedReturn.return_id,
        ExpectedReturn.state,
        ExpectedReturn.phase,
        ExpectedReturn.report,
        ExpectedReturnLine.order_line_id,
        ExpectedReturnLine.quantity,
        ExpectedReturnLine.settled.label("settled_before"),
    )
    .outerjoin(
        ExpectedReturnLine, ExpectedReturnLine.expected_return_id == ExpectedReturn.id
    )
    .where(ExpectedReturn.order_id == bindparam("order_id"))
)
_ARRIVED = (
    select(
        ReceiptLine.order_line_id,
        ReceiptLine.expected_return_id,
        ReceiptLine.good,
        ReceiptLine.damaged,
        ReceiptLine.lost,
    )
    .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
    .where(Receipt.order_id == bindparam("order_id"))
    .order_by(ReceiptLine.id)
)
_SET_SETTLED = (
    update(ExpectedReturnLine)
    .where(ExpectedReturnLine.expected_return_id == bindparam("return_key"))
    .where(ExpectedReturnLine.order_line_id == bindparam("line_key"))
    .values(settled=bindparam("units"))
)
_SET_STATE = (
    update(ExpectedReturn)
    .where(ExpectedReturn.id == bindparam("return_key"))
    .values(state=bindparam("new_state"))
)


@dataclass(slots=True)
class _Room:
    """Room for receipts in one line of one expected return."""

    return_id: int
    line_id: int
    quantity: int
    settled_before: int
    settled: int = 0
    lost: int = 0

    def take(self, quantity: int, *, lost: int) -> int:
        """Settle up to ``quantity`` units here and return how many did fit."""
        fitting = min(quantity, self.quantity - self.settled)
        self.settled += fitting
        self.lost += min(lost, fitting)
        return fitting


@dataclass(slots=True)
class _Announced:
    """One expected return, as far as receipts matter to it."""

    head: Row[Any]
    rooms: list[_Room] = field(default_factory=list)


def settle_receipts(session: Session, order_id: int) -> None:
    """Bring what is settled, and the states, up to the receipts of an order.

    A pure function of those, so calling it again changes nothing.  The caller holds
    the order's lock and has flushed.
    """
    connection = session.connection()
    announced = _read_announced(connection, order_id)
    if not announced:
        return
    rooms = [room for item in announced for room in item.rooms]
    _allocate(rooms, connection.execute(_ARRIVED, {"order_id": order_id}))
    _write_settled(connection, rooms)
    _write_states(connection, announced)
    _forget(session, {item.head.id for item in announced})


def _read_announced(connection: Connection, order_id: int) -> Sequence[_Announced]:
    found: dict[int, _Announced] = {}
    for row in connection.execute(_ANNOUNCED, {"order_id": order_id}):
        item = found.setdefault(row.id, _Announced(row))
        if row.order_line_id is not None:
            item.rooms.append(
                _Room(row.id, row.order_line_id, row.quantity, row.settled_before)
            )
    for item in found.values():
        item.rooms.sort(key=lambda room: room.line_id)
    # By what the channel says, not by when we heard of it nor by how a database sorts.
    return sorted(found.values(), key=lambda item: str(item.head.return_id))


def _allocate(rooms: Sequence[_Room], arrived: Iterable[Row[Any]]) -> None:
    for receipt in arrived:
        rest = receipt.good + receipt.damaged + receipt.lost
        lost = receipt.lost
        own = receipt.expected_return_id
        same_line = [r for r in rooms if r.line_id == receipt.order_line_id]
        # The return that the clerk opened first, then the others.
        for room in sorted(same_line, key=lambda r: r.return_id != own):
            before = room.lost
            rest -= room.take(rest, lost=lost)
            lost -= room.lost - before


def _write_settled(connection: Connection, rooms: Iterable[_Room]) -> None:
    changed = [
        {"return_key": r.return_id, "line_key": r.line_id, "units": r.settled}
        for r in rooms
        if r.settled != r.settled_before
    ]
    if changed:
        connection.execute(_SET_SETTLED, changed)


def _write_states(connection: Connection, announced: Iterable[_Announced]) -> None:
    states = {item.head.id: (item.head.state, _state(item)) for item in announced}
    changed: list[Mapping[str, Any]] = [
        {"return_key": return_id, "new_state": state}
        for return_id, (before, state) in states.items()
        if state != before
    ]
    if changed:
        connection.execute(_SET_STATE, changed)


def _state(item: _Announced) -> ReturnState:
    settled = sum(room.settled for room in item.rooms)
    goods_come_back = item.head.report.get("goods_come_back")
    if not settled and item.head.phase == ReturnPhase.WITHDRAWN:
        return ReturnState.WITHDRAWN
    if item.head.return_id != FROM_ORDER and not goods_come_back:
        return ReturnState.NO_GOODS
    if not settled:
        return ReturnState.AWAITING
    if settled < sum(room.quantity for room in item.rooms):
        return ReturnState.PARTLY_RECEIVED
    if settled == sum(room.lost for room in item.rooms):
        return ReturnState.WRITTEN_OFF
    return ReturnState.RECEIVED


def _forget(session: Session, return_ids: set[int]) -> None:
    # Written past the session: what it holds of these rows is old.
    for instance in session.identity_map.values():
        if isinstance(instance, ExpectedReturn) and instance.id in return_ids:
            session.expire(instance, ["state"])
        elif (
            isinstance(instance, ExpectedReturnLine)
            and instance.expected_return_id in return_ids
        ):
            session.expire(instance, ["settled"])
