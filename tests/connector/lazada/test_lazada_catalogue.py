"""Lazada's catalogue: every SKU once, and the number that buyers can order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector import (
    ChannelListing,
    ListingRef,
    MemorySettings,
    RateLimited,
    UnexpectedAnswer,
)
from connector.lazada import LazadaConnector, catalogue

BLACK = ListingRef(item_id="2700000001", variant_id="8800000001")
WHITE = ListingRef(item_id="2700000001", variant_id="8800000002")
NOWHERE = ListingRef(item_id="999999999001", variant_id="0")


def sku(**changes: Any) -> dict[str, Any]:
    return {"SkuId": 8800000001, "SellerSku": "MU-DEN", "Status": "active", **changes}


def inventory(code: str, sellable: Any, **more: Any) -> dict[str, Any]:
    return {"warehouseCode": code, "sellableQuantity": sellable, **more}


def read_sku(
    lazada: LazadaConnector, answer: Callable[..., None], **changes: Any
) -> int | None:
    data = {"itemId": 2700000001, "skus": [sku(**changes)]}
    answer("product/item/get", {"code": "0", "data": data})
    return lazada.read_stock([BLACK]).get(BLACK)


def test_each_sku_is_a_listing(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    answer("products/get", reply("products"))
    page = lazada.read_listings()
    assert page.rejected == ()
    assert page.next_cursor is None
    assert page.items[0] == ChannelListing(
        listing=BLACK, sku="MU-DEN", title="Mũ lưỡi trai, Đen", quantity=12
    )
    assert [item.sku for item in page.items] == ["MU-DEN", "MU-TRANG", "VI-DA"]
    assert page.items[2].listing.item_id == "2700000002"


def test_one_bad_sku_spoils_no_other(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    products = reply("products")
    skus = products["data"]["products"][0]["skus"]
    skus[0]["multiWarehouseInventories"][0]["sellableQuantity"] = "many"
    skus.append(sku(SkuId=None, Available=1))
    skus.append(sku(SkuId=8800000009, Status="deleted"))
    answer("products/get", products)
    page = lazada.read_listings()
    assert [item.sku for item in page.items] == ["MU-TRANG", "VI-DA"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("2700000001:8800000001", "bad_quantity"),
        ("2700000001:", "malformed"),
    ]


def test_a_deleted_product_is_not_listed(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    products = reply("products")
    products["data"]["products"][0]["status"] = "Deleted"
    answer("products/get", products)
    assert [item.sku for item in lazada.read_listings().items] == ["VI-DA"]


class Shelves:
    """Lists products by place and by creation; nothing is listed behind ``most``."""

    def __init__(
        self,
        created_at: Mapping[str, datetime],
        *,
        count: bool = True,
        most: int = 10_000,
    ) -> None:
        self.created_at = created_at
        self.count = count
        self.most = most

    def respond(self, carried: Mapping[str, str]) -> Any:
        limit, offset = int(carried["limit"]), int(carried["offset"])
        assert limit <= 50
        if offset >= self.most:
            return {"code": "14", "type": "ISP", "message": "E014: Invalid offset"}
        found = [one for one in self.created_at if self._is_inside(one, carried)]
        page = [
            {
                "item_id": one,
                "status": "Active",
                "skus": [sku(SkuId=one, Available="1")],
            }
            for one in found[offset : offset + limit]
        ]
        data: dict[str, Any] = {"products": page}
        if self.count:
            data["total_products"] = len(found)
        return {"code": "0", "data": data}

    def _is_inside(self, one: str, carried: Mapping[str, str]) -> bool:
        if "create_after" not in carried:
            return True
        after = datetime.fromisoformat(carried["create_after"])
        before = datetime.fromisoformat(carried["create_before"])
        return after < self.created_at[one] < before


def listed(lazada: LazadaConnector) -> list[str]:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(1000):
        page = lazada.read_listings(cursor=cursor)
        assert page.rejected == ()
        seen += [item.listing.item_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen
    pytest.fail("there is no end")


@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize("products", [0, 1, 50, 100, 173])
def test_a_catalogue_is_listed_once(
    lazada: LazadaConnector, play: Callable[..., None], products: int, count: bool
) -> None:
    created = {str(1000 + n): datetime(2024, 1, 1, tzinfo=UTC) for n in range(products)}
    play("products/get", Shelves(created, count=count).respond)
    assert listed(lazada) == list(created)


def test_a_catalogue_longer_than_lazada_lists_is_read_by_creation(
    lazada: LazadaConnector, play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MOST_LISTED", 200)
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    created = {str(100_000 + n): begin + timedelta(hours=n) for n in range(1_100)}
    play("products/get", Shelves(created, most=200).respond)
    assert set(listed(lazada)) == set(created)


def test_the_number_is_what_buyers_can_order_and_not_what_is_occupied(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    calls: Callable[[str], list[Any]],
) -> None:
    answer("product/item/get", reply("product_item"))
    assert lazada.read_stock([BLACK, WHITE]) == {BLACK: 12, WHITE: 0}
    (call,) = calls("product/item/get")
    assert "item_id=2700000001" in call.url


@pytest.mark.parametrize(
    ("inventories", "warehouse", "expected"),
    [
        ([inventory("dropshipping", 4)], "", 4),
        ([inventory("dropshipping", "4")], "", 4),
        ([inventory("VN-2", 6)], "", 6),
        ([inventory("dropshipping", 4), inventory("VN-2", 6)], "", 4),
        ([inventory("dropshipping", 4), inventory("VN-2", 6)], "VN-2", 6),
        ([inventory("VN-1", 4), inventory("VN-2", 6)], "VN-3", 10),
        ([inventory("dropshipping", None, quantity=5)], "", 5),
    ],
)
def test_the_warehouse_that_is_written_to_is_read_back(
    lazada: LazadaConnector,
    store: MemorySettings,
    answer: Callable[..., None],
    inventories: list[Any],
    warehouse: str,
    expected: int,
) -> None:
    store.rotate(store.read(), lambda old: {**old, "warehouse_code": warehouse})
    found = read_sku(lazada, answer, multiWarehouseInventories=inventories)
    assert found == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Available": 3, "quantity": 9}, 3),
        ({"quantity": "9"}, 9),
        ({"Available": "", "quantity": 9}, 9),
        ({}, None),
        ({"Available": -1}, None),
        ({"Available": "lots"}, None),
    ],
)
def test_without_warehouses_the_sku_itself_tells(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    changes: dict[str, Any],
    expected: int | None,
) -> None:
    assert read_sku(lazada, answer, **changes) == expected


def test_stock_in_lazadas_warehouse_is_lazadas(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    products = reply("products")
    held = products["data"]["products"][1]["skus"][0]
    held["fblWarehouseInventories"] = [inventory("OMS-LAZADA-VN-1", 8)]
    answer("products/get", products)
    assert not lazada.read_listings().items[2].fulfilled_by_channel
    held["multiWarehouseInventories"] = [inventory("dropshipping", 0)]
    answer("products/get", products)
    purse = lazada.read_listings().items[2]
    assert (purse.fulfilled_by_channel, purse.quantity) == (True, 0)


def test_a_listing_that_lazada_set_to_0_is_read_as_0(
    lazada: LazadaConnector, answer: Callable[..., None]
) -> None:
    # So it does after a cancel for lack of stock or a wrong price.
    found = read_sku(
        lazada, answer, multiWarehouseInventories=[inventory("dropshipping", 0)]
    )
    assert found == 0


def test_unknown_listings_are_left_out(
    lazada: LazadaConnector, play: Callable[..., None], reply: Callable[[str], Any]
) -> None:
    known = reply("product_item")

    def respond(carried: Mapping[str, str]) -> Any:
        if carried["item_id"] == BLACK.item_id:
            return known
        return {"code": "208", "type": "ISP", "message": "E208: item not found"}

    play("product/item/get", respond)
    other = ListingRef(item_id=BLACK.item_id, variant_id="1")
    words = ListingRef(item_id="hat", variant_id="black")
    found = lazada.read_stock([NOWHERE, BLACK, other, words])
    assert found == {BLACK: 12}


def test_throttling_is_not_taken_for_an_unknown_listing(
    lazada: LazadaConnector, answer: Callable[..., None]
) -> None:
    answer("product/item/get", {"code": "901", "type": "ISP", "message": ""})
    with pytest.raises(RateLimited):
        lazada.read_stock([BLACK])


@pytest.mark.parametrize("data", [[], {"products": {}}, {"total_products": "x"}])
def test_a_catalogue_that_cannot_be_read_is_an_error_and_not_empty(
    lazada: LazadaConnector, answer: Callable[..., None], data: Any
) -> None:
    body = {"code": "0", "data": data or [1]}
    answer("products/get", body)
    with pytest.raises(UnexpectedAnswer):
        lazada.read_listings()
