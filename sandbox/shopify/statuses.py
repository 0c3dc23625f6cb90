"""Shopify's words for fulfilments, their events, returns, refunds and money."""

from enum import StrEnum


class FulfillmentStatus(StrEnum):
    """``status`` of a fulfilment: it is marked shipped, or that was taken back."""

    SUCCESS = "SUCCESS"
    CANCELLED = "CANCELLED"


class EventStatus(StrEnum):
    """``status`` of a fulfilment event, which the carrier or its app writes."""

    LABEL_PRINTED = "LABEL_PRINTED"
    CONFIRMED = "CONFIRMED"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    ATTEMPTED_DELIVERY = "ATTEMPTED_DELIVERY"
    FAILURE = "FAILURE"


class FinancialStatus(StrEnum):
    """``displayFinancialStatus``."""

    PENDING = "PENDING"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class FulfillmentProgress(StrEnum):
    """``displayFulfillmentStatus``, as far as it is played."""

    UNFULFILLED = "UNFULFILLED"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    FULFILLED = "FULFILLED"


class RestockType(StrEnum):
    """What a refund does with the number of a line's units."""

    NO_RESTOCK = "NO_RESTOCK"
    CANCEL = "CANCEL"
    RETURN = "RETURN"
    LEGACY_RESTOCK = "LEGACY_RESTOCK"


class TransactionKind(StrEnum):
    """The kinds of payment transactions that are played."""

    SALE = "SALE"
    REFUND = "REFUND"


class TransactionStatus(StrEnum):
    """Whether the money has moved."""

    PENDING = "PENDING"
    SUCCESS = "SUCCESS"


class ReturnStatus(StrEnum):
    """``status`` of a return."""

    REQUESTED = "REQUESTED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    DECLINED = "DECLINED"


class OrderReturnStatus(StrEnum):
    """``returnStatus`` of an order."""

    NO_RETURN = "NO_RETURN"
    RETURN_REQUESTED = "RETURN_REQUESTED"
    IN_PROGRESS = "IN_PROGRESS"
    INSPECTION_COMPLETE = "INSPECTION_COMPLETE"
    RETURNED = "RETURNED"


class DispositionType(StrEnum):
    """What became of units that came back."""

    RESTOCKED = "RESTOCKED"
    NOT_RESTOCKED = "NOT_RESTOCKED"
    PROCESSING_REQUIRED = "PROCESSING_REQUIRED"
    MISSING = "MISSING"


FINAL_DISPOSITIONS = (
    DispositionType.RESTOCKED,
    DispositionType.NOT_RESTOCKED,
    DispositionType.MISSING,
)
