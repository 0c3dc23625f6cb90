"""Tiki's words for orders, items, parcels, withdrawals and events."""

from enum import StrEnum


class Model(StrEnum):
    """The operation model of a product: who keeps it, packs it and carries it."""

    DROPSHIP = "dropship"
    ON_DEMAND = "backorder"
    SELLER_DELIVERY = "seller_backorder"
    BY_TIKI = "instock"


FULFILLMENT_TYPES = {
    Model.DROPSHIP: "dropship",
    Model.ON_DEMAND: "tiki_delivery",
    Model.SELLER_DELIVERY: "seller_delivery",
    Model.BY_TIKI: "tiki_delivery",
}
"""``fulfillment_type`` of an order; two models share one word."""


def inventory_type(model: Model) -> str:
    """``inventory_type`` of an order's item, which only tells whose stock it is."""
    return "instock" if model is Model.BY_TIKI else "backorder"


class OrderStatus(StrEnum):
    """``status`` of an order."""

    WAITING_PAYMENT = "waiting_payment"
    PAYMENT_REVIEW = "payment_review"
    PAID = "paid"
    PROCESSING = "processing"
    QUEUEING = "queueing"
    PICKING = "picking"
    PACKAGING = "packaging"
    FINISHED_PACKING = "finished_packing"
    READY_TO_SHIP = "ready_to_ship"
    HANDOVER_TO_PARTNER = "handover_to_partner"
    SHIPPING = "shipping"
    SUCCESSFUL_DELIVERY = "successful_delivery"
    DELIVERED = "delivered"
    COMPLETE = "complete"
    CANCELED = "canceled"
    RETURNED = "returned"
    HOLDED = "holded"
    CLOSED = "closed"


BEFORE_PACKING = (OrderStatus.QUEUEING, OrderStatus.PICKING)
PACKING = (*BEFORE_PACKING, OrderStatus.PACKAGING, OrderStatus.FINISHED_PACKING)
NOT_HANDED_OVER = (
    OrderStatus.WAITING_PAYMENT,
    OrderStatus.PAYMENT_REVIEW,
    OrderStatus.PAID,
    OrderStatus.PROCESSING,
    *PACKING,
    OrderStatus.READY_TO_SHIP,
)
ON_THE_WAY = (OrderStatus.HANDOVER_TO_PARTNER, OrderStatus.SHIPPING)
WITH_BUYER = (
    OrderStatus.SUCCESSFUL_DELIVERY,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETE,
)

_CARRIED = (
    OrderStatus.PICKING,
    OrderStatus.PACKAGING,
    OrderStatus.FINISHED_PACKING,
    OrderStatus.READY_TO_SHIP,
)
PACKING_STEPS = {
    Model.DROPSHIP: _CARRIED,
    Model.ON_DEMAND: _CARRIED,
    Model.BY_TIKI: _CARRIED,
    Model.SELLER_DELIVERY: (OrderStatus.PACKAGING, OrderStatus.READY_TO_SHIP),
}
"""What a confirmed order goes through until its parcel waits."""

LEAVING_STEPS = {
    model: (OrderStatus.SHIPPING,) if model is Model.SELLER_DELIVERY else ON_THE_WAY
    for model in Model
}
"""What an order goes through when its parcel leaves."""

ARRIVED = {
    Model.DROPSHIP: OrderStatus.SUCCESSFUL_DELIVERY,
    Model.SELLER_DELIVERY: OrderStatus.SUCCESSFUL_DELIVERY,
    Model.ON_DEMAND: OrderStatus.DELIVERED,
    Model.BY_TIKI: OrderStatus.DELIVERED,
}
"""Tiki has two words for a parcel that the buyer took."""


class Confirmation(StrEnum):
    """``confirmation.status`` of an item."""

    WAITING = "waiting"
    SELLER_CONFIRMED = "seller_confirmed"
    SELLER_CANCELED = "seller_canceled"
    CONFIRMED = "confirmed"
    READY_TO_PICK = "ready_to_pick"


class ShippingStatus(StrEnum):
    """``shipping.status``: the carrier's own word."""

    PENDING = "Pending"
    PICKED = "Picked"
    DELIVERING = "Delivering"
    DELIVERED = "Delivered"
    FAILED = "Failed"
    RETURNING = "Returning"
    RETURNED = "Returned"
    LOST = "Lost"
    CANCELED = "Canceled"


class WithdrawalStatus(StrEnum):
    """``status`` of goods that wait at Tiki for their way home."""

    WAITING_FOR_PICKING = "waiting_for_picking"
    COMPLETED = "completed"


class EventType(StrEnum):
    """The events that a queue can be subscribed to."""

    ORDER_CREATED = "ORDER_CREATED_SUCCESSFULLY"
    ORDER_STATUS_UPDATED = "ORDER_STATUS_UPDATED"
    INVENTORY_UPDATED = "PRODUCT_INVENTORY_UPDATED"
    PRICE_UPDATED = "PRODUCT_PRICE_UPDATED"
    MARKET_PRICE_UPDATED = "PRODUCT_MARKET_PRICE_UPDATED"


class ReturnStatus(StrEnum):
    """What Tiki's service desk did with a buyer's return; the API never shows it."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
