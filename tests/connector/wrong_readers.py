"""Connectors that read lists wrongly; ``test_kit_refuses.py`` runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connector.conformance.memory import MemoryConnector
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelReturn,
    ListingRef,
    Page,
    ReturnPhase,
)
from tests.connector.wrong import Wrong


class EndsItsCatalogueEarly(MemoryConnector):
    """Tells the first page of the catalogue only."""

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return replace(super().read_listings(cursor=cursor), next_cursor=None)


class TestEndsItsCatalogueEarly(Wrong):
    kind = EndsItsCatalogueEarly


class EndsItsReturnsEarly(MemoryConnector):
    """Tells the first twenty returns only."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        page = super().read_returns(since=since, cursor=cursor)
        return Page(items=page.items[:20])


class TestEndsItsReturnsEarly(Wrong):
    kind = EndsItsReturnsEarly


class LooksUpTheFirstOnly(MemoryConnector):
    """Says nothing of all orders but the first fifty that it is asked about."""

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return super().fetch_orders(order_ids[:50])


class TestLooksUpTheFirstOnly(Wrong):
    kind = LooksUpTheFirstOnly


class ReadsTheFirstNumbersOnly(MemoryConnector):
    """Says nothing of all numbers but the first twenty that it is asked about."""

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return super().read_stock(listings[:20])


class TestReadsTheFirstNumbersOnly(Wrong):
    kind = ReadsTheFirstNumbersOnly


class ListsTwice(MemoryConnector):
    """Tells each listing once more on the same page."""

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        page = super().read_listings(cursor=cursor)
        return replace(page, items=(*page.items, *page.items))


class TestListsTwice(Wrong):
    kind = ListsTwice


class TakesUnknownForNone(MemoryConnector):
    """Tells zero for a listing that the channel does not know."""

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return {**dict.fromkeys(listings, 0), **super().read_stock(listings)}


class TestTakesUnknownForNone(Wrong):
    kind = TakesUnknownForNone


class ForgetsUnknownOrders(MemoryConnector):
    """Says nothing of an order that the channel does not know."""

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return replace(super().fetch_orders(order_ids), rejected=())


class TestForgetsUnknownOrders(Wrong):
    kind = ForgetsUnknownOrders


class LooksUpOneAtATime(MemoryConnector):
    """Answers for the first order when it is asked about three."""

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return super().fetch_orders(order_ids[:1] if len(order_ids) == 3 else order_ids)


class TestLooksUpOneAtATime(Wrong):
    kind = LooksUpOneAtATime


class TellsOldOrders(MemoryConnector):
    """Tells all orders, whatever moment is asked for."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        long_before = since - timedelta(days=30)
        return super().read_orders(since=long_before, cursor=cursor)


class TestTellsOldOrders(Wrong):
    kind = TellsOldOrders


class TellsNaiveTimesOfReturns(MemoryConnector):
    """Leaves the zone to be guessed in which a return was changed."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        page = super().read_returns(since=since, cursor=cursor)
        items = [
            replace(one, updated_at=one.updated_at.replace(tzinfo=None))
            for one in page.items
        ]
        return replace(page, items=tuple(items))


class TestTellsNaiveTimesOfReturns(Wrong):
    kind = TellsNaiveTimesOfReturns


class TellsANaiveDeadline(MemoryConnector):
    """Leaves the zone to be guessed in which the right to claim ends."""

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        page = super().fetch_returns(return_ids)
        items = [
            replace(one, claim_before=one.updated_at.replace(tzinfo=None))
            for one in page.items
        ]
        return replace(page, items=tuple(items))


class TestTellsANaiveDeadline(Wrong):
    kind = TellsANaiveDeadline


class TellsNaiveTimesInALookUp(MemoryConnector):
    """Leaves the zone to be guessed, in a look-up only."""

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        page = super().fetch_orders(order_ids)
        items = [
            replace(one, updated_at=one.updated_at.replace(tzinfo=None))
            for one in page.items
        ]
        return replace(page, items=tuple(items))


class TestTellsNaiveTimesInALookUp(Wrong):
    kind = TellsNaiveTimesInALookUp


class RestocksOnALookUp(MemoryConnector):
    """Gives units back to the channel when it looks a return up."""

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        page = super().fetch_returns(return_ids)
        for line in (line for one in page.items for line in one.lines):
            self._world.write(line.sku, self._world.stock[line.sku] + line.quantity)
        return page


class TestRestocksOnALookUp(Wrong):
    kind = RestocksOnALookUp


class RestocksOnReturns(MemoryConnector):
    """Gives units back to the channel when it reads a return that has arrived."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        page = super().read_returns(since=since, cursor=cursor)
        for one in page.items:
            if one.phase is ReturnPhase.ARRIVED:
                for line in one.lines:
                    self._world.stock[line.sku] += line.quantity
        return page


class TestRestocksOnReturns(Wrong):
    kind = RestocksOnReturns


class TakesArrivedForSentBack(MemoryConnector):
    """Tells a parcel that has come back as one on its way."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        page = super().read_returns(since=since, cursor=cursor)
        items = [replace(one, phase=ReturnPhase.SHIPPED_BACK) for one in page.items]
        return replace(page, items=tuple(items))


class TestTakesArrivedForSentBack(Wrong):
    kind = TakesArrivedForSentBack


class NamesReturnsByTheirPhase(MemoryConnector):
    """Takes each step of a return for another one."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        page = super().read_returns(since=since, cursor=cursor)
        items = [
            replace(one, return_id=f"{one.return_id}-{one.phase}") for one in page.items
        ]
        return replace(page, items=tuple(items))


class TestNamesReturnsByTheirPhase(Wrong):
    kind = NamesReturnsByTheirPhase
