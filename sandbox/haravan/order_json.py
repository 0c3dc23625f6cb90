"""Haravan's JSON for an order."""

from decimal import Decimal

from sandbox.channel import Json

from . import standing
from .catalogue import variant_title
from .formats import optional_timestamp, timestamp
from .fulfillment_json import fulfillment_json
from .money_json import refund_in_order, transaction_in_order
from .people import billing_address, customer, shipping_address
from .records import LineItem, Purchase
from .statuses import Shipped
from .store import Store

_ALWAYS_EMPTY = (
    "browser_ip",
    "landing_site",
    "landing_site_ref",
    "processing_method",
    "referring_site",
    "tax_lines",
    "device_id",
    "ref_order_number",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "redeem_model",
    "omni_order_status_name",
    "location_assigned_at",
    "in_stock_at",
    "out_of_stock_at",
    "export_at",
    "complete_at",
    "payment_url",
)
"""Fields that an order carries and that nothing here fills."""

_ANSWERED = {
    Shipped.NOTHING: "notfulfilled",
    Shipped.PARTLY: "partial",
    Shipped.ALL: "fulfilled",
}
_DOCUMENTED = {**_ANSWERED, Shipped.NOTHING: None}


def order_json(store: Store, purchase: Purchase) -> Json:
    """An order as every call and webhook shows it.

    ``number`` repeats the id; what people call the number is ``order_number``.
    """
    return {
        "id": purchase.id,
        "number": purchase.id,
        "name": purchase.name,
        "order_number": purchase.name,
        "token": purchase.token,
        "cart_token": purchase.token,
        "checkout_token": purchase.token,
        "source": "web",
        "source_name": "web",
        "note": purchase.note,
        "note_attributes": [],
        "tags": ",".join(purchase.tags) or None,
        "location_id": store.location_id,
        "user_id": 0,
        "ref_order_id": 0,
        "omni_order_status": 0,
        "line_items": [_line_item(store, purchase, each) for each in purchase.items],
        "fulfillments": [
            fulfillment_json(store, purchase, each) for each in purchase.fulfillments
        ],
        **_people(),
        **_times(purchase),
        **_statuses(purchase),
        **_money(store, purchase),
        **dict.fromkeys(_ALWAYS_EMPTY),
    }


def fulfillment_status(purchase: Purchase) -> str | None:
    """How far the order is, in one of two spellings.

    The documentation and the answers that it shows disagree, so that every second
    order speaks like the documentation.
    """
    shipped = standing.shipped(purchase)
    if purchase.number % 2:
        return _ANSWERED[shipped]
    if standing.is_restocked(purchase):
        return "restocked"
    return _DOCUMENTED[shipped]


def _people() -> Json:
    return {
        "billing_address": billing_address(),
        "shipping_address": shipping_address(),
        "customer": customer(),
        "email": "buyer@example.com",
        "contact_email": "buyer@example.com",
        "buyer_accepts_marketing": False,
        "client_details": dict.fromkeys(
            ("accept_language", "browser_ip", "session_hash", "user_agent")
        ),
    }


def _times(purchase: Purchase) -> Json:
    return {
        "created_at": timestamp(purchase.created_at),
        "updated_at": timestamp(purchase.updated_at),
        "confirmed_at": optional_timestamp(purchase.confirmed_at),
        "closed_at": optional_timestamp(purchase.closed_at),
        "cancelled_at": optional_timestamp(purchase.cancelled_at),
    }


def _statuses(purchase: Purchase) -> Json:
    return {
        "financial_status": standing.financial_status(purchase).value,
        "fulfillment_status": fulfillment_status(purchase),
        "confirmed_status": "confirmed" if purchase.confirmed_at else "unconfirmed",
        "closed_status": "closed" if purchase.closed_at else "unclosed",
        "cancelled_status": "cancelled" if purchase.cancelled_at else "uncancelled",
        "cancel_reason": purchase.cancel_reason,
    }


def _money(store: Store, purchase: Purchase) -> Json:
    total, nothing = standing.total_price(purchase), Decimal(0)
    free: Json = {"code": None, "price": nothing, "source": None, "title": None}
    return {
        "currency": "VND",
        "gateway": purchase.gateway,
        "gateway_code": purchase.gateway_code,
        "discount_codes": [],
        "shipping_lines": [free],
        "subtotal_price": total,
        "total_line_items_price": total,
        "total_price": total,
        "total_discounts": nothing,
        "total_tax": nothing,
        "total_weight": nothing,
        "taxes_included": False,
        "refunds": [refund_in_order(store, purchase, r) for r in purchase.refunds],
        "transactions": [
            transaction_in_order(store, purchase, each)
            for each in purchase.transactions
        ],
    }


def _line_item(store: Store, purchase: Purchase, item: LineItem) -> Json:
    listing = item.line.listing
    product = store.product_of(listing)
    title = variant_title(product, store.variant_of(listing))
    fulfillable = item.line.ordered - item.removed - purchase.fulfilled(item)
    return {
        "fulfillable_quantity": fulfillable,
        "fulfillment_service": None,
        "fulfillment_status": _line_status(item, fulfillable),
        "grams": Decimal(0),
        "id": item.id,
        "price": Decimal(listing.price),
        "price_original": Decimal(listing.price),
        "price_promotion": Decimal(0),
        "product_id": product.id,
        "quantity": item.line.ordered,
        "requires_shipping": True,
        "sku": listing.sku,
        "title": product.name,
        "variant_id": int(listing.variant_id),
        "variant_title": title,
        "vendor": "Khác",
        "type": "Khác",
        "name": f"{product.name} - {title}",
        "gift_card": False,
        "taxable": True,
        "tax_lines": None,
        "product_exists": True,
        "barcode": listing.barcode or None,
        "properties": None,
        "total_discount": Decimal(0),
        "applied_discounts": [],
        "image": None,
        "not_allow_promotion": False,
        "ma_cost_amount": Decimal(0),
    }


def _line_status(item: LineItem, fulfillable: int) -> str:
    if item.restocked:
        return "restock"
    return "notfulfilled" if fulfillable else "fulfilled"
