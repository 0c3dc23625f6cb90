"""Reads what a buyer paid for an order and got back; pure functions."""

from __future__ import annotations

from decimal import Decimal

from connector.cash import doubt_about_cash, names_cash_on_delivery
from connector.haravan.fields import word
from connector.haravan.mapping import look, order_of
from connector.haravan.refunds import DONE_WORDS, all_repaid
from connector.parsing import JsonRecord, amount, records, told
from connector.values import RefundRequest, RefundState

# A sale is an authorisation and its capture in one.
_PAYING = frozenset({"capture", "sale"})
_PAID_IN_FULL = frozenset({"paid", "partiallyrefunded", "refunded"})
_NO_CASH_TO_COLLECT = frozenset({"", "none"})


def paid_by_buyer(order: JsonRecord) -> Decimal:
    """Return the money that came in; cash on delivery counts once it is collected.

    Where no payment is listed the order's own word decides.
    """
    payments = records(order.get("transactions"), "transactions")
    taken = [
        amount(payment.get("amount"), "transaction amount")
        for payment in payments
        if word(payment.get("kind")) in _PAYING
        and word(payment.get("status")) in DONE_WORDS
    ]
    if not taken and word(order.get("financial_status")) in _PAID_IN_FULL:
        return amount(order.get("total_price"), "total_price")
    return sum(taken, Decimal(0))


def left_to_give_back(order: JsonRecord) -> Decimal:
    """Return what the buyer paid and did not get back; refused refunds gave nothing."""
    given = (
        refund.amount
        for refund in all_repaid(order)
        if refund.state is not RefundState.REFUSED
    )
    return paid_by_buyer(order) - sum(given, Decimal(0))


def is_cash_on_delivery(order: JsonRecord) -> bool:
    """Whether the buyer pays at the door, or a part of it.

    One sign is enough: a gateway's flag has been seen false, and its code empty, on
    orders whose gateway is called cash on delivery.
    """
    payments = records(order.get("transactions"), "transactions")
    methods = [order, *payments]
    return (
        names_cash_on_delivery(told(order.get("gateway_code")))
        or any(names_cash_on_delivery(told(one.get("gateway"))) for one in methods)
        or any(one.get("is_cod_gateway") is True for one in payments)
        or any(
            word(parcel.get("carrier_cod_status_code")) not in _NO_CASH_TO_COLLECT
            for parcel in records(order.get("fulfillments"), "fulfillments")
        )
    )


def question_about_cash(order: JsonRecord, request: RefundRequest) -> str:
    """Return what a person must answer before cash on delivery goes back, if anything.

    Raises ``Malformed`` or ``UnmappedStatus`` where nobody can tell where goods are.
    """
    if not is_cash_on_delivery(order):
        return ""
    return doubt_about_cash(
        order_of(look(order)),
        request.quantities,
        received=paid_by_buyer(order),
        total=amount(order.get("total_price"), "total_price"),
    )
