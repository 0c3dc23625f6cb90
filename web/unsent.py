"""Shows again what was typed into a form that came when the session was over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from stock.models import Order
from web.desk import current_desk
from web.entry import CONDITIONS, Entry, read_entry
from web.errors import FieldsRefused
from web.skus import PackedSku, packed_skus
from web.tokens import was_form_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """What somebody typed about an order, to be copied."""

    order: str
    entry: Entry
    packed: Mapping[str, PackedSku]

    @property
    def counts(self) -> Mapping[str, Mapping[str, str]]:
        """What was typed for each SKU and condition, where it is not nothing."""
        return {
            self.packed[name].sku.code: {
                c: texts[c] for c in CONDITIONS if texts[c].strip("0 ")
            }
            for name, texts in self.entry.typed.items()
        }


def find_unsent() -> Unsent | None:
    """Return what the request's form held, if the form was one of ours.

    Its signed key proves that the order was shown to whoever typed; so this page tells
    nothing new, and nobody else's text.
    """
    order_id = (request.view_args or {}).get("order_id")
    if request.method != "POST" or not isinstance(order_id, int):
        return None
    try:
        form = request.form
    except RequestEntityTooLarge:
        return None
    desk = current_desk()
    key = form.get("key", "")
    if not was_form_key(desk.settings, key, order_id, desk.now()):
        return None
    with desk.database.read() as session:
        order = session.get(Order, order_id)
        return _read(order, form) if order else None


def _read(order: Order, form: MultiDict[str, str]) -> Unsent | None:
    packed = packed_skus(order)
    try:
        entry = read_entry(form, packed.keys())
    except FieldsRefused:
        return None
    return Unsent(order=order.channel_order_id, entry=entry, packed=packed)
