"""TikTok Shop's words for orders, packages, cancellations, returns and RMAs."""

from enum import IntEnum, StrEnum


class OrderStatus(StrEnum):
    """``status`` of an order and ``display_status`` of a line item."""

    UNPAID = "UNPAID"
    ON_HOLD = "ON_HOLD"
    AWAITING_SHIPMENT = "AWAITING_SHIPMENT"
    PARTIALLY_SHIPPING = "PARTIALLY_SHIPPING"
    AWAITING_COLLECTION = "AWAITING_COLLECTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


WEBHOOK_CANCEL = "CANCEL"
"""How the order webhook spells what the API calls CANCELLED."""

NOT_READY = (OrderStatus.UNPAID, OrderStatus.ON_HOLD)


class PackageStatus(StrEnum):
    """``package_status``."""

    TO_FULFILL = "TO_FULFILL"
    PROCESSING = "PROCESSING"
    FULFILLING = "FULFILLING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


STILL_HERE = (PackageStatus.TO_FULFILL, PackageStatus.PROCESSING)


class TrackingEvent(StrEnum):
    """Scans of the carrier; the marketplace's own code table is not public."""

    LABEL_CREATED = "LABEL_CREATED"
    PICKED_UP = "PICKED_UP"
    DELIVERED = "DELIVERED"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    LOST = "LOST"
    CANCELLED = "CANCELLED"


DESCRIPTIONS = {
    TrackingEvent.LABEL_CREATED: "Đơn vị vận chuyển đã nhận thông tin kiện hàng",
    TrackingEvent.PICKED_UP: "Đơn vị vận chuyển đã lấy hàng từ người bán",
    TrackingEvent.DELIVERED: "Kiện hàng đã được giao",
    TrackingEvent.DELIVERY_FAILED: "Giao hàng không thành công",
    TrackingEvent.RETURNING: "Kiện hàng đang được hoàn về người bán",
    TrackingEvent.RETURNED: "Kiện hàng đã hoàn về người bán",
    TrackingEvent.LOST: "Kiện hàng bị thất lạc",
    TrackingEvent.CANCELLED: "Yêu cầu vận chuyển đã bị hủy",
}


class CancelType(StrEnum):
    """``cancel_type``."""

    CANCEL = "CANCEL"
    BUYER_CANCEL = "BUYER_CANCEL"


class CancelStatus(StrEnum):
    """``cancel_status``."""

    PENDING = "CANCELLATION_REQUEST_PENDING"
    SUCCESS = "CANCELLATION_REQUEST_SUCCESS"
    WITHDRAWN = "CANCELLATION_REQUEST_CANCEL"
    COMPLETE = "CANCELLATION_REQUEST_COMPLETE"


class Role(StrEnum):
    """Who began a cancellation or a return."""

    BUYER = "BUYER"
    SELLER = "SELLER"
    SYSTEM = "SYSTEM"


class ReturnType(StrEnum):
    """``return_type``; only RETURN_AND_REFUND brings goods back."""

    REFUND = "REFUND"
    RETURN_AND_REFUND = "RETURN_AND_REFUND"
    REPLACEMENT = "REPLACEMENT"


class ReturnStatus(StrEnum):
    """``return_status``; none of them says that goods arrived."""

    PENDING = "RETURN_OR_REFUND_REQUEST_PENDING"
    REJECTED = "REFUND_OR_RETURN_REQUEST_REJECT"
    AWAITING_BUYER_SHIP = "AWAITING_BUYER_SHIP"
    BUYER_SHIPPED = "BUYER_SHIPPED_ITEM"
    PARCEL_REFUSED = "REJECT_RECEIVE_PACKAGE"
    SUCCESS = "RETURN_OR_REFUND_REQUEST_SUCCESS"
    COMPLETE = "RETURN_OR_REFUND_REQUEST_COMPLETE"
    WITHDRAWN = "RETURN_OR_REFUND_REQUEST_CANCEL"
    AWAITING_BUYER_RESPONSE = "AWAITING_BUYER_RESPONSE"
    REPLACEMENT_PENDING = "REPLACEMENT_REQUEST_PENDING"
    REPLACEMENT_REJECTED = "REPLACEMENT_REQUEST_REJECT"
    REPLACEMENT_REFUNDED = "REPLACEMENT_REQUEST_REFUND_SUCCESS"
    REPLACEMENT_COMPLETE = "REPLACEMENT_REQUEST_COMPLETE"


UNDECIDED = (
    ReturnStatus.PENDING,
    ReturnStatus.AWAITING_BUYER_SHIP,
    ReturnStatus.BUYER_SHIPPED,
    ReturnStatus.PARCEL_REFUSED,
    ReturnStatus.AWAITING_BUYER_RESPONSE,
    ReturnStatus.REPLACEMENT_PENDING,
)
REFUSED = (
    ReturnStatus.REJECTED,
    ReturnStatus.WITHDRAWN,
    ReturnStatus.REPLACEMENT_REJECTED,
)


class RmaStatus(StrEnum):
    """Where a return parcel is; PENDING_PACKAGE_REVIEW is a carrier's word only."""

    INIT = "INIT"
    AWAITING_BUYER_RETURN = "AWAITING_BUYER_RETURN"
    IN_TRANSIT = "RETURN_IN_TRANSIT"
    PENDING_PACKAGE_REVIEW = "PENDING_PACKAGE_REVIEW"
    REVIEWED = "PACKAGE_REVIEW_COMPLETED"


WEBHOOK_RMA = {RmaStatus.AWAITING_BUYER_RETURN: "AWAITING_BUYER_SHIPPED"}
"""Where the RMA webhook spells a status unlike the search."""


class Topic(IntEnum):
    """``type`` of a webhook; the name is its ``event_type`` when registering."""

    ORDER_STATUS_CHANGE = 1
    PACKAGE_UPDATE = 4
    UPCOMING_AUTHORIZATION_EXPIRATION = 7
    CANCELLATION_STATUS_CHANGE = 11
    RETURN_STATUS_CHANGE = 12
    AFTERSALES_REQUEST_STATUS_UPDATE = 64
    RMA_STATUS_UPDATE = 65
    INVENTORY_CHANGED_BY_SHOP = 71


REGISTRABLE = frozenset(topic.name for topic in Topic) | {
    "RECIPIENT_ADDRESS_UPDATE",
    "PRODUCT_STATUS_CHANGE",
    "SELLER_DEAUTHORIZATION",
    "PRODUCT_INFORMATION_CHANGE",
    "PRODUCT_CREATION",
    "REFUND_SUCCESS",
}
"""Events that an address can be registered for; some of them never happen here."""
