"""Tiki's catalogue: what a shop sells, and the number that buyers see."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connector import ListingRef, PermanentError, UnexpectedAnswer
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
LAMP = ListingRef(item_id="41003")


@pytest.mark.parametrize(
    ("inventory", "sellable"),
    [
        ({}, 10),
        ({"quantity_sellable": None}, 10),
        ({"quantity_sellable": 3}, 3),
        # More are promised than lie there: buyers see none.
        ({"quantity_sellable": -2}, 0),
        ({"quantity_sellable": None, "quantity_reserved": None}, None),
    ],
)
def test_the_number_that_buyers_see_is_read(
    tiki: TikiConnector,
    answer: Answer,
    inventory: dict[str, Any],
    sellable: int | None,
) -> None:
    answer("v2.1/products/41001", with_inventory(**inventory))
    assert tiki.read_stock([HAT]) == ({} if sellable is None else {HAT: sellable})


def test_the_catalogue_has_what_can_be_sold(
    tiki: TikiConnector, answer: Answer, reply: Reader
) -> None:
    answer("v2.1/products", reply("products"))
    page = tiki.read_listings()
    found = {one.listing: (one.sku, one.quantity) for one in page.items}
    assert found == {HAT: ("NON-LA", 10), FAN: ("QUAT-TRE", 0), LAMP: ("FBT-1", 30)}
    by_tiki = [one.sku for one in page.items if one.fulfilled_by_channel]
    assert by_tiki == ["FBT-1"]
    # One without an inventory yet; the parent of variants is nothing to sell.
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("41009", "malformed")
    ]
    assert page.next_cursor is None


def test_the_catalogue_goes_on_to_its_last_page(
    tiki: TikiConnector, edge: responses.RequestsMock, reply: Reader
) -> None:
    for number in (1, 2, 3):
        body = {
            "data": [{**recorded("product"), "product_id": number}],
            "paging": {"last_page": 3, "total": 3},
        }
        match = [
            responses.matchers.query_param_matcher(
                {"page": number, "limit": 50, "include": "inventory"}
            )
        ]
        edge.add("GET", f"{API}/v2.1/products", json=body, match=match)
    found: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = tiki.read_listings(cursor=cursor)
        found += [one.listing.item_id for one in page.items]
        cursor = page.next_cursor
    assert (found, cursor) == (["1", "2", "3"], None)


def test_a_product_of_the_second_version_names_itself_id(
    tiki: TikiConnector, answer: Answer
) -> None:
    product = {**recorded("product"), "id": 55}
    del product["product_id"]
    answer("v2.1/products", {"data": [product]})
    (found,) = tiki.read_listings().items
    assert found.listing == ListingRef(item_id="55")


@pytest.mark.parametrize("cursor", ["0", "x", "-1", "１"])
def test_a_foreign_cursor_of_the_catalogue_is_refused(
    tiki: TikiConnector, cursor: str
) -> None:
    with pytest.raises(PermanentError):
        tiki.read_listings(cursor=cursor)


@pytest.mark.parametrize(
    "body", [{"data": {}}, {"data": [], "paging": {"last_page": "x"}}]
)
def test_what_is_no_catalogue_is_not_taken_for_one(
    tiki: TikiConnector, answer: Answer, body: Any
) -> None:
    answer("v2.1/products", body)
    with pytest.raises(UnexpectedAnswer):
        tiki.read_listings()
