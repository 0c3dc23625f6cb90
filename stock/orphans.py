"""Takes in parcels that nobody expected; they add nothing to stock, ever.

Whoever finds out which order one belongs to says so; its units are then booked with
that order's receipt, like any other return.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.errors import IdempotencyConflict, InvalidQuantity, StockError
from stock.models import Order, Orphan, OrphanDecision, OrphanItem, OrphanState
from stock.models.evidence import orphan_number
from stock.readable import readable_text
from stock.timeline import note

LONGEST_CODE = 100
LONGEST_CARRIER = 100
LONGEST_TEXT = 500
MOST_ITEMS = 100
MOST_UNITS = 9999

MATCHED = "orphan_matched"
REOPENED = "orphan_reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    """Units of an article that lay in an orphan, by its barcode or code."""

    code: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanReport:
    """What a clerk tells of a parcel that nobody expected."""

    warehouse_id: int
    code: str = ""
    carrier: str = ""
    contents: str = ""
    note: str = ""
    items: Sequence[FoundItem] = ()


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The kept orphan; ``replayed`` when its key had been used before."""

    orphan_id: int
    replayed: bool


class NothingTold(StockError):
    """Neither a code nor a word about an orphan: nobody could find it again."""


class TakenInAlready(StockError):
    """An open orphan of this warehouse has the same code."""

    def __init__(self, code: str, orphan_id: int) -> None:
        self.code = code
        self.orphan_id = orphan_id
        super().__init__(f"{code!r} was taken in as {orphan_number(orphan_id)}")


class UnknownOrphan(StockError):
    """No such orphan."""

    def __init__(self, orphan_id: int) -> None:
        self.orphan_id = orphan_id
        super().__init__(f"unknown parcel {orphan_number(orphan_id)}")


class OrphanDecided(StockError):
    """An orphan is no longer what the person was shown."""

    def __init__(self, orphan: str, state: OrphanState) -> None:
        self.orphan = orphan
        self.state = state
        super().__init__(f"parcel {orphan} is {state}")


class ReasonNeeded(StockError):
    """A decision was to be made without a reason."""


def take_in(
    session: Session,
    report: OrphanReport,
    *,
    key: str,
    actor: str,
    now: datetime,
    again: bool = False,
) -> TakenIn:
    """Keep an unexpected parcel, once for each key.

    ``again`` takes in one more parcel with a code that an open orphan has already.
    Raises ``NothingTold``, ``TakenInAlready``, ``InvalidQuantity`` or
    ``IdempotencyConflict``; then nothing was written.
    """
    items = _sum_items(report.items)
    row = {
        "warehouse_id": report.warehouse_id,
        "code": readable_text(report.code.strip(), LONGEST_CODE),
        "carrier": readable_text(report.carrier.strip(), LONGEST_CARRIER),
        "contents": readable_text(report.contents.strip(), LONGEST_TEXT),
        "note": readable_text(report.note.strip(), LONGEST_TEXT),
    }
    content = _digest(row, items)
    earlier = find_by_key(session, key)
    if earlier is not None:
        return _replayed(earlier, key, content)
    if not (items or any(row[name] for name in ("code", "contents", "note"))):
        raise NothingTold("nothing was told of the parcel")
    if row["code"] and not again:
        _refuse_twin(session, report.warehouse_id, str(row["code"]))
    insert_missing(
        session,
        Orphan,
        [
            {
                **row,
                "key": key,
                "content": content,
                "taken_by": actor,
                "taken_at": now,
                "state": OrphanState.OPEN,
            }
        ],
    )
    kept = find_by_key(session, key)
    assert kept is not None
    taken = _replayed(kept, key, content)
    insert_missing(
        session,
        OrphanItem,
        [
            {"orphan_id": kept.id, "code": code, "quantity": quantity}
            for code, quantity in items
        ],
    )
    return TakenIn(taken.orphan_id, replayed=False)


def match(
    session: Session,
    orphan_id: int,
    order: Order,
    *,
    key: str,
    actor: str,
    now: datetime,
) -> None:
    """Say which order an open orphan belongs to, once for each key; no stock moves.

    Raises ``UnknownOrphan``, ``OrphanDecided`` or ``IdempotencyConflict``.
    """
    decision = OrphanDecision(
        orphan_id=orphan_id,
        key=key,
        state=OrphanState.MATCHED,
        order_id=order.id,
        reason="",
        actor=actor,
        decided_at=now,
    )
    if _decide(session, decision, {OrphanState.OPEN}):
        note(session, order, now, MATCHED, orphan_number(orphan_id), actor=actor)


