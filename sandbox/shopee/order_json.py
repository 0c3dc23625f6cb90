"""An order in Shopee's JSON."""

from collections.abc import Callable, Mapping

from sandbox.channel import Json
from sandbox.listings import Listing
from sandbox.orders import Line, Order, Parcel

from .statuses import NOT_ARRANGED, STILL_HERE, PackageStatus

LOCATION = "VNZ"
CARRIER = "SPX Express"
LOGISTICS_CHANNEL = 50021
DAYS_TO_SHIP = 2


def order_json(order: Order, asked: frozenset[str]) -> Json:
    """An order with the optional fields that were asked for and no others."""
    always: Json = {
        "order_sn": order.id,
        "order_status": order.status,
        "region": "VN",
        "currency": "VND",
        "cod": order.cod,
        "create_time": order.placed_at,
        "update_time": order.updated_at,
        "days_to_ship": DAYS_TO_SHIP,
        "ship_by_date": ship_by(order),
        "message_to_seller": "",
        "reverse_shipping_fee": 0,
        "advance_package": False,
        "booking_sn": "",
    }
    return always | {
        name: value(order) for name, value in _OPTIONAL.items() if name in asked
    }


def item_json(line: Line) -> Json:
    """One line with its quantities."""
    listing = line.listing
    without_model = listing.variant_id == "0"
    return {
        "item_id": int(listing.item_id),
        "item_name": listing.name,
        **skus(listing),
        "model_id": int(listing.variant_id),
        "model_name": "" if without_model else listing.name,
        "model_quantity_purchased": line.ordered,
        "model_original_price": listing.price,
        "model_discounted_price": listing.price,
        "wholesale": False,
        "weight": 0.3,
        "add_on_deal": False,
        "add_on_deal_id": 0,
        "main_item": False,
        "promotion_type": "",
        "promotion_id": 0,
        "promotion_group_id": 0,
        "order_item_id": int(listing.item_id),
        "image_info": {"image_url": ""},
        "product_location_id": [LOCATION],
        "is_prescription_item": False,
        "is_b2c_owned_item": False,
        "active_qty": line.active,
        "cancel_requested_qty": line.cancel_requested,
        "cancelled_qty": line.cancelled,
        "return_requested_qty": line.return_requested,
        "returned_qty": line.returned,
    }


def package_json(order: Order, parcel: Parcel) -> Json:
    """One package as the order detail shows it, without its tracking number."""
    return {
        "package_number": parcel.number,
        "group_shipment_id": None,
        "logistics_status": parcel.status,
        "logistics_channel_id": LOGISTICS_CHANNEL,
        "shipping_carrier": CARRIER,
        "allow_self_design_awb": True,
        "item_list": package_items(order, parcel),
        "parcel_chargeable_weight_gram": 300,
        "sorting_group": "North",
    }


def package_items(order: Order, parcel: Parcel) -> list[Json]:
    """What one package holds."""
    return [
        package_item(line, parcel) for line in order.lines if parcel.units.get(line.sku)
    ]


def package_item(line: Line, parcel: Parcel) -> Json:
    """One line as far as it is in one package."""
    return {
        "item_id": int(line.listing.item_id),
        "model_id": int(line.listing.variant_id),
        "model_quantity": parcel.units[line.sku],
        "order_item_id": int(line.listing.item_id),
        "promotion_group_id": 0,
        "product_location_id": LOCATION,
    }


def skus(listing: Listing) -> Json:
    """The seller's code, on the item or on the model."""
    if listing.variant_id == "0":
        return {"item_sku": listing.sku, "model_sku": ""}
    return {"item_sku": "", "model_sku": listing.sku}


