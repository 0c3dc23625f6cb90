"""The connector of a channel in memory: the smallest that keeps every rule.

To learn from, to copy, and to prove the rules on: a test breaks this connector on
purpose and sees exactly one rule complain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from connector.base import Capabilities, Connector, Settings
from connector.conformance.memory_world import SIGNATURE, MemoryWorld, Sale
from connector.conformance.world import Fault
from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    RateLimited,
    UnexpectedAnswer,
    WebhookRefused,
)
from connector.settings import MemorySettings, required_text
from connector.transport import Transport
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ChannelReturn,
    ChannelReturnLine,
    Hint,
    HintKind,
    ListingRef,
    Page,
    Parcel,
    ParcelDirection,
    Portion,
    RefundRequest,
    RefundState,
    Rejected,
    ReturnPhase,
    ShopIdentity,
    StockResult,
    StockUpdate,
    WebhookRequest,
    WriteOutcome,
)

__all__ = ["MemoryConnector", "MemoryWorld"]

Item = TypeVar("Item")

PAGE = 50
_NOT_PAID = RefundState.REFUSED


class MemoryConnector(Connector):
    """Talks to a ``MemoryWorld``."""

    channel = "memory"
    title = "Memory"
    capabilities = Capabilities(
        restocks_by_itself=False,
        compare_and_set=True,
        merchant_refunds=True,
        webhooks=True,
        hint_queue=True,
        consent_page=False,
        write_batch=100,
    )
    secret_settings = frozenset({"token", "message_secret"})

    def __init__(self, world: MemoryWorld, token: str = "token-1") -> None:
        given = {"token": token, "message_secret": world.secret}
        settings = MemorySettings(given)
        super().__init__(settings, Transport(), lambda: datetime.now(UTC))
        self._world = world

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return {**given, "token": required_text(given, "token")}

    def identify(self) -> ShopIdentity:
        self._call()
        return ShopIdentity(shop_id="memory", name="Memory")

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        self._call()
        sales = [sale for sale in self._world.sales.values() if sale.at >= since]
        return _page([_order(sale) for sale in sales], cursor)

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        self._call()
        sales = self._world.sales
        return Page(
            items=tuple(_order(sales[one]) for one in order_ids if one in sales),
            rejected=tuple(
                Rejected(record_id=one, reason="not_found", detail="no such order")
                for one in order_ids
                if one not in sales
            ),
        )

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        self._call()
        sales = [sale for sale in self._world.sales.values() if sale.at >= since]
        return _page([_return(sale) for sale in sales if sale.phase], cursor)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        self._call()
        returns = [_return(sale) for sale in self._world.sales.values() if sale.phase]
        return Page(items=tuple(x for x in returns if x.return_id in return_ids))

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        self._call()
        return _page([_listing(*one) for one in self._world.stock.items()], cursor)

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        self._call()
        stock = self._world.stock
        return {one: stock[one.item_id] for one in listings if one.item_id in stock}

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        self._prove_token()
        fault = self._world.befalling()
        _refuse(fault)
        results = [self._write(update) for update in updates[1:]]
        if updates:
            first = updates[0]
            partly = fault is Fault.PARTLY_REFUSED
            results.insert(0, _refused(first, "busy") if partly else self._write(first))
        if fault is Fault.LOST_ANSWER:
            raise OutcomeUnknown
        return results

    def refund(self, request: RefundRequest) -> ChannelRefund:
        self._prove_token()
        fault = self._world.befalling()
        _refuse(fault)
        if not self._world.sales[request.order_id].paid:
            return replace(_refund(request.key, request.amount), state=_NOT_PAID)
        # The channel keeps the key, so that asking again pays nothing.
        self._world.pay_back(request.order_id, request.key, request.amount)
        if fault is Fault.LOST_ANSWER:
            raise OutcomeUnknown
        return _refund(request.key, request.amount)

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        secret = str(self.settings.read()["message_secret"])
        expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get(SIGNATURE, "")):
            raise WebhookRefused
        order_id = str(json.loads(request.body)["order"])
        return [Hint(event_key=expected[:32], kind=HintKind.ORDER, order_id=order_id)]

    def read_hints(self, *, cursor: str | None = None) -> Page[Hint]:
        self._call()
        # A cursor says how many were read, and these the channel may forget.
        del self._world.events[: int(cursor or 0)]
        read = self._world.events[:PAGE]
        return Page(
            items=tuple(
                Hint(event_key=key, kind=HintKind.ORDER, order_id=order_id)
                for key, order_id in read
            ),
            next_cursor=str(len(read)) if read else None,
        )

    def _write(self, update: StockUpdate) -> StockResult:
        sku, number = update.listing.item_id, update.quantity
        if sku not in self._world.stock:
            return _refused(update, "no such listing")
        if number < 0:
            return _refused(update, "less than nothing")
        if update.expected not in (None, self._world.stock[sku]):
            return StockResult(listing=update.listing, outcome=WriteOutcome.STALE)
        self._world.write(sku, number)
        return StockResult(listing=update.listing, outcome=WriteOutcome.ACCEPTED)

    def _call(self) -> None:
        self._prove_token()
        fault = self._world.befalling()
        _refuse(fault)
        if fault is Fault.LOST_ANSWER:
            raise UnexpectedAnswer

    def _prove_token(self) -> None:
        settings = self.settings.read()
        if settings["token"] != self._world.token:
            self.settings.rotate(settings, self._renewed)

    def _renewed(self, current: Settings) -> Settings:
        token = self._world.renewed(str(current["token"]))
        if token is None:
            raise AuthenticationError("the token is refused")
        return {**current, "token": token}


def _page(records: Sequence[Item], cursor: str | None) -> Page[Item]:
    # Nothing ever moves in these lists, so a position is a safe cursor.
    start = int(cursor or 0)
    end = start + PAGE
    return Page(
        items=tuple(records[start:end]),
        next_cursor=str(end) if end < len(records) else None,
    )


def _refuse(fault: Fault | None) -> None:
    if fault is Fault.THROTTLED:
        raise RateLimited(MemoryWorld.pause_seconds)
    if fault is Fault.HTML:
        raise UnexpectedAnswer


def _refused(update: StockUpdate, detail: str) -> StockResult:
    return StockResult(
        listing=update.listing, outcome=WriteOutcome.REFUSED, detail=detail
    )


def _refund(key: str, amount: Decimal) -> ChannelRefund:
    return ChannelRefund(
        refund_id=key, amount=amount, currency="VND", state=RefundState.DONE
    )


def _refunds(sale: Sale) -> Iterable[ChannelRefund]:
    return (_refund(key, amount) for key, amount in sale.refunds.items())


def _listing(sku: str, count: int) -> ChannelListing:
    return ChannelListing(
        listing=ListingRef(item_id=sku), sku=sku, title=sku, quantity=count
    )


def _order(sale: Sale) -> ChannelOrder:
    return ChannelOrder(
        order_id=sale.order_id,
        ordered_at=sale.at,
        updated_at=sale.at,
        raw_status=sale.stage,
        currency="VND",
        total=Decimal(1000),
        lines=tuple(
            ChannelOrderLine(
                line_id=sku,
                listing=ListingRef(item_id=sku),
                sku=sku,
                title=sku,
                quantity=count,
                unit_price=Decimal(1000),
                portions=(
                    Portion(quantity=count, stage=sale.stage, ending=sale.ending),
                ),
            )
            for sku, count in sale.basket.items()
        ),
        parcels=(
            Parcel(
                tracking_number=f"T-{sale.order_id}", direction=ParcelDirection.FORWARD
            ),
        ),
        refunds=tuple(_refunds(sale)),
    )


def _return(sale: Sale) -> ChannelReturn:
    return ChannelReturn(
        return_id=f"R-{sale.order_id}",
        order_id=sale.order_id,
        updated_at=sale.at,
        phase=sale.phase or ReturnPhase.REQUESTED,
        raw_status="return",
        goods_come_back=True,
        lines=tuple(
            ChannelReturnLine(
                listing=ListingRef(item_id=sku), quantity=count, line_id=sku, sku=sku
            )
            for sku, count in sale.returned.items()
        ),
    )
