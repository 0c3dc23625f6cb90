"""The catalogue and its numbers, as buyers can order them at our location."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector import ListingRef, PermanentError, UnexpectedAnswer
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, Answer, Reader

HAT = ListingRef(item_id="7001", variant_id="7101")
LARGE_HAT = ListingRef(item_id="7001", variant_id="7102")
FAN = ListingRef(item_id="7002", variant_id="7201")
UNLIMITED = 9_999_999


def test_the_catalogue_tells_each_variant_with_our_locations_number(
    haravan: HaravanConnector, answer: Answer, reply: Reader, calls: Callable[..., Any]
) -> None:
    answer("products", reply("products"))
    answer("inventory_locations", reply("levels"))
    page = haravan.read_listings()
    assert page.next_cursor is None
    hat, large, fan = page.items
    assert (hat.listing, hat.sku, hat.title) == (HAT, "NON-LA-01", "Nón lá - Vừa")
    # 11 in all locations, 7 of them to sell at ours.
    assert (hat.quantity, hat.barcode) == (7, "8930000000017")
    assert (large.listing, large.quantity) == (LARGE_HAT, 4)
    assert (fan.listing, fan.sku, fan.title) == (FAN, "", "Quạt mo")
    assert fan.quantity == UNLIMITED, "Haravan does not count it"
    (call,) = calls("inventory_locations.json")
    query = parse_qs(urlsplit(call.url).query)
    assert query["location_ids"] == ["5001"]
    assert query["variant_ids"] == ["7101,7102"]


def test_the_catalogue_is_read_page_by_page(
    haravan: HaravanConnector, edge: responses.RequestsMock, answer: Answer
) -> None:
    def listed(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        assert query["limit"] == ["50"]
        count = 50 if query["page"] == ["1"] else 3
        start = 0 if query["page"] == ["1"] else 50
        numbers = range(start + 1, start + count + 1)
        found = [
            {"id": one, "variants": [{"id": one, "sku": f"S{one}"}]} for one in numbers
        ]
        return 200, {}, json.dumps({"products": found})

    edge.add_callback("GET", f"{API}/products.json", callback=listed)
    first = haravan.read_listings()
    second = haravan.read_listings(cursor=first.next_cursor)
    assert second.next_cursor is None
    skus = [one.sku for one in (*first.items, *second.items)]
    assert skus == [f"S{number}" for number in range(1, 54)]


def test_a_malformed_product_never_spoils_its_neighbours(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    products = reply("products")
    products["products"][0]["variants"][0]["id"] = None
    answer("products", products)
    answer("inventory_locations", reply("levels"))
    page = haravan.read_listings()
    assert [one.listing for one in page.items] == [FAN]
    assert [one.record_id for one in page.rejected] == ["7001"]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 30])
def test_a_foreign_cursor_is_refused(haravan: HaravanConnector, cursor: str) -> None:
    with pytest.raises(PermanentError):
        haravan.read_listings(cursor=cursor)


def test_stock_is_what_can_be_sold_at_our_location_below_nothing_too(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    answer("inventory_locations", reply("levels"))
    assert haravan.read_stock([HAT, FAN]) == {HAT: 7, FAN: -3}


def test_other_locations_and_products_are_not_ours(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    levels = reply("levels")
    levels["inventory_locations"][0]["loc_id"] = 5002
    answer("inventory_locations", levels)
    answer("variants/7101", reply("variant"))
    answer("variants/7201", reply("variant") | {})
    wrong = ListingRef(item_id="7009", variant_id="7201")
    # Counted, but never stocked at our location; the other is another product's.
    assert haravan.read_stock([HAT, wrong]) == {HAT: 0}


def test_listings_that_nobody_knows_are_left_out(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    answer("inventory_locations", {"inventory_locations": []})
    answer("variants/7102", {"errors": "Not Found"}, status=404)
    variant = reply("variant")
    variant["variant"] |= {"inventory_management": None, "product_id": 7002, "id": 7201}
    answer("variants/7201", variant)
    nobody = [LARGE_HAT, ListingRef(item_id="7001"), ListingRef(item_id="x")]
    assert haravan.read_stock([*nobody, FAN]) == {FAN: UNLIMITED}


def test_levels_are_asked_for_fifty_variants_at_a_time(
    haravan: HaravanConnector, edge: responses.RequestsMock, calls: Callable[..., Any]
) -> None:
    def levels(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        ids = query["variant_ids"][0].split(",")
        assert len(ids) <= 50
        rows = [
            {
                "loc_id": 5001,
                "product_id": 7,
                "variant_id": int(one),
                "qty_onhand": 1,
                "qty_commited": 0,
                "qty_available": 1,
            }
            for one in ids
        ]
        return 200, {}, json.dumps({"inventory_locations": rows})

    edge.add_callback("GET", f"{API}/inventory_locations.json", callback=levels)
    wanted = [ListingRef(item_id="7", variant_id=str(one)) for one in range(1, 121)]
    assert haravan.read_stock(wanted) == dict.fromkeys(wanted, 1)
    assert len(calls("inventory_locations.json")) == 3


def test_levels_of_the_whole_shop_are_not_taken_for_those_asked_for(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    row = reply("levels")["inventory_locations"][0]
    rows = [row | {"variant_id": number} for number in range(1, 251)]
    answer("inventory_locations", {"inventory_locations": rows})
    with pytest.raises(UnexpectedAnswer):
        haravan.read_stock([HAT])


def test_a_level_that_is_no_number_is_unexpected(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    levels = reply("levels")
    levels["inventory_locations"][0]["qty_available"] = "many"
    answer("inventory_locations", levels)
    with pytest.raises(UnexpectedAnswer):
        haravan.read_stock([HAT])
