"""Applies what a browser asks for, once each, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock._upsert import insert_missing
from stock.errors import IdempotencyConflict, StockError
from stock.models import ReturnSheet, SheetParcel
from stock.models.sheets import SheetAction as AnsweredAction
from stock.receipt_history import LARGEST_ID
from stock.session import Database
from stock.sheets import answers
from stock.sheets.actions import (
    Action,
    Close,
    Describe,
    FromZero,
    Judge,
    Open,
    ParcelAction,
    Post,
    Put,
    Scan,
    SheetAction,
    digest_of,
)
from stock.sheets.answers import Answer
from stock.sheets.clerk import Clerk
from stock.sheets.errors import UnknownParcel, UnknownSheet, refusal_of
from stock.sheets.judging import count_from_zero, count_scan, judge
from stock.sheets.opening import close_sheet, describe_sheet, discard, open_sheet
from stock.sheets.posting import post_parcel
from stock.sheets.putting import put_on, take_off

MOST_ACTIONS = 500
LONGEST_ID = 100


def apply_actions(
    database: Database, actions: Sequence[Action], *, by: Clerk, now: datetime
) -> tuple[Answer, ...]:
    """Apply actions in their sequence, each in a transaction of its own.

    Each is answered once and the answer is kept, a refusal too: sent again, it is
    answered the same and done no second time.  Raises ``ValueError`` for too many
    actions, and for an id that is none.
    """
    if len(actions) > MOST_ACTIONS:
        raise ValueError(f"{MOST_ACTIONS} actions are the most at once")
    for action in actions:
        if not 0 < len(action.id) <= LONGEST_ID or not action.id.isprintable():
            raise ValueError("an action has an id of 1 to 100 printable characters")
    return tuple(_apply(database, action, by, now) for action in actions)


def _apply(database: Database, action: Action, by: Clerk, now: datetime) -> Answer:
    try:
        return database.run(
            lambda session: _once(
                session, action, by, now, lambda: _do(session, action, by, now)
            )
        )
    except StockError as error:
        refusal = refusal_of(error)
    if refusal.error == "idempotency_conflict":
        # The id is another action's: its answer stays.
        return answers.refused(action.id, refusal)
    return database.run(
        lambda session: _once(
            session,
            action,
            by,
            now,
            lambda: answers.refused(
                action.id,
                refusal,
                sheet_id=_known_sheet_id(session, action, by),
                parcel_id=_known_parcel_id(session, action, by),
            ),
        )
    )


def _once(
    session: Session,
    action: Action,
    by: Clerk,
    now: datetime,
    work: Callable[[], Answer],
) -> Answer:
    """Return the kept answer of an action, or else do the work and keep its answer."""
    content = digest_of(action)
    name = {"actor": by.name, "key": action.id}
    row = {**name, "content": content, "answered_at": now, "answer": {}}
    # Whoever sends the same at the same moment waits here for the first answer.
    insert_missing(session, AnsweredAction, [row])
    kept = session.get_one(AnsweredAction, (by.name, action.id))
    if kept.content != content:
        raise IdempotencyConflict(action.id)
    if kept.answer:
        return answers.from_json(kept.answer).again()
    answer = work()
    kept.sheet_id = answer.sheet_id
    kept.parcel_id = answer.parcel_id
    kept.answer = answers.to_json(answer)
    return answer


def _do(session: Session, action: Action, by: Clerk, now: datetime) -> Answer:
    if isinstance(action, Open):
        sheet = open_sheet(
            session,
            key=action.id,
            warehouse_id=action.warehouse_id,
            carrier=action.carrier,
            note=action.note,
            by=by,
            now=now,
        )
        return answers.of_sheet(action.id, sheet)
    if isinstance(action, SheetAction):
        return _do_on_sheet(session, action, by, now)
    return _do_on_parcel(session, action, by, now)


def _do_on_sheet(
    session: Session, action: SheetAction, by: Clerk, now: datetime
) -> Answer:
    sheet_id = _known_sheet_id(session, action, by)
    if sheet_id is None:
        raise UnknownSheet(str(action.sheet)[:LONGEST_ID])
    if isinstance(action, Put):
        put = put_on(
            session,
            sheet_id,
            action.code,
            key=action.id,
            by=by,
            now=now,
            order_id=action.order_id,
            again=action.again,
            note=action.note,
        )
        return answers.of_parcel(action.id, put.parcel, is_new=put.is_new)
    if isinstance(action, Describe):
        sheet = describe_sheet(
            session,
            sheet_id,
            by=by,
            now=now,
            carrier=action.carrier,
            note=action.note,
            warehouse_id=action.warehouse_id,
        )
        return answers.of_sheet(action.id, sheet)
    change = close_sheet if isinstance(action, Close) else discard
    return answers.of_sheet(action.id, change(session, sheet_id, by=by, now=now))


def _do_on_parcel(
    session: Session, action: ParcelAction, by: Clerk, now: datetime
) -> Answer:
    parcel_id = _known_parcel_id(session, action, by)
    if parcel_id is None:
        raise UnknownParcel(str(action.parcel)[:LONGEST_ID])
    if isinstance(action, Post):
        posted = post_parcel(session, parcel_id, version=action.version, by=by, now=now)
        return answers.of_parcel(action.id, posted.parcel, receipt_id=posted.receipt_id)
    if isinstance(action, Judge):
        parcel = judge(
            session,
            parcel_id,
            action.units,
            version=action.version,
            by=by,
            now=now,
            note=action.note,
        )
    elif isinstance(action, Scan):
        parcel = count_scan(
            session,
            parcel_id,
            action.code,
            action.condition,
            version=action.version,
            by=by,
            now=now,
        ).parcel
    else:
        change = count_from_zero if isinstance(action, FromZero) else take_off
        parcel = change(session, parcel_id, version=action.version, by=by, now=now)
    return answers.of_parcel(action.id, parcel)


def _known_sheet_id(session: Session, action: Action, by: Clerk) -> int | None:
    """Return the id of the sheet that an action names, if there is one."""
    if isinstance(action, Open) or not isinstance(action, SheetAction):
        return None
    if isinstance(action.sheet, str):
        return _answered(session, AnsweredAction.sheet_id, action.sheet, by)
    return _existing(session, ReturnSheet.id, action.sheet)


def _known_parcel_id(session: Session, action: Action, by: Clerk) -> int | None:
    """Return the id of the parcel that an action names, if there is one."""
    if not isinstance(action, ParcelAction):
        return None
    if isinstance(action.parcel, str):
        return _answered(session, AnsweredAction.parcel_id, action.parcel, by)
    return _existing(session, SheetParcel.id, action.parcel)


def _answered(
    session: Session, column: InstrumentedAttribute[int | None], key: str, by: Clerk
) -> int | None:
    if not key.isprintable():
        return None
    return session.scalar(
        select(column)
        .where(AnsweredAction.actor == by.name)
        .where(AnsweredAction.key == key)
    )


def _existing(
    session: Session, column: InstrumentedAttribute[int], record_id: int
) -> int | None:
    if not 0 < record_id <= LARGEST_ID:
        return None
    return session.scalar(select(column).where(column == record_id))
