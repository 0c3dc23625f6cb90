"""Finds what a request names; what its key may not see is not there."""

from __future__ import annotations

from collections.abc import Collection

from stock.errors import UnknownSku, UnknownWarehouse
from stock.levels import find_sku, find_warehouse
from stock.models import Order, Receipt, Sku, Warehouse
from stock.receipt_history import find_receipt
from stock.scope import sees_sku
from stock.shops import all_shops
from web.api.operations import Call
from web.api.refusals import unknown_order, unknown_receipt, unknown_shop
from web.typed import LONGEST_CODE, holds_control_characters


def named_sku(call: Call, code: str) -> Sku:
    """Return the SKU with this code.  Raises ``UnknownSku``."""
    if len(code) > LONGEST_CODE or holds_control_characters(code):
        # An address can carry what no database does.
        raise UnknownSku(code[:LONGEST_CODE])
    sku = find_sku(call.session, code)
    if not sees_sku(call.session, sku.id, call.caller.shop_ids):
        raise UnknownSku(code)
    return sku


def bookable_warehouse(call: Call, code: str) -> Warehouse:
    """Return the warehouse with this code, if the key may book in it.

    Raises ``UnknownWarehouse``.
    """
    warehouse = find_warehouse(call.session, code)
    if not call.caller.books_in(warehouse.id):
        raise UnknownWarehouse(code)
    return warehouse


def named_order(call: Call, order_id: int) -> Order:
    """Return the order with this id.  Raises ``Problem``."""
    order = call.session.get(Order, order_id)
    if order is None or not call.caller.sees_shop(order.shop_id):
        raise unknown_order(order_id)
    return order


def named_receipt(call: Call, receipt_id: int) -> Receipt:
    """Return the receipt with this id.  Raises ``Problem``."""
    receipt = find_receipt(call.session, receipt_id)
    if receipt is None or not call.caller.sees_shop(receipt.order.shop_id):
        raise unknown_receipt(receipt_id)
    return receipt


def asked_shops(
    call: Call, name: str | None, channel: str | None = None
) -> Collection[int] | None:
    """Return the ids of the shops that a filter leaves; None: all there are.

    Raises ``Problem`` for a shop that the key does not see.
    """
    if name is None and channel is None:
        return call.caller.shop_ids
    seen = [x for x in all_shops(call.session) if call.caller.sees_shop(x.id)]
    if name is not None and name not in {shop.name for shop in seen}:
        raise unknown_shop(name)
    return [
        shop.id
        for shop in seen
        if name in (None, shop.name) and channel in (None, shop.channel)
    ]
