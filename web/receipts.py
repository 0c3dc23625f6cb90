"""The return receipt: the form that a clerk fills in, booked once for each key."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.errors import (
    EmptyReceipt,
    IdempotencyConflict,
    InvalidQuantity,
    NeverLeft,
    ReceiptTooLarge,
)
from stock.models import Order, Receipt
from stock.receipt_history import receipt_by_key
from stock.receipts import FoundSku, record_receipt, spread_over_lines
from web import receipt_form
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.desk import current_desk
from web.entry import Entry, note_trouble, quantities_of, read_entry
from web.errors import TokenRefused
from web.language import gettext
from web.orphans.counts import orphan_note
from web.permissions import Permission, needs
from web.receipt_form import Notices
from web.records import named_order, open_warehouses, shops_listing
from web.routing import LARGEST_ID
from web.skus import packed_skus
from web.tokens import FormKey, read_form_key

blueprint = desk_blueprint("receipts")


@blueprint.get("/orders/<id:order_id>/receipt")
@needs(Permission.LOOK)
def show_form(order_id: int) -> ResponseReturnValue:
    """Show the form for whatever of an order is still out."""
    return_id = request.args.get("return", default=0, type=int)
    with current_desk().database.read() as session:
        order = named_order(session, order_id)
        chosen = return_id if 0 < return_id <= LARGEST_ID else None
        note = orphan_note(session, order, asked_id("orphan"))
        return receipt_form.show(session, order, return_id=chosen, note=note)


@blueprint.post("/orders/<id:order_id>/receipt")
@needs(Permission.BOOK)
def book(order_id: int) -> ResponseReturnValue:
    """Book the receipt, or show the form again with what is wrong in it."""
    with current_desk().database.read() as session:
        order = named_order(session, order_id)
        entry = read_entry(request.form, packed_skus(order).keys())
        key = _form_key(entry, order_id)
        if key is None:
            return _stale_form(session, order_id, entry)
        if entry.do == "reset":
            entry = receipt_form.count_from_zero(entry)
            return _again(session, order_id, entry, Notices(), key, status=200)
        if entry.scan.strip():
            entry, notices = receipt_form.count_scanned(session, order, entry)
            return _again(session, order_id, entry, notices, key, status=200)
        found, notices = _read(session, order, entry)
        if notices.troubles:
            earlier = receipt_by_key(session, key.receipt_key)
            if earlier is not None:
                return _conflict(earlier)
            return _again(session, order_id, entry, notices, key)
    return _record(order_id, entry, key, found)


def _record(
    order_id: int, entry: Entry, key: FormKey, found: Sequence[FoundSku]
) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> tuple[int, Sequence[str]]:
        order = named_order(session, order_id)
        warehouses = {w.code: w.id for w in open_warehouses(session)}
        opened = key.expected_return_id
        of_lines = spread_over_lines(session, order, found, expected_return_id=opened)
        booked = record_receipt(
            session,
            order,
            of_lines,
            key=key.receipt_key,
            warehouse_id=warehouses[entry.warehouse],
            actor=current_reader().user,
            now=desk.now(),
            note_text=entry.note,
            expected_return_id=opened,
        )
        named = {item.order_line_id for item in of_lines}
        skus = {line.sku_id for line in order.lines if line.id in named}
        return booked.receipt_id, shops_listing(session, sorted(skus))

    try:
        receipt_id, shops = desk.database.run(work)
    except (
        EmptyReceipt,
        IdempotencyConflict,
        InvalidQuantity,
        NeverLeft,
        ReceiptTooLarge,
    ) as refusal:
        return _refused(order_id, entry, key, refusal)
    for shop in shops:
        desk.bell.ring(shop)
    return redirect(url_for("results.show_result", receipt_id=receipt_id), 303)


def _form_key(entry: Entry, order_id: int) -> FormKey | None:
    desk = current_desk()
    try:
        return read_form_key(
            desk.settings, entry.key, current_reader(), order_id, desk.now()
        )
    except TokenRefused:
        return None


def _read(
    session: Session, order: Order, entry: Entry
) -> tuple[Sequence[FoundSku], Notices]:
    counted, of_skus = quantities_of(entry)
    found = [
        FoundSku(sku=packed.sku.code, warehouse_id=packed.warehouse.id, **counted[name])
        for name, packed in packed_skus(order).items()
        if name in counted
    ]
    troubles = []
    if entry.warehouse not in {w.code for w in open_warehouses(session)}:
        troubles.append(
            gettext(
                "There is no warehouse “%(code)s”. Choose one from the list.",
                code=entry.warehouse[:50],
            )
        )
    if trouble := note_trouble(entry.note):
        troubles.append(trouble)
    return found, receipt_form.unreadable_notices(of_skus, troubles)


def _again(
    session: Session,
    order_id: int,
    entry: Entry,
    notices: Notices,
    key: FormKey,
    *,
    status: int = 400,
) -> ResponseReturnValue:
    return receipt_form.show(
        session,
        named_order(session, order_id),
        return_id=key.expected_return_id,
        entry=entry,
        notices=notices,
        status=status,
    )


def _stale_form(session: Session, order_id: int, entry: Entry) -> ResponseReturnValue:
    """Answer a form whose key is over or not ours: show what it booked, or anew."""
    desk = current_desk()
    try:
        key = read_form_key(
            desk.settings, entry.key, current_reader(), order_id, desk.now(), late=True
        )
    except TokenRefused:
        earlier = None
    else:
        earlier = receipt_by_key(session, key.receipt_key)
    if earlier is not None:
        return redirect(url_for("results.show_result", receipt_id=earlier.id), 303)
    trouble = gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " booked. Check the numbers and book again."
    )
    entry = Entry(typed=entry.typed, warehouse=entry.warehouse, note=entry.note)
    return receipt_form.show(
        session,
        named_order(session, order_id),
        entry=entry,
        notices=Notices(troubles=[trouble]),
        status=400,
    )


def _refused(
    order_id: int, entry: Entry, key: FormKey, refusal: Exception
) -> ResponseReturnValue:
    with current_desk().database.read() as session:
        earlier = receipt_by_key(session, key.receipt_key)
        if earlier is not None:
            return _conflict(earlier)
        status = 409 if isinstance(refusal, ReceiptTooLarge | NeverLeft) else 400
        order = named_order(session, order_id)
        notices = _notices(session, order, entry, refusal)
        return _again(session, order_id, entry, notices, key, status=status)


def _notices(
    session: Session, order: Order, entry: Entry, refusal: Exception
) -> Notices:
    if not isinstance(refusal, ReceiptTooLarge):
        return Notices(troubles=[_sentence(refusal)])
    counted, _ = quantities_of(entry)
    out = receipt_form.units_out(session, order)
    troubles, of_skus = [], {}
    for name, packed in packed_skus(order).items():
        asked = sum(counted.get(name, {}).values())
        if asked > out[name]:
            troubles.append(_too_many(packed.sku.code, asked, out[name]))
            of_skus[name] = gettext(
                "That is more than the %(n)s that are out", n=out[name]
            )
    if not troubles:
        # More has left since: the next try may well be taken.
        troubles.append(_too_many(refusal.sku, refusal.asked, refusal.out))
    return Notices(troubles=troubles, of_skus=of_skus)


def _too_many(sku: str, asked: int, out: int) -> str:
    return gettext(
        "%(sku)s: %(asked)s units entered, but only %(out)s are still out."
        " Nothing was booked. Correct the numbers; what others have booked is"
        " listed below.",
        sku=sku,
        asked=asked,
        out=out,
    )


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, NeverLeft):
        return gettext("Nothing of this order has left the warehouse.")
    return gettext(
        "All numbers are zero: there is nothing to book. Write how many came back, or"
        " go back to the list."
    )


def _conflict(earlier: Receipt) -> ResponseReturnValue:
    return render_template("conflict.html", receipt=earlier), 409
