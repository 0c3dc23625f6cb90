"""An order, its prices and its tracking in TikTok Shop's JSON."""

from sandbox.channel import Json
from sandbox.orders import Parcel

from .accounts import Warehouse
from .orders import LineItem, TikTokOrder
from .statuses import NOT_READY, TrackingEvent

PROVIDER_ID = "6841743441349706241"
PROVIDER_NAME = "J&T Express"
_DAY = 86400
_SHIPS_WITHIN, _COLLECTED_WITHIN, _DELIVERED_WITHIN = 2 * _DAY, 3 * _DAY, 14 * _DAY


def order_json(order: TikTokOrder, warehouse: Warehouse) -> Json:
    """An order as search and detail answer it; a time that is not known is absent."""
    shown = order.status not in NOT_READY
    described: Json = {
        "id": order.id,
        "status": order.status,
        "user_id": order.buyer_id,
        "create_time": order.placed_at,
        "update_time": order.updated_at,
        "warehouse_id": warehouse.sales_id,
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": "TIKTOK",
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_name": "Tiêu chuẩn",
        "commerce_platform": "TIKTOK_SHOP",
        "order_type": "NORMAL",
        "is_cod": order.cod,
        "is_on_hold_order": order.held,
        "is_replacement_order": bool(order.replaced_order_id),
        "is_sample_order": False,
        "is_buyer_request_cancel": order.cancel_asked,
        "has_updated_recipient_address": False,
        "buyer_message": "",
        "payment_method_name": "Cash on delivery" if order.cod else "ZaloPay",
        "payment": _payment(order),
        "packages": [{"id": each.number} for each in order.parcels if shown],
        "line_items": [_line_item(order, item, shown) for item in order.items],
        "split_or_combine_tag": "SPLIT" if len(order.parcels) > 1 else "",
        "recipient_address": {
            "full_address": "*** Việt Nam",
            "name": "N*** A",
            "phone_number": "(+84)9*****23",
            "postal_code": "",
            "region_code": "VN",
        },
        "rts_sla_time": order.placed_at + _SHIPS_WITHIN,
        "tts_sla_time": order.placed_at + _COLLECTED_WITHIN,
        "shipping_due_time": order.placed_at + _SHIPS_WITHIN,
        "collection_due_time": order.placed_at + _COLLECTED_WITHIN,
        "delivery_due_time": order.placed_at + _DELIVERED_WITHIN,
    }
    return {**described, **_known(_times(order)), **_called_off(order)}


def price_detail(order: TikTokOrder) -> Json:
    """What each unit cost."""
    total = str(sum(item.listing.price for item in order.items))
    return {
        "currency": "VND",
        "payment": total,
        "total": total,
        "sku_list_price": total,
        "sku_sale_price": total,
        "subtotal": total,
        "line_items": [
            {
                "id": item.id,
                "currency": "VND",
                "payment": str(item.listing.price),
                "total": str(item.listing.price),
                "sku_list_price": str(item.listing.price),
                "sku_sale_price": str(item.listing.price),
                "subtotal": str(item.listing.price),
            }
            for item in order.items
        ],
    }


def tracking(order: TikTokOrder) -> Json:
    """The scans of all packages together, newest first, without any code."""
    events = [event for parcel in order.parcels for event in parcel.events]
    newest = sorted(events, key=lambda event: event.at, reverse=True)
    return {
        "tracking": [
            {"description": event.text, "update_time_millis": event.at * 1000}
            for event in newest
        ]
    }


def parcel_tracking(order: TikTokOrder) -> Json:
    """The scans package by package, newest first."""
    arranged = [parcel for parcel in order.parcels if parcel.tracking_number]
    return {"logistics_details": [_track_list(parcel) for parcel in arranged]}


def _track_list(parcel: Parcel) -> Json:
    return {
        "package_id": parcel.number,
        "tracking_no": parcel.tracking_number,
        "track_list": [
            {
                "description": event.text,
                "tracking_no": parcel.tracking_number,
                "update_time_millis": event.at * 1000,
                "action_code": list(TrackingEvent).index(TrackingEvent(event.code)),
                "action_code_name": event.code,
            }
            for event in reversed(parcel.events)
        ],
    }


def _times(order: TikTokOrder) -> dict[str, int]:
    return {
        "paid_time": order.paid_at,
        "rts_time": order.rts_at,
        "collection_time": order.collected_at,
        "delivery_time": order.delivered_at,
        "cancel_time": order.cancelled_at,
        "request_cancel_time": order.cancel_requested_at,
    }


def _called_off(order: TikTokOrder) -> Json:
    described: Json = {}
    if order.cancelled_at:
        described["cancellation_initiator"] = order.cancelled_by
        described["cancel_reason"] = order.cancel_reason
    if order.replaced_order_id:
        described["replaced_order_id"] = order.replaced_order_id
    arranged = [parcel for parcel in order.parcels if parcel.tracking_number]
    if arranged:
        described["tracking_number"] = arranged[0].tracking_number
        described["shipping_provider"] = PROVIDER_NAME
        described["shipping_provider_id"] = PROVIDER_ID
    return described


def _known(times: dict[str, int]) -> dict[str, int]:
    return {name: at for name, at in times.items() if at}


def _payment(order: TikTokOrder) -> Json:
    total = str(sum(item.listing.price for item in order.items))
    return {
        "currency": "VND",
        "original_total_product_price": total,
        "sub_total": total,
        "total_amount": total,
        "original_shipping_fee": "0",
        "shipping_fee": "0",
        "seller_discount": "0",
        "platform_discount": "0",
        "tax": "0",
    }


def _line_item(order: TikTokOrder, item: LineItem, shown: bool) -> Json:
    price = str(item.listing.price)
    described: Json = {
        "id": item.id,
        "product_id": item.listing.item_id,
        "product_name": item.listing.name,
        "sku_id": item.listing.variant_id,
        "sku_name": item.listing.name,
        "seller_sku": item.sku,
        "sku_type": "NORMAL",
        "display_status": order.stage(item).value,
        "currency": "VND",
        "original_price": price,
        "sale_price": price,
        "seller_discount": "0",
        "platform_discount": "0",
        "is_gift": False,
    }
    if item.cancelled:
        described["cancel_user"] = item.cancelled_by
        described["cancel_reason"] = item.cancel_reason
    return {**described, **_packed(item.parcel)} if shown else described


def _packed(parcel: Parcel) -> Json:
    packed: Json = {"package_id": parcel.number, "package_status": parcel.status}
    if parcel.arranged_at:
        packed |= {
            "rts_time": parcel.arranged_at,
            "tracking_number": parcel.tracking_number,
            "shipping_provider_id": PROVIDER_ID,
            "shipping_provider_name": PROVIDER_NAME,
        }
    return packed
