"""What a photo is of: whether the reader may see it, and where its page is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from stock.models import ReturnSheet, SheetParcel
from stock.models.sheets import sheet_number
from stock.photos import Subject, SubjectKind
from web.access import check_warehouse
from web.errors import RecordMissing
from web.language import gettext
from web.orphans.records import named_orphan
from web.records import named_order, named_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectPage:
    """The page of what a photo is of."""

    title: str
    address: str


def check_subject(session: Session, subject: Subject, *, booking: bool = False) -> None:
    """Let only go on who may see a thing, or with ``booking`` add to it.

    Raises ``RecordMissing``.
    """
    match subject.kind:
        case SubjectKind.ORDER:
            named_order(session, subject.id)
        case SubjectKind.RECEIPT:
            receipt = named_receipt(session, subject.id)
            if booking:
                check_warehouse(receipt.warehouse_id, "receipt")
        case SubjectKind.ORPHAN:
            named_orphan(session, subject.id, booking=booking)
        case SubjectKind.SHEET_PARCEL:
            sheet = session.get_one(ReturnSheet, _parcel(session, subject.id).sheet_id)
            if booking:
                check_warehouse(sheet.warehouse_id, "parcel")


def page_of(session: Session, subject: Subject) -> SubjectPage:
    """Return where the reader sees the thing that a photo is of."""
    match subject.kind:
        case SubjectKind.ORDER:
            order = named_order(session, subject.id)
            return SubjectPage(
                title=gettext("Order %(number)s", number=order.channel_order_id),
                address=url_for("orders.show_order", order_id=order.id),
            )
        case SubjectKind.RECEIPT:
            receipt = named_receipt(session, subject.id)
            return SubjectPage(
                title=gettext("Return receipt %(number)s", number=receipt.number),
                address=url_for("results.show_result", receipt_id=receipt.id),
            )
        case SubjectKind.ORPHAN:
            orphan = named_orphan(session, subject.id)
            return SubjectPage(
                title=gettext("Unexpected parcel %(number)s", number=orphan.number),
                address=url_for("orphans.show_orphan", orphan_id=orphan.id),
            )
        case SubjectKind.SHEET_PARCEL:
            parcel = _parcel(session, subject.id)
            number = sheet_number(parcel.sheet_id)
            return SubjectPage(
                title=gettext("Return sheet %(number)s", number=number),
                address=url_for("sheets.show_sheet", sheet_id=parcel.sheet_id),
            )


def _parcel(session: Session, parcel_id: int) -> SheetParcel:
    parcel = session.get(SheetParcel, parcel_id)
    if parcel is None:
        raise RecordMissing("parcel")
    named_order(session, parcel.order_id)
    return parcel
