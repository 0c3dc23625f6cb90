"""Searching orders and packages, reading and shipping them."""

import time

import pytest

from sandbox.clock import Clock
from sandbox.servers import Sandbox
from tests.sandbox.driver import Control, Json
from tests.sandbox.tiktok.driver import Shop

SEARCH = "/order/202309/orders/search"
PACKAGES = "/fulfillment/202309/packages"


def pages(shop: Shop, query: Json) -> tuple[list[int], list[str]]:
    token = ""
    sizes: list[int] = []
    found: list[str] = []
    while True:
        given = query | ({"page_token": token} if token else {})
        answer = shop.post(SEARCH, given)
        sizes.append(len(answer["orders"]))
        found += [order["id"] for order in answer["orders"]]
        token = answer["next_page_token"]
        if not token:
            return sizes, found


@pytest.mark.parametrize("sort_field", ["create_time", "update_time"])
@pytest.mark.parametrize("sort_order", ["ASC", "DESC"])
def test_page_tokens_lead_through_every_order_once(
    shop: Shop, sort_field: str, sort_order: str
) -> None:
    placed = [shop.order(A=1) for _ in range(5)]
    query = {"page_size": 2, "sort_field": sort_field, "sort_order": sort_order}
    sizes, found = pages(shop, query)
    assert sizes == [2, 2, 1]
    assert sorted(found) == sorted(placed)
    reverse = {"ASC": "DESC", "DESC": "ASC"}[sort_order]
    _, backwards = pages(shop, query | {"sort_order": reverse})
    assert backwards == list(reversed(found))


def test_the_last_page_ends_with_an_empty_token(shop: Shop) -> None:
    for _ in range(2):
        shop.order(A=1)
    answer = shop.post(SEARCH, {"page_size": 2})
    assert (answer["next_page_token"], answer["total_count"]) == ("", 2)


def test_a_token_belongs_to_its_sorting(shop: Shop) -> None:
    for _ in range(2):
        shop.order(A=1)
    token = shop.post(SEARCH, {"page_size": 1})["next_page_token"]
    for query in (
        {"page_size": 1, "page_token": token, "sort_order": "DESC"},
        {"page_size": 1, "page_token": "bm9uc2Vuc2U="},
        {"page_size": 1, "page_token": "%%%"},
    ):
        assert shop.code("POST", SEARCH, query, {}) == 36009004


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({}, {}),
        ({}, {"page_size": 10}),
        ({"page_size": 0}, {}),
        ({"page_size": 101}, {}),
        ({"page_size": "ten"}, {}),
        ({"page_size": 10, "sort_order": "asc"}, {}),
        ({"page_size": 10, "sort_field": "paid_time"}, {}),
        ({"page_size": 10}, {"order_status": 112}),
        ({"page_size": 10}, {"order_status": "SHIPPED"}),
        ({"page_size": 10}, {"update_time_ge": "1700000000"}),
        ({"page_size": 10}, {"update_time_ge": 1.5}),
        ({"page_size": 10}, {"is_buyer_request_cancel": "false"}),
        ({"page_size": 10}, {"warehouse_ids": "1"}),
        ({"page_size": 10}, {"shipping_type": "PIGEON"}),
    ],
)
def test_a_search_with_wrong_parameters_is_refused(
    shop: Shop, query: Json, body: Json
) -> None:
    answer = shop.send("POST", SEARCH, query, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 36009004)


def test_filters_choose_and_the_upper_end_is_open(shop: Shop) -> None:
    order, other = shop.order(A=1), shop.order("arrange", A=1)
    now = shop.detail(order)["update_time"]

    def found(**body: object) -> set[str]:
        answer = shop.post(SEARCH, {"page_size": 50}, **body)
        return {each["id"] for each in answer["orders"]}

    assert found(order_status="AWAITING_SHIPMENT") == {order}
    assert found(update_time_lt=now) == set()
    assert order in found(update_time_ge=now)
    assert found(create_time_ge=int(time.time()) + 60) == set()
    assert found(warehouse_ids=[shop.settings["warehouse_id"]]) == {order, other}
    assert found(warehouse_ids=["1"]) == set()
    assert found(is_buyer_request_cancel=True) == set()


def test_detail_takes_up_to_fifty_and_leaves_out_strangers(shop: Shop) -> None:
    order = shop.order(A=1)
    for version in ("202309", "202507"):
        answer = shop.get(f"/order/{version}/orders", ids=f"{order},579000000000000000")
        assert [each["id"] for each in answer["orders"]] == [order]
    many = ",".join([order] * 51)
    assert shop.code("GET", "/order/202507/orders", {"ids": many}) == 36009004
    assert shop.code("GET", "/order/202507/orders") == 36009004
    assert shop.code("GET", "/order/202507/orders", {"ids": "579"}) != 0


