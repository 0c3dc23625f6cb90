"""An order and its items in Lazada's JSON, whose numbers are not always numbers."""

from sandbox.channel import Json
from sandbox.shops import Shop

from .catalogue import WAREHOUSE, shop_sku
from .statuses import WITHOUT_TRACKING
from .story import CARRIER
from .times import iso, local, milliseconds
from .trade_orders import OrderItem, TradeOrder

_SHIP_WITHIN = 2 * 86400
_ADDRESS: Json = {
    "first_name": "******",
    "last_name": "",
    "phone": "******",
    "phone2": "",
    "address1": "******",
    "address2": "",
    "address3": "Hồ Chí Minh",
    "address4": "Quận 3",
    "address5": "Phường Võ Thị Sáu",
    "city": "Quận 3",
    "post_code": "",
    "country": "Vietnam",
    "addressDsitrict": "",
}


def order_json(order: TradeOrder) -> Json:
    """An order: identifiers are numbers, money and flags are texts."""
    price = order.worth({line.sku: line.ordered for line in order.lines})
    return {
        "order_id": int(order.id),
        "order_number": int(order.id),
        "statuses": list(order.statuses),
        "items_count": len(order.items),
        "price": _money(price),
        "shipping_fee": _money(0),
        "shipping_fee_original": _money(0),
        "shipping_fee_discount_seller": _money(0),
        "shipping_fee_discount_platform": _money(0),
        "voucher": _money(0),
        "voucher_seller": _money(0),
        "voucher_platform": _money(0),
        "voucher_code": "",
        "payment_method": "COD" if order.cod else "MIXEDCARD",
        "created_at": local(order.placed_at),
        "updated_at": local(order.updated_at),
        "address_updated_at": "null",
        "customer_first_name": "******",
        "customer_last_name": "",
        "address_billing": _ADDRESS,
        "address_shipping": _ADDRESS,
        "warehouse_code": WAREHOUSE,
        "national_registration_number": "",
        "branch_number": "",
        "tax_code": "",
        "promised_shipping_times": "",
        "delivery_info": "",
        "buyer_note": "",
        "remarks": "",
        "gift_option": "false",
        "gift_message": "",
        "extra_attributes": "null",
        "need_cancel_confirm": _flag(any(i.awaits_seller for i in order.items)),
        "is_cancel_pending": _flag(any(i.awaits_logistics for i in order.items)),
    }


def item_json(shop: Shop, order: TradeOrder, item: OrderItem) -> Json:
    """One unit as ``/order/items/get`` shows it, with real numbers."""
    listing = item.listing
    price = float(listing.price)
    row: Json = {
        "order_id": int(order.id),
        "order_item_id": int(item.id),
        "status": item.status,
        "name": listing.name,
        "sku": listing.sku,
        "shop_sku": shop_sku(listing),
        "sku_id": int(listing.variant_id),
        "product_id": int(listing.item_id),
        "variation": "",
        "item_price": price,
        "paid_price": price,
        "tax_amount": 0.0,
        "voucher_amount": 0,
        "voucher_seller": 0,
        "voucher_platform": 0,
        "voucher_code": "",
        "voucher_code_seller": "",
        "voucher_code_platform": "",
        "wallet_credits": 0,
        "shipping_amount": 0.0,
        "shipping_fee_original": 0.0,
        "shipping_fee_discount_seller": 0,
        "shipping_fee_discount_platform": 0,
        "shipping_service_cost": 0,
        "currency": "VND",
        **_shipping(order, item),
        "order_type": "Normal",
        "order_flag": "NORMAL",
        "shop_id": shop.name,
        "invoice_number": "",
        "purchase_order_id": "",
        "purchase_order_number": "",
        "is_digital": 0,
        "is_fbl": 0,
        "is_reroute": 0,
        "delivery_option_sof": 0,
        "stage_pay_status": "",
        "digital_delivery_info": "",
        "product_main_image": "",
        "product_detail_url": "",
        "extra_attributes": "",
        "created_at": local(item.created_at),
        "updated_at": local(item.updated_at),
        **_undoing(item),
    }
    if order.paid_at:
        row["payment_time"] = milliseconds(order.paid_at)
    return row


def item_text_json(shop: Shop, order: TradeOrder, item: OrderItem) -> Json:
    """One unit as ``/orders/items/get`` shows it: everything is a text."""
    row = item_json(shop, order, item)
    row["created_at"] = milliseconds(item.created_at)
    row["updated_at"] = milliseconds(item.updated_at)
    return {name: _text(value) for name, value in row.items()}


def _shipping(order: TradeOrder, item: OrderItem) -> Json:
    parcel = order.parcel_of(item)
    shows_tracking = parcel is not None and item.status not in WITHOUT_TRACKING
    return {
        "package_id": item.package_id,
        "tracking_code": parcel.tracking_number if parcel and shows_tracking else "",
        "tracking_code_pre": "",
        "shipment_provider": (
            f"Pickup: {CARRIER}, Delivery: {CARRIER}" if parcel else ""
        ),
        "shipping_provider_type": "standard",
        "shipping_type": "Dropshipping",
        "warehouse_code": WAREHOUSE,
        "promised_shipping_time": "",
        "sla_time_stamp": iso(order.placed_at + _SHIP_WITHIN),
    }


def _undoing(item: OrderItem) -> Json:
    row: Json = {
        "reason": item.reason,
        "reason_detail": "",
        "cancel_return_initiator": item.initiator.value,
        "return_status": "",
        "need_cancel_confirm": _flag(item.awaits_seller),
        "is_cancel_pending": _flag(item.awaits_logistics),
    }
    if item.awaits_seller:
        row["cancel_trigger_time"] = milliseconds(item.cancel_trigger_at)
    if item.reverse_order_id:
        row["reverse_order_id"] = int(item.reverse_order_id)
    return row


def _money(amount: int) -> str:
    return f"{amount}.00"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _text(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
