"""Posts what was found: each parcel becomes a receipt, one transaction each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from stock.errors import EmptyReceipt, StockError
from stock.models import (
    Order,
    OrderLine,
    ReceiptLine,
    SheetLine,
    SheetParcel,
    SheetParcelState,
    Sku,
)
from stock.receipts import FoundSku, record_receipt, spread_over_lines
from stock.scope import among
from stock.session import Database
from stock.sheets.clerk import Clerk
from stock.sheets.counts import counts_of
from stock.sheets.holding import (
    Held,
    ParcelHead,
    check_draft,
    check_version,
    hold_parcel,
    hold_sheet,
    mark_changed,
    parcel_head,
)
from stock.sheets.opening import close_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedParcel:
    """A closed parcel; no receipt when all of it was wrong or missing."""

    parcel: ParcelHead
    receipt_id: int | None
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAnswer:
    """What became of one parcel when its sheet was posted."""

    parcel_id: int
    position: int
    posted: PostedParcel | None
    error: StockError | None


def receipt_key(parcel_id: int) -> str:
    """Return the key under which a parcel's receipt is booked, once."""
    return f"sheet-parcel:{parcel_id}"


def post_parcel(
    session: Session,
    parcel_id: int,
    *,
    version: int | None,
    by: Clerk,
    now: datetime,
) -> PostedParcel:
    """Book what was found in a parcel, once; wrong and missing units stay out.

    ``version`` is what the person was shown; None takes it as it is.  A posted parcel
    is given back as it is.  Raises ``UnknownParcel``, ``ParcelClosed``,
    ``StaleParcel``, and what ``record_receipt`` raises; then nothing was written.
    """
    held = hold_parcel(session, parcel_id, by)
    parcel = held.parcel
    if parcel.state == SheetParcelState.POSTED:
        return _posted(parcel, replayed=True)
    check_draft(parcel)
    if version is not None:
        check_version(parcel, version)
    parcel.receipt_id = _book(session, held, by, now)
    parcel.state = SheetParcelState.POSTED
    mark_changed(parcel, by, now)
    return _posted(parcel, replayed=False)


def post_sheet(
    database: Database,
    sheet_id: int,
    *,
    by: Clerk,
    now: datetime,
    versions: Mapping[int, int] | None = None,
) -> tuple[PostAnswer, ...]:
    """Post the draft parcels of a sheet by position, each in its own transaction.

    One that is refused stays a draft and stops no other; when none is left, the sheet
    is closed.  ``versions`` are those that the person was shown, by parcel id; then
    only these parcels are posted.  Raises ``UnknownSheet``.
    """
    drafts = database.run(lambda session: _drafts(session, sheet_id, by))
    answers = tuple(
        _post_one(database, parcel_id, position, versions, by, now)
        for parcel_id, position in drafts
        if versions is None or parcel_id in versions
    )
    database.run(lambda session: close_sheet(session, sheet_id, by=by, now=now))
    return answers


def moved_skus(session: Session, receipt_ids: Collection[int]) -> Sequence[int]:
    """Return the ids of the SKUs that these receipts are about."""
    return session.scalars(
        select(OrderLine.sku_id)
        .join(ReceiptLine, ReceiptLine.order_line_id == OrderLine.id)
        .where(ReceiptLine.receipt_id.in_(receipt_ids))
        .distinct()
        .order_by(OrderLine.sku_id)
    ).all()


def _drafts(session: Session, sheet_id: int, by: Clerk) -> Sequence[tuple[int, int]]:
    sheet = hold_sheet(session, sheet_id, by)
    rows = session.execute(
        select(SheetParcel.id, SheetParcel.position)
        .join(Order, Order.id == SheetParcel.order_id)
        .where(SheetParcel.sheet_id == sheet.id)
        .where(SheetParcel.state == SheetParcelState.DRAFT)
        .where(among(Order.shop_id, by.shop_ids))
        .order_by(SheetParcel.position)
    )
    return [(row.id, row.position) for row in rows]


def _post_one(
    database: Database,
    parcel_id: int,
    position: int,
    versions: Mapping[int, int] | None,
    by: Clerk,
    now: datetime,
) -> PostAnswer:
    seen = None if versions is None else versions[parcel_id]

    def work(session: Session) -> PostedParcel:
        return post_parcel(session, parcel_id, version=seen, by=by, now=now)

    posted, error = None, None
    try:
        posted = database.run(work)
    except StockError as refusal:
        error = refusal
    return PostAnswer(
        parcel_id=parcel_id, position=position, posted=posted, error=error
    )


def _book(session: Session, held: Held, by: Clerk, now: datetime) -> int | None:
    parcel = held.parcel
    lines = session.execute(
        select(SheetLine, Sku.code)
        .join(Sku, Sku.id == SheetLine.sku_id)
        .where(SheetLine.parcel_id == parcel.id)
        .order_by(SheetLine.sku_id, SheetLine.warehouse_id)
        .execution_options(populate_existing=True)
    ).all()
    if not any(counts_of(line).total for line, _ in lines):
        raise EmptyReceipt("nothing was found, and nothing is said to be missing")
    found = [
        FoundSku(
            sku=code,
            warehouse_id=line.warehouse_id,
            good=line.good,
            damaged=line.damaged,
            lost=line.lost,
        )
        for line, code in lines
        if counts_of(line).booked
    ]
    if not found:
        return None
    order = _order(session, parcel)
    opened = parcel.expected_return_id
    return record_receipt(
        session,
        order,
        spread_over_lines(session, order, found, expected_return_id=opened),
        key=receipt_key(parcel.id),
        warehouse_id=held.sheet.warehouse_id,
        actor=by.name,
        now=now,
        note_text=parcel.note,
        expected_return_id=opened,
    ).receipt_id


def _order(session: Session, parcel: SheetParcel) -> Order:
    return session.scalars(
        select(Order)
        .where(Order.id == parcel.order_id)
        .options(selectinload(Order.lines).joinedload(OrderLine.sku))
    ).one()


def _posted(parcel: SheetParcel, *, replayed: bool) -> PostedParcel:
    return PostedParcel(
        parcel=parcel_head(parcel),
        receipt_id=parcel.receipt_id,
        replayed=replayed,
    )