def package_detail(order: Order, parcel: Parcel) -> Json:
    """One package as ``get_package_detail`` shows it.

    A package that was cancelled before it was arranged has no pickup time at all, as
    the one captured answer shows.
    """
    never_arranged = parcel.status == PackageStatus.INVALID
    detail: Json = {
        "order_sn": order.id,
        "package_number": parcel.number,
        "fulfillment_status": _started(parcel.status),
        "update_time": parcel.updated_at,
        "logistics_channel_id": LOGISTICS_CHANNEL,
        "shipping_carrier": CARRIER,
        "allow_self_design_awb": True,
        "days_to_ship": DAYS_TO_SHIP,
        "ship_by_date": ship_by(order),
        "pending_terms": [],
        "tracking_number": parcel.tracking_number,
        "tracking_number_expiration_date": 0,
        "is_split_up": len(order.parcels) > 1,
        "item_list": [
            {**package_item(line, parcel), **skus(line.listing), "consultation_id": ""}
            for line in order.lines
            if parcel.units.get(line.sku)
        ],
        "parcel_chargeable_weight_gram": 300,
        "group_shipment_id": 0,
        "sorting_group": "North",
        "is_shipment_arranged": bool(parcel.arranged_at),
        "can_split_order": parcel.status == PackageStatus.READY,
        "can_unsplit_order": False,
        "is_pre_order": False,
    }
    if not never_arranged:
        detail["pickup_done_time"] = parcel.picked_up_at
    return detail


def ship_by(order: Order) -> int:
    """Until when the seller must ship."""
    return order.placed_at + DAYS_TO_SHIP * 86400


def _started(status: str) -> str:
    # Both spellings occur; the package calls use the longer one.
    longer = PackageStatus.NOT_START + "ED"
    return longer if status == PackageStatus.NOT_START else status


def _cancellable(order: Order) -> bool:
    return bool(order.parcels) and all(
        parcel.status in STILL_HERE for parcel in order.parcels
    )


def _partly_cancellable(order: Order) -> bool:
    waiting = [each for each in order.parcels if each.status in NOT_ARRANGED]
    return sum(sum(parcel.units.values()) for parcel in waiting) > 1


_OPTIONAL: Mapping[str, Callable[[Order], object]] = {
    "buyer_user_id": lambda order: 1000001,
    "buyer_username": lambda order: "sandbox_buyer",
    "estimated_shipping_fee": lambda order: 0,
    "recipient_address": lambda order: {
        "name": "N******n",
        "phone": "******01",
        "town": "",
        "district": "Quận 1",
        "city": "TP. Hồ Chí Minh",
        "state": "TP. Hồ Chí Minh",
        "region": "VN",
        "zipcode": "",
        "full_address": "******",
    },
    "actual_shipping_fee": lambda order: 0,
    "actual_shipping_fee_confirmed": lambda order: False,
    "goods_to_declare": lambda order: False,
    "note": lambda order: "",
    "note_update_time": lambda order: 0,
    "item_list": lambda order: [item_json(line) for line in order.lines],
    "pay_time": lambda order: order.paid_at or None,
    "dropshipper": lambda order: None,
    "dropshipper_phone": lambda order: None,
    "split_up": lambda order: len(order.parcels) > 1,
    "buyer_cancel_reason": lambda order: (
        order.cancel_reason if order.cancelled_by == "buyer" else ""
    ),
    "cancel_by": lambda order: order.cancelled_by,
    "cancel_reason": lambda order: order.cancel_reason,
    "buyer_cpf_id": lambda order: None,
    "fulfillment_flag": lambda order: "fulfilled_by_local_seller",
    "pickup_done_time": lambda order: order.picked_up_at,
    "package_list": lambda order: [
        package_json(order, parcel) for parcel in order.parcels
    ],
    "shipping_carrier": lambda order: CARRIER,
    "payment_method": lambda order: "Cash on Delivery" if order.cod else "ShopeePay",
    "total_amount": lambda order: sum(
        line.ordered * line.listing.price for line in order.lines
    ),
    "invoice_data": lambda order: None,
    "return_request_due_date": lambda order: int(order.returnable_until),
    "can_full_cancel_order": _cancellable,
    "can_partial_cancel_order": _partly_cancellable,
}
