"""Connectors that write wrongly, or hide trouble; ``test_kit_refuses.py`` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from connector.base import Settings
from connector.conformance.memory import MemoryConnector
from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
)
from connector.values import (
    ChannelOrder,
    ChannelRefund,
    Page,
    RefundRequest,
    RefundState,
    ShopIdentity,
    StockResult,
    StockUpdate,
    WriteOutcome,
)
from tests.connector.wrong import Wrong

_NOBODY_LISTENS = "http://127.0.0.1:9/"


class SaysNothingOfALostWrite(MemoryConnector):
    """Tells no result at all when the answer to a write was lost."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except OutcomeUnknown:
            return []


class TestSaysNothingOfALostWrite(Wrong):
    kind = SaysNothingOfALostWrite


class IgnoresThePauseOfAWrite(MemoryConnector):
    """Waits as long as it likes when a write was throttled."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except RateLimited:
            raise RateLimited(0.1) from None


class TestIgnoresThePauseOfAWrite(Wrong):
    kind = IgnoresThePauseOfAWrite


class IgnoresThePauseOfAChange(MemoryConnector):
    """Waits as asked after a question, and as long as it likes after a change."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        befell_a_question = self._world.is_struck
        with suppress(TransientError, OutcomeUnknown):
            self.transport.request("PUT", _NOBODY_LISTENS, changes_state=True)
        try:
            return super().write_stock(updates)
        except RateLimited as pause:
            raise pause if befell_a_question else RateLimited(0.1) from None


class TestIgnoresThePauseOfAChange(Wrong):
    kind = IgnoresThePauseOfAChange


class WritesTheFirstOnly(MemoryConnector):
    """Takes no more than twenty numbers, though it promised more."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return super().write_stock(updates[:20])


class TestWritesTheFirstOnly(Wrong):
    kind = WritesTheFirstOnly


class AcceptsWithoutWriting(MemoryConnector):
    """Says that a number was taken, and sends none."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        sent = [one for one in updates if one.quantity != 7]
        results = {one.listing: one for one in super().write_stock(sent)}
        accepted = WriteOutcome.ACCEPTED
        return [
            results.get(one.listing, StockResult(listing=one.listing, outcome=accepted))
            for one in updates
        ]


class TestAcceptsWithoutWriting(Wrong):
    kind = AcceptsWithoutWriting


class TellsResultsInItsOwnOrder(MemoryConnector):
    """Sorts the results of two by their names."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        results = super().write_stock(updates)
        if {one.outcome for one in results} != {WriteOutcome.ACCEPTED}:
            return results
        if len(results) != 2:
            return results
        return sorted(results, key=lambda one: one.listing.item_id)


class TestTellsResultsInItsOwnOrder(Wrong):
    kind = TellsResultsInItsOwnOrder


class LetsOneSpoilAll(MemoryConnector):
    """Refuses a whole batch for one listing that is unknown."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        if any(one.listing.item_id not in self._world.stock for one in updates):
            raise PermanentError("a listing is unknown")
        return super().write_stock(updates)


class TestLetsOneSpoilAll(Wrong):
    kind = LetsOneSpoilAll


class TrimsNumbers(MemoryConnector):
    """Shows nothing where less than nothing is asked."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        trimmed = [replace(one, quantity=max(one.quantity, 0)) for one in updates]
        return super().write_stock(trimmed)


class TestTrimsNumbers(Wrong):
    kind = TrimsNumbers


class PaysBackWhatWasNeverPaid(MemoryConnector):
    """Does not look whether an order was paid."""

    def refund(self, request: RefundRequest) -> ChannelRefund:
        self._world.sales[request.order_id].paid = True
        return super().refund(request)


class TestPaysBackWhatWasNeverPaid(Wrong):
    kind = PaysBackWhatWasNeverPaid


class AsksToPayBackWhatWasNeverPaid(MemoryConnector):
    """Leaves it to the channel to refuse a refund of what was never paid."""

    def refund(self, request: RefundRequest) -> ChannelRefund:
        refund = super().refund(request)
        if refund.state is RefundState.REFUSED:
            with suppress(TransientError, OutcomeUnknown):
                self.transport.request("POST", _NOBODY_LISTENS, changes_state=True)
        return refund


class TestAsksToPayBackWhatWasNeverPaid(Wrong):
    kind = AsksToPayBackWhatWasNeverPaid


class HidesThrottling(MemoryConnector):
    """Takes a request for a pause for any other trouble."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        try:
            return super().read_orders(since=since, cursor=cursor)
        except RateLimited:
            raise TransientError from None


class TestHidesThrottling(Wrong):
    kind = HidesThrottling


class TakesAPageForPeopleForNone(MemoryConnector):
    """Reads no orders out of an answer that it does not understand."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        try:
            return super().read_orders(since=since, cursor=cursor)
        except UnexpectedAnswer:
            return Page(items=())


class TestTakesAPageForPeopleForNone(Wrong):
    kind = TakesAPageForPeopleForNone


class NeverRenews(MemoryConnector):
    """Takes an expired token for a refused one."""

    def _renewed(self, current: Settings) -> Settings:
        raise AuthenticationError("the token is refused")


class TestNeverRenews(Wrong):
    kind = NeverRenews


class BelievesItsToken(MemoryConnector):
    """Says who it is without asking the channel."""

    def identify(self) -> ShopIdentity:
        return ShopIdentity(shop_id="memory", name="Memory")


class TestBelievesItsToken(Wrong):
    kind = BelievesItsToken


class KnowsNoShop(MemoryConnector):
    """Asks the channel and does not say who answered."""

    def identify(self) -> ShopIdentity:
        return replace(super().identify(), shop_id="")


class TestKnowsNoShop(Wrong):
    kind = KnowsNoShop
