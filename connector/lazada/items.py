"""Reads the items of Lazada's orders: each is one unit; pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connector.lazada.fields import (
    flag,
    money,
    number_text,
    when,
    when_if_told,
    written,
)
from connector.parsing import JsonRecord, Malformed, identifier
from connector.values import ListingRef

# "1306535254_VNAMZ-5058631360": the product, the country's catalogue, the SKU.
_SHOP_SKU = re.compile(r"([0-9]{1,24})_[A-Z]{2,8}-([0-9]{1,24})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of an order, with the evidence that its item holds."""

    line_id: str
    listing: ListingRef
    sku: str
    title: str
    status: str
    price: Decimal
    paid: Decimal
    shipping: Decimal
    currency: str
    was_paid: bool
    package_id: str
    tracking_number: str
    carrier: str
    initiator: str
    reason: str
    cancel_pending: bool
    never_packed: bool
    """Lazada says, by fields that are there and empty, that it was never packed."""
    fulfilled_by_lazada: bool
    ordered_at: datetime
    updated_at: datetime


def unit_of(item: JsonRecord) -> Unit:
    """Return the unit that an item is; raises ``Malformed``."""
    return Unit(
        line_id=identifier(item.get("order_item_id"), "order_item_id"),
        listing=listing_of(item),
        sku=written(item.get("sku"), "sku"),
        title=_title(item),
        status=identifier(item.get("status"), "status").lower(),
        price=money(item.get("item_price"), "item_price"),
        paid=money(item.get("paid_price"), "paid_price"),
        shipping=money(item.get("shipping_amount"), "shipping_amount"),
        currency=identifier(item.get("currency"), "currency"),
        was_paid=when_if_told(item.get("payment_time"), "payment_time") is not None,
        package_id=written(item.get("package_id"), "package_id"),
        tracking_number=written(item.get("tracking_code"), "tracking_code"),
        carrier=written(item.get("shipment_provider"), "shipment_provider"),
        initiator=written(item.get("cancel_return_initiator"), "initiator"),
        reason=_reason(item),
        cancel_pending=flag(item.get("is_cancel_pending"), "is_cancel_pending"),
        never_packed=_never_packed(item),
        fulfilled_by_lazada=flag(item.get("is_fbl"), "is_fbl"),
        ordered_at=when(item.get("created_at"), "created_at"),
        updated_at=when(item.get("updated_at"), "updated_at"),
    )


def listing_of(item: JsonRecord) -> ListingRef:
    """Return the listing; older items name it in their ``shop_sku`` alone."""
    shop_sku = _SHOP_SKU.fullmatch(written(item.get("shop_sku"), "shop_sku"))
    product_id = number_text(item.get("product_id"), "product_id")
    sku_id = number_text(item.get("sku_id"), "sku_id")
    if shop_sku is not None:
        product_id, sku_id = product_id or shop_sku[1], sku_id or shop_sku[2]
    if not (product_id and sku_id):
        raise Malformed("the item names neither its product nor its SKU", "no_listing")
    return ListingRef(item_id=product_id, variant_id=sku_id)


def lacks_tracking(item: JsonRecord) -> bool:
    """Whether an item has no tracking number though its status lets expect one.

    Not every call tells it, and after the delivery none does.
    """
    if written(item.get("tracking_code"), "tracking_code"):
        return False
    status = written(item.get("status"), "status").lower()
    return status not in _WITHOUT_TRACKING


_WITHOUT_TRACKING = frozenset(
    {"unpaid", "pending", "topack", "delivered", "confirmed", "returned"}
)


def _never_packed(item: JsonRecord) -> bool:
    told = ("package_id" in item, "tracking_code" in item)
    traces = ("package_id", "tracking_code", "tracking_code_pre")
    return all(told) and not any(written(item.get(name), name) for name in traces)


def _title(item: JsonRecord) -> str:
    names = (
        written(item.get("name"), "name"),
        written(item.get("variation"), "variation"),
    )
    return ", ".join(name for name in names if name)


def _reason(item: JsonRecord) -> str:
    reasons = (
        written(item.get("cancel_return_initiator"), "cancel_return_initiator"),
        written(item.get("reason"), "reason"),
    )
    return ": ".join(reason for reason in reasons if reason)
