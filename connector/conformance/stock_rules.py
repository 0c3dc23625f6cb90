"""Rules about numbers: they are set, not added, and one bad listing harms no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.base import Connector
from connector.conformance.rules import NOWHERE, Rules, all_of, happen
from connector.conformance.world import Fault, World
from connector.values import StockUpdate, WriteOutcome


class StockRules(Rules):
    """Listings, and the numbers on them."""

    def test_a_number_that_was_set_is_read_back(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("SET", 0))
        (result,) = connector.write_stock([StockUpdate(listing=listing, quantity=7)])
        assert result.outcome is WriteOutcome.ACCEPTED, result
        assert connector.read_stock([listing]) == {listing: 7}
        assert world.visible_stock("SET") == 7

    def test_setting_the_same_number_twice_changes_nothing(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("TWICE", 0))
        for _ in range(2):
            connector.write_stock([StockUpdate(listing=listing, quantity=5)])
        assert world.visible_stock("TWICE") == 5
        connector.write_stock([StockUpdate(listing=listing, quantity=2)])
        assert world.visible_stock("TWICE") == 2

    def test_results_come_in_the_order_of_the_updates(
        self, connector: Connector, world: World
    ) -> None:
        listings = [happen(lambda: world.add_item("ONE", 0))]
        listings.append(happen(lambda: world.add_item("TWO", 0)))
        listings.reverse()
        updates = [StockUpdate(listing=listing, quantity=3) for listing in listings]
        results = connector.write_stock(updates)
        assert [result.listing for result in results] == listings

    def test_an_unknown_listing_does_not_spoil_its_batch(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("GOOD", 0))
        unknown, good = connector.write_stock(
            [
                StockUpdate(listing=NOWHERE, quantity=4),
                StockUpdate(listing=listing, quantity=4),
            ]
        )
        assert unknown.outcome in (WriteOutcome.REFUSED, WriteOutcome.UNKNOWN)
        assert unknown.detail, "somebody has to read why"
        assert good.outcome is WriteOutcome.ACCEPTED
        assert world.visible_stock("GOOD") == 4

    def test_a_batch_that_is_refused_in_part_loses_no_item(
        self, connector: Connector, world: World
    ) -> None:
        skus = ("FIRST", "SECOND", "THIRD")
        listings = [happen(lambda s=sku: world.add_item(s, 0)) for sku in skus]  # type: ignore[misc]
        happen(lambda: world.cause(Fault.PARTLY_REFUSED))
        results = connector.write_stock(
            [StockUpdate(listing=listing, quantity=6) for listing in listings]
        )
        assert [result.listing for result in results] == listings
        for sku, result in zip(skus, results, strict=True):
            if result.outcome is WriteOutcome.ACCEPTED:
                assert world.visible_stock(sku) == 6, f"{sku} was not written"
            else:
                assert result.detail, "somebody has to read why"

    def test_a_number_changed_by_others_is_not_overwritten_unseen(
        self, connector: Connector, world: World
    ) -> None:
        if not connector.capabilities.compare_and_set:
            pytest.skip("the channel has no conditional writes")
        listing = happen(lambda: world.add_item("COMPARED", 5))
        update = StockUpdate(listing=listing, quantity=9, expected=4)
        (result,) = connector.write_stock([update])
        assert result.outcome is WriteOutcome.STALE
        assert world.visible_stock("COMPARED") == 5
        (result,) = connector.write_stock([replace(update, expected=5)])
        assert result.outcome is WriteOutcome.ACCEPTED
        assert world.visible_stock("COMPARED") == 9

    def test_an_impossible_number_is_refused_and_never_trimmed(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("MINUS", 0))
        before = world.stock_writes()
        (result,) = connector.write_stock([StockUpdate(listing=listing, quantity=-1)])
        assert result.outcome is WriteOutcome.REFUSED
        assert world.stock_writes() == before

    def test_the_catalogue_lists_everything_once(
        self, connector: Connector, world: World
    ) -> None:
        added = {sku: happen(lambda s=sku: world.add_item(s, 1)) for sku in "ABC"}  # type: ignore[misc]
        listings = all_of(lambda cursor: connector.read_listings(cursor=cursor))
        assert sorted(found.sku for found in listings) == sorted(added)
        assert {found.sku: found.listing for found in listings} == added
        assert {found.quantity for found in listings} == {1}
