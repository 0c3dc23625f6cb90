"""Shopify's catalogue, and the stock of its variants at one location."""

from __future__ import annotations

from typing import Any

import pytest

from connector import ListingRef, PermanentError, UnexpectedAnswer
from connector.shopify import ShopifyConnector
from tests.connector.shopify.conftest import Graph, Reply
from tests.connector.shopify.variants import (
    BAG,
    LOCATION,
    NOWHERE,
    SHIRT,
    listing,
    variant,
)


def test_the_catalogue_is_read_with_its_stock_here(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Catalogue", "catalogue")
    page = shopify.read_listings()
    shirt, bag = page.items
    assert (shirt.listing, shirt.sku, shirt.quantity) == (SHIRT, "AO-LANH-M", 12)
    assert (shirt.title, shirt.barcode) == ("Áo lanh - Trắng / M", "8936000000017")
    assert (bag.listing, bag.quantity, bag.title) == (BAG, -1, "Túi vải")
    assert page.next_cursor is None
    assert graph.variables("Catalogue")[0]["location"] == LOCATION


def test_the_catalogue_goes_on_where_it_stopped(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    first = reply("catalogue")
    page_info = first["data"]["productVariants"]["pageInfo"]
    page_info.update(hasNextPage=True, endCursor="c-2")
    graph.answer("Catalogue", first)
    assert shopify.read_listings().next_cursor == "c-2"
    with pytest.raises(UnexpectedAnswer):
        shopify.read_listings(cursor="c-2")
    assert graph.variables("Catalogue")[1]["after"] == "c-2"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tracked": False}, "untracked"),
        ({"inventoryLevel": None}, "not_stocked_here"),
        ({"inventoryLevel": {"quantities": "many"}}, "malformed"),
    ],
)
def test_what_cannot_be_set_is_set_aside(
    shopify: ShopifyConnector,
    graph: Graph,
    reply: Reply,
    change: dict[str, Any],
    reason: str,
) -> None:
    page = reply("catalogue")
    page["data"]["productVariants"]["nodes"][0]["inventoryItem"].update(change)
    graph.answer("Catalogue", page)
    read = shopify.read_listings()
    assert [one.listing for one in read.items] == [BAG]
    assert [one.reason for one in read.rejected] == [reason]


def test_stock_is_read_at_our_location_and_unknown_ones_are_left_out(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    answer = reply("stock")
    answer["data"]["nodes"].append(None)
    graph.answer("Stock", answer)
    elsewhere = ListingRef(item_id="1", variant_id=SHIRT.variant_id)
    strange = ListingRef(item_id="x", variant_id="1")
    wanted = [SHIRT, BAG, NOWHERE, strange]
    assert shopify.read_stock(wanted) == {SHIRT: 12, BAG: -1}
    assert shopify.read_stock([elsewhere]) == {}
    assert graph.variables("Stock")[0] == {
        "ids": [f"gid://shopify/ProductVariant/{one.variant_id}" for one in wanted[:3]],
        "location": LOCATION,
    }


def test_a_shop_without_a_location_must_choose_one(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("PrimaryLocation", {"data": {"location": None}})
    with pytest.raises(PermanentError, match="location_id"):
        shopify.read_listings()


def test_a_look_up_that_costs_too_much_is_made_smaller(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    variants = {one["id"]: one for one in (variant(number) for number in range(1, 41))}

    def answer(variables: dict[str, Any]) -> Any:
        if len(variables["ids"]) > 12:
            code = {"code": "MAX_COST_EXCEEDED"}
            return {"errors": [{"message": "too much", "extensions": code}]}
        return {"data": {"nodes": [variants[one] for one in variables["ids"]]}}

    graph.answer("Stock", answer)
    wanted = [listing(number) for number in range(1, 41)]
    assert shopify.read_stock(wanted) == dict.fromkeys(wanted, 5)
    refused = [one for one in graph.variables("Stock") if len(one["ids"]) > 12]
    assert len(refused) == 2, "the size that worked is remembered"