def hand_back(
    session: Session,
    orphan_id: int,
    *,
    reason: str,
    key: str,
    actor: str,
    now: datetime,
) -> None:
    """Say that an open orphan left the building again, and why; once for each key.

    Raises ``ReasonNeeded``, ``UnknownOrphan``, ``OrphanDecided`` or
    ``IdempotencyConflict``.
    """
    decision = OrphanDecision(
        orphan_id=orphan_id,
        key=key,
        state=OrphanState.HANDED_BACK,
        reason=_reason(reason),
        actor=actor,
        decided_at=now,
    )
    _decide(session, decision, {OrphanState.OPEN})


def reopen(
    session: Session,
    orphan_id: int,
    *,
    reason: str,
    key: str,
    actor: str,
    now: datetime,
) -> None:
    """Take a wrong decision back, with a reason; what was decided stays to be read.

    Receipts are not touched: one that was booked by mistake is reversed by itself.
    Raises ``ReasonNeeded``, ``UnknownOrphan``, ``OrphanDecided`` or
    ``IdempotencyConflict``.
    """
    decision = OrphanDecision(
        orphan_id=orphan_id,
        key=key,
        state=OrphanState.OPEN,
        reason=_reason(reason),
        actor=actor,
        decided_at=now,
    )
    orphan = session.get(Orphan, orphan_id)
    order = orphan.order if orphan else None
    decided = _decide(session, decision, {OrphanState.MATCHED, OrphanState.HANDED_BACK})
    if decided and order is not None:
        note(session, order, now, REOPENED, orphan_number(orphan_id), actor=actor)


def _decide(
    session: Session, decision: OrphanDecision, before: Collection[OrphanState]
) -> bool:
    """Write a decision down; say whether it is a new one."""
    orphan = session.scalar(
        select(Orphan)
        .where(Orphan.id == decision.orphan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if orphan is None:
        raise UnknownOrphan(decision.orphan_id)
    earlier = session.scalar(
        select(OrphanDecision).where(OrphanDecision.key == decision.key)
    )
    if earlier is not None:
        if _said(earlier) != _said(decision):
            raise IdempotencyConflict(decision.key)
        return False
    if orphan.state not in before:
        raise OrphanDecided(orphan.number, OrphanState(orphan.state))
    orphan.state = decision.state
    orphan.order_id = decision.order_id
    session.add(decision)
    session.flush()
    return True


def _said(decision: OrphanDecision) -> tuple[object, ...]:
    return (decision.orphan_id, decision.state, decision.order_id, decision.reason)


def _reason(text: str) -> str:
    reason = readable_text(text.strip(), LONGEST_TEXT)
    if not reason:
        raise ReasonNeeded("this decision takes a reason")
    return reason


def _sum_items(items: Sequence[FoundItem]) -> Sequence[tuple[str, int]]:
    summed: Counter[str] = Counter()
    for item in items:
        if type(item.quantity) is not int or not 1 <= item.quantity <= MOST_UNITS:
            raise InvalidQuantity(item.quantity)
        summed[readable_text(item.code, LONGEST_CODE)] += item.quantity
    return sorted(summed.items())


def _digest(row: dict[str, object], items: Sequence[tuple[str, int]]) -> str:
    content = json.dumps([sorted(row.items()), items])
    return hashlib.sha256(content.encode()).hexdigest()


def find_by_key(session: Session, key: str) -> Orphan | None:
    """Return the orphan that was taken in with this key."""
    return session.scalar(select(Orphan).where(Orphan.key == key))


def _replayed(orphan: Orphan, key: str, content: str) -> TakenIn:
    if orphan.content != content:
        raise IdempotencyConflict(key)
    return TakenIn(orphan.id, replayed=True)


def _refuse_twin(session: Session, warehouse_id: int, code: str) -> None:
    twin = session.scalar(
        select(Orphan.id)
        .where(Orphan.code.in_({code, code.upper(), code.lower()}))
        .where(Orphan.warehouse_id == warehouse_id)
        .where(Orphan.state == OrphanState.OPEN)
        .order_by(Orphan.id)
        .limit(1)
    )
    if twin is not None:
        raise TakenInAlready(code, twin)
