"""WooCommerce's words for orders, and a tracking plugin's words for parcels."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """``status`` of an order; the last two are what a tracking plugin adds."""

    PENDING = "pending"
    PROCESSING = "processing"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    FAILED = "failed"
    PARTIAL_SHIPPED = "partial-shipped"
    DELIVERED = "delivered"
    TRASH = "trash"


SETTABLE = tuple(status for status in OrderStatus if status != OrderStatus.TRASH)
"""The statuses that a client may write."""

LIST_FILTERS = ("any", OrderStatus.TRASH, *SETTABLE, "checkout-draft")
"""The statuses that a list of orders accepts as a filter."""

REDUCES_STOCK = (OrderStatus.PROCESSING, OrderStatus.ON_HOLD, OrderStatus.COMPLETED)
RESTORES_STOCK = (OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.PENDING)

ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.FAILED)
"""Statuses in which nothing more is sent out."""

SHIPPED = (
    OrderStatus.PARTIAL_SHIPPED,
    OrderStatus.COMPLETED,
    OrderStatus.DELIVERED,
)


class ParcelStatus(StrEnum):
    """What the tracking plugin says of a parcel; the first and last are our own.

    ``PENDING`` and ``CALLED_OFF`` never show on the wire: such a parcel has no label.
    """

    PENDING = "pending"
    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return_to_sender"
    EXCEPTION = "exception"
    LABEL_CANCELLED = "label_cancelled"
    CALLED_OFF = "called_off"


LIVE = (
    ParcelStatus.PENDING,
    ParcelStatus.PRE_TRANSIT,
    ParcelStatus.IN_TRANSIT,
    ParcelStatus.DELIVERED,
)


class ReturnStatus(StrEnum):
    """A return as people know it; WooCommerce has no record of it."""

    REQUESTED = "requested"
    REFUNDED = "refunded"


class ReverseStatus(StrEnum):
    """Where a return parcel is; nobody tells WooCommerce."""

    NOT_STARTED = "not_started"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"
