"""TikTok Shop's catalogue, and the stock that is read from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector import ListingRef, PermanentError, UnexpectedAnswer
from connector.tiktok import TikTokConnector

SHIRT, HAT_ID = "1730000000000000001", "1730000000000000002"
BLACK = ListingRef(item_id=SHIRT, variant_id="1730000000000000011")
WHITE = ListingRef(item_id=SHIRT, variant_id="1730000000000000012")
HAT = ListingRef(item_id=HAT_ID, variant_id="1730000000000000021")
ORIGIN = "https://open-api.tiktokglobalshop.com"
INVENTORY = "product/202309/inventory/search"
DONE = {"code": 0, "message": "Success", "data": {}}

Reader = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _inventory(answer: Callable[..., None], reply: Reader) -> None:
    answer(INVENTORY, reply("inventory"))


def test_the_catalogue_has_every_sku_that_can_be_sold(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
) -> None:
    answer("product/202502/products/search", reply("products"))
    page = tiktok.read_listings()
    found = {one.listing: (one.sku, one.title, one.quantity) for one in page.items}
    assert found == {
        BLACK: ("AO-DEN-M", "Áo thun cổ tròn", 12),
        WHITE: ("AO-TRANG-M", "Áo thun cổ tròn", 0),
        HAT: ("MU", "Mũ lưỡi trai", 4),
    }
    assert page.next_cursor == "b2Zmc2V0PTEwMAo="
    answer("product/202502/products/search", DONE)
    assert tiktok.read_listings(cursor=page.next_cursor).next_cursor is None
    query = parse_qs(urlsplit(calls("products/search")[1].url).query)
    assert query["page_token"] == ["b2Zmc2V0PTEwMAo="]
    assert query["page_size"] == ["100"]


def test_a_catalogue_that_does_not_go_on_is_no_endless_loop(
    tiktok: TikTokConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("product/202502/products/search", reply("products"))
    with pytest.raises(UnexpectedAnswer):
        tiktok.read_listings(cursor="b2Zmc2V0PTEwMAo=")
    with pytest.raises(PermanentError):
        tiktok.read_listings(cursor="é")


def test_a_product_that_cannot_be_read_is_set_aside(
    tiktok: TikTokConnector, answer: Callable[..., None], reply: Reader
) -> None:
    body = reply("products")
    body["data"]["products"][0]["skus"][0]["inventory"][0]["quantity"] = -3
    answer("product/202502/products/search", body)
    page = tiktok.read_listings()
    assert [one.listing for one in page.items] == [HAT]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        (SHIRT, "bad_quantity")
    ]


def test_stock_is_what_is_free_to_sell_of_known_listings_only(
    tiktok: TikTokConnector, calls: Callable[[str], list[Any]]
) -> None:
    nowhere = ListingRef(item_id=SHIRT, variant_id="1")
    elsewhere = ListingRef(item_id="9", variant_id=BLACK.variant_id)
    foreign = ListingRef(item_id="gid://shop/1", variant_id="x")
    found = tiktok.read_stock([BLACK, HAT, nowhere, elsewhere, foreign])
    assert found == {BLACK: 12, HAT: 4}
    (call,) = calls("inventory/search")
    assert json.loads(call.body) == {"sku_ids": [BLACK.variant_id, HAT.variant_id, "1"]}


def test_six_hundred_skus_are_asked_for_at_a_time(
    tiktok: TikTokConnector, calls: Callable[[str], list[Any]]
) -> None:
    many = [ListingRef(item_id="7", variant_id=str(n)) for n in range(1, 701)]
    assert tiktok.read_stock(many) == {}
    sizes = [len(json.loads(c.body)["sku_ids"]) for c in calls("inventory/search")]
    assert sizes == [600, 100]


def test_one_unknown_sku_does_not_spoil_its_batch(
    tiktok: TikTokConnector, edge: responses.RequestsMock, reply: Reader
) -> None:
    def choosy(request: Any) -> tuple[int, dict[str, str], str]:
        refused = {"code": 7, "message": "invalid sku id"}
        known = "1" not in json.loads(request.body)["sku_ids"]
        return 200, {}, json.dumps(reply("inventory") if known else refused)

    edge.remove("POST", f"{ORIGIN}/{INVENTORY}")
    edge.add_callback("POST", f"{ORIGIN}/{INVENTORY}", callback=choosy)
    nowhere = ListingRef(item_id=SHIRT, variant_id="1")
    assert tiktok.read_stock([BLACK, nowhere, HAT]) == {BLACK: 12, HAT: 4}
