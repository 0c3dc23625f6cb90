"""Writing off what is overdue: a named person says why; it may still be found."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.board import OpenReturn
from stock.claims import claim_deadline
from stock.errors import IdempotencyConflict
from stock.models import ExpectedReturn
from stock.receipt_history import receipt_by_key
from stock.write_offs import (
    LONGEST_REASON,
    NotOverdue,
    OpenUnitsChanged,
    ReasonNeeded,
    write_off,
)
from web.access import check_shop, check_warehouse, current_reader, desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing, TokenRefused
from web.formats import moment
from web.language import gettext
from web.permissions import Permission, needs
from web.rows import row_of_return
from web.tokens import FormKey, issue_form_key, read_form_key
from web.typed import holds_control_characters

_FIELDS = ("key", "reason")

blueprint = desk_blueprint("write_offs")


@blueprint.app_template_global("may_write_off")
def may_write_off(item: ExpectedReturn) -> bool:
    """Say whether the reader may write a return off, once it is overdue."""
    reader = current_reader()
    return reader.may(Permission.WRITE_OFF) and all(
        reader.books_into(warehouse_id) for warehouse_id in _packed_in(item)
    )


@blueprint.get("/returns/<id:return_id>/write-off")
@needs(Permission.WRITE_OFF)
def show_form(return_id: int) -> ResponseReturnValue:
    """Show what would be written off, and ask why."""
    with current_desk().database.read() as session:
        return _page(session, _named_return(session, return_id))


@blueprint.post("/returns/<id:return_id>/write-off")
@needs(Permission.WRITE_OFF)
def book(return_id: int) -> ResponseReturnValue:
    """Write the open units off, or show the form again with what is wrong in it."""
    for name, values in request.form.lists():
        if name not in _FIELDS or len(values) != 1:
            raise FieldsRefused(name)
    reason = request.form.get("reason", "").replace("\r\n", "\n")
    with current_desk().database.read() as session:
        item = _named_return(session, return_id)
        key = _form_key(item)
        if key is None:
            return _stale(session, item, reason)
        trouble = _reason_trouble(reason)
        if trouble and receipt_by_key(session, key.receipt_key) is None:
            return _page(session, item, reason=reason, of_reason=trouble, status=400)
    return _record(return_id, key, reason)


def _record(return_id: int, key: FormKey, reason: str) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> int:
        item = _named_return(session, return_id)
        booked = write_off(
            session,
            item,
            units=key.waiting,
            window=desk.settings.claim_windows.of(item.shop.channel),
            key=key.receipt_key,
            reason=reason,
            actor=current_reader().user,
            now=desk.now(),
        )
        return booked.receipt_id

    try:
        receipt_id = desk.database.run(work)
    except (IdempotencyConflict, ReasonNeeded):
        with desk.database.read() as session:
            earlier = receipt_by_key(session, key.receipt_key)
            return render_template("conflict.html", receipt=earlier), 409
    except (NotOverdue, OpenUnitsChanged) as refusal:
        with desk.database.read() as session:
            item = _named_return(session, return_id)
            trouble = _sentence(refusal)
            return _page(session, item, reason=reason, trouble=trouble, status=409)
    return redirect(url_for("results.show_result", receipt_id=receipt_id), 303)


def _named_return(session: Session, return_id: int) -> ExpectedReturn:
    item = session.get(ExpectedReturn, return_id)
    if item is None or item.order is None:
        raise RecordMissing("order")
    check_shop(item.shop_id, "order")
    for warehouse_id in _packed_in(item):
        check_warehouse(warehouse_id, "order")
    return item


def _packed_in(item: ExpectedReturn) -> set[int]:
    """Return the warehouses that the units still to come were packed in."""
    return {line.order_line.warehouse_id for line in item.lines if line.open}


def _form_key(item: ExpectedReturn, *, late: bool = False) -> FormKey | None:
    desk = current_desk()
    assert item.order_id is not None
    try:
        key = read_form_key(
            desk.settings,
            request.form.get("key", ""),
            current_reader(),
            item.order_id,
            desk.now(),
            late=late,
        )
    except TokenRefused:
        return None
    return key if key.expected_return_id == item.id else None


def _stale(session: Session, item: ExpectedReturn, reason: str) -> ResponseReturnValue:
    """Answer a form whose key is over or not ours: show what it booked, or anew."""
    key = _form_key(item, late=True)
    earlier = receipt_by_key(session, key.receipt_key) if key else None
    if earlier is not None:
        return redirect(url_for("results.show_result", receipt_id=earlier.id), 303)
    trouble = gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " changed. Check it and send it again."
    )
    return _page(session, item, reason=reason, trouble=trouble, status=400)


def _page(
    session: Session,
    item: ExpectedReturn,
    *,
    reason: str = "",
    of_reason: str = "",
    trouble: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    desk = current_desk()
    assert item.order_id is not None
    windows = desk.settings.claim_windows
    row = row_of_return(
        OpenReturn(expected=item, tracking_numbers=[]), desk.now(), windows
    )
    is_overdue = claim_deadline(item, windows.of(item.shop.channel)) <= desk.now()
    page = render_template(
        "write_off.html",
        row=row,
        is_open=bool(row.units) and is_overdue,
        is_overdue=is_overdue,
        reason=reason,
        of_reason=of_reason,
        trouble=trouble,
        key=issue_form_key(
            desk.settings,
            current_reader(),
            item.order_id,
            desk.now(),
            expected_return_id=item.id,
            waiting=row.units,
        ),
    )
    return page, status


def _reason_trouble(reason: str) -> str:
    if not reason.strip():
        return gettext("Write why these units will not come back.")
    if len(reason) > LONGEST_REASON:
        return gettext(
            "The reason has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(reason),
            most=LONGEST_REASON,
        )
    if holds_control_characters(reason):
        return gettext(
            "The reason has invisible control characters. Delete it and type it again."
        )
    return ""


def _sentence(refusal: NotOverdue | OpenUnitsChanged) -> str:
    if isinstance(refusal, NotOverdue):
        return gettext(
            "There is time to claim until %(moment)s. Nothing was written off.",
            moment=moment(refusal.deadline),
        )
    return gettext(
        "Other units are to come back than this page showed: somebody has booked some,"
        " or the channel has told more. Nothing was written off. Look at them again."
    )
