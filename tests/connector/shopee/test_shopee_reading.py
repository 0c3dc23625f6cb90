"""How Shopee orders are asked for: batches, windows, and evidence that fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector import Ending, Portion, RateLimited, Stage
from connector.shopee import ShopeeConnector

ORDER = "261101TRUE0001"


def test_fifty_orders_are_asked_for_at_a_time_with_all_fields(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    body = reply("order_detail")
    body["response"]["order_list"] = []
    answer("order/get_order_detail", body)
    page = shopee.fetch_orders([f"X{number}" for number in range(120)])
    assert len(page.rejected) == 120
    queries = [parse_qs(urlsplit(one.url).query) for one in calls("get_order_detail")]
    sizes = [len(query["order_sn_list"][0].split(",")) for query in queries]
    assert sizes == [50, 50, 20]
    fields = queries[0]["response_optional_fields"][0].split(",")
    assert {"item_list", "package_list", "pickup_done_time", "pay_time"} <= set(fields)


def test_tracking_that_fails_leaves_the_order_unknown_and_the_page_whole(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    orders, packages = reply("order_detail"), reply("package_detail")
    orders["response"]["order_list"][0]["order_status"] = "CANCELLED"
    package = packages["response"]["package_list"][0]
    package["fulfillment_status"] = "LOGISTICS_PICKUP_FAILED"
    answer("order/get_order_detail", orders)
    answer("order/get_package_detail", packages)
    answer("logistics/get_tracking_info", {}, status=502)
    (order,) = shopee.fetch_orders([ORDER]).items
    expected = Portion(quantity=3, stage=Stage.UNKNOWN, ending=Ending.CANCELLED)
    assert order.lines[0].portions == (expected,)
    answer("logistics/get_tracking_info", {}, status=429)
    with pytest.raises(RateLimited):
        shopee.fetch_orders([ORDER])


def test_a_long_span_is_read_in_windows_that_shopee_accepts(
    shopee: ShopeeConnector,
    now: datetime,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    empty = {"error": "", "response": {"more": False, "order_list": []}}
    answer("order/get_order_list", empty)
    since, cursor = now - timedelta(days=40), None
    while True:
        page = shopee.read_orders(since=since, cursor=cursor)
        cursor = page.next_cursor
        if cursor is None:
            break
    spans = []
    for call in calls("get_order_list"):
        query = parse_qs(urlsplit(call.url).query)
        assert query["time_range_field"] == ["update_time"]
        assert "order_status" not in query
        spans.append((int(query["time_from"][0]), int(query["time_to"][0])))
    assert all(0 < end - start <= 15 * 86_400 for start, end in spans)
    assert spans[0][0] == int(since.timestamp())
    assert spans[-1][1] >= int(now.timestamp())
    assert all(one[1] == after[0] for one, after in pairwise(spans))
