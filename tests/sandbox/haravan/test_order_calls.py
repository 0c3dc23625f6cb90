"""Reading orders: filters, pages over moving data, and small writes."""

from datetime import datetime, timedelta

import pytest
import requests

from tests.sandbox.haravan.driver import Store


def ids(rows: list[dict[str, object]]) -> list[str]:
    return [str(row["id"]) for row in rows]


def test_closed_and_cancelled_orders_are_seen_by_those_who_ask_for_any(
    store: Store,
) -> None:
    plain, closed, cancelled = (store.order(A=1) for _ in range(3))
    store.do(closed, "close")
    store.do(cancelled, "cancel")
    assert ids(store.get("orders")["orders"]) == [plain]
    assert ids(store.orders(status="open")) == [plain]
    assert ids(store.orders(status="closed")) == [closed]
    assert ids(store.orders(status="cancelled")) == [cancelled]
    assert sorted(ids(store.orders(status="any"))) == sorted([plain, closed, cancelled])
    assert store.get("orders/count", status="any") == {"count": 3}
    assert store.get("orders/count") == {"count": 1}


def test_orders_are_filtered_by_what_is_paid_and_what_is_shipped(store: Store) -> None:
    paid, partial, shipped = (store.order(A=1, B=1) for _ in range(3))
    owed = store.place({"C": 1}, cod=True)
    store.do(partial, "arrange", A=1)
    store.do(shipped, "arrange")
    assert ids(store.orders(financial_status="pending")) == [owed]
    assert ids(store.orders(fulfillment_status="partial")) == [partial]
    assert ids(store.orders(fulfillment_status="shipped")) == [shipped]
    unshipped = ids(store.orders(fulfillment_status="unshipped"))
    assert sorted(unshipped) == sorted([paid, owed])


def test_orders_are_named_by_id_and_walked_by_id(store: Store) -> None:
    placed = store.place_many({"A": 1}, 4)
    wanted = ",".join([placed[0], placed[2]])
    assert sorted(ids(store.orders(ids=wanted))) == [placed[0], placed[2]]
    assert ids(store.orders(since_id=placed[1])) == placed[2:]
    assert ids(store.orders(since_id=0, limit=2)) == placed[:2]


def test_an_order_shows_only_the_fields_that_were_asked_for(store: Store) -> None:
    order = store.order(A=1)
    (row,) = store.orders(fields="id,name, updated_at")
    assert set(row) == {"id", "name", "updated_at"}
    assert str(row["id"]) == order


