"""Starts refunds: without restocking, and never twice for one key.

Haravan has no idempotency key.  So each refund of ours carries its key's mark in the
note, the order is searched for it first, and an attempt is written down in the shop's
settings before it is made: as long as its outcome may still come to light, it is not
made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from connector.base import Settings
from connector.errors import (
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    TransientError,
)
from connector.haravan.changes import ORDERS
from connector.haravan.client import Client
from connector.haravan.fields import count
from connector.haravan.orders import OrderReader
from connector.haravan.payments import (
    left_to_give_back,
    paid_by_buyer,
    question_about_cash,
)
from connector.haravan.refunds import Repaid, all_repaid, note_of, refund_of
from connector.haravan.refunds import repaid_from as repaid_of
from connector.parsing import JsonRecord, Malformed, identifier, record, records, told
from connector.refused_refunds import ALL_GIVEN_BACK, NOT_PAID, refused
from connector.rotation import change_settings
from connector.values import ChannelRefund, RefundRequest

STARTED = "refunds_started"
"""The setting that keeps attempts whose outcome is not known: key to moment."""

# Longer than any service works on one request.
_SETTLED_AFTER = timedelta(minutes=10)
# The document's amounts have four decimals.
_STEP = Decimal("0.0001")


class Repayment:
    """Gives money back for orders of one shop."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Return the refund with this key, made now unless it was made before.

        Never more than the buyer paid and did not get back yet; where that is nothing
        the refund is REFUSED.  Raises ``PermanentError`` where a person must say what
        cash on delivery was paid for.
        """
        try:
            return self._found_or_made(request)
        except Malformed as problem:
            # Only before anything was paid: see ``_send``.
            detail = problem.detail
        raise PermanentError(f"the order cannot be refunded: {detail}")

    def _found_or_made(self, request: RefundRequest) -> ChannelRefund:
        order = self._order(request)
        made = _made(order, request)
        if made is None:
            _check(request, order)
            left = left_to_give_back(order)
            if left <= 0:
                return _nothing_left(request, order)
            question = question_about_cash(order, request)
            if question:
                raise PermanentError(question)
            made = self._make(request, order, min(request.amount, left))
        return refund_of(made, identifier(order.get("currency"), "currency"))

    def _order(self, request: RefundRequest) -> JsonRecord:
        order = self._orders.one(request.order_id)
        if order is None:
            raise PermanentError(f"Haravan has no order {request.order_id}")
        return order

    def _make(
        self, request: RefundRequest, order: JsonRecord, money: Decimal
    ) -> Repaid:
        body = _body(request, order, money)
        self._begin(request.key)
        try:
            made = self._send(request, body)
        except OutcomeUnknown as problem:
            return self._look_again(request, problem)
        except (PermanentError, TransientError):
            self._end(request.key)
            raise
        self._end(request.key)
        return made

    def _send(self, request: RefundRequest, body: JsonRecord) -> Repaid:
        answer = self._client.write(f"{ORDERS}/{request.order_id}/refunds", body)
        try:
            return repaid_of(record(record(answer, "answer").get("refund"), "refund"))
        except Malformed as problem:
            detail = problem.detail
        raise OutcomeUnknown(f"the refund's answer cannot be read: {detail}")

    def _look_again(self, request: RefundRequest, problem: OutcomeUnknown) -> Repaid:
        """Return the refund whose answer was lost, if it is there already."""
        try:
            made = _made(self._order(request), request)
        except (ConnectorError, Malformed):
            made = None
        if made is None:
            raise problem
        self._end(request.key)
        return made

    def _begin(self, key: str) -> None:
        """Write the attempt down; raise where an earlier one may still be carried out.

        The store lets one caller in at a time, so of several only one begins.
        """
        now = self._client.clock()
        known: list[bool] = []

        def note(current: Settings) -> Settings:
            attempts = _attempts(current, now)
            known.append(key in attempts)
            return {**current, STARTED: {key: _written(now), **attempts}}

        change_settings(self._client.settings, note)
        if known[-1]:
            raise OutcomeUnknown("an earlier attempt may still be carried out")

    def _end(self, key: str) -> None:
        now = self._client.clock()

        def forget(current: Settings) -> Settings:
            attempts = _attempts(current, now)
            attempts.pop(key, None)
            return {**current, STARTED: attempts}

        change_settings(self._client.settings, forget)


def _made(order: JsonRecord, request: RefundRequest) -> Repaid | None:
    """Return the refund with this key, whatever became of its money."""
    for refund in all_repaid(order):
        if refund.answers(request.key):
            return refund
    return None


def _check(request: RefundRequest, order: JsonRecord) -> None:
    currency = told(order.get("currency"))
    if currency != request.currency:
        raise PermanentError(
            f"the order is in {currency}, the refund in {request.currency}"
        )
    if request.amount <= 0:
        raise PermanentError("there is nothing to refund")


def _nothing_left(request: RefundRequest, order: JsonRecord) -> ChannelRefund:
    return refused(request, ALL_GIVEN_BACK if paid_by_buyer(order) else NOT_PAID)


def _body(request: RefundRequest, order: JsonRecord, money: Decimal) -> dict[str, Any]:
    amount = money.quantize(_STEP, rounding=ROUND_DOWN).normalize()
    refund = {
        # A nested refund without this word has been seen to restock, and which of the
        # two levels is read is not documented.
        "restock": False,
        "notify": False,
        "note": note_of(request.reason, request.key),
        "refund_line_items": _lines(request, order),
        "transactions": [{"amount": _number(amount), "kind": "refund"}],
    }
    return {"restock": False, "refund": refund}


def _number(amount: Decimal) -> int | float:
    """Return an amount as the number that Haravan's document shows."""
    return int(amount) if amount == int(amount) else float(amount)


def _lines(request: RefundRequest, order: JsonRecord) -> list[dict[str, int]]:
    """Return the units that the refund stands for, which stay where they are.

    Units that were refunded before are left out: the money is told by the amount.
    """
    bought = {
        told(line.get("id")): count(line.get("quantity"), "quantity")
        for line in records(order.get("line_items"), "line_items")
    }
    before: Counter[str] = Counter()
    for refund in all_repaid(order):
        before.update(refund.units)
    lines = []
    for line_id, wanted in request.quantities.items():
        if not 0 <= wanted <= bought.get(line_id, 0):
            raise PermanentError(f"the order has no {wanted} units of line {line_id}")
        units = min(wanted, bought.get(line_id, 0) - before[line_id])
        if units > 0:
            lines.append({"line_item_id": int(line_id), "quantity": units})
    return lines


def _attempts(current: Settings, now: datetime) -> dict[str, str]:
    """Return the attempts whose outcome may still come to light."""
    kept = current.get(STARTED)
    if not isinstance(kept, Mapping):
        return {}
    since = _written(now - _SETTLED_AFTER)
    return {key: at for key, at in kept.items() if str(at) > since}


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
