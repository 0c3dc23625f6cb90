"""Reversing a receipt: a second person says why; both stay visible for ever."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.errors import (
    AlreadyReversed,
    IdempotencyConflict,
    NothingToReverse,
    SamePerson,
    UnitsGone,
)
from stock.models import Receipt
from stock.receipt_history import reversal_changes
from stock.receipts import receivable
from stock.reversals import reverse_receipt
from web import reversal_form
from web.access import check_warehouse, current_reader, demand, desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused, TokenRefused
from web.language import gettext
from web.numbers import is_settled
from web.permissions import Permission, needs
from web.records import named_receipt, shops_listing
from web.reversal_form import reason_trouble
from web.sku_results import receipt_numbers, sku_results
from web.tokens import FormKey, issue_form_key, read_form_key

_FIELDS = ("key", "reason")

blueprint = desk_blueprint("reversals")
blueprint.add_app_template_test(reversal_form.may_be_reversed, "reversible")
blueprint.add_app_template_test(reversal_form.needs_another, "needing_another")


@blueprint.get("/receipts/<id:receipt_id>/reversal")
@needs(Permission.LOOK)
def show_reversal(receipt_id: int) -> ResponseReturnValue:
    """Show what a reversal did, or, to whom may, what it would do."""
    with current_desk().database.read() as session:
        receipt = named_receipt(session, receipt_id)
        if receipt.reversal is not None:
            return _result(session, receipt)
        demand(Permission.REVERSE)
        check_warehouse(receipt.warehouse_id, "receipt")
        return _form(session, receipt)


@blueprint.post("/receipts/<id:receipt_id>/reversal")
@needs(Permission.REVERSE)
def reverse(receipt_id: int) -> ResponseReturnValue:
    """Take the receipt back, or show the form again with what is wrong in it."""
    for name, values in request.form.lists():
        if name not in _FIELDS or len(values) != 1:
            raise FieldsRefused(name)
    reason = request.form.get("reason", "").replace("\r\n", "\n")
    with current_desk().database.read() as session:
        receipt = named_receipt(session, receipt_id)
        check_warehouse(receipt.warehouse_id, "receipt")
        key = _form_key(receipt)
        if key is None:
            return _stale(session, receipt, reason)
        trouble = reason_trouble(reason)
        if trouble and receipt.reversal is None:
            return _form(session, receipt, reason=reason, of_reason=trouble, status=400)
        if trouble:
            return _late(session, receipt, reason)
    return _record(receipt_id, key, reason)


def _record(receipt_id: int, key: FormKey, reason: str) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> Sequence[str]:
        receipt = named_receipt(session, receipt_id)
        reverse_receipt(
            session,
            receipt,
            key=key.receipt_key,
            reason=reason,
            actor=current_reader().user,
            now=desk.now(),
        )
        skus = {line.order_line.sku_id for line in receipt.lines}
        return shops_listing(session, sorted(skus))

    try:
        shops = desk.database.run(work)
    except (AlreadyReversed, IdempotencyConflict):
        with desk.database.read() as session:
            return _late(session, named_receipt(session, receipt_id), reason)
    except (NothingToReverse, SamePerson, UnitsGone):
        with desk.database.read() as session:
            receipt = named_receipt(session, receipt_id)
            return _form(session, receipt, reason=reason, status=409)
    for shop in shops:
        desk.bell.ring(shop)
    return redirect(url_for(".show_reversal", receipt_id=receipt_id), 303)


def _form_key(receipt: Receipt) -> FormKey | None:
    desk = current_desk()
    value = request.form.get("key", "")
    try:
        return read_form_key(
            desk.settings, value, current_reader(), receipt.order_id, desk.now()
        )
    except TokenRefused:
        return None


def _form(
    session: Session,
    receipt: Receipt,
    *,
    reason: str = "",
    of_reason: str = "",
    troubles: Sequence[str] = (),
    status: int = 200,
) -> ResponseReturnValue:
    desk = current_desk()
    shown = reversal_form.preview(session, receipt)
    page = render_template(
        "reversal.html",
        receipt=receipt,
        preview=shown,
        troubles=[*troubles, *shown.obstacles],
        # What was typed stays there to be sent again.
        is_open=bool(reason) or not shown.obstacles,
        reason=reason,
        of_reason=of_reason,
        key=issue_form_key(
            desk.settings, current_reader(), receipt.order_id, desk.now()
        ),
    )
    return page, status


def _result(
    session: Session, receipt: Receipt, *, trouble: str = "", status: int = 200
) -> ResponseReturnValue:
    numbers = receipt_numbers(session, receipt)
    page = render_template(
        "reversed.html",
        receipt=receipt,
        trouble=trouble,
        results=sku_results(reversal_changes(session, receipt), numbers),
        lost=sum(line.lost for line in receipt.lines),
        out=sum(units for _, units in receivable(session, receipt.order)),
        settled=is_settled(numbers),
    )
    return page, status


def _stale(session: Session, receipt: Receipt, reason: str) -> ResponseReturnValue:
    """Answer a form whose key is over or not ours: show what there is, or anew."""
    if receipt.reversal is not None:
        return redirect(url_for(".show_reversal", receipt_id=receipt.id), 303)
    trouble = gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " changed. Check it and send it again."
    )
    return _form(session, receipt, reason=reason, troubles=[trouble], status=400)


def _late(session: Session, receipt: Receipt, reason: str) -> ResponseReturnValue:
    """Answer who comes after the reversal: show it; theirs changed nothing."""
    if receipt.reversal is None:
        return _stale(session, receipt, reason)
    trouble = gettext(
        "This receipt was reversed before, for the reason below. What you have just"
        " sent changed nothing."
    )
    return _result(session, receipt, trouble=trouble, status=409)
