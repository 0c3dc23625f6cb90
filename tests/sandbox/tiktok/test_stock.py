"""The numbers of a SKU, writing them, and the marketplace's habits with them."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.tiktok.driver import Shop

SETTINGS = "/product/202608/inventory/operation/settings"
CANCELLED = [
    ["cancel"],
    ["arrange", "cancel"],
    ["arrange", "pick_up", "fail_delivery"],
    ["arrange", "pick_up", "auto_cancel"],
    ["arrange", "pick_up", "lose"],
]
RETURNED = ["arrange", "pick_up", "deliver", "request_return", "refund"]


def choose(shop: Shop, sku: str, setting: dict[str, bool]) -> list[str]:
    answer = shop.post(
        SETTINGS,
        None,
        seller_id=shop.settings["shop_id"],
        sku_ids=[shop.listings[sku]["variant_id"]],
        stock_operation_setting=setting,
    )
    succeeded: list[str] = answer["stock_operation"]["success_sku_ids"]
    return succeeded


@pytest.mark.parametrize("actions", [*CANCELLED, RETURNED])
def test_a_marketplace_that_never_restocks_leaves_the_number_alone(
    shop: Shop, actions: list[str]
) -> None:
    shop.order(*actions, A=2)
    assert shop.stock()["A"] == 3


@pytest.mark.parametrize("actions", [*CANCELLED, RETURNED])
def test_a_marketplace_that_restocks_on_cancel_never_asks_where_the_goods_are(
    open_tiktok: Callable[..., Shop], actions: list[str]
) -> None:
    shop = open_tiktok(auto_restock="on_cancel")
    shop.sell(A=5)
    shop.order(*actions, A=2)
    assert shop.stock()["A"] == 5


def test_a_late_restock_comes_an_hour_later(
    open_tiktok: Callable[..., Shop], control: Control
) -> None:
    shop = open_tiktok(auto_restock="late")
    shop.sell(A=5)
    shop.order("arrange", "pick_up", "fail_delivery", A=2)
    control.clock(3590)
    assert shop.stock()["A"] == 3
    control.clock(20)
    assert shop.stock()["A"] == 5


@pytest.mark.parametrize("actions", CANCELLED)
@pytest.mark.parametrize("setting", [{"enable_auto_restock": False}, {}])
def test_a_seller_can_switch_the_restock_off_for_a_sku(
    open_tiktok: Callable[..., Shop], actions: list[str], setting: dict[str, bool]
) -> None:
    shop = open_tiktok(auto_restock="on_cancel")
    shop.sell(A=5, B=5)
    assert choose(shop, "A", setting) == [shop.listings["A"]["variant_id"]]
    shop.order(*actions, A=2, B=2)
    assert shop.stock() == {"A": 3, "B": 5}


def test_the_switch_stops_cancellations_only(open_tiktok: Callable[..., Shop]) -> None:
    shop = open_tiktok(auto_restock="on_cancel")
    shop.sell(A=5)
    choose(shop, "A", {"enable_auto_restock": False})
    shop.order(*RETURNED, A=2)
    assert shop.stock()["A"] == 5


def test_a_seller_can_switch_the_restock_on(shop: Shop) -> None:
    choose(shop, "A", {"enable_auto_restock": True})
    shop.order("cancel", A=2)
    assert shop.stock()["A"] == 5


def test_settings_name_strangers_and_need_the_seller(shop: Shop) -> None:
    known = shop.listings["A"]["variant_id"]
    body = {
        "seller_id": shop.settings["shop_id"],
        "sku_ids": [known, "1"],
        "stock_operation_setting": {"enable_auto_restock": False},
    }
    operation = shop.post(SETTINGS, None, **body)["stock_operation"]
    assert operation == {"success_sku_ids": [known], "failed_sku_ids": ["1"]}
    changes: list[Json] = [
        {"seller_id": "1"},
        {"sku_ids": []},
        {"sku_ids": [known] * 501},
        {"stock_operation_setting": {"enable_auto_restock": "no"}},
    ]
    for change in changes:
        assert shop.code("POST", SETTINGS, {}, body | change) != 0


def test_available_and_committed_follow_the_order(shop: Shop) -> None:
    assert shop.numbers("A") == (5, 0)
    order = shop.order(A=2)
    assert shop.numbers("A") == (3, 2)
    shop.do(order, "arrange")
    assert shop.numbers("A") == (3, 2)
    shop.do(order, "pick_up")
    assert shop.numbers("A") == (3, 0)
    shop.order("arrange", "cancel", A=1)
    assert shop.numbers("A") == (2, 0)


def test_stock_is_written_absolutely_and_logged(shop: Shop) -> None:
    shop.order(A=2)
    for quantity in (9, 0, 99_999):
        answer = shop.write_stock("A", quantity)
        assert (answer["code"], answer["data"]) == (0, {})
        assert shop.numbers("A") == (quantity, 2)
    writes = shop.control.get("tiktok/writes", shop=shop.name)
    assert [each["quantity"] for each in writes] == [9, 0, 99_999]
    assert writes[-1]["request"] == answer["request_id"]


def test_the_only_warehouse_may_be_left_out(shop: Shop) -> None:
    body = {"skus": [shop.stock_row("A", 4, warehouse_id=None)]}
    shop.post(shop.stock_path("A"), None, **body)
    assert shop.stock()["A"] == 4


def test_a_sku_that_fails_stands_in_an_answer_of_success(shop: Shop) -> None:
    rows = [
        shop.stock_row("B", 7, warehouse_id="1"),
        shop.stock_row("A", 7),
        shop.stock_row("C", 8),
    ]
    answer = shop.post(shop.stock_path("B"), None, skus=rows)
    failed = [error["detail"]["sku_id"] for error in answer["errors"]]
    assert failed == [shop.listings[sku]["variant_id"] for sku in ("B", "A")]
    assert answer["errors"][0]["detail"]["extra_errors"][0]["warehouse_id"] == "1"
    assert shop.stock() == {"A": 5, "B": 5, "C": 8}


@pytest.mark.parametrize("quantity", [-1, 100_000, "7", 1.5, None, True])
def test_a_quantity_out_of_range_refuses_the_whole_call(
    shop: Shop, quantity: object
) -> None:
    body = {"skus": [shop.stock_row("C", 1), shop.stock_row("B", quantity)]}
    assert shop.code("POST", shop.stock_path("B"), {}, body) != 0
    assert shop.stock() == {"A": 5, "B": 5, "C": 5}


def test_a_malformed_write_is_refused(shop: Shop) -> None:
    row = shop.stock_row("A", 1)
    bodies: list[Json] = [
        {},
        {"skus": []},
        {"skus": [{"id": row["id"]}]},
        {"skus": [{"inventory": row["inventory"]}]},
        {"skus": [row | {"inventory": row["inventory"] * 2}]},
    ]
    for body in bodies:
        assert shop.code("POST", shop.stock_path("A"), {}, body) != 0
    stranger = "/product/202309/products/1/inventory/update"
    assert shop.code("POST", stranger, {}, {"skus": [row]}) == 12052032
    assert shop.stock()["A"] == 5


def test_a_building_has_two_ids_and_returns_come_first(shop: Shop) -> None:
    found = shop.get("/logistics/202309/warehouses")["warehouses"]
    assert [each["type"] for each in found] == ["RETURN_WAREHOUSE", "SALES_WAREHOUSE"]
    assert found[0]["entity_id"] == found[1]["entity_id"]
    assert found[0]["name"] == found[1]["name"]
    assert found[1]["id"] == shop.settings["warehouse_id"] != found[0]["id"]
    assert found[1]["effect_status"] == "ENABLED"


def test_the_catalogue_shows_single_and_paired_skus(
    shop: Shop, control: Control
) -> None:
    path = "/product/202502/products/search"
    assert shop.listings["B"]["item_id"] == shop.listings["C"]["item_id"]
    first = shop.post(path, {"page_size": 1}, status="ALL")
    token = first["next_page_token"]
    second = shop.post(path, {"page_size": 1, "page_token": token}, status="ALL")
    products = first["products"] + second["products"]
    skus = sorted([[sku["seller_sku"] for sku in each["skus"]] for each in products])
    assert skus == [["A"], ["B", "C"]]
    assert second["next_page_token"] == ""
    (only,) = shop.post(path, {"page_size": 9}, seller_skus=["C"])["products"]
    assert only["id"] == shop.listings["C"]["item_id"]
    assert shop.post(path, {"page_size": 9}, status="DELETED")["products"] == []
    assert shop.code("POST", path, {"page_size": 101}, {}) == 36009004
    many = {"seller_skus": ["x"] * 11}
    assert shop.code("POST", path, {"page_size": 9}, many) == 36009004


def test_a_product_shows_stock_and_barcode(shop: Shop, control: Control) -> None:
    items = [{"sku": "N", "quantity": 3, "barcode": "8934563138165"}]
    listing = control.post("tiktok/items", shop=shop.name, items=items)["listings"][0]
    for version in ("202309", "202509"):
        found = shop.get(f"/product/{version}/products/{listing['item_id']}")
        (sku,) = found["skus"]
        assert sku["id"] == listing["variant_id"]
        assert sku["inventory"][0]["quantity"] == 3
        assert sku["identifier_code"]["code"] == "8934563138165"
    assert shop.code("GET", "/product/202309/products/1") == 12052032


def test_inventory_search_takes_skus_or_products(shop: Shop) -> None:
    path = "/product/202309/inventory/search"
    product, sku = shop.listings["B"]["item_id"], shop.listings["C"]["variant_id"]
    both = shop.post(path, product_ids=[product])["inventory"][0]["skus"]
    assert [each["seller_sku"] for each in both] == ["B", "C"]
    other = shop.listings["A"]["item_id"]
    (row,) = shop.post(path, product_ids=[other], sku_ids=[sku])["inventory"]
    assert [each["seller_sku"] for each in row["skus"]] == ["C"]
    assert shop.post(path, sku_ids=["1"])["inventory"] == []
    for body in ({}, {"sku_ids": [sku] * 601}, {"product_ids": [product] * 101}):
        assert shop.code("POST", path, {}, body) == 36009004
