"""Spreads what has arrived over an order's expected returns.

It runs with each receipt, so it reads rows rather than objects and writes only what
changed; measured in ``docs/performance.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select, update
from sqlalchemy.orm import Session

from stock._documents import Document
from stock._fixed import Fetch, FixedSql, Wire
from stock.models import (
    ExpectedReturn,
    ExpectedReturnLine,
    OrderLine,
    Receipt,
    ReceiptLine,
    ReceiptReversal,
    ReturnState,
)
from stock.reports import ReturnPhase
from stock.standing import Room, Standing, find, place, progress, reopen, standing_of

FROM_ORDER = ""
"""The return id of what follows from the order itself."""

_ANNOUNCED = (
    select(
        ExpectedReturn.id,
        ExpectedReturn.return_id,
        ExpectedReturn.state,
        ExpectedReturn.phase,
        ExpectedReturn.report,
        ExpectedReturn.open_units,
        ExpectedReturn.value_at_risk,
        ExpectedReturnLine.order_line_id,
        ExpectedReturnLine.quantity,
        ExpectedReturnLine.settled.label("settled_before"),
        ExpectedReturnLine.lost.label("lost_before"),
        OrderLine.unit_price,
        OrderLine.units,
    )
    .outerjoin(
        ExpectedReturnLine, ExpectedReturnLine.expected_return_id == ExpectedReturn.id
    )
    .outerjoin(OrderLine, OrderLine.id == ExpectedReturnLine.order_line_id)
    .where(ExpectedReturn.order_id == bindparam("order_id"))
)
# What a reversed receipt booked as good or damaged is out again; lost units stay lost.
_IS_REVERSED = ReceiptReversal.id.is_not(None)
_ARRIVED = (
    select(
        ReceiptLine.order_line_id,
        ReceiptLine.expected_return_id,
        case((_IS_REVERSED, 0), else_=ReceiptLine.good).label("good"),
        case((_IS_REVERSED, 0), else_=ReceiptLine.damaged).label("damaged"),
        ReceiptLine.lost,
        case((_IS_REVERSED, 0), else_=ReceiptLine.found).label("found"),
        case((_IS_REVERSED, ReceiptLine.found), else_=0).label("reopened"),
    )
    .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
    .outerjoin(ReceiptReversal, ReceiptReversal.receipt_id == Receipt.id)
    .where(Receipt.order_id == bindparam("order_id"))
    .order_by(ReceiptLine.id)
)
_SET_SETTLED = (
    update(ExpectedReturnLine)
    .where(ExpectedReturnLine.expected_return_id == bindparam("return_key"))
    .where(ExpectedReturnLine.order_line_id == bindparam("line_key"))
    .values(settled=bindparam("units"), lost=bindparam("lost_units"))
)
_SET_STANDING = (
    update(ExpectedReturn)
    .where(ExpectedReturn.id == bindparam("return_key"))
    .values(
        state=bindparam("new_state"),
        open_units=bindparam("units"),
        value_at_risk=bindparam("worth"),
    )
)
_ROOMS = FixedSql(
    """
    SELECT item.id AS return_id, item.return_id AS name, line.order_line_id,
           line.quantity, line.settled, line.lost, sold.unit_price, sold.units
    FROM expected_return item
    JOIN expected_return_line line ON line.expected_return_id = item.id
    JOIN order_line sold ON sold.id = line.order_line_id
    WHERE item.order_id = :order_id
    """,
    columns="return_id name order_line_id quantity settled lost unit_price units",
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
    UPDATE expected_return
    SET state = :state, open_units = :open_units, value_at_risk = :at_risk
    WHERE id = :return_id AND {_IS_BOOKED}
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
    UPDATE expected_return item
    SET state = change.state, open_units = change.open_units,
        value_at_risk = change.at_risk
    FROM unnest(CAST(:return_ids AS bigint[]), CAST(:states AS text[]),
                CAST(:open_units AS integer[]), CAST(:at_risk AS bigint[]))
        AS change (id, state, open_units, at_risk)
    WHERE item.id = change.id AND {_IS_BOOKED}
    """,
)


@dataclass(slots=True)
class _Announced:
    """One expected return, as far as receipts matter to it."""

    head: Row[Any]
    rooms: list[Room] = field(default_factory=list)


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
    _write_standings(connection, announced)
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
        place(rooms, line_id, good + damaged + lost, lost=lost, own=own)
    changed = [room for room in rooms if room.has_changed]
    touched = sorted({room.return_id for room in changed})
    standings = [
        standing_of([room for room in rooms if room.return_id == return_id])
        for return_id in touched
    ]
    if changed:
        _write_arrival(wire, document, changed, touched, standings)
        _forget(session, set(touched))


