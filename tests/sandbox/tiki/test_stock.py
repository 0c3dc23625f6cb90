"""The numbers of a product, writing them, and Tiki's habits with them."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop

FALLEN = [
    ["cancel"],
    ["confirm", "cancel"],
    ["arrange", "cancel"],
    ["arrange", "pick_up", "cancel"],
    ["arrange", "pick_up", "fail_delivery"],
    ["arrange", "pick_up", "lose"],
]
OUT = ("arrange", "pick_up", "deliver")


def test_a_sale_is_reserved_and_the_shelf_stays(shop: Shop) -> None:
    shop.order(count=3)
    assert shop.numbers() == (10, 3, 7)
    assert shop.stock() == 7


def test_the_reserve_lasts_until_the_buyer_has_the_goods(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", count=3)
    assert shop.numbers() == (10, 3, 7)
    shop.do(order, "deliver")
    assert shop.numbers() == (7, 0, 7)


def test_what_is_written_includes_what_is_reserved(shop: Shop) -> None:
    shop.order(count=3)
    assert shop.write_stock(8).json() == {"state": "approved"}
    assert shop.numbers() == (8, 3, 5)
    assert shop.stock() == 5


def test_writing_the_sellable_number_as_it_is_subtracts_the_reserve_twice(
    shop: Shop,
) -> None:
    shop.order(count=3)
    shop.write_stock(shop.stock())
    assert shop.stock() == 4


def test_less_than_what_is_reserved_shows_as_sold_out(
    shop: Shop, control: Control
) -> None:
    shop.order(count=3)
    shop.write_stock(1)
    assert (shop.numbers(), shop.stock()) == ((1, 3, -2), 0)
    lines = [{"sku": "A", "quantity": 1}]
    control.post("tiki/orders", expect=409, shop=shop.name, lines=lines)


@pytest.mark.parametrize("actions", FALLEN)
def test_a_released_reserve_never_asks_where_the_goods_are(
    shop: Shop, actions: list[str]
) -> None:
    shop.order(*actions, count=3)
    assert shop.numbers() == (10, 0, 10)


def test_a_number_lowered_at_shipping_makes_no_phantom_on_cancel(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", count=3)
    shop.write_stock(7)
    assert shop.stock() == 4
    shop.do(order, "cancel")
    assert (shop.numbers(), shop.stock()) == ((7, 0, 7), 7)


@pytest.mark.parametrize("actions", FALLEN)
def test_a_marketplace_that_never_restocks_leaves_the_number_alone(
    open_tiki: Callable[..., Shop], actions: list[str]
) -> None:
    shop = open_tiki({"A": 10}, auto_restock="never")
    shop.order(*actions, count=3)
    assert shop.numbers() == (7, 0, 7)


def test_a_late_release_comes_an_hour_later(
    open_tiki: Callable[..., Shop], control: Control
) -> None:
    shop = open_tiki({"A": 10}, auto_restock="late")
    shop.order("arrange", "pick_up", "fail_delivery", count=3)
    assert shop.numbers() == (10, 3, 7)
    control.clock(3590)
    assert shop.stock() == 7
    control.clock(20)
    assert shop.stock() == 10


def test_a_reserve_that_ends_at_handover_shows_units_that_left(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "free_reserve", count=3)
    assert shop.numbers() == (10, 0, 10)
    shop.do(order, "deliver")
    assert shop.numbers() == (10, 0, 10)
    shop.refused(order, "free_reserve")


def test_a_return_after_delivery_moves_no_number(shop: Shop) -> None:
    shop.order(*OUT, "request_return", "send_back", "refund", "arrive_back", count=3)
    assert shop.numbers() == (7, 0, 7)


def test_the_stock_of_tiki_itself_cannot_be_written(shop: Shop) -> None:
    assert shop.inventory("FBT-A")["warehouse_stocks"] == []
    assert shop.write_stock(3, "FBT-A").json() == {"state": "approved"}
    assert shop.stock("FBT-A") == 10
    assert shop.control.get("tiki/writes", shop=shop.name) == []


def test_writes_are_listed_as_buyers_see_them(shop: Shop) -> None:
    shop.order(count=3)
    shop.write_stock(8)
    (write,) = shop.control.get("tiki/writes", shop=shop.name)
    assert (write["sku"], write["quantity"]) == ("A", 5)
    assert "qty_available=8" in write["request"]


def test_stock_stands_under_its_warehouse_and_under_no_other_name(shop: Shop) -> None:
    shop.order(count=2)
    seen = shop.inventory()
    (row,) = seen["warehouse_stocks"]
    assert row["warehouse_id"] == shop.settings["warehouse_id"]
    for numbers in (seen, row):
        assert numbers["quantity"] == 0
        assert numbers["quantity_available"] == (
            numbers["quantity_sellable"] + numbers["quantity_reserved"]
        )


def test_products_come_without_stock_unless_it_is_asked_for(shop: Shop) -> None:
    page = shop.get("v2.1/products", limit=3)
    assert page["paging"]["last_page"] == 2
    assert all("inventory" not in row for row in page["data"])
    rows = shop.get("v2.1/products", include="seller,inventory,images")["data"]
    assert [row["original_sku"] for row in rows] == list(shop.listings)[::-1]
    for row in rows:
        assert row["id"] == row["product_id"] == shop.product_id(row["original_sku"])
        assert row["inventory"]["quantity_available"] == 10


def test_a_product_is_found_by_its_id_and_by_the_sellers_code(shop: Shop) -> None:
    found = shop.get("v2/products/findBy", original_sku="B", include="inventory")
    assert found["id"] == shop.product_id("B")
    assert found["inventory"]["quantity_sellable"] == 10
    assert shop.error("GET", "v2/products/findBy", original_sku="Z")[0] == 404
    assert shop.error("GET", "v2.1/products/1")[0] == 404


def test_products_are_filtered_by_state_and_by_dates(shop: Shop) -> None:
    row = shop.stock_row(1) | {"active": 0}
    assert shop.send("PUT", "v2/products/updateSku", row).status_code == 200
    hidden = shop.get("v2.1/products", active=0)["data"]
    assert [each["original_sku"] for each in hidden] == ["A"]
    since = hidden[0]["updated_at"]
    later = shop.get("v2.1/products", updated_from_date=since)["data"]
    assert "A" in [each["original_sku"] for each in later]
    before = {"updated_to_date": "2001-01-01 00:00:00"}
    assert shop.get("v2.1/products", **before)["data"] == []
    assert shop.error("GET", "v2.1/products", created_from_date="now")[0] == 400


@pytest.mark.parametrize(
    "replaced",
    [
        {"product_id": None},
        {"product_id": 1},
        {"product_id": "A"},
        {"warehouse_quantities": [{"warehouse_id": 1, "qty_available": 1}]},
        {"warehouse_quantities": [1]},
        {"warehouse_quantities": {}},
        {"seller_warehouse": "1034"},
        {"seller_warehouse": 1034},
        {"price": 0},
        {"price": "free"},
        {"active": "yes"},
    ],
)
def test_a_write_that_makes_no_sense_is_refused(
    shop: Shop, replaced: dict[str, object]
) -> None:
    row = shop.stock_row(1) | replaced
    assert shop.error("PUT", "v2.1/products/updateSku", row)[0] == 400
    assert shop.stock() == 10


@pytest.mark.parametrize("quantity", [-1, 1.5, "3", True, None])
def test_a_quantity_is_a_whole_number_from_zero(shop: Shop, quantity: object) -> None:
    assert shop.write_stock(quantity).status_code == 400
    assert shop.stock() == 10


def test_a_form_is_not_taken_where_json_belongs(shop: Shop) -> None:
    assert shop.error("PUT", "v2.1/products/updateSku")[0] == 400


def test_a_product_can_be_written_by_the_sellers_code(shop: Shop) -> None:
    row = shop.stock_row(4)
    del row["product_id"]
    answer = shop.send("PUT", "v2/products/updateSku", row | {"original_sku": "B"})
    assert answer.json() == {"state": "approved"}
    assert (shop.stock("A"), shop.stock("B")) == (10, 4)


def test_a_write_without_a_warehouse_is_approved_and_moves_nothing(shop: Shop) -> None:
    row = {"product_id": shop.product_id(), "qty_available": 3, "quantity": 3}
    answer = shop.send("PUT", "v2.1/products/updateSku", row)
    assert answer.json() == {"state": "approved"}
    assert shop.stock() == 10


def test_a_batch_answers_for_each_row(shop: Shop) -> None:
    rows = [shop.stock_row(4), shop.stock_row(-1, "B"), shop.stock_row(6, "SD-A")]
    answer = shop.send("PUT", "v2.1/products/updateSkus", {"data": rows}).json()
    assert [row["status"] for row in answer["data"]] == [1, 2, 1]
    assert answer["data"][1]["errors"]
    assert [shop.stock(sku) for sku in ("A", "B", "SD-A")] == [4, 10, 6]


@pytest.mark.parametrize("data", [None, [], [1], {}])
def test_a_batch_needs_rows(shop: Shop, data: object) -> None:
    body = {"data": data}
    assert shop.error("PUT", "v2.1/products/updateSkus", body)[0] == 400


def test_a_seller_writes_nobody_elses_product(open_tiki: Callable[..., Shop]) -> None:
    mine, other = open_tiki({"A": 3}), open_tiki({"A": 3})
    row = mine.stock_row(1) | {"product_id": other.product_id()}
    assert mine.error("PUT", "v2.1/products/updateSku", row)[0] == 400
    assert (mine.stock(), other.stock()) == (3, 3)
