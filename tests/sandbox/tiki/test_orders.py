"""Reading orders: pages, filters, formats."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
import requests

from tests.sandbox.tiki.driver import Shop

LOCAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
HANOI = timezone(timedelta(hours=7))


def written(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, HANOI).strftime("%Y-%m-%d %H:%M:%S")


def test_an_order_has_the_documented_shape(shop: Shop) -> None:
    order = shop.place({"A": 2, "B": 1})
    seen = shop.detail(order)
    assert (seen["code"], seen["status"]) == (order, "queueing")
    assert (seen["cancel_info"], seen["rma_info"]) == (None, None)
    assert seen["shipping"]["tracking_code"] is None
    rows = {row["product"]["seller_product_code"]: row for row in seen["items"]}
    assert rows["A"]["product"]["id"] == shop.product_id("A")
    assert (rows["A"]["invoice"]["quantity"], rows["B"]["invoice"]["quantity"]) == (
        2,
        1,
    )
    assert rows["A"]["id"] != rows["B"]["id"]
    assert rows["A"]["confirmation"]["status"] == "waiting"


def test_times_are_written_in_vietnam_without_saying_so(shop: Shop) -> None:
    order = shop.order()
    text = shop.detail(order)["created_at"]
    assert LOCAL.fullmatch(text)
    read = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=HANOI)
    assert abs(datetime.now(UTC) - read) < timedelta(seconds=30)


def test_histories_come_only_when_they_are_asked_for(shop: Shop) -> None:
    order = shop.order("confirm")
    plain = shop.get(f"v2/orders/{order}")
    assert "status_histories" not in plain
    assert plain["items"][0]["confirmation"]["histories"] == []
    asked = shop.get("v2/orders", include="status_histories")["data"][0]
    assert [row["status"] for row in asked["status_histories"]] == [
        "processing",
        "queueing",
    ]
    item = shop.get(f"v2/orders/{order}", include="item.confirmation_histories")
    histories = item["items"][0]["confirmation"]["histories"]
    assert [row["status"] for row in histories] == ["seller_confirmed"]


def test_a_short_page_is_not_the_last_one(open_tiki: Callable[..., Shop]) -> None:
    shop = open_tiki({"A": 100})
    placed = shop.place_many({"A": 1}, count=45)
    pages = [shop.get("v2/orders", page=number) for number in (1, 2, 3)]
    assert [page["paging"]["last_page"] for page in pages] == [3, 3, 3]
    assert len(pages[0]["data"]) < pages[0]["paging"]["per_page"] == 20
    found = [order["code"] for page in pages for order in page["data"]]
    assert sorted(found) == sorted(placed)
    assert pages[0]["paging"]["total"] == 45
    assert shop.get("v2/orders", page=4)["data"] == []


@pytest.mark.parametrize("query", [{"page": 0}, {"limit": 0}, {"limit": 101}])
def test_a_page_that_makes_no_sense_is_refused(
    shop: Shop, query: dict[str, int]
) -> None:
    assert shop.error("GET", "v2/orders", **query)[0] == 400


def test_set_expressions_let_in_or_keep_out(shop: Shop) -> None:
    waiting = shop.order()
    cancelled = shop.order("cancel")
    ready = shop.order("arrange", sku="ODF-A")
    assert shop.codes(status="queueing") == [waiting]
    assert set(shop.codes(status="in|canceled,queueing")) == {waiting, cancelled}
    assert shop.codes(status="nin|canceled,queueing") == [ready]
    assert shop.codes(fulfillment_type="tiki_delivery") == [ready]
    assert set(shop.codes(fulfillment_type="nin|tiki_delivery")) == {
        waiting,
        cancelled,
    }
    assert shop.codes(item_confirmation_status="ready_to_pick") == [ready]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"status": "not|queueing"},
        {"fulfillment_type": "drone"},
        {"order_by": "code|asc"},
        {"order_by": "created_at|up"},
        {"filter_date_by": "yesterday"},
        {"created_from_date": "2025-06-10"},
        {"created_from_date": "2025-13-10 00:00:00"},
        {"created_to_date": "1750000000"},
        {"is_rma": "maybe"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    shop: Shop, query: dict[str, str]
) -> None:
    assert shop.error("GET", "v2/orders", **query)[0] == 400


def test_orders_are_found_by_code_and_by_tikis_own_sku(shop: Shop) -> None:
    first, second, third = shop.order(), shop.order(sku="B"), shop.order(sku="B")
    assert set(shop.codes(code=f"{first},{second}")) == {first, second}
    sku = shop.item(second)["product"]["sku"]
    assert set(shop.codes(sku=sku)) == {second, third}


def test_both_ends_of_a_creation_window_are_left_out(shop: Shop) -> None:
    order = shop.order()
    created = shop.detail(order)["created_at"]
    stamp = datetime.strptime(created, "%Y-%m-%d %H:%M:%S").replace(tzinfo=HANOI)
    before, after = (written(stamp.timestamp() + way) for way in (-1, 1))
    assert shop.codes(created_from_date=before, created_to_date=after) == [order]
    assert shop.codes(created_from_date=created) == []
    assert shop.codes(created_to_date=created) == []


def test_named_spans_look_at_the_creation(shop: Shop) -> None:
    order = shop.order()
    for span in ("last7days", "last30days"):
        assert shop.codes(filter_date_by=span) == [order]


def test_no_filter_by_update_is_promised_in_v2(shop: Shop) -> None:
    order = shop.order()
    tomorrow = written(time.time() + 86400)
    assert shop.codes(updated_from_date=tomorrow) == [order]
    assert shop.codes(updated_to_date="2001-01-01 00:00:00") == [order]


def test_the_newest_order_comes_first_unless_asked_otherwise(
    open_tiki: Callable[..., Shop],
) -> None:
    shop = open_tiki({"A": 9})
    rows = shop.place_many({"A": 1}, count=3)
    assert set(shop.codes(order_by="updated_at|asc")) == set(rows)
    stamps = [
        row["created_at"]
        for row in shop.get("v2/orders", order_by="created_at|asc")["data"]
    ]
    assert stamps == sorted(stamps)


def test_a_seller_sees_nobody_elses_order(open_tiki: Callable[..., Shop]) -> None:
    mine, other = open_tiki({"A": 1}), open_tiki({"A": 1})
    order = mine.order()
    assert other.codes() == []
    assert other.error("GET", f"v2/orders/{order}")[0] == 404


def test_a_replacement_is_an_order_of_its_own(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "deliver", "replace")
    (again,) = shop.codes(is_rma="true")
    seen = shop.detail(again)
    assert seen["is_rma"] is True
    assert seen["rma_info"]["original_order_code"] == order
    assert shop.codes(is_rma="false") == [order]
    assert shop.stock() == 8


def test_paths_and_methods_that_are_not_served_say_so(shop: Shop) -> None:
    assert shop.error("GET", "v2/returns")[0] == 404
    assert shop.error("POST", "v2/orders", {})[0] == 405


def test_an_answer_that_is_not_json_is_not_offered(shop: Shop) -> None:
    answer = requests.get(
        f"{shop.settings['base_url']}/integration/v2/orders",
        headers={
            "Authorization": f"Bearer {shop.settings['access_token']}",
            "Accept": "text/html",
        },
        timeout=5,
    )
    assert answer.status_code == 406
