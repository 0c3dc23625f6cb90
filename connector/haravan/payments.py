"""Reads what a buyer paid for an order and got back; pure functions."""

from __future__ import annotations

from decimal import Decimal

from connector.haravan.fields import word
from connector.haravan.refunds import DONE_WORDS, all_repaid
from connector.parsing import JsonRecord, amount, records
from connector.values import RefundState

# A sale is an authorisation and its capture in one.
_PAYING = frozenset({"capture", "sale"})
_PAID_IN_FULL = frozenset({"paid", "partiallyrefunded", "refunded"})


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
