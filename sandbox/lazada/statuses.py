"""Lazada's words for items, packages, tracking events and reverse orders."""

from enum import StrEnum


class ItemStatus(StrEnum):
    """``status`` of one unit; an order has none of its own."""

    UNPAID = "unpaid"
    PENDING = "pending"
    REPACKED = "repacked"
    PACKED = "packed"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    FAILED_DELIVERY = "failed_delivery"
    SHIPPED_BACK = "shipped_back"
    SHIPPED_BACK_SUCCESS = "shipped_back_success"
    SHIPPED_BACK_FAILED = "shipped_back_failed"
    RETURNED = "returned"
    LOST_BY_3PL = "lost_by_3pl"
    DAMAGED_BY_3PL = "damaged_by_3pl"
    PACKAGE_SCRAPPED = "package_scrapped"
    CANCELED = "canceled"


PACKABLE = (ItemStatus.PENDING, ItemStatus.REPACKED)
CANCELLABLE = (*PACKABLE, ItemStatus.PACKED, ItemStatus.READY_TO_SHIP)
STILL_HERE = (ItemStatus.UNPAID, *CANCELLABLE)
WITH_BUYER = (ItemStatus.DELIVERED, ItemStatus.CONFIRMED)
WITHOUT_TRACKING = (*WITH_BUYER, ItemStatus.RETURNED)
"""Where the tracking code has disappeared from the item."""

GROUP_FILTERS = {
    "topack": frozenset({"pending", "repacked"}),
    "toship": frozenset({"ready_to_ship"}),
    "shipping": frozenset({"shipped"}),
}
FILTERS = frozenset(
    {
        "unpaid",
        "pending",
        "packed",
        "canceled",
        "ready_to_ship",
        "delivered",
        "returned",
        "shipped",
        "failed",
        "lost",
        "lost_by_3pl",
        "damaged_by_3pl",
        "failed_delivery",
        "shipped_back",
        "shipped_back_success",
        "shipped_back_failed",
        "package_scrapped",
        *GROUP_FILTERS,
    }
)
"""What ``/orders/get`` accepts as ``status``."""


def filtered(name: str) -> frozenset[str]:
    """The item statuses that a filter lets pass."""
    return GROUP_FILTERS.get(name, frozenset({name}))


class Initiator(StrEnum):
    """``cancel_return_initiator``; nobody is a text as well."""

    NOBODY = "null-null"
    CUSTOMER = "cancellation-customer"
    SELLER = "cancellation-seller"
    INTERNAL = "cancellation-internal"
    FAILED_DELIVERY = "cancellation-failed Delivery"
    RETURN_CUSTOMER = "return-customer"


class PackageStatus(StrEnum):
    """``status`` of a fulfilment package in a push of type 14."""

    READY_TO_SHIP_PENDING = "READY_TO_SHIP_PENDING"
    READY_TO_SHIP = "READY_TO_SHIP"
    PICKED_UP = "INFO_ST_DOMESTIC_PICKUP_SIGN_IN_SUCCESS"
    OUT_FOR_DELIVERY = "INFO_ST_DOMESTIC_OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    DELIVERY_FAILED = "INFO_ST_DOMESTIC_DELIVERY_FAILED"
    RETURN_AT_TRANSIT_HUB = "INFO_ST_DOMESTIC_RETURN_AT_TRANSIT_HUB"
    BACK_TO_SHIPPER = "INFO_ST_DOMESTIC_BACK_TO_SHIPPER"
    RETURN_FAILED = "INFO_ST_DOMESTIC_PACKAGE_RETURNED_FAILED"
    LOST = "LOST_BY_3PL"
    DAMAGED = "DAMAGE_BY_3PL"
    SCRAPPED = "PACKAGE_SCRAPPED"
    CANCELLED = "CANCELLED"


class TraceCode(StrEnum):
    """``status_code`` of one entry of the trace.

    The codes of the way out were recorded live.  Those of the way back are not known:
    these numbers are invented, so that a reader meets codes that it has no name for.
    """

    READY_TO_SHIP = "1200"
    SHIPPED = "1210"
    IN_TRANSIT = "100013"
    OUT_FOR_DELIVERY = "100018"
    DELIVERED = "1400"
    DELIVERY_FAILED = "190001"
    RETURNING = "190002"
    RETURNED = "190003"
    RETURN_FAILED = "190004"
    LOST = "190005"
    DAMAGED = "190006"
    SCRAPPED = "190007"


DETAIL_TYPES = {
    TraceCode.READY_TO_SHIP: "ready_to",
    TraceCode.SHIPPED: "shipped",
    TraceCode.DELIVERED: "delivered",
}
"""``detail_type`` where it is known; everything between is ``ship_info``."""

TITLES = {
    TraceCode.READY_TO_SHIP: "Sẵn sàng giao",
    TraceCode.SHIPPED: "Đơn vị vận chuyển đã nhận hàng",
    TraceCode.IN_TRANSIT: "Kiện hàng đang được trung chuyển",
    TraceCode.OUT_FOR_DELIVERY: "Đang giao đến người mua",
    TraceCode.DELIVERED: "Đã giao hàng",
    TraceCode.DELIVERY_FAILED: "Giao hàng thất bại",
    TraceCode.RETURNING: "Đang hoàn hàng về người bán",
    TraceCode.RETURNED: "Đã hoàn hàng",
    TraceCode.RETURN_FAILED: "Hoàn hàng thất bại",
    TraceCode.LOST: "Kiện hàng bị thất lạc",
    TraceCode.DAMAGED: "Kiện hàng bị hư hỏng",
    TraceCode.SCRAPPED: "Kiện hàng đã bị tiêu hủy",
}


class RequestType(StrEnum):
    """``request_type`` of a reverse order."""

    CANCEL = "CANCEL"
    RETURN = "RETURN"
    ONLY_REFUND = "ONLY_REFUND"


class ReverseStatus(StrEnum):
    """``reverse_status`` in the API; the pushes have other words."""

    INITIATE = "REQUEST_INITIATE"
    REJECTED = "REQUEST_REJECT"
    WITHDRAWN = "REQUEST_CANCEL"
    CANCELLED = "CANCEL_SUCCESS"
    REFUNDED = "REFUND_SUCCESS"


class OfcStatus(StrEnum):
    """``ofc_status``: how far the goods of a reverse order are."""

    INITIAL = "INITIAL"
    CANCELLED = "RETURN_CANCELED"
    DELIVERED = "RETURN_RTM_DELIVERED"


class Decision(StrEnum):
    """``whqc_decision``: what happened to the goods in the end."""

    NONE = ""
    TO_MERCHANT = "return_to_merchant"
    SCRAP = "scrap"
    NOT_RETURNED = "not_returned"
