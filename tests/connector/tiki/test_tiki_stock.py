"""Tiki's catalogue and stock: the shelf is written so that buyers see our number."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    RateLimited,
    StockResult,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.tiki import TikiConnector
from tests.connector.tiki.conftest import (
    API,
    Answer,
    Reader,
    recorded,
    with_inventory,
)

HAT = ListingRef(item_id="41001")
FAN = ListingRef(item_id="41002")
NOWHERE = ListingRef(item_id="49999")
WRITE_URL = f"{API}/v2/products/updateSku"

ACCEPTED, REFUSED = WriteOutcome.ACCEPTED, WriteOutcome.REFUSED
LATER, UNKNOWN = WriteOutcome.LATER, WriteOutcome.UNKNOWN


class Shelves:
    """Tiki's own arithmetic: what buyers see is the shelf less what is reserved."""

    def __init__(self, edge: responses.RequestsMock) -> None:
        self.shelf = {"41001": 14, "41002": 0}
        self.reserved = {"41001": 4, "41002": 0}
        self.written: list[dict[str, Any]] = []
        self.applies = True
        for product_id in self.shelf:
            edge.add_callback("GET", product_url(product_id), callback=self._product)
        edge.add_callback("PUT", WRITE_URL, callback=self._write)

    def sellable(self, listing: ListingRef) -> int:
        return self.shelf[listing.item_id] - self.reserved[listing.item_id]

    def _product(self, request: Any) -> tuple[int, dict[str, str], str]:
        assert "include=inventory" in request.url
        product_id = request.path_url.partition("?")[0].rpartition("/")[2]
        held = {
            "inventory_type": "backorder",
            "quantity_available": self.shelf[product_id],
            "quantity_reserved": self.reserved[product_id],
            "quantity_sellable": self.shelf[product_id] - self.reserved[product_id],
        }
        return 200, {}, json.dumps({**recorded("product"), "inventory": held})

    def _write(self, request: Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        self.written.append(body)
        if self.applies:
            (stock,) = body["warehouse_quantities"]
            self.shelf[str(body["product_id"])] = stock["qty_available"]
        return 200, {}, json.dumps(recorded("stock_written"))


@pytest.fixture
def shelves(edge: responses.RequestsMock) -> Shelves:
    return Shelves(edge)


def product_url(product_id: str) -> str:
    return f"{API}/v2.1/products/{product_id}"


def update(listing: ListingRef, quantity: int = 5) -> StockUpdate:
    return StockUpdate(listing=listing, quantity=quantity)


def outcomes(results: Sequence[StockResult]) -> list[WriteOutcome]:
    return [result.outcome for result in results]


def test_what_buyers_have_reserved_is_added_so_that_they_see_our_number(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    (result,) = tiki.write_stock([update(HAT, 6)])
    assert result == StockResult(listing=HAT, outcome=ACCEPTED)
    # Neither the price nor whether it is for sale is touched.
    assert shelves.written == [
        {
            "product_id": 41001,
            "warehouse_quantities": [{"warehouse_id": 7001, "qty_available": 10}],
        }
    ]
    assert shelves.sellable(HAT) == 6
    assert tiki.read_stock([HAT]) == {HAT: 6}


def test_nothing_to_sell_still_leaves_the_reserved_on_the_shelf(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    tiki.write_stock([update(HAT, 0)])
    assert shelves.shelf["41001"] == 4
    assert shelves.sellable(HAT) == 0


def test_an_order_between_reading_and_writing_is_not_sold_twice(
    tiki: TikiConnector, shelves: Shelves, edge: responses.RequestsMock
) -> None:
    def write_late(request: Any) -> tuple[int, dict[str, str], str]:
        shelves.reserved["41001"] += 1
        return shelves._write(request)

    edge.remove("PUT", WRITE_URL)
    edge.add_callback("PUT", WRITE_URL, callback=write_late)
    tiki.write_stock([update(HAT, 6)])
    assert shelves.sellable(HAT) == 5


def test_a_cancel_after_shipping_shows_phantom_stock_until_it_is_overwritten(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    tiki.write_stock([update(HAT, 6)])
    # The parcel is away, and Tiki gives back what it had reserved.
    shelves.reserved["41001"] = 2
    assert tiki.read_stock([HAT]) == {HAT: 8}
    tiki.write_stock([update(HAT, 6)])
    assert tiki.read_stock([HAT]) == {HAT: 6}
    assert shelves.shelf["41001"] == 8


def test_a_write_that_is_accepted_and_not_applied_shows_when_read_back(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    shelves.applies = False
    assert outcomes(tiki.write_stock([update(HAT, 6)])) == [ACCEPTED]
    assert tiki.read_stock([HAT]) == {HAT: 10}


def test_the_same_number_twice_is_the_same_shelf(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    tiki.write_stock([update(HAT, 6)])
    tiki.write_stock([update(HAT, 6)])
    assert shelves.shelf["41001"] == 10


def test_results_come_in_the_order_of_the_updates(
    tiki: TikiConnector, shelves: Shelves
) -> None:
    results = tiki.write_stock([update(FAN, 3), update(HAT, -1), update(HAT, 2)])
    assert [result.listing for result in results] == [FAN, HAT, HAT]
    assert shelves.shelf["41002"] == 3


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ({"state": "approved"}, 200, ACCEPTED),
        ({"state": "queuing", "track_id": "t-1"}, 200, UNKNOWN),
        ({"state": "rejected"}, 200, REFUSED),
        ({"state": "need_to_review"}, 200, REFUSED),
        ({}, 200, UNKNOWN),
        ({"errors": ["warehouse"]}, 200, REFUSED),
        ({"errors": ["qty_available"]}, 400, REFUSED),
        ({"errors": ["no such product"]}, 404, REFUSED),
        ({"errors": ["broken"]}, 500, UNKNOWN),
    ],
)
def test_the_answer_to_a_write_becomes_its_result(
    tiki: TikiConnector,
    shelves: Shelves,
    edge: responses.RequestsMock,
    body: Any,
    status: int,
    outcome: WriteOutcome,
) -> None:
    edge.remove("PUT", WRITE_URL)
    edge.add("PUT", WRITE_URL, json=body, status=status)
    (result,) = tiki.write_stock([update(HAT)])
    assert result.outcome is outcome
    assert bool(result.detail) is (outcome is not ACCEPTED)


def test_one_bad_listing_does_not_spoil_the_others(
    tiki: TikiConnector, shelves: Shelves, answer: Answer
) -> None:
    answer("v2.1/products/49999", {"errors": ["no such product"]}, status=404)
    updates = [update(NOWHERE, 4), update(HAT, 4), update(FAN, 4)]
    assert outcomes(tiki.write_stock(updates)) == [REFUSED, ACCEPTED, ACCEPTED]
    assert shelves.sellable(HAT) == shelves.sellable(FAN) == 4


def test_a_lost_answer_is_unknown_and_the_rest_goes_on(
    tiki: TikiConnector, shelves: Shelves, edge: responses.RequestsMock
) -> None:
    edge.remove("PUT", WRITE_URL)
    edge.add("PUT", WRITE_URL, body=ConnectionError("gone"))
    edge.add("PUT", WRITE_URL, json=recorded("stock_written"))
    results = tiki.write_stock([update(HAT), update(FAN)])
    assert outcomes(results) == [UNKNOWN, ACCEPTED]


def test_throttling_stops_the_batch_and_keeps_what_is_known(
    tiki: TikiConnector, shelves: Shelves, edge: responses.RequestsMock
) -> None:
    edge.replace("GET", product_url("41002"), json={}, status=429)
    results = tiki.write_stock([update(HAT), update(FAN), update(NOWHERE)])
    assert outcomes(results) == [ACCEPTED, LATER, LATER]
    assert len(shelves.written) == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, RateLimited),
        (403, AuthenticationError),
        (503, TransientError),
    ],
)
def test_a_write_that_got_nowhere_raises(
    tiki: TikiConnector, answer: Answer, status: int, expected: type[Exception]
) -> None:
    for product in ("41001", "41002"):
        answer(f"v2.1/products/{product}", {"errors": ["x"]}, status=status)
    with pytest.raises(expected):
        tiki.write_stock([update(HAT), update(FAN)])


@pytest.mark.parametrize(
    ("listing", "quantity"),
    [
        (HAT, -1),
        (HAT, 10_000_000),
        (ListingRef(item_id="abc"), 1),
        (ListingRef(item_id="41001", variant_id="1"), 1),
        (ListingRef(item_id="../orders"), 1),
    ],
)
def test_the_impossible_is_refused_without_asking(
    tiki: TikiConnector, shelves: Shelves, listing: ListingRef, quantity: int
) -> None:
    results = tiki.write_stock([update(listing, quantity), update(FAN)])
    assert outcomes(results) == [REFUSED, ACCEPTED]
    assert results[0].detail
    assert [body["product_id"] for body in shelves.written] == [41002]


@pytest.mark.parametrize(
    ("inventory", "told"),
    [
        ({"inventory_type": "instock"}, "only Tiki counts"),
        ({"quantity_reserved": None, "quantity_available": None}, "reserved"),
        ({"quantity_sellable": "many"}, "quantity_sellable"),
    ],
)
def test_a_product_whose_shelf_cannot_be_known_is_not_written(
    tiki: TikiConnector,
    shelves: Shelves,
    answer: Answer,
    inventory: dict[str, Any],
    told: str,
) -> None:
    answer("v2.1/products/41001", with_inventory(**inventory))
    (result,) = tiki.write_stock([update(HAT)])
    assert result.outcome is REFUSED
    assert told in result.detail
    assert shelves.written == []


@pytest.mark.parametrize(
    ("stocks", "shelf"),
    [
        ([{"warehouse_id": 7001, "quantity_available": 14}], 10),
        ([{"warehouse_id": 7001, "qty_available": 10}, {"warehouseId": 7009}], 10),
        ([{"warehouseId": 7009, "qtyAvailable": 3}], 7),
        ([{"warehouse_id": 7009, "quantity_available": 99}], None),
    ],
)
def test_what_other_warehouses_hold_counts_for_buyers_too(
    tiki: TikiConnector,
    shelves: Shelves,
    answer: Answer,
    stocks: list[dict[str, Any]],
    shelf: int | None,
) -> None:
    answer("v2.1/products/41001", with_inventory(warehouse_stocks=stocks))
    (result,) = tiki.write_stock([update(HAT, 6)])
    if shelf is None:
        assert result.outcome is REFUSED
        assert "other warehouses" in result.detail
        assert shelves.written == []
        return
    (written,) = shelves.written
    assert written["warehouse_quantities"][0]["qty_available"] == shelf


def test_the_only_active_warehouse_is_found_once(
    tiki: TikiConnector,
    shelves: Shelves,
    enter: Callable[..., None],
    answer: Answer,
    reply: Reader,
    calls: Callable[[str], list[Any]],
) -> None:
    enter(warehouse_id="")
    answer("v2/sellers/me/warehouses", reply("warehouses"))
    tiki.write_stock([update(HAT), update(FAN)])
    named = [body["warehouse_quantities"][0] for body in shelves.written]
    assert [stock["warehouse_id"] for stock in named] == [7001, 7001]
    assert len(calls("/warehouses")) == 1


@pytest.mark.parametrize(
    "body",
    [
        [{"warehouse_id": 7001}, {"warehouse_id": 7004}],
        {"data": []},
        {"data": [{"id": 7002, "status": 1, "type": "withdrawal"}]},
    ],
)
def test_a_warehouse_that_cannot_be_told_is_a_question_for_a_person(
    tiki: TikiConnector,
    shelves: Shelves,
    enter: Callable[..., None],
    answer: Answer,
    body: Any,
) -> None:
    enter(warehouse_id="")
    answer("v2/sellers/me/warehouses", body)
    (result,) = tiki.write_stock([update(HAT)])
    assert result.outcome is REFUSED
    assert "warehouse_id" in result.detail


def test_stock_is_read_for_known_listings_only(
    tiki: TikiConnector, shelves: Shelves, answer: Answer
) -> None:
    answer("v2.1/products/49999", {"errors": ["no such product"]}, status=404)
    foreign = ListingRef(item_id="gid://shop/1", variant_id="x")
    assert tiki.read_stock([NOWHERE, HAT, foreign, FAN]) == {HAT: 10, FAN: 0}
