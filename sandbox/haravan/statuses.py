"""Haravan's words for orders, money, carriers and cash on delivery."""

from enum import StrEnum


class CarrierStatus(StrEnum):
    """``carrier_status_code`` of a fulfilment."""

    PENDING = "pending"
    READY_TO_PICK = "readytopick"
    PICKING = "picking"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    NOT_MEET_CUSTOMER = "notmeetcustomer"
    WAITING_FOR_RETURN = "waitingforreturn"
    RETURN = "return"
    CANCEL = "cancel"


CARRIER_LABELS = {
    CarrierStatus.PENDING: "Chờ xử lý",
    CarrierStatus.READY_TO_PICK: "Chờ lấy hàng",
    CarrierStatus.PICKING: "Đang đi lấy",
    CarrierStatus.DELIVERING: "Đang giao hàng",
    CarrierStatus.DELIVERED: "Đã giao hàng",
    CarrierStatus.NOT_MEET_CUSTOMER: "Không gặp khách",
    CarrierStatus.WAITING_FOR_RETURN: "Chờ chuyển hoàn",
    CarrierStatus.RETURN: "Chuyển hoàn",
    CarrierStatus.CANCEL: "Hủy giao hàng",
}
"""``carrier_status_name``."""

CARRIER_DATES = {
    CarrierStatus.READY_TO_PICK: "ready_to_pick_date",
    CarrierStatus.PICKING: "picking_date",
    CarrierStatus.DELIVERING: "delivering_date",
    CarrierStatus.DELIVERED: "delivered_date",
    CarrierStatus.NOT_MEET_CUSTOMER: "not_meet_customer_date",
    CarrierStatus.WAITING_FOR_RETURN: "waiting_for_return_date",
    CarrierStatus.RETURN: "return_date",
    CarrierStatus.CANCEL: "cancel_date",
}
"""The time stamp that each step leaves; it stays when later steps come."""

WAITS_FOR_CARRIER = (CarrierStatus.READY_TO_PICK, CarrierStatus.PICKING)
ON_THE_WAY = (CarrierStatus.DELIVERING, CarrierStatus.NOT_MEET_CUSTOMER)
STOPPED_BY_CANCEL = (CarrierStatus.PENDING, *WAITS_FOR_CARRIER, *ON_THE_WAY)
"""What ends with its order; what was delivered or turned back stays as it is."""


class CodStatus(StrEnum):
    """``carrier_cod_status_code`` of a fulfilment."""

    NONE = "none"
    PENDING = "codpending"
    PAID = "codpaid"
    NOT_RECEIVED = "codnotreceipt"


COD_LABELS = {
    CodStatus.NONE: "Không",
    CodStatus.PENDING: "Chưa nhận",
    CodStatus.PAID: "Đã thu",
    CodStatus.NOT_RECEIVED: "Không nhận",
}
"""``carrier_cod_status_name``."""


class TransactionKind(StrEnum):
    """``kind`` of a transaction as an order shows it."""

    PENDING = "pending"
    CAPTURE = "capture"
    REFUND = "refund"


class FinancialStatus(StrEnum):
    """``financial_status`` of an order."""

    PENDING = "pending"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


FINANCIAL_FILTERS = (*FinancialStatus, "authorized", "voided", "any")


class Shipped(StrEnum):
    """How much of an order is fulfilled, in the words of the list's filter."""

    NOTHING = "unshipped"
    PARTLY = "partial"
    ALL = "shipped"


CANCEL_REASONS = ("customer", "inventory", "fraud", "declined", "other")


class ReturnStatus(StrEnum):
    """How far a return is; only the control API shows it."""

    REQUESTED = "requested"
    REFUNDED = "refunded"


class ReverseStatus(StrEnum):
    """Where a return parcel is; only the control API shows it."""

    NOT_STARTED = "not_started"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"
