"""Shopee's words for orders, packages, tracking events and returns."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """``order_status``."""

    UNPAID = "UNPAID"
    READY_TO_SHIP = "READY_TO_SHIP"
    PROCESSED = "PROCESSED"
    RETRY_SHIP = "RETRY_SHIP"
    SHIPPED = "SHIPPED"
    TO_CONFIRM_RECEIVE = "TO_CONFIRM_RECEIVE"
    COMPLETED = "COMPLETED"
    IN_CANCEL = "IN_CANCEL"
    CANCELLED = "CANCELLED"
    TO_RETURN = "TO_RETURN"


LIST_FILTERS = frozenset(
    {
        "UNPAID",
        "READY_TO_SHIP",
        "PROCESSED",
        "SHIPPED",
        "COMPLETED",
        "IN_CANCEL",
        "CANCELLED",
        "INVOICE_PENDING",
    }
)
"""The statuses that ``get_order_list`` accepts as a filter."""


class PackageStatus(StrEnum):
    """``logistics_status`` of a package, also called ``fulfillment_status``."""

    NOT_START = "LOGISTICS_NOT_START"
    READY = "LOGISTICS_READY"
    REQUEST_CREATED = "LOGISTICS_REQUEST_CREATED"
    PICKUP_RETRY = "LOGISTICS_PICKUP_RETRY"
    PICKUP_DONE = "LOGISTICS_PICKUP_DONE"
    DELIVERY_DONE = "LOGISTICS_DELIVERY_DONE"
    INVALID = "LOGISTICS_INVALID"
    REQUEST_CANCELED = "LOGISTICS_REQUEST_CANCELED"
    DELIVERY_FAILED = "LOGISTICS_DELIVERY_FAILED"
    LOST = "LOGISTICS_LOST"


NOT_ARRANGED = (PackageStatus.NOT_START, PackageStatus.READY)
ARRANGEABLE = (PackageStatus.READY, PackageStatus.PICKUP_RETRY)
STILL_HERE = (
    PackageStatus.NOT_START,
    PackageStatus.READY,
    PackageStatus.PICKUP_RETRY,
    PackageStatus.REQUEST_CREATED,
)
DEAD = (
    PackageStatus.INVALID,
    PackageStatus.REQUEST_CANCELED,
    PackageStatus.DELIVERY_FAILED,
    PackageStatus.LOST,
)

# An order is as far as its least advanced package (a guess for split orders).
ORDER_STATUS_OF = {
    PackageStatus.NOT_START: OrderStatus.UNPAID,
    PackageStatus.READY: OrderStatus.READY_TO_SHIP,
    PackageStatus.PICKUP_RETRY: OrderStatus.RETRY_SHIP,
    PackageStatus.REQUEST_CREATED: OrderStatus.PROCESSED,
    PackageStatus.PICKUP_DONE: OrderStatus.SHIPPED,
    PackageStatus.DELIVERY_DONE: OrderStatus.TO_CONFIRM_RECEIVE,
}
"""What an order is called when its least advanced package is here, in that order."""


class TrackingEvent(StrEnum):
    """``logistics_status`` of one entry of ``get_tracking_info``."""

    ORDER_CREATED = "ORDER_CREATED"
    PICKUP_RETRY = "PICKUP_RETRY"
    PICKED_UP = "PICKED_UP"
    DELIVERED = "DELIVERED"
    FAILED_DELIVERED = "FAILED_DELIVERED"
    RETURN_STARTED = "RETURN_STARTED"
    RETURN_INITIATED = "RETURN_INITIATED"
    RETURNED = "RETURNED"
    LOST = "LOST"
    CANCELED = "CANCELED"


DESCRIPTIONS = {
    TrackingEvent.ORDER_CREATED: "Đơn vị vận chuyển đã nhận thông tin đơn hàng",
    TrackingEvent.PICKUP_RETRY: "Lấy hàng không thành công, sẽ lấy lại",
    TrackingEvent.PICKED_UP: "Đơn vị vận chuyển lấy hàng thành công",
    TrackingEvent.DELIVERED: "Giao hàng thành công",
    TrackingEvent.FAILED_DELIVERED: "Giao hàng không thành công",
    TrackingEvent.RETURN_STARTED: "Đơn hàng bắt đầu chuyển hoàn",
    TrackingEvent.RETURN_INITIATED: "Đơn hàng đang được chuyển hoàn",
    TrackingEvent.RETURNED: "Đã hoàn hàng cho người gửi",
    TrackingEvent.LOST: "Kiện hàng bị thất lạc",
    TrackingEvent.CANCELED: "Yêu cầu vận chuyển đã bị hủy",
}


class ReturnStatus(StrEnum):
    """``status`` of a return."""

    REQUESTED = "REQUESTED"
    PROCESSING = "PROCESSING"
    ACCEPTED = "ACCEPTED"


OPEN_RETURNS = (ReturnStatus.REQUESTED, ReturnStatus.PROCESSING)


class ReverseStatus(StrEnum):
    """``reverse_logistics_status`` of a return parcel."""

    NOT_STARTED = "LOGISTICS_NOT_STARTED"
    PICKUP_DONE = "LOGISTICS_PICKUP_DONE"
    DELIVERY_DONE = "LOGISTICS_DELIVERY_DONE"
    LOST = "LOGISTICS_LOST"
    TURNED_BACK = "Preparing"
    TURNED_BACK_DELIVERED = "Delivered"
    TURNED_BACK_LOST = "Lost"
