"""Starts refunds: without restocking, and never twice for one key.

WooCommerce has no idempotency key.  So each refund of ours carries its key, the site is
searched for it first, and an attempt is written down in the shop's settings before it
is made: as long as its outcome may still come to light, it is not made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.base import Settings
from connector.errors import (
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    TransientError,
)
from connector.parsing import JsonRecord, Malformed, amount, identifier, told
from connector.refused_refunds import NOT_PAID, refused
from connector.rotation import change_settings
from connector.values import ChannelRefund, RefundRequest
from connector.woocommerce.changes import ORDERS
from connector.woocommerce.client import Client
from connector.woocommerce.fields import is_number
from connector.woocommerce.orders import OrderReader
from connector.woocommerce.payments import (
    Payment,
    cash_for,
    is_cash_on_delivery,
    is_paid,
)
from connector.woocommerce.refunds import (
    GATEWAY_META,
    KEY_META,
    Repaid,
    refund_of,
    repaid_from,
)
from connector.woocommerce.shares import rounded, shares_of

STARTED = "refunds_started"
"""The setting that keeps attempts whose outcome is not known: key to moment."""

# Longer than any site works on one request.
_SETTLED_AFTER = timedelta(minutes=10)


class Repayment:
    """Gives money back for orders of one shop."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Return the refund with this key, made now unless it was made before.

        Where the buyer has not paid it is REFUSED, and nothing is written to the site.
        """
        order = self._order(request)
        try:
            return self._found_or_made(request, order)
        except Malformed as problem:
            detail = problem.detail
        raise PermanentError(f"the order cannot be refunded: {detail}")

    def _found_or_made(
        self, request: RefundRequest, order: JsonRecord
    ) -> ChannelRefund:
        repaid = self._orders.refunds_of(request.order_id)
        made = _made(repaid, request)
        if made is None:
            body = self._body(request, order, repaid)
            if not self._was_paid(request, order):
                return refused(request, NOT_PAID)
            made = self._make(request, body)
        return refund_of(made, identifier(order.get("currency"), "currency"))

    def _order(self, request: RefundRequest) -> JsonRecord:
        known = is_number(request.order_id)
        order = self._orders.one(request.order_id) if known else None
        if order is None:
            raise PermanentError(f"WooCommerce has no order {request.order_id}")
        currency = told(order.get("currency"))
        if currency != request.currency:
            raise PermanentError(
                f"the order is in {currency}, the refund in {request.currency}"
            )
        return order

    def _was_paid(self, request: RefundRequest, order: JsonRecord) -> bool:
        """Whether there is money to give back; raises where nobody can tell."""
        if not is_cash_on_delivery(order):
            return is_paid(order)
        payment = cash_for(order, self._orders.facts(order), request.quantities)
        if payment is Payment.UNSURE:
            raise PermanentError(
                "cash on delivery: nothing proves that the buyer paid, or that not"
            )
        return payment is Payment.CAME_IN

    def _make(self, request: RefundRequest, body: JsonRecord) -> Repaid:
        self._begin(request.key)
        path = f"{ORDERS}/{request.order_id}/refunds"
        try:
            answer = self._client.write(path, body)
        except OutcomeUnknown as problem:
            return self._look_again(request, problem)
        except (PermanentError, TransientError):
            self._end(request.key)
            raise
        self._end(request.key)
        try:
            return repaid_from(answer)
        except Malformed:
            pass
        raise OutcomeUnknown("the refund was answered in a form that cannot be read")

    def _look_again(self, request: RefundRequest, problem: OutcomeUnknown) -> Repaid:
        """Return the refund whose answer was lost, if it is there already."""
        try:
            made = _made(self._orders.refunds_of(request.order_id), request)
        except (ConnectorError, Malformed):
            made = None
        if made is None:
            raise problem
        self._end(request.key)
        return made

    def _body(
        self, request: RefundRequest, order: JsonRecord, repaid: tuple[Repaid, ...]
    ) -> JsonRecord:
        money = rounded(order, request.amount)
        _check_amount(money, order, repaid)
        by_gateway = self._by_gateway(order)
        meta = {KEY_META: request.key, **({GATEWAY_META: "yes"} if by_gateway else {})}
        body: dict[str, Any] = {
            "amount": f"{money:f}",
            "reason": f"{request.reason} [{_mark(request.key)}]".strip(),
            "api_refund": by_gateway,
            "api_restock": False,
            "meta_data": [{"key": key, "value": value} for key, value in meta.items()],
        }
        if request.quantities:
            body["line_items"] = shares_of(order, request.quantities, money)
        return body

    def _by_gateway(self, order: JsonRecord) -> bool:
        method = told(order.get("payment_method"))
        return method in self._client.account().gateway_refunds

    def _begin(self, key: str) -> None:
        """Write the attempt down; raise where an earlier one may still be carried out.

        The store lets one caller in at a time, so of several only one begins.
        """
        now = self._client.clock()
        begun: list[bool] = []

        def note(current: Settings) -> Settings:
            attempts = _attempts(current, now)
            begun.append(key not in attempts)
            return {**current, STARTED: {key: _written(now), **attempts}}

        change_settings(self._client.settings, note)
        if not begun[-1]:
            raise OutcomeUnknown("an earlier attempt may still be carried out")

    def _end(self, key: str) -> None:
        now = self._client.clock()

        def forget(current: Settings) -> Settings:
            attempts = _attempts(current, now)
            attempts.pop(key, None)
            return {**current, STARTED: attempts}

        change_settings(self._client.settings, forget)


def _made(repaid: tuple[Repaid, ...], request: RefundRequest) -> Repaid | None:
    """Return the refund with this key.

    The reason tells it too: WooCommerce writes the meta data last, so an attempt that
    broke off may have only that.
    """
    mark = _mark(request.key)
    for refund in repaid:
        if refund.key == request.key or mark in refund.reason:
            return refund
    return None


def _mark(key: str) -> str:
    return f"ref {hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _check_amount(
    money: Decimal, order: JsonRecord, repaid: tuple[Repaid, ...]
) -> None:
    """Refuse what WooCommerce would refuse with an error like that of a broken site."""
    before = sum((refund.amount for refund in repaid), Decimal(0))
    rest = amount(order.get("total"), "total") - before
    if not 0 < money <= rest:
        currency = told(order.get("currency"))
        raise PermanentError(
            f"{money:f} cannot be refunded: {rest:f} {currency} is left"
        )


def _attempts(current: Settings, now: datetime) -> dict[str, str]:
    """Return the attempts whose outcome may still come to light."""
    kept = current.get(STARTED)
    if not isinstance(kept, Mapping):
        return {}
    since = _written(now - _SETTLED_AFTER)
    return {key: at for key, at in kept.items() if str(at) > since}


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
