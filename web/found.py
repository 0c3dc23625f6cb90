"""Receiving what had been written off as lost: it came after all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.errors import EmptyReceipt, IdempotencyConflict
from stock.found_again import MoreThanLost, lost_units, record_found
from stock.models import Order
from stock.receipt_history import receipt_by_key
from stock.receipts import FoundSku
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.entry import (
    Entry,
    note_trouble,
    quantities_of,
    read_entry,
    unreadable,
)
from web.errors import FieldsRefused, TokenRefused
from web.language import gettext
from web.permissions import Permission, needs
from web.records import (
    line_levels,
    named_order,
    open_warehouses,
    preset_warehouse,
    shops_listing,
)
from web.skus import PackedSku, packed_skus
from web.tokens import FormKey, issue_form_key, read_form_key

blueprint = desk_blueprint("found")


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSku:
    """One SKU of which units are lost, as the form shows it."""

    packed: PackedSku
    lost: int
    typed: Mapping[str, str]
    trouble: str = ""

    @property
    def at_fault(self) -> Collection[str]:
        """The conditions whose typed quantity is at fault."""
        if not self.trouble:
            return ()
        return unreadable(self.typed) or [c for c in self.typed if self.typed[c] != "0"]


@blueprint.app_template_filter("lost_units")
def count_lost(order: Order) -> int:
    """Return how many units of an order are booked as lost."""
    return sum(level.lost for level in line_levels(order.lines))


@blueprint.get("/orders/<id:order_id>/found")
@needs(Permission.LOOK)
def show_form(order_id: int) -> ResponseReturnValue:
    """Show the form for what of an order is lost."""
    with current_desk().database.read() as session:
        return _page(session, named_order(session, order_id))


@blueprint.post("/orders/<id:order_id>/found")
@needs(Permission.BOOK)
def book(order_id: int) -> ResponseReturnValue:
    """Book what was found, or show the form again with what is wrong in it."""
    with current_desk().database.read() as session:
        order = named_order(session, order_id)
        packed = packed_skus(order)
        entry = read_entry(request.form, packed.keys())
        key = _form_key(entry, order_id)
        if key is None:
            return _stale(session, order, entry)
        counted, of_skus = quantities_of(entry)
        troubles = _troubles(session, entry)
        if (of_skus or troubles) and receipt_by_key(session, key.receipt_key) is None:
            return _page(session, order, entry, troubles, of_skus, status=400)
        if any(units["lost"] for units in counted.values()):
            raise FieldsRefused("lost")
        found = [
            FoundSku(sku=item.sku.code, warehouse_id=item.warehouse.id, **counted[name])
            for name, item in packed.items()
            if name in counted
        ]
    return _record(order_id, entry, key, found)


def _record(
    order_id: int, entry: Entry, key: FormKey, found: Sequence[FoundSku]
) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> tuple[int, Sequence[str]]:
        order = named_order(session, order_id)
        warehouses = {w.code: w.id for w in open_warehouses(session)}
        booked = record_found(
            session,
            order,
            found,
            key=key.receipt_key,
            warehouse_id=warehouses.get(entry.warehouse, 0),
            actor=current_reader().user,
            now=desk.now(),
            note_text=entry.note,
        )
        skus = {line.sku_id for line in order.lines}
        return booked.receipt_id, shops_listing(session, sorted(skus))

    try:
        receipt_id, shops = desk.database.run(work)
    except (EmptyReceipt, IdempotencyConflict, MoreThanLost) as error:
        with desk.database.read() as session:
            earlier = receipt_by_key(session, key.receipt_key)
            if earlier is not None:
                return render_template("conflict.html", receipt=earlier), 409
            order = named_order(session, order_id)
            status = 409 if isinstance(error, MoreThanLost) else 400
            return _page(session, order, entry, [_sentence(error)], status=status)
    for shop in shops:
        desk.bell.ring(shop)
    return redirect(url_for("results.show_result", receipt_id=receipt_id), 303)


def _form_key(entry: Entry, order_id: int, *, late: bool = False) -> FormKey | None:
    desk = current_desk()
    try:
        return read_form_key(
            desk.settings, entry.key, current_reader(), order_id, desk.now(), late=late
        )
    except TokenRefused:
        return None


def _stale(session: Session, order: Order, entry: Entry) -> ResponseReturnValue:
    """Answer a form whose key is over or not ours: show what it booked, or anew."""
    key = _form_key(entry, order.id, late=True)
    earlier = receipt_by_key(session, key.receipt_key) if key else None
    if earlier is not None:
        return redirect(url_for("results.show_result", receipt_id=earlier.id), 303)
    trouble = gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " booked. Check the numbers and book again."
    )
    return _page(session, order, entry, [trouble], status=400, is_stale=True)


def _page(
    session: Session,
    order: Order,
    entry: Entry | None = None,
    troubles: Sequence[str] = (),
    of_skus: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    is_stale: bool = False,
) -> ResponseReturnValue:
    desk = current_desk()
    fresh = entry is None or is_stale
    items = _lost_skus(session, order, entry, of_skus or {})
    warehouses = open_warehouses(session)
    page = render_template(
        "found.html",
        order=order,
        skus=items,
        warehouses=warehouses,
        warehouse=entry.warehouse
        if entry
        else preset_warehouse(
            warehouses, items[0].packed.warehouse.code if items else ""
        ),
        note=entry.note if entry else "",
        troubles=troubles,
        key=issue_form_key(desk.settings, current_reader(), order.id, desk.now())
        if fresh or entry is None
        else entry.key,
    )
    return page, status


def _lost_skus(
    session: Session, order: Order, entry: Entry | None, of_skus: Mapping[str, str]
) -> Sequence[LostSku]:
    lost = lost_units(session, order)
    items = []
    for name, packed in packed_skus(order).items():
        units = packed.sum_of(lost)
        typed = entry.typed.get(name) if entry else None
        if units or typed:
            preset = {"good": str(units), "damaged": "0"}
            items.append(
                LostSku(
                    packed=packed,
                    lost=units,
                    typed=typed or preset,
                    trouble=of_skus.get(name, ""),
                )
            )
    return items


def _troubles(session: Session, entry: Entry) -> Sequence[str]:
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
    return troubles


def _sentence(error: Exception) -> str:
    if isinstance(error, MoreThanLost):
        return gettext(
            "%(sku)s: %(asked)s units entered, but only %(lost)s are lost. Nothing was"
            " booked. Correct the numbers.",
            sku=error.sku,
            asked=error.asked,
            lost=error.lost,
        )
    return gettext(
        "All numbers are zero: there is nothing to book. Write how many came back, or"
        " go back to the list."
    )
