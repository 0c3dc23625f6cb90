"""Connectors that break one rule each; ``test_kit_refuses.py`` runs them.

Not collected by itself: each class here is expected to fail one test of the kit.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connector.conformance.memory import MemoryConnector
from connector.errors import OutcomeUnknown, RateLimited, TransientError
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelRefund,
    ChannelReturn,
    Ending,
    Hint,
    HintKind,
    Page,
    Portion,
    RefundRequest,
    ShopIdentity,
    Stage,
    StockResult,
    StockUpdate,
    WebhookRequest,
    WriteOutcome,
)
from tests.connector.wrong import Wrong


class RestocksOnCancel(MemoryConnector):
    """Gives units back to the channel when it reads a cancelled order."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        for order in page.items:
            for line in order.lines:
                if line.portions[0].ending is Ending.CANCELLED:
                    number = self._world.stock[line.sku] + line.quantity
                    self._world.write(line.sku, number)
        return page


class TestRestocksOnCancel(Wrong):
    kind = RestocksOnCancel


class DropsReturns(MemoryConnector):
    """Takes a refund for the whole story."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        return Page(items=())


class TestDropsReturns(Wrong):
    kind = DropsReturns


class AddsInsteadOfSetting(MemoryConnector):
    """Adds the number to what the channel has."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        stock = self._world.stock
        raised = [
            replace(one, quantity=one.quantity + stock.get(one.listing.item_id, 0))
            for one in updates
        ]
        return super().write_stock(raised)


class TestAddsInsteadOfSetting(Wrong):
    kind = AddsInsteadOfSetting


class CallsLeftNotShipped(MemoryConnector):
    """Takes a cancelled order for one whose goods are on the shelf."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return replace(page, items=tuple(map(_on_the_shelf, page.items)))

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        page = super().fetch_orders(order_ids)
        items = tuple(_on_the_shelf(order) for order in page.items)
        return replace(page, items=items)


def _on_the_shelf(order: ChannelOrder) -> ChannelOrder:
    line = order.lines[0]
    if line.portions[0].ending is not Ending.CANCELLED:
        return order
    here = Portion(
        quantity=line.quantity, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED
    )
    return replace(order, lines=(replace(line, portions=(here,)),))


class TestCallsLeftNotShipped(Wrong):
    kind = CallsLeftNotShipped


class TakesSilenceForSuccess(MemoryConnector):
    """Says that a write went well when its answer was lost."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except OutcomeUnknown:
            return [
                StockResult(listing=one.listing, outcome=WriteOutcome.ACCEPTED)
                for one in updates
            ]


class TestTakesSilenceForSuccess(Wrong):
    kind = TakesSilenceForSuccess


class TellsItsToken(MemoryConnector):
    """Puts the token into the text of an error."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        try:
            return super().read_orders(since=since, cursor=cursor)
        except RateLimited as pause:
            token = self.settings.read()["token"]
            raise RateLimited(pause.retry_after_seconds, f"?token={token}") from None
        except TransientError:
            raise


class TestTellsItsToken(Wrong):
    kind = TellsItsToken


class DropsFailedDeliveries(MemoryConnector):
    """Takes a parcel that turned back for one on its way."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return replace(page, items=tuple(map(_still_on_its_way, page.items)))

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        page = super().fetch_orders(order_ids)
        return replace(page, items=tuple(map(_still_on_its_way, page.items)))


def _still_on_its_way(order: ChannelOrder) -> ChannelOrder:
    line = order.lines[0]
    if line.portions[0].ending is not Ending.DELIVERY_FAILED:
        return order
    portion = replace(line.portions[0], ending=None)
    return replace(order, lines=(replace(line, portions=(portion,)),))


class TestDropsFailedDeliveries(Wrong):
    kind = DropsFailedDeliveries


class LosesAnItemOfAPartlyRefusedBatch(MemoryConnector):
    """Believes that a batch is taken whole when its answer is a success."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        results = super().write_stock(updates)
        if len(results) < 3:
            return results
        return [replace(one, outcome=WriteOutcome.ACCEPTED) for one in results]


class TestLosesAnItemOfAPartlyRefusedBatch(Wrong):
    kind = LosesAnItemOfAPartlyRefusedBatch


class TakesSilenceForFailure(MemoryConnector):
    """Says that nothing happened when the answer to a write was lost."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except OutcomeUnknown:
            return [
                StockResult(
                    listing=one.listing, outcome=WriteOutcome.REFUSED, detail="failed"
                )
                for one in updates
            ]


class TestTakesSilenceForFailure(Wrong):
    kind = TakesSilenceForFailure


class IgnoresThePause(MemoryConnector):
    """Waits as long as it likes, not as long as the channel asks."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        try:
            return super().read_orders(since=since, cursor=cursor)
        except RateLimited:
            raise RateLimited(0.5) from None


class TestIgnoresThePause(Wrong):
    kind = IgnoresThePause


class EndsEarly(MemoryConnector):
    """Reads the first page only."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return replace(page, next_cursor=None)


class TestEndsEarly(Wrong):
    kind = EndsEarly


class NeverEnds(MemoryConnector):
    """Goes round in its catalogue."""

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return replace(super().read_listings(cursor=cursor), next_cursor="again")


class TestNeverEnds(Wrong):
    kind = NeverEnds


class TellsNaiveTimes(MemoryConnector):
    """Leaves the zone of a time to be guessed."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return replace(
            page,
            items=tuple(
                replace(one, ordered_at=one.ordered_at.replace(tzinfo=None))
                for one in page.items
            ),
        )


class TestTellsNaiveTimes(Wrong):
    kind = TellsNaiveTimes


class LogsItsToken(MemoryConnector):
    """Writes the token into the log."""

    def identify(self) -> ShopIdentity:
        logging.getLogger(__name__).debug("with %s", self.settings.read()["token"])
        return super().identify()


class TestLogsItsToken(Wrong):
    kind = LogsItsToken


class RestocksOnRefund(MemoryConnector):
    """Gives the goods back with the money."""

    def refund(self, request: RefundRequest) -> ChannelRefund:
        for sku, quantity in request.quantities.items():
            self._world.stock[sku] += quantity
        return super().refund(request)


class TestRestocksOnRefund(Wrong):
    kind = RestocksOnRefund


class PaysTwice(MemoryConnector):
    """Takes each request for a refund as a new one."""

    paid = 0

    def refund(self, request: RefundRequest) -> ChannelRefund:
        self.paid += 1
        return super().refund(replace(request, key=f"{request.key}-{self.paid}"))


class TestPaysTwice(Wrong):
    kind = PaysTwice


class OverwritesUnseen(MemoryConnector):
    """Writes whatever stands there, though the channel could compare."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return super().write_stock([replace(one, expected=None) for one in updates])


class TestOverwritesUnseen(Wrong):
    kind = OverwritesUnseen


class BelievesAnybody(MemoryConnector):
    """Does not look at the signature of a message."""

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        found = re.search(rb"M[0-9]+", request.body)
        order_id = found.group().decode() if found else ""
        return [Hint(event_key=order_id, kind=HintKind.ORDER, order_id=order_id)]


class TestBelievesAnybody(Wrong):
    kind = BelievesAnybody