def test_fifty_orders_make_a_page_and_no_limit_makes_it_larger(store: Store) -> None:
    store.write_stock(A=100)
    placed = store.place_many({"A": 1}, 53)
    for limit in ({}, {"limit": 50}, {"limit": 250}):
        assert len(store.orders(**limit)) == 50
    pages = [store.orders(limit=20, page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 13, 0]
    seen = [each for page in pages for each in ids(page)]
    assert seen == placed[::-1]


def test_a_page_loses_the_order_that_a_change_moved_and_an_overlap_finds_it(
    store: Store,
) -> None:
    placed = [store.order(A=1) for _ in range(4)]
    asked = {"order": "updated_at asc", "limit": 2}
    first = store.orders(**asked, page=1)
    assert ids(first) == placed[:2]
    store.do(placed[0], "arrange")
    second = store.orders(**asked, page=2)
    # The third order slid onto the first page, which was read before.
    assert ids(second) == [placed[3], placed[0]]
    overlap = store.orders(**asked, updated_at_min=first[-1]["updated_at"])
    assert ids(overlap) == [placed[1], placed[2]]
    rest = store.orders(**asked, updated_at_min=first[-1]["updated_at"], page=2)
    assert ids(rest) == [placed[3], placed[0]]


def test_both_bounds_of_a_time_window_are_inside(store: Store) -> None:
    order = store.order(A=1)
    moment = store.detail(order)["updated_at"]
    inside = datetime.fromisoformat(moment)
    step = timedelta(milliseconds=1)
    for name in ("created_at", "updated_at", "processed_at"):
        for suffix, away in (("min", step), ("max", -step)):
            bound = f"{name}_{suffix}"
            assert ids(store.orders(**{bound: moment})) == [order]
            assert store.orders(**{bound: (inside + away).isoformat()}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "all"),
        ("financial_status", "free"),
        ("fulfillment_status", "fulfilled"),
        ("limit", "0"),
        ("limit", "many"),
        ("page", "0"),
        ("since_id", "-1"),
        ("ids", "1,x"),
        ("order", "price asc"),
        ("order", "id sideways"),
        ("updated_at_min", "yesterday"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(
    store: Store, name: str, value: str
) -> None:
    answer = store.send("GET", "/com/orders.json", {name: value})
    assert answer.status_code == 400
    assert name in answer.json()["errors"]


def test_an_order_of_another_shop_is_not_found(store: Store) -> None:
    for path in ("orders/7", "orders/7/refunds", "orders/7/events", "products/7"):
        answer = store.send("GET", f"/com/{path}.json")
        assert (answer.status_code, answer.json()) == (404, {"errors": "Not Found"})


def test_a_path_that_is_not_played_is_not_found(store: Store) -> None:
    for path in ("/com/orders", "/com/carts.json", "/admin/orders.json"):
        assert store.send("GET", path).status_code == 404


def test_staff_words_can_be_written_over_the_api(store: Store) -> None:
    order = store.order(A=1)
    sent = {"order": {"id": int(order), "note": "gọi trước"}}
    answer = store.send("PUT", f"/com/orders/{order}.json", None, sent)
    assert answer.json()["order"]["note"] == "gọi trước"
    assert store.post(f"orders/{order}/tags", tags="vip, quà") == {"tags": "vip,quà"}
    gone = {"tags": "vip"}
    answer = store.send("DELETE", f"/com/orders/{order}/tags.json", None, gone)
    assert answer.json() == {"tags": "quà"}
    assert store.detail(order)["tags"] == "quà"


def test_an_order_is_confirmed_closed_and_opened_over_the_api(store: Store) -> None:
    order = store.order(A=1)
    for call, field, status in (
        ("confirm", "confirmed_status", "confirmed"),
        ("close", "closed_status", "closed"),
        ("open", "closed_status", "unclosed"),
    ):
        first = store.post(f"orders/{order}/{call}")["order"]
        assert first[field] == status
        assert store.post(f"orders/{order}/{call}")["order"] == first
    store.do(order, "cancel")
    store.post(f"orders/{order}/close", 422)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("a=1", "application/x-www-form-urlencoded"), ("{", "application/json")],
)
def test_a_body_that_is_not_json_is_not_understood(
    store: Store, body: str, content_type: str
) -> None:
    order = store.order(A=1)
    answer = requests.post(
        f"{store.settings['base_url']}/com/orders/{order}/cancel.json",
        data=body,
        headers={
            "Authorization": f"Bearer {store.settings['access_token']}",
            "Content-Type": content_type,
        },
        timeout=5,
    )
    assert answer.status_code == 400
    assert store.detail(order)["cancelled_status"] == "uncancelled"


def test_the_trail_tells_what_happened_in_verbs(store: Store) -> None:
    order = store.order("arrange", A=1)
    store.cancel(order, reason="customer", restock=True, amount="1000")
    trail = store.get(f"orders/{order}/events")["events"]
    assert [each["verb"] for each in trail] == [
        "placed",
        "confirmed",
        "fulfillment_success",
        "fulfillment_cancelled",
        "refund_success",
        "restock_line_items",
        "cancelled",
    ]
    assert store.get("events", filter="Order")["events"] == trail
    restocked = store.get("events", filter="Order", verb="restock_line_items")
    assert [each["subject_id"] for each in restocked["events"]] == [int(order)]
    products = store.get("events", filter="Product")["events"]
    assert {each["verb"] for each in products} == {"create"}


def test_the_shop_says_who_it_is(store: Store) -> None:
    shop = store.get("shop")["shop"]
    assert str(shop["id"]) == store.settings["org_id"]
    assert (shop["name"], shop["currency"]) == (store.name, "VND")
    assert shop["timezone"] == "(GMT+07:00) Hanoi"
