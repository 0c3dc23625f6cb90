"""Nothing that changed is missed, however orders change while pages are read.

Tiki documents a search by time of change for its first version only, so the list is
played in every way that it might answer.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import MemorySettings, PermanentError, Transport, UnexpectedAnswer
from connector.tiki import TikiConnector
from connector.tiki.windows import LOOKBACK_SECONDS, WIDEST_SECONDS
from tests.connector.tiki.conftest import Answer, past, recorded
from tests.connector.tiki.marketplace import (
    NOW,
    ORDERS_URL,
    START,
    Marketplace,
    Search,
    read,
    written,
)

PAGE = 50


@pytest.fixture
def marketplace(edge: responses.RequestsMock) -> Marketplace:
    playing = Marketplace()
    edge.add_callback("GET", ORDERS_URL, callback=playing.answer)
    return playing


def read_all(shop: TikiConnector, since: datetime) -> list[str]:
    """Read to the end, with a restart between any two pages."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(300):
        page = shop.read_orders(since=since, cursor=cursor)
        found += [order.order_id for order in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("there is no end")


def everything(marketplace: Marketplace) -> set[str]:
    return set(map(str, marketplace.changed))


def test_orders_are_asked_for_by_time_of_change_in_vietnams_time(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    marketplace.changed = {501: 60}
    assert read_all(tiki, START) == ["501"]
    (query,) = marketplace.asked
    assert query == {
        "updated_from_date": "2026-11-02 13:00:00",
        "updated_to_date": "2026-11-02 15:00:01",
        "include": "status_histories",
        "limit": "50",
        "page": "1",
    }


@pytest.mark.parametrize("search", list(Search))
def test_a_change_is_seen_however_the_list_is_searched(
    tiki: TikiConnector, marketplace: Marketplace, search: Search
) -> None:
    month = -30 * 86_400
    marketplace.search = search
    marketplace.changed = {1: 60, 2: -3600, 3: 120}
    marketplace.sold = {1: month, 2: month, 3: 100}
    assert set(read_all(tiki, START)) == {"1", "3"}


@pytest.mark.parametrize("search", list(Search))
def test_many_orders_are_read_none_missing(
    tiki: TikiConnector, marketplace: Marketplace, search: Search
) -> None:
    marketplace.search = search
    marketplace.changed = {number: number * 20 for number in range(1, 241)}
    assert set(read_all(tiki, START)) == everything(marketplace)


@pytest.mark.parametrize("search", list(Search))
def test_more_orders_in_one_second_than_a_page_holds_are_all_read(
    tiki: TikiConnector, marketplace: Marketplace, search: Search
) -> None:
    marketplace.search = search
    marketplace.changed = {number: 60 for number in range(1, 131)}
    marketplace.changed |= {number: 3000 for number in range(131, 141)}
    assert set(read_all(tiki, START)) == everything(marketplace)


def test_an_ignored_search_is_found_out_and_read_by_time_of_sale(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    marketplace.search = Search.IGNORED
    marketplace.changed = {1: -90_000, 2: 60}
    assert read_all(tiki, START) == ["2"]
    by_change, by_sale = marketplace.asked
    assert "updated_from_date" in by_change
    assert "updated_from_date" not in by_sale
    asked_from = read(by_sale["created_from_date"], NOW)
    assert asked_from == START - timedelta(seconds=LOOKBACK_SECONDS)


def test_a_status_later_than_the_orders_own_time_is_no_ignored_search(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    marketplace.changed = {1: -20 * 86_400}
    late = {"status": "queueing", "created_at": written(60)}
    marketplace.history = [late]
    assert read_all(tiki, START - timedelta(days=30)) == ["1"]
    assert all("updated_from_date" in query for query in marketplace.asked)


def test_pages_by_time_of_sale_are_fixed_in_time(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    marketplace.search = Search.REFUSED
    marketplace.changed = {number: number for number in range(1, 121)}
    read_all(tiki, START)
    by_sale = [query for query in marketplace.asked if "created_to_date" in query]
    assert [query["page"] for query in by_sale] == ["1", "2", "3"]
    assert len({query["created_to_date"] for query in by_sale}) == 1


def test_a_list_that_becomes_shorter_meanwhile_is_read_again(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    marketplace.search = Search.REFUSED
    marketplace.changed = {number: 60 for number in range(1, 151)}

    def hide() -> None:
        marketplace.hidden = {1, 2}

    marketplace.before_each_page = [lambda: None, hide]
    found = set(read_all(tiki, START))
    assert set(map(str, range(3, 151))) <= found


def test_an_order_that_changes_meanwhile_takes_no_other_with_it(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    # Nothing counts the orders, so that only one answer for a whole window is safe.
    marketplace.counts = False
    marketplace.changed = {number: number * 20 for number in range(1, 121)}

    def change() -> None:
        marketplace.changed[1] = 10_000

    marketplace.before_each_page = [lambda: None, change]
    found = set(read_all(tiki, START))
    assert set(map(str, range(2, 121))) <= found


def test_a_page_with_fewer_orders_than_it_may_hold_is_not_the_last(
    tiki: TikiConnector, edge: responses.RequestsMock
) -> None:
    def sparse(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        if "updated_from_date" in query:
            return 400, {}, json.dumps({"errors": ["x"]})
        page = int(query["page"][0])
        order = {**recorded("order"), "code": str(page)}
        paging = {"total": 3, "current_page": page, "last_page": 3}
        rows = [] if page == 2 else [order]
        return 200, {}, json.dumps({"data": rows, "paging": paging})

    edge.add_callback("GET", ORDERS_URL, callback=sparse)
    assert read_all(tiki, NOW - timedelta(days=4)) == ["1", "3"]


def test_a_list_that_counts_no_pages_is_read_until_a_page_is_not_full(
    tiki: TikiConnector, edge: responses.RequestsMock
) -> None:
    def uncounted(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        if "updated_from_date" in query:
            return 400, {}, json.dumps({"errors": ["x"]})
        page = int(query["page"][0])
        rows = PAGE if page < 3 else 4
        orders = [
            {**recorded("order"), "code": f"{page}-{number}"} for number in range(rows)
        ]
        return 200, {}, json.dumps({"data": orders})

    edge.add_callback("GET", ORDERS_URL, callback=uncounted)
    assert len(read_all(tiki, NOW - timedelta(days=4))) == 2 * PAGE + 4


def test_a_long_time_is_read_in_windows_that_touch(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    read_all(tiki, NOW - timedelta(days=40))
    spans = [
        (read(query["updated_from_date"], NOW), read(query["updated_to_date"], NOW))
        for query in marketplace.asked
    ]
    assert spans[0][0] == NOW - timedelta(days=40)
    assert spans[-1][1] > NOW
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    widest = max(end - start for start, end in spans)
    assert widest == timedelta(seconds=WIDEST_SECONDS)


def test_nothing_is_read_from_a_time_to_come(
    tiki: TikiConnector, marketplace: Marketplace
) -> None:
    page = tiki.read_orders(since=NOW + timedelta(days=1))
    assert (page.items, page.next_cursor, marketplace.asked) == ((), None, [])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "e30=",
        "bnVsbA==",
        "eyJzdGFydCI6IDF9",
    ],
)
def test_a_foreign_cursor_is_refused(tiki: TikiConnector, cursor: str) -> None:
    with pytest.raises(PermanentError):
        tiki.read_orders(since=START, cursor=cursor)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None},
        {"data": {}},
        {"data": [], "paging": {"last_page": "many"}},
        {"data": [], "paging": {"last_page": 1, "total": -1}},
    ],
)
def test_what_is_no_list_is_not_taken_for_one(
    tiki: TikiConnector, answer: Answer, body: Any
) -> None:
    answer("v2/orders", body)
    with pytest.raises(UnexpectedAnswer):
        tiki.read_orders(since=START)


def test_an_order_whose_time_cannot_be_read_is_told_and_not_dropped(
    tiki: TikiConnector, answer: Answer
) -> None:
    order = {**recorded("order"), "updated_at": "soon", "status_histories": past(["x"])}
    answer("v2/orders", {"data": [order], "paging": {"last_page": 1, "total": 1}})
    (refused,) = tiki.read_orders(since=START).rejected
    assert refused.reason == "bad_time"


SECONDS = st.sampled_from([-86_400, 0, 1, 1, 1, 60, 61, 3600])


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_changes_meanwhile_nothing_is_missing(
    shop_settings: dict[str, Any], data: st.DataObject
) -> None:
    marketplace = Marketplace(search=data.draw(st.sampled_from(list(Search))))
    count = data.draw(st.integers(0, 160))
    spread = data.draw(st.lists(SECONDS, min_size=1, max_size=9))
    marketplace.changed = {n: spread[n % len(spread)] for n in range(1, count + 1)}
    marketplace.sold = dict.fromkeys(marketplace.changed, -100_000)
    expected = {str(n) for n, at in marketplace.changed.items() if at >= 0}
    late = 4000

    def change() -> None:
        nonlocal late
        late += 1
        for number in data.draw(st.lists(st.integers(1, 170), max_size=4)):
            marketplace.changed[number] = late
            marketplace.sold.setdefault(number, late)

    marketplace.before_each_page = [change] * 6
    store = MemorySettings(shop_settings)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        edge.add_callback("GET", ORDERS_URL, callback=marketplace.answer)
        shop = TikiConnector(store, Transport(requests_per_second=10_000), lambda: NOW)
        found = read_all(shop, START)
    assert expected <= set(found)