def _standing_room(row: Any) -> Room:
    return Room(
        return_id=row.return_id,
        line_id=row.order_line_id,
        quantity=row.quantity,
        price=Decimal(row.unit_price),
        units_of_price=row.units,
        settled_before=row.settled,
        lost_before=row.lost,
        settled=row.settled,
        lost=row.lost,
    )


def _write_arrival(
    wire: Wire,
    document: Document,
    changed: Sequence[Room],
    return_ids: Sequence[int],
    standings: Sequence[Standing],
) -> None:
    booked = {"key": document.key, "order_id": document.order_id}
    columns = {
        **booked,
        "line_returns": [room.return_id for room in changed],
        "line_ids": [room.line_id for room in changed],
        "settled": [room.settled for room in changed],
        "lost": [room.lost for room in changed],
        "return_ids": return_ids,
        "states": [standing.state.value for standing in standings],
        "open_units": [standing.open_units for standing in standings],
        "at_risk": [standing.parts_at_risk for standing in standings],
    }
    if not wire.is_sqlite:
        wire.run(_SET_ALL, columns)
        return
    for room in changed:
        values = {"settled": room.settled, "lost": room.lost}
        key = {"return_id": room.return_id, "line_id": room.line_id}
        wire.run(_SET_ROOM, {**booked, **values, **key})
    for return_id, standing in zip(return_ids, standings, strict=True):
        state: Mapping[str, Any] = {
            "state": standing.state.value,
            "open_units": standing.open_units,
            "at_risk": standing.parts_at_risk,
        }
        wire.run(_SET_RETURN, {**booked, **state, "return_id": return_id})


def _read_announced(connection: Connection, order_id: int) -> Sequence[_Announced]:
    found: dict[int, _Announced] = {}
    for row in connection.execute(_ANNOUNCED, {"order_id": order_id}):
        item = found.setdefault(row.id, _Announced(row))
        if row.order_line_id is not None:
            item.rooms.append(
                Room(
                    row.id,
                    row.order_line_id,
                    row.quantity,
                    row.unit_price,
                    row.units,
                    row.settled_before,
                    row.lost_before,
                )
            )
    for item in found.values():
        item.rooms.sort(key=lambda room: room.line_id)
    # By what the channel says, not by when we heard of it nor by how a database sorts.
    return sorted(found.values(), key=lambda item: str(item.head.return_id))


def _allocate(rooms: Sequence[Room], arrived: Iterable[Row[Any]]) -> None:
    for row in arrived:
        find(rooms, row.order_line_id, row.found, own=row.expected_return_id)
        reopen(rooms, row.order_line_id, row.reopened, own=row.expected_return_id)
        place(
            rooms,
            row.order_line_id,
            row.good + row.damaged + row.lost - row.found,
            lost=row.lost,
            own=row.expected_return_id,
        )


def _write_settled(connection: Connection, rooms: Iterable[Room]) -> None:
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


def _write_standings(connection: Connection, announced: Iterable[_Announced]) -> None:
    changed: list[Mapping[str, Any]] = []
    for item in announced:
        head, standing = item.head, standing_of(item.rooms, _state(item))
        before = Standing(head.state, head.open_units, head.value_at_risk)
        if standing != before:
            changed.append(
                {
                    "return_key": head.id,
                    "new_state": standing.state,
                    "units": standing.open_units,
                    "worth": standing.value_at_risk,
                }
            )
    if changed:
        connection.execute(_SET_STANDING, changed)


def _state(item: _Announced) -> ReturnState:
    settled = sum(room.settled for room in item.rooms)
    goods_come_back = item.head.report.get("goods_come_back")
    if not settled and item.head.phase == ReturnPhase.WITHDRAWN:
        return ReturnState.WITHDRAWN
    if item.head.return_id != FROM_ORDER and not goods_come_back:
        return ReturnState.NO_GOODS
    return progress(item.rooms)


def _forget(session: Session, return_ids: set[int]) -> None:
    # Written past the session: what it holds of these rows is old.
    for instance in session.identity_map.values():
        if isinstance(instance, ExpectedReturn) and instance.id in return_ids:
            session.expire(instance, ["state", "open_units", "value_at_risk"])
        elif (
            isinstance(instance, ExpectedReturnLine)
            and instance.expected_return_id in return_ids
        ):
            session.expire(instance, ["settled", "lost"])
