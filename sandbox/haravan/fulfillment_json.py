"""Haravan's JSON for one fulfilment of an order."""

from decimal import Decimal

from sandbox.channel import Json

from .catalogue import variant_title
from .formats import optional_timestamp, timestamp
from .records import FulfilledItem, Fulfillment, Purchase
from .statuses import (
    CARRIER_DATES,
    CARRIER_LABELS,
    COD_LABELS,
    CarrierStatus,
)
from .store import Store

_CARRIER = "Giao hàng tận nơi"

_ALWAYS_EMPTY = (
    "province",
    "province_code",
    "district",
    "district_code",
    "ward",
    "ward_code",
    "note",
    "carrier_service_package_name",
    "coupon_code",
    "cod_receipt_date",
    "cod_pending_date",
    "is_view_before",
    "country",
    "country_code",
    "zip_code",
    "city",
    "shipping_notes",
    "boxme_servicecode",
    "address",
    "sender_phone",
    "sender_name",
    "carrier_service_code",
    "sort_code",
    "request_id",
    "carrier_options",
    "note_attributes",
    "first_name",
    "last_name",
    "shipping_address",
    "shipping_phone",
    "carrier_shop_id",
)
"""Fields that a fulfilment carries and that nothing here fills."""


def fulfillment_json(
    store: Store, purchase: Purchase, fulfillment: Fulfillment
) -> Json:
    """A fulfilment with the time stamps of every step that it went through."""
    return {
        "id": fulfillment.id,
        "order_id": purchase.id,
        "created_at": timestamp(fulfillment.created_at),
        "updated_at": timestamp(fulfillment.updated_at),
        "receipt": None,
        "status": _status(fulfillment),
        "notify_customer": False,
        "location_id": store.location_id,
        "shipping_package": 0,
        "total_weight": Decimal(0),
        "is_drop_off": False,
        "line_items": [_line_item(store, each) for each in fulfillment.items],
        **_tracking(fulfillment),
        **_carrier(fulfillment),
        **_cash(fulfillment),
        **dict.fromkeys(_ALWAYS_EMPTY),
    }


def _status(fulfillment: Fulfillment) -> str:
    cancelled = fulfillment.code is CarrierStatus.CANCEL
    return "cancelled" if cancelled else "success"


def _tracking(fulfillment: Fulfillment) -> Json:
    number = fulfillment.parcel.tracking_number
    return {
        "tracking_company": _CARRIER if number else None,
        "tracking_company_code": "external" if number else None,
        "tracking_number": number or None,
        "tracking_numbers": [number] if number else [],
        "tracking_url": "" if number else None,
        "tracking_urls": [],
    }


def _carrier(fulfillment: Fulfillment) -> Json:
    dates = {
        name: optional_timestamp(fulfillment.reached_at.get(code, 0))
        for code, name in CARRIER_DATES.items()
    }
    return {
        "carrier_status_code": fulfillment.code.value,
        "carrier_status_name": CARRIER_LABELS[fulfillment.code],
        "real_shipping_fee": Decimal(0),
        **dates,
    }


def _cash(fulfillment: Fulfillment) -> Json:
    return {
        "cod_amount": Decimal(fulfillment.cod_amount),
        "carrier_cod_status_code": fulfillment.cod_status.value,
        "carrier_cod_status_name": COD_LABELS[fulfillment.cod_status],
        "cod_paid_date": optional_timestamp(fulfillment.cod_paid_at),
        "cod_not_receipt_date": optional_timestamp(fulfillment.cod_refused_at),
    }


def _line_item(store: Store, row: FulfilledItem) -> Json:
    listing = row.item.line.listing
    product = store.product_of(listing)
    return {
        "fulfillable_quantity": 0,
        "fulfillment_service": "Thủ công",
        "fulfillment_status": "Nhập kho" if row.item.restocked else "Chưa hoàn thành",
        "grams": Decimal(0),
        "id": row.item.id,
        "price": Decimal(listing.price),
        "product_id": product.id,
        "quantity": row.quantity,
        "requires_shipping": True,
        "sku": listing.sku,
        "title": product.name,
        "variant_id": int(listing.variant_id),
        "variant_title": variant_title(product, store.variant_of(listing)),
        "vendor": "Khác",
        "name": product.name,
        "variant_inventory_management": "haravan",
        "properties": None,
        "product_exists": False,
    }
