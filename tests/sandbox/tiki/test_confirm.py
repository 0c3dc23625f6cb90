"""What a seller tells Tiki over the API."""

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.tiki.driver import Shop

YES = "seller_confirmed"
NO = "seller_canceled"


def dropship(shop: Shop, word: str, **replaced: object) -> Json:
    slots = shop.get("v2/orders/dropship/expected-pickup-slots")
    return {
        "confirmation_status": word,
        "seller_inventory_id": shop.settings["warehouse_id"],
        "expected_pickup_time": slots["expected_pickup_times"][0],
    } | replaced


def test_a_dropship_order_is_confirmed_once(shop: Shop) -> None:
    order = shop.order()
    path = f"v2/orders/{order}/dropship/confirm-available"
    answer = shop.post(path, **dropship(shop, YES))
    assert answer["items"][0]["confirmation"]["status"] == YES
    assert shop.detail(order)["status"] == "queueing"
    assert shop.error("POST", path, dropship(shop, YES))[0] == 400


def test_saying_no_cancels_a_dropship_order_on_the_shelf(shop: Shop) -> None:
    order = shop.order()
    path = f"v2/orders/{order}/dropship/confirm-available"
    shop.post(path, **dropship(shop, NO))
    seen = shop.detail(order)
    assert (seen["status"], shop.sold()) == ("canceled", 0)
    assert seen["items"][0]["confirmation"]["status"] == NO


@pytest.mark.parametrize(
    "replaced",
    [
        {"confirmation_status": "maybe"},
        {"seller_inventory_id": 1},
        {"seller_inventory_id": "x"},
        {"expected_pickup_time": None},
        {"expected_pickup_time": "soon"},
    ],
)
def test_a_wrong_confirmation_changes_nothing(shop: Shop, replaced: Json) -> None:
    order = shop.order()
    path = f"v2/orders/{order}/dropship/confirm-available"
    assert shop.error("POST", path, dropship(shop, YES, **replaced))[0] == 400
    assert shop.item(order)["confirmation"]["status"] == "waiting"


def test_items_that_are_not_named_are_struck_off(shop: Shop) -> None:
    shop.sell({"ODF-B": 4})
    order = shop.place({"ODF-A": 2, "ODF-B": 1})
    rows = {row["product"]["seller_product_code"]: row for row in shop.items_of(order)}
    shop.post(
        f"v2/orders/{order}/confirm-available",
        available_item_ids=[rows["ODF-A"]["id"]],
        seller_inventory_id=shop.settings["warehouse_id"],
    )
    words = {
        row["product"]["seller_product_code"]: row["confirmation"]["status"]
        for row in shop.items_of(order)
    }
    assert words == {"ODF-A": YES, "ODF-B": NO}
    assert (shop.numbers("ODF-A"), shop.numbers("ODF-B")) == ((10, 2, 8), (4, 0, 4))
    shop.do(order, "arrange", "cancel")
    assert (shop.sold("ODF-A"), shop.sold("ODF-B")) == (2, 0)
    assert (shop.numbers("ODF-A"), shop.numbers("ODF-B")) == ((10, 0, 10), (4, 0, 4))


def test_naming_no_item_cancels_the_order(shop: Shop) -> None:
    order = shop.order(sku="SD-A")
    shop.post(
        f"v2/orders/{order}/confirm-available",
        available_item_ids=[],
        seller_inventory_id=shop.settings["warehouse_id"],
    )
    assert shop.detail(order)["status"] == "canceled"
    assert shop.numbers("SD-A") == (10, 0, 10)


@pytest.mark.parametrize("items", [None, "all", [1], [[]]])
def test_items_that_are_not_of_the_order_are_refused(shop: Shop, items: object) -> None:
    order = shop.order(sku="SD-A")
    body = {
        "available_item_ids": items,
        "seller_inventory_id": shop.settings["warehouse_id"],
    }
    assert shop.error("POST", f"v2/orders/{order}/confirm-available", body)[0] == 400


def test_each_model_has_a_confirmation_of_its_own(shop: Shop) -> None:
    plain, sent = shop.order(), shop.order(sku="SD-A")
    body = {"available_item_ids": [], "seller_inventory_id": 1}
    path = f"v2/orders/{plain}/confirm-available"
    assert shop.error("POST", path, body)[0] == 400
    path = f"v2/orders/{sent}/dropship/confirm-available"
    assert shop.error("POST", path, dropship(shop, YES))[0] == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "successful_delivery"}, "successful_delivery"),
        ({"status": "failed_delivery", "failure_cause": "out_of_needs"}, "canceled"),
        ({"status": "failed_delivery", "failure_cause": "out_of_stock"}, "canceled"),
        (
            {"status": "failed_delivery", "failure_cause": "redelivery_appointment"},
            "shipping",
        ),
    ],
)
def test_a_seller_who_delivers_says_how_it_went(
    shop: Shop, body: Json, status: str
) -> None:
    order = shop.order("arrange", sku="SD-A")
    path = f"v2/orders/{order}/seller-delivery/update-delivery"
    assert shop.post(path, **body)["status"] == status
    assert "shipping" in shop.statuses(order)


def test_only_the_seller_who_delivers_reports_deliveries(shop: Shop) -> None:
    carried, waiting = shop.order("arrange"), shop.order(sku="SD-A")
    for order in (carried, waiting):
        path = f"v2/orders/{order}/seller-delivery/update-delivery"
        body = {"status": "successful_delivery"}
        assert shop.error("POST", path, body)[0] == 400
    moving = shop.order("arrange", sku="SD-A")
    path = f"v2/orders/{moving}/seller-delivery/update-delivery"
    assert shop.error("POST", path, {"status": "failed_delivery"})[0] == 400
    assert shop.error("POST", path, {"status": "lost"})[0] == 400


def test_there_is_no_label_before_the_confirmation(shop: Shop) -> None:
    order = shop.order()
    path = f"v2/orders/{order}/dropship/labels"
    assert shop.error("GET", path)[0] == 400
    shop.do(order, "confirm")
    assert order in shop.get(path)["shipping_label_url"]


def test_the_seller_and_the_warehouses_are_known(shop: Shop) -> None:
    assert shop.get("v2/sellers/me")["name"] == shop.name
    rows = shop.get("v2/sellers/me/warehouses")["data"]
    assert [row["type"] for row in rows] == ["requisition", "withdrawal"]
    assert rows[0]["id"] == shop.settings["warehouse_id"]
    found = shop.get("v2/sellers/me/warehouses", type="withdrawal")["data"]
    assert [row["id"] for row in found] == [rows[1]["id"]]
    (code,) = [row["code"] for row in shop.get("v2/warehouses/tiki")]
    served = shop.get("v2/seller-inventories", tiki_warehouse_codes=code)
    assert [row["id"] for row in served["seller_inventories"]] == [rows[0]["id"]]
    assert shop.error("GET", "v2/seller-inventories")[0] == 400
