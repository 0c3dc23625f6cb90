"""An order and its parts in WooCommerce's JSON."""

from sandbox.channel import Json

from .records import Fulfilment, LineItem, Meta, OrderRecord, RefundRecord
from .site import Site
from .statuses import OrderStatus
from .times import gmt_text, local_text, utc_text

VERSION = "11.0.1"
CURRENCY = "VND"
SYMBOL = "\u20ab"

_NAMES = ("first_name", "last_name", "company", "address_1", "address_2", "city")
_ADDRESS = {
    **dict.fromkeys(_NAMES, ""),
    "first_name": "Buyer",
    "city": "Th\u1ee7 \u0110\u1ee9c",
    "state": "",
    "postcode": "",
    "country": "VN",
}


def order_json(site: Site, record: OrderRecord) -> Json:
    """An order as list, single call and webhook show it."""
    order = record.order
    open_ = record.status in (OrderStatus.PENDING, OrderStatus.ON_HOLD)
    return {
        "id": record.id,
        "parent_id": 0,
        "status": order.status,
        "currency": CURRENCY,
        "version": VERSION,
        "prices_include_tax": False,
        "date_created": local_text(order.placed_at),
        "date_modified": local_text(order.updated_at),
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "cart_tax": "0.00",
        "total": money(record.total),
        "total_tax": "0.00",
        "customer_id": 0,
        "order_key": record.key,
        "billing": {**_ADDRESS, "email": "buyer@example.com", "phone": ""},
        "shipping": {**_ADDRESS, "phone": ""},
        "payment_method": record.payment_method,
        "payment_method_title": record.payment_title,
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": record.created_via,
        "customer_note": "",
        "date_completed": local_text(record.completed_at),
        "date_paid": local_text(order.paid_at),
        "cart_hash": "",
        "number": order.id,
        "meta_data": meta_json(record.meta),
        "line_items": [_line_json(item) for item in record.items],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [
            {"id": each.id, "reason": each.reason, "total": money(-each.amount)}
            for each in reversed(record.refunds)
        ],
        "payment_url": f"{site.base_url}/checkout/order-pay/{record.id}/"
        f"?pay_for_order=true&key={record.key}",
        "is_editable": open_,
        "needs_payment": record.status in (OrderStatus.PENDING, OrderStatus.FAILED),
        "needs_processing": True,
        "date_created_gmt": gmt_text(order.placed_at),
        "date_modified_gmt": gmt_text(order.updated_at),
        "date_completed_gmt": gmt_text(record.completed_at),
        "date_paid_gmt": gmt_text(order.paid_at),
        "currency_symbol": SYMBOL,
        "_links": _order_links(site, f"orders/{record.id}"),
    }


def refund_json(site: Site, record: OrderRecord, refund: RefundRecord) -> Json:
    """A refund; its quantities and totals are negative, its amount is not."""
    parent = f"orders/{record.id}"
    return {
        "id": refund.id,
        "date_created": local_text(refund.created_at),
        "date_created_gmt": gmt_text(refund.created_at),
        "amount": money(refund.amount),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": refund.refunded_payment,
        "meta_data": meta_json(refund.meta),
        "line_items": [
            {
                **_row_json(row.item, row.id, -row.quantity, -row.total),
                "meta_data": [
                    _shown(row.meta_id, "_refunded_item_id", str(row.item.id))
                ],
            }
            for row in refund.items
        ],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": {
            **links(
                site, f"{parent}/refunds", f"{parent}/refunds/{refund.id}", "GET DELETE"
            ),
            "up": [{"href": address(site, parent)}],
        },
    }


def fulfilment_json(
    record: OrderRecord, fulfilment: Fulfilment, *, as_stored: bool
) -> Json:
    """A fulfilment record; read back from its table, the flag is a digit in quotes."""
    flag: object = fulfilment.is_fulfilled
    if as_stored:
        flag = "1" if fulfilment.is_fulfilled else "0"
    return {
        "id": fulfilment.id,
        "entity_type": "WC_Order",
        "entity_id": str(record.id),
        "status": fulfilment.status,
        "is_fulfilled": flag,
        "date_updated": utc_text(fulfilment.updated_at),
        "date_deleted": None,
        "meta_data": [
            {"key": entry.key, "value": entry.value, "id": entry.id}
            for entry in fulfilment.meta
        ],
    }


def meta_json(meta: Meta) -> list[Json]:
    """``meta_data`` of an order, a refund or a product."""
    return [{"id": entry.id, "key": entry.key, "value": entry.value} for entry in meta]


def money(amount: int) -> str:
    """An amount of an order: two decimals, whatever the currency."""
    return f"{amount}.00"


def address(site: Site, path: str) -> str:
    """The address of a resource."""
    return f"{site.base_url}/wp-json/wc/v3/{path}"


def links(site: Site, collection: str, self: str, allowed: str) -> Json:
    """The ``_links`` that every resource has."""
    hints = {"allow": allowed.split()}
    return {
        "self": [{"href": address(site, self), "targetHints": hints}],
        "collection": [{"href": address(site, collection)}],
    }


def _order_links(site: Site, here: str) -> Json:
    templates = address(site, f"{here}/actions/email_templates")
    return {
        **links(site, "orders", here, "GET POST PUT PATCH DELETE"),
        "email_templates": [{"embeddable": True, "href": templates}],
    }


def _line_json(item: LineItem) -> Json:
    line = item.line
    total = line.ordered * line.listing.price
    return {
        **_row_json(item, item.id, line.ordered, total),
        "meta_data": [_shown(each.id, each.key, each.value) for each in item.meta],
    }


def _row_json(item: LineItem, row_id: int, quantity: int, total: int) -> Json:
    listing = item.line.listing
    return {
        "id": row_id,
        "name": listing.name,
        "product_id": int(listing.item_id),
        "variation_id": int(listing.variant_id or 0),
        "quantity": quantity,
        "tax_class": "",
        "subtotal": money(total),
        "subtotal_tax": "0.00",
        "total": money(total),
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
        "sku": listing.sku,
        "global_unique_id": listing.barcode,
        "price": listing.price,
        "image": {"id": "", "src": ""},
        "parent_name": listing.name if listing.variant_id else None,
    }


def _shown(entry_id: int, key: str, value: object) -> Json:
    return {
        "id": entry_id,
        "key": key,
        "value": value,
        "display_key": key,
        "display_value": value,
    }
