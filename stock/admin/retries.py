"""Tries again what was set aside, at a person's wish, and tells what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from stock import set_aside
from stock._upsert import insert_missing
from stock.audit_log import write_audit
from stock.models import (
    AuditEntry,
    InboxMessage,
    Order,
    SetAside,
    SetAsideReason,
    Shop,
)
from stock.scope import among

ACTION = "set-aside work tried"
MOST_AT_ONCE = 500


class Outcome(StrEnum):
    """What came of trying one record again."""

    WAITING = "waiting"
    """No worker has looked at it yet."""
    TAKEN_IN = "taken in"
    STILL_ASIDE = "still aside"
    NOT_TOLD = "not told"
    """The channel was asked and did not tell of it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One record that was tried again."""

    shop: Shop
    record_id: str
    outcome: Outcome
    record: SetAside | None
    """As it is set aside now, if it still is."""
    order_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of set-aside records, the longest waiting first."""

    records: Sequence[SetAside]
    orders: Mapping[tuple[int, str], Order]
    """What is known of the orders among them, by shop and number."""
    next_after: int | None


def set_aside_page(
    session: Session,
    *,
    shop_ids: Collection[int] | None = None,
    shop_id: int | None = None,
    reason: SetAsideReason | None = None,
    after: int = 0,
    limit: int,
) -> Page:
    """Return a slice of what waits; ids rise with the time since when."""
    found = session.scalars(
        select(SetAside)
        .where(SetAside.id > after, *_meant(shop_ids, shop_id, reason))
        .options(joinedload(SetAside.shop))
        .order_by(SetAside.id)
        .limit(limit + 1)
    ).all()
    shown = found[:limit]
    named = [(x.shop_id, x.record_id) for x in shown if x.kind == set_aside.ORDER]
    more = shown[-1].id if len(found) > limit else None
    return Page(shown, _orders(session, named), more)


def how_many_by_reason(
    session: Session, shop_ids: Collection[int] | None, shop_id: int | None
) -> Mapping[str, int]:
    """Count what waits by its reason."""
    rows = session.execute(
        select(SetAside.reason, func.count())
        .where(*_meant(shop_ids, shop_id, None))
        .group_by(SetAside.reason)
    )
    return {reason: count for reason, count in rows}


def records_meant(
    session: Session,
    *,
    shop_ids: Collection[int] | None,
    shop_id: int | None,
    reason: SetAsideReason | None,
) -> Sequence[SetAside]:
    """Return the longest untried records that are meant, ``MOST_AT_ONCE`` at most."""
    return session.scalars(
        select(SetAside)
        .where(SetAside.record_id != "", *_meant(shop_ids, shop_id, reason))
        .options(joinedload(SetAside.shop))
        .order_by(SetAside.tried_at, SetAside.id)
        .limit(MOST_AT_ONCE)
    ).all()


def try_again(
    session: Session, records: Sequence[SetAside], *, actor: str, now: datetime
) -> AuditEntry:
    """Ask the channels for these records once more, as if they had told of them.

    A worker follows it up, within seconds where one hears the bell.  The entry that is
    returned names the trial.
    """
    told = sorted({record.shop.name for record in records})
    detail = {"records": str(len(records)), "shops": ", ".join(told)[:500]}
    object_ = records[0].record_id if len(records) == 1 else ""
    entry = write_audit(session, actor, ACTION, object_, detail, now)
    rows = [
        {
            "shop_id": record.shop_id,
            "event_key": _key(entry.id, number),
            "kind": record.kind,
            "channel_order_id": _named(record, set_aside.ORDER),
            "return_id": _named(record, set_aside.RETURN),
            "received_at": now,
        }
        for number, record in enumerate(records)
    ]
    insert_missing(session, InboxMessage, rows)
    return entry


def find_trial(session: Session, entry_id: int) -> AuditEntry | None:
    """Return the entry of a trial."""
    entry = session.get(AuditEntry, entry_id)
    return entry if entry is not None and entry.action == ACTION else None


def tried_page(
    session: Session, trial: AuditEntry, *, first: int = 0, limit: int
) -> Sequence[Tried]:
    """Return what came of the records of a trial, from the ``first`` one on."""
    last = min(first + limit, int(trial.detail["records"]))
    keys = [_key(trial.id, number) for number in range(first, last)]
    messages = session.scalars(
        select(InboxMessage)
        # The index begins with the shop.
        .where(InboxMessage.shop_id.in_(select(Shop.id)))
        .where(InboxMessage.event_key.in_(keys))
        .order_by(InboxMessage.id)
    ).all()
    named = [(x.shop_id, x.channel_order_id or x.return_id) for x in messages]
    aside = _aside(session, named)
    orders = _orders(session, named)
    shops = {shop.id: shop for shop in session.scalars(select(Shop))}
    return [
        _tried(message, shops[message.shop_id], aside, orders) for message in messages
    ]


def _tried(
    message: InboxMessage,
    shop: Shop,
    aside: Mapping[tuple[int, str, str], SetAside],
    orders: Mapping[tuple[int, str], Order],
) -> Tried:
    number = message.channel_order_id or message.return_id
    record = aside.get((shop.id, message.kind, number))
    is_order = message.kind == set_aside.ORDER
    order = orders.get((shop.id, number)) if is_order else None
    return Tried(
        shop=shop,
        record_id=number,
        outcome=_outcome(message, record),
        record=record,
        order_id=order.id if order else None,
    )


def _outcome(message: InboxMessage, record: SetAside | None) -> Outcome:
    if record is None:
        return Outcome.TAKEN_IN
    if message.done_at is None:
        return Outcome.WAITING
    if record.tried_at >= message.received_at:
        return Outcome.STILL_ASIDE
    return Outcome.NOT_TOLD


def _aside(
    session: Session, named: Sequence[tuple[int, str]]
) -> Mapping[tuple[int, str, str], SetAside]:
    found = session.scalars(
        select(SetAside).where(_is_one_of(named, SetAside.shop_id, SetAside.record_id))
    )
    return {(x.shop_id, x.kind, x.record_id): x for x in found}


def _orders(
    session: Session, named: Sequence[tuple[int, str]]
) -> Mapping[tuple[int, str], Order]:
    found = session.scalars(
        select(Order).where(_is_one_of(named, Order.shop_id, Order.channel_order_id))
    )
    return {(x.shop_id, x.channel_order_id): x for x in found}


def _is_one_of(
    named: Sequence[tuple[int, str]], shop_id: Any, record_id: Any
) -> ColumnElement[bool]:
    # Shop by shop: for pairs SQLite has no use for an index, and reads every record.
    records: dict[int, list[str]] = {}
    for shop, name in named:
        records.setdefault(shop, []).append(name)
    own = (and_(shop_id == x, record_id.in_(names)) for x, names in records.items())
    return or_(false(), *own)


def _meant(
    shop_ids: Collection[int] | None,
    shop_id: int | None,
    reason: SetAsideReason | None,
) -> list[ColumnElement[bool]]:
    conditions = [among(SetAside.shop_id, shop_ids)]
    if shop_id is not None:
        conditions.append(SetAside.shop_id == shop_id)
    if reason is not None:
        conditions.append(SetAside.reason == reason)
    return conditions


def _named(record: SetAside, kind: str) -> str:
    return record.record_id if record.kind == kind else ""


def _key(entry_id: int, number: int) -> str:
    return f"again:{entry_id}:{number}"