def test_money_is_text_and_time_is_whole_seconds(shop: Shop) -> None:
    order = shop.order(A=2)
    found = shop.detail(order)
    price = found["line_items"][0]["sale_price"]
    assert price.isdigit()
    assert found["payment"]["total_amount"] == str(2 * int(price))
    assert found["payment"]["currency"] == "VND"
    assert isinstance(found["create_time"], int)
    prices = shop.get(f"/order/202407/orders/{order}/price_detail")
    assert prices["total"] == str(2 * int(price))
    assert len(prices["line_items"]) == 2


def test_the_update_time_moves_with_statuses_only() -> None:
    ahead = 0

    def wall() -> float:
        return time.time() + ahead

    with Sandbox(port=0, seed=1, clock=Clock(wall)) as running:
        control = Control(running.url)
        settings = control.post("tiktok/shops", shop="s1")["settings"]
        shop = Shop(control, "s1", settings)
        shop.sell(A=1)
        order = shop.order("arrange", "pick_up", "deliver", A=1)
        delivered = shop.detail(order)["update_time"]
        ahead = 60
        shop.do(order, "request_return", "send_back", "arrive_back", "refund")
        assert shop.detail(order)["update_time"] == delivered
        assert shop.returns()[0]["update_time"] >= delivered + 59
        shop.do(order, "complete")
        assert shop.detail(order)["update_time"] >= delivered + 59


def test_both_tracking_calls_tell_the_same_scans(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", A=1)
    assert shop.scans(order) == ["LABEL_CREATED", "PICKED_UP"]
    older = shop.get(f"/fulfillment/202309/orders/{order}/tracking")["tracking"]
    assert len(older) == 2
    assert older[0]["update_time_millis"] % 1000 == 0
    assert "action_code" not in older[0]
    number = shop.detail(order)["tracking_number"]
    (parcel,) = shop.get(f"/logistics/202604/orders/{order}/tracking")[
        "logistics_details"
    ]
    assert {event["tracking_no"] for event in parcel["track_list"]} == {number}


def test_shipping_a_package_makes_its_order_await_collection(shop: Shop) -> None:
    order = shop.order(A=2, B=1)
    package = shop.detail(order)["packages"][0]["id"]
    detail = shop.get(f"{PACKAGES}/{package}")
    assert (detail["package_status"], len(detail["order_line_item_ids"])) == (
        "TO_FULFILL",
        3,
    )
    documents = f"{PACKAGES}/{package}/shipping_documents"
    label = {"document_type": "SHIPPING_LABEL"}
    assert shop.code("GET", documents, label) != 0
    slots = shop.get(f"{PACKAGES}/{package}/handover_time_slots")["pickup_slots"]
    shop.post(
        f"{PACKAGES}/{package}/ship", handover_method="PICKUP", pickup_slot=slots[0]
    )
    assert shop.detail(order)["status"] == "AWAITING_COLLECTION"
    assert shop.get(documents, **label)["tracking_number"]
    assert shop.code("POST", f"{PACKAGES}/{package}/ship", {}, {}) == 10007014
    found = shop.post(f"{PACKAGES}/search", package_status="PROCESSING")["packages"]
    assert [(row["id"], row["status"]) for row in found] == [(package, "PROCESSING")]
    assert found[0]["orders"][0]["skus"][0]["quantity"] == 2


def test_of_a_batch_those_that_cannot_ship_are_named(shop: Shop) -> None:
    good, bad = shop.order(A=1), shop.order("arrange", A=1)
    packages = [shop.detail(each)["packages"][0]["id"] for each in (good, bad)]
    answer = shop.post(f"{PACKAGES}/ship", packages=[{"id": id_} for id_ in packages])
    (error,) = answer["errors"]
    assert error["detail"] == {"package_id": packages[1]}
    assert shop.detail(good)["status"] == "AWAITING_COLLECTION"


def test_a_sellers_own_shipping_is_not_for_these_orders(shop: Shop) -> None:
    order = shop.order(A=1)
    body = {"tracking_number": "JX1", "shipping_provider_id": "1"}
    for version in ("202309", "202610"):
        path = f"/fulfillment/{version}/orders/{order}/packages"
        assert shop.code("POST", path, {}, body) != 0
    assert shop.code("POST", f"{PACKAGES}/deliver", {}, {"packages": []}) != 0
    assert shop.detail(order)["status"] == "AWAITING_SHIPMENT"


def test_another_shops_orders_and_packages_are_not_found(shop: Shop) -> None:
    assert shop.code("GET", "/order/202407/orders/1/price_detail") != 0
    assert shop.code("GET", f"{PACKAGES}/1") != 0
    assert shop.post(f"{PACKAGES}/search")["packages"] == []
