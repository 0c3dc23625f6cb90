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

from stock._documents import Document
from stock._fixed import Fetch, FixedSql, Wire
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
        ExpectedReturnLine.lost.label("lost_before"),
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
    .values(settled=bindparam("units"), lost=bindparam("lost_units"))
)
_SET_STATE = (
    update(ExpectedReturn)
    .where(ExpectedReturn.id == bindparam("return_key"))
    .values(state=bindparam("new_state"))
)
_ROOMS = FixedSql(
    """
    SELECT item.id AS return_id, item.return_id AS name, line.order_line_id,
           line.quantity, line.settled, line.lost
    FROM expected_return item
    JOIN expected_return_line line ON line.expected_return_id = item.id
    WHERE item.order_id = :order_id
    """,
    columns="return_id name order_line_id quantity settled lost",
)
# Sent together with the receipt, whose key may turn out to be taken.
_IS_BOOKED = """
    EXISTS (SELECT 1 FROM receipt WHERE receipt.key = :key
            AND receipt.order_id = :order_id)
"""
_SET_ROOM = FixedSql(f"""
    UPDATE expected_return_line SET settled = :settled, lost = :lost
    WHERE expected_return_id = :return_id AND order_line_id = :line_id AND {_IS_BOOKED}
""")
_SET_RETURN = FixedSql(f"""
    UPDATE expected_return SET state = :state WHERE id = :return_id AND {_IS_BOOKED}
""")
# The same for all of them, in one round trip.
_SET_ALL = FixedSql(
    "",
    f"""
    WITH placed AS (
        UPDATE expected_return_line line
        SET settled = change.settled, lost = change.lost
        FROM unnest(CAST(:line_returns AS bigint[]), CAST(:line_ids AS bigint[]),
                    CAST(:settled AS integer[]), CAST(:lost AS integer[]))
            AS change (return_id, line_id, settled, lost)
        WHERE line.expected_return_id = change.return_id
          AND line.order_line_id = change.line_id AND {_IS_BOOKED}
    )
    UPDATE expected_return item SET state = change.state
    FROM unnest(CAST(:return_ids AS bigint[]), CAST(:states AS text[]))
        AS change (id, state)
    WHERE item.id = change.id AND {_IS_BOOKED}
    """,
)


@dataclass(slots=True)
class _Room:
    """Room for receipts in one line of one expected return."""

    return_id: int
    line_id: int
    quantity: int
    settled_before: int = 0
    lost_before: int = 0
    settled: int = 0
    lost: int = 0

    @property
    def has_changed(self) -> bool:
        """Whether it holds something else than the database says."""
        return (self.settled, self.lost) != (self.settled_before, self.lost_before)

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


def send_for_rooms(wire: Wire, order_id: int) -> Fetch:
    """Ask for the room in an order's expected returns; the answer is called for it."""
    return wire.send(_ROOMS, {"order_id": order_id})


def settle_arrival(
    session: Session, wire: Wire, document: Document, rows: Iterable[Any]
) -> None:
    """Spread one receipt over the expected returns, as ``settle_receipts`` would.

    What came before stands in the rows already; only the new units are placed.  Sent
    after the receipt, and without effect when that was not written.
    """
    found = [(row.name, _standing_room(row)) for row in rows]
    rooms = [room for _, room in sorted(found, key=lambda x: (x[0], x[1].line_id))]
    for line_id, good, damaged, lost in document.rows:
        own = document.expected_return_id
        _place(rooms, line_id, good + damaged + lost, lost=lost, own=own)
    changed = [room for room in rooms if room.has_changed]
    touched = sorted({room.return_id for room in changed})
    states = [
        _progress([room for room in rooms if room.return_id == return_id])
        for return_id in touched
    ]
    if changed:
        _write_arrival(wire, document, changed, touched, states)
        _forget(session, set(touched))


def _standing_room(row: Any) -> _Room:
    return _Room(
        return_id=row.return_id,
        line_id=row.order_line_id,
        quantity=row.quantity,
        settled_before=row.settled,
        lost_before=row.lost,
        settled=row.settled,
        lost=row.lost,
    )


def _write_arrival(
    wire: Wire,
    document: Document,
    changed: Sequence[_Room],
    return_ids: Sequence[int],
    states: Sequence[ReturnState],
) -> None:
    booked = {"key": document.key, "order_id": document.order_id}
    columns = {
        **booked,
        "line_returns": [room.return_id for room in changed],
        "line_ids": [room.line_id for room in changed],
        "settled": [room.settled for room in changed],
        "lost": [room.lost for room in changed],
        "return_ids": return_ids,
        "states": [state.value for state in states],
    }
    if not wire.is_sqlite:
        wire.run(_SET_ALL, columns)
        return
    for room in changed:
        values = {"settled": room.settled, "lost": room.lost}
        key = {"return_id": room.return_id, "line_id": room.line_id}
        wire.run(_SET_ROOM, {**booked, **values, **key})
    for return_id, state in zip(return_ids, states, strict=True):
        wire.run(_SET_RETURN, {**booked, "return_id": return_id, "state": state.value})


def _read_announced(connection: Connection, order_id: int) -> Sequence[_Announced]:
    found: dict[int, _Announced] = {}
    for row in connection.execute(_ANNOUNCED, {"order_id": order_id}):
        item = found.setdefault(row.id, _Announced(row))
        if row.order_line_id is not None:
            item.rooms.append(
                _Room(
                    row.id,
                    row.order_line_id,
                    row.quantity,
                    row.settled_before,
                    row.lost_before,
                )
            )
    for item in found.values():
        item.rooms.sort(key=lambda room: room.line_id)
    # By what the channel says, not by when we heard of it nor by how a database sorts.
    return sorted(found.values(), key=lambda item: str(item.head.return_id))


def _allocate(rooms: Sequence[_Room], arrived: Iterable[Row[Any]]) -> None:
    for row in arrived:
        _place(
            rooms,
            row.order_line_id,
            row.good + row.damaged + row.lost,
            lost=row.lost,
            own=row.expected_return_id,
        )


def _place(
    rooms: Iterable[_Room], line_id: int, units: int, *, lost: int, own: int | None
) -> None:
    same_line = [room for room in rooms if room.line_id == line_id]
    # The return that the clerk opened first, then the others.
    for room in sorted(same_line, key=lambda r: r.return_id != own):
        before = room.lost
        units -= room.take(units, lost=lost)
        lost -= room.lost - before


def _write_settled(connection: Connection, rooms: Iterable[_Room]) -> None:
    changed = [
        {
            "return_key": room.return_id,
            "line_key": room.line_id,
            "units": room.settled,
            "lost_units": room.lost,
        }
        for room in rooms
        if room.has_changed
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
    return _progress(item.rooms)


def _progress(rooms: Sequence[_Room]) -> ReturnState:
    settled = sum(room.settled for room in rooms)
    if not settled:
        return ReturnState.AWAITING
    if settled < sum(room.quantity for room in rooms):
        return ReturnState.PARTLY_RECEIVED
    if settled == sum(room.lost for room in rooms):
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
            session.expire(instance, ["settled", "lost"])
