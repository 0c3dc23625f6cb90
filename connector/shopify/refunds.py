"""Gives buyers their money back through Shopify, without touching stock.

A request's key stands in the refund's note, where it is looked for before anything is
paid.  Shopify's own idempotency guards the moments between the look and the payment.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from connector.cash import doubt_about_cash, names_cash_on_delivery
from connector.errors import OutcomeUnknown, PermanentError, UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
    text,
    told,
)
from connector.refused_refunds import ALL_GIVEN_BACK, NOT_PAID, refused
from connector.shopify.calculation import RefundLines, transactions_for
from connector.shopify.client import Client
from connector.shopify.fields import gid, is_number, money, nodes, number_of
from connector.shopify.money_back import REFUND_FIELDS, mark, note_of, refund_of
from connector.shopify.nodes import whole_connection
from connector.shopify.orders import OrderReader
from connector.shopify.refusals import Refused
from connector.values import ChannelRefund, RefundRequest

_MOST_REFUNDS = 50
_ATTEMPTS = 3
# Keys of ours are spread over Shopify's in a way that each attempt can repeat.
_KEY_SPACE = uuid.UUID("b7c1b0c3-6e0d-5c3e-9a51-5d0f4b1f7a92")

_LINE_FIELDS = "id refundableQuantity"

_ORDER = f"""
query OrderToRefund($id: ID!, $most: Int!) {{
  order(id: $id) {{
    id
    presentmentCurrencyCode
    paymentGatewayNames
    currentTotalPriceSet {{ presentmentMoney {{ amount currencyCode }} }}
    totalReceivedSet {{ presentmentMoney {{ amount currencyCode }} }}
    totalRefundedSet {{ presentmentMoney {{ amount currencyCode }} }}
    refunds(first: $most) {{ {REFUND_FIELDS} }}
    lineItems(first: 50) {{
      nodes {{ {_LINE_FIELDS} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""

_CREATE = f"""
mutation Refund($input: RefundInput!, $key: String!) {{
  refundCreate(input: $input) @idempotent(key: $key) {{
    refund {{ {REFUND_FIELDS} }}
    userErrors {{ field message }}
  }}
}}
"""

_FAILED_BEFORE = ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "previous request with this")
_TRIED_BEFORE = (
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "currently in progress",
    "same idempotency key",
)


class Refunder:
    """Starts refunds; the same key never pays twice."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Return the refund of the request's key, made now or before.

        Where the buyer has not paid, or all was given back, it is REFUSED.  Raises
        ``PermanentError`` where a person must say what cash on delivery was paid for.
        Raises ``OutcomeUnknown`` where a payment may have been made: asked again, it
        is found or made up for.
        """
        try:
            return self._found_or_made(request)
        except Malformed as problem:
            # Only before anything was paid: see ``_created``.
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _found_or_made(self, request: RefundRequest) -> ChannelRefund:
        order = self._order(request)
        earlier = _earlier(order, request)
        if earlier is not None:
            return earlier
        _check(order, request)
        obstacle = _nothing_left(order)
        if obstacle:
            return refused(request, obstacle)
        self._check_cash(order, request)
        lines = _lines(order, request)
        order_gid = identifier(order.get("id"), "order id")
        try:
            transactions = transactions_for(
                self._client, order_gid, request.amount, lines
            )
        except PermanentError:
            # An earlier attempt may have landed since we looked.
            earlier = _earlier(self._order(request), request)
            if earlier is None:
                raise
            return earlier
        return self._create(order_gid, request, lines, transactions)

    def _order(self, request: RefundRequest) -> JsonRecord:
        order = None
        if is_number(request.order_id):
            variables = {
                "id": gid("Order", request.order_id),
                "most": _MOST_REFUNDS,
            }
            order = self._client.read(_ORDER, variables).get("order")
        if not isinstance(order, dict):
            raise PermanentError("Shopify does not know this order")
        return whole_connection(self._client, order, "Order", "lineItems", _LINE_FIELDS)

    def _check_cash(self, order: JsonRecord, request: RefundRequest) -> None:
        """Raise where cash on delivery may have been paid for other units."""
        if not _is_cash_on_delivery(order):
            return
        page = self._orders.by_number([request.order_id])
        if not page.items:
            raise PermanentError(
                "cash on delivery: nobody can tell where the goods are"
            )
        question = doubt_about_cash(
            page.items[0],
            request.quantities,
            received=money(order.get("totalReceivedSet"), "totalReceivedSet"),
            total=money(order.get("currentTotalPriceSet"), "currentTotalPriceSet"),
        )
        if question:
            raise PermanentError(question)

    def _create(
        self,
        order_gid: str,
        request: RefundRequest,
        lines: RefundLines,
        transactions: list[dict[str, Any]],
    ) -> ChannelRefund:
        content = {
            "orderId": order_gid,
            "currency": request.currency,
            "note": note_of(request.reason, request.key),
            "notify": False,
            "refundLineItems": lines,
            "transactions": transactions,
        }
        refusal = ""
        for attempt in range(_ATTEMPTS):
            data, refusal = self._send(content, _idempotency_key(request.key, attempt))
            if not refusal:
                return _created(data, request)
            if _says(refusal, _TRIED_BEFORE):
                raise OutcomeUnknown(f"an earlier attempt is not settled: {refusal}")
            if not _says(refusal, _FAILED_BEFORE):
                break
        raise PermanentError(f"Shopify refused the refund: {refusal}")

    def _send(self, content: JsonRecord, key: str) -> tuple[JsonRecord, str]:
        """Return the answer's payload and what it refuses, if it does."""
        try:
            data = self._client.change(_CREATE, {"input": content, "key": key})
        except Refused as refused:
            return {}, f"{refused.code}: {refused.message}"
        try:
            payload = record(data.get("refundCreate"), "payload")
            errors = records(payload.get("userErrors"), "userErrors")
        except Malformed as problem:
            raise OutcomeUnknown(problem.detail) from None
        return payload, "; ".join(
            told(error.get("message")) or "no reason given" for error in errors
        )


def _earlier(order: JsonRecord, request: RefundRequest) -> ChannelRefund | None:
    """Return the refund that carries the request's key in its note."""
    refunds = records(order.get("refunds"), "refunds")
    for refund in refunds:
        if mark(request.key) in text(refund.get("note"), "note"):
            found = refund_of(refund, _currency(order))
            if found is None:
                raise Malformed("a refund of ours has no money")
            return found
    if len(refunds) >= _MOST_REFUNDS:
        raise PermanentError("too many refunds to be sure that this one is new")
    return None


def _check(order: JsonRecord, request: RefundRequest) -> None:
    if request.amount <= 0:
        raise PermanentError("there is nothing to refund")
    if request.currency != _currency(order):
        raise PermanentError(f"the buyer paid in {_currency(order)}")


def _is_cash_on_delivery(order: JsonRecord) -> bool:
    names = order.get("paymentGatewayNames")
    if not isinstance(names, list):
        raise Malformed("paymentGatewayNames is not a list")
    return any(names_cash_on_delivery(told(name)) for name in names)


def _nothing_left(order: JsonRecord) -> str:
    """Return why there is no money to give back, if so.

    What was only authorised has not come in; cash on delivery has once the merchant
    marked the order as paid.
    """
    received = money(order.get("totalReceivedSet"), "totalReceivedSet")
    refunded = money(order.get("totalRefundedSet"), "totalRefundedSet")
    if received <= 0:
        return NOT_PAID
    return ALL_GIVEN_BACK if refunded >= received else ""


def _lines(order: JsonRecord, request: RefundRequest) -> RefundLines:
    """Return the lines that the refund stands for, none of them restocked.

    Units that a cancel has refunded already are left out: Shopify would refuse them,
    and the money is told by the amount.
    """
    refundable = {
        number_of(line.get("id"), "line id"): quantity(
            line.get("refundableQuantity"), "refundableQuantity"
        )
        for line in nodes(order.get("lineItems"), "lineItems")
    }
    unknown = sorted(set(request.quantities) - set(refundable))
    if unknown:
        raise PermanentError(f"the order has no line {unknown[0]}")
    counts = {
        line_id: min(units, refundable[line_id])
        for line_id, units in request.quantities.items()
    }
    return [
        {
            "lineItemId": gid("LineItem", line_id),
            "quantity": units,
            "restockType": "NO_RESTOCK",
        }
        for line_id, units in counts.items()
        if units > 0
    ]


def _created(payload: JsonRecord, request: RefundRequest) -> ChannelRefund:
    try:
        made = record(payload.get("refund"), "refund")
        found = refund_of(made, request.currency)
    except Malformed as problem:
        raise OutcomeUnknown(problem.detail) from None
    if found is None:
        raise OutcomeUnknown("the refund was made without money")
    return found


def _currency(order: JsonRecord) -> str:
    return told(order.get("presentmentCurrencyCode"))


def _idempotency_key(key: str, attempt: int) -> str:
    return str(uuid.uuid5(_KEY_SPACE, f"{attempt}:{key}"))


def _says(refusal: str, words: Sequence[str]) -> bool:
    low = refusal.lower()
    return any(word.lower() in low for word in words)
