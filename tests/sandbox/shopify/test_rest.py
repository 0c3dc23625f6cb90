"""The legacy REST calls that independent clients still use."""

import time
from typing import Any

import pytest
import requests

from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import Store


def get(store: Store, path: str, **query: Any) -> Json:
    answer = store.rest("GET", path, **query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def post(store: Store, path: str, status: int = 200, **body: object) -> Json:
    answer = store.rest("POST", path, body)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def ids(answer: Json) -> list[str]:
    return [str(order["id"]) for order in answer["orders"]]


def inventory_item(store: Store, sku: str) -> int:
    variant = get(store, f"variants/{store.listings[sku]['variant_id']}.json")
    return int(variant["variant"]["inventory_item_id"])


def test_the_default_status_is_open(store: Store) -> None:
    opened, shipped, cancelled = (store.buy(A=1) for _ in range(3))
    store.do(shipped, "arrange")
    store.do(cancelled, "cancel")
    assert ids(get(store, "orders.json")) == [opened]
    assert len(ids(get(store, "orders.json", status="any"))) == 3
    assert ids(get(store, "orders.json", status="cancelled")) == [cancelled]
    assert get(store, "orders/count.json", status="closed") == {"count": 2}
    shown = get(store, "orders.json", status="any", fulfillment_status="shipped")
    assert ids(shown) == [shipped]


def test_an_order_in_rest_has_times_with_an_offset_and_plain_ids(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange", "pick_up")
    found = get(store, f"orders/{order}.json")["order"]
    assert found["id"] == int(order)
    assert found["updated_at"].endswith("+07:00")
    assert (found["financial_status"], found["fulfillment_status"]) == (
        "paid",
        "fulfilled",
    )
    (parcel,) = found["fulfillments"]
    assert (parcel["status"], parcel["shipment_status"]) == ("success", "in_transit")
    assert parcel["line_items"][0]["quantity"] == 2
    assert found["line_items"][0]["fulfillable_quantity"] == 0
    assert found["cancelled_at"] is None
    some = get(store, f"orders/{order}.json", fields="id,name")["order"]
    assert some == {"id": int(order), "name": "#1001"}


def test_pages_follow_the_link_header(store: Store) -> None:
    orders = [store.buy(A=1) for _ in range(5)]
    answer = store.rest(
        "GET", "orders.json", status="any", limit=2, order="updated_at asc"
    )
    seen = ids(answer.json())
    while "next" in answer.links:
        answer = requests.get(
            answer.links["next"]["url"], headers=answer.request.headers, timeout=5
        )
        seen += ids(answer.json())
    assert seen == orders
    assert "previous" in answer.links
    first = store.rest("GET", "orders.json", status="any", limit=2)
    info = first.links["next"]["url"].partition("page_info=")[2]
    refused = store.rest("GET", "orders.json", page_info=info, status="any")
    assert refused.status_code == 400
    assert store.rest("GET", "orders.json", limit=251).status_code == 400


def test_orders_are_found_by_when_they_changed(store: Store) -> None:
    order = store.buy(A=1)
    future = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    assert ids(get(store, "orders.json", updated_at_min=future)) == []
    assert ids(get(store, "orders.json", updated_at_max=future)) == [order]
    refused = store.rest("GET", "orders.json", updated_at_min="yesterday")
    assert refused.status_code == 400


def test_levels_are_read_set_and_adjusted(store: Store) -> None:
    (location,) = get(store, "locations.json")["locations"]
    item = inventory_item(store, "A")
    named = {"location_id": location["id"], "inventory_item_id": item}
    level = post(store, "inventory_levels/set.json", available=9, **named)
    assert level["inventory_level"]["available"] == 9
    post(store, "inventory_levels/adjust.json", available_adjustment=-2, **named)
    post(store, "inventory_levels/connect.json", status=201, **named)
    levels = get(store, "inventory_levels.json", inventory_item_ids=f"{item},1")
    assert [each["available"] for each in levels["inventory_levels"]] == [7]
    path = f"locations/{location['id']}/inventory_levels.json"
    assert len(get(store, path)["inventory_levels"]) == 3
    writes = store.control.get("shopify/writes", shop=store.name)
    assert [write["quantity"] for write in writes] == [9, 7]


def test_levels_want_to_know_of_what(store: Store) -> None:
    assert store.rest("GET", "inventory_levels.json").status_code == 422
    many = ",".join(str(number) for number in range(51))
    refused = store.rest("GET", "inventory_levels.json", inventory_item_ids=many)
    assert refused.status_code == 422
    assert store.rest("GET", "locations/1.json").status_code == 404
    body = {"location_id": 1, "inventory_item_id": 1, "available": 1}
    assert store.rest("POST", "inventory_levels/set.json", body).status_code == 404
    missing = store.rest("POST", "inventory_levels/set.json", {"available": 1})
    assert missing.json() == {
        "errors": {"location_id": "Required parameter missing or invalid"}
    }


def test_a_refund_is_calculated_then_created(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange")
    line = get(store, f"orders/{order}.json")["order"]["line_items"][0]["id"]
    rows = [{"line_item_id": line, "quantity": 1, "restock_type": "no_restock"}]
    path = f"orders/{order}/refunds"
    sent: Json = {"refund_line_items": rows}
    suggested = post(store, f"{path}/calculate.json", refund=sent)["refund"]
    (money,) = suggested["transactions"]
    assert money["kind"] == "suggested_refund"
    sent = {"note": "n", "transactions": [money | {"kind": "refund"}]} | sent
    made = post(store, f"{path}.json", status=201, refund=sent)["refund"]
    assert made["transactions"][0]["amount"] == money["amount"]
    assert made["refund_line_items"][0]["restock_type"] == "no_restock"
    assert get(store, f"{path}/{made['id']}.json")["refund"] == made
    assert get(store, f"{path}.json")["refunds"] == [made]
    assert store.stock()["A"] == 3
    too_many = {"refund_line_items": [rows[0] | {"quantity": 2}]}
    refused = store.rest("POST", f"{path}.json", {"refund": too_many})
    assert refused.status_code == 422
    assert refused.json()["errors"]["base"] == [
        "Quantity cannot refund more items than were purchased"
    ]


def test_an_order_is_cancelled_at_once(store: Store) -> None:
    order = store.buy(A=2)
    answer = post(store, f"orders/{order}/cancel.json", reason="inventory")
    assert answer["order"]["cancel_reason"] == "inventory"
    assert answer["order"]["financial_status"] == "paid"
    assert store.stock()["A"] == 3
    again = store.rest("POST", f"orders/{order}/cancel.json", {})
    assert again.status_code == 422
    assert store.rest("POST", "orders/1/cancel.json", {}).status_code == 404


def test_the_catalogue_and_the_shop_are_shown(store: Store) -> None:
    products = get(store, "products.json")["products"]
    skus = [each["sku"] for product in products for each in product["variants"]]
    assert skus == ["A", "B", "C"]
    one = get(store, f"products/{products[0]['id']}.json")["product"]
    assert one == products[0]
    shop = get(store, "shop.json")["shop"]
    assert str(shop["primary_location_id"]) == store.settings["location_id"]
    assert get(store, "orders.json") == {"orders": []}


@pytest.mark.parametrize("path", ["orders/1.json", "nothing.json", "products/1.json"])
def test_what_is_not_here_is_not_found(store: Store, path: str) -> None:
    answer = store.rest("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"errors": "Not Found"})


def test_forty_calls_fill_the_bucket(store: Store) -> None:
    answers = [store.rest("GET", "shop.json") for _ in range(60)]
    assert answers[0].headers["X-Shopify-Shop-Api-Call-Limit"] == "1/40"
    throttled = next(each for each in answers if each.status_code == 429)
    assert throttled.headers["Retry-After"] == "2.0"
    assert throttled.json()["errors"].startswith("Exceeded 2 calls per second")
