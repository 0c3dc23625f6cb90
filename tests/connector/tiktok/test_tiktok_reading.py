"""How TikTok Shop is asked: batches, pages, and lists that change while being read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector import (
    AuthenticationError,
    ChannelOrder,
    PermanentError,
    RefundState,
    TransientError,
    UnexpectedAnswer,
)
from connector.parsing import JsonRecord
from connector.tiktok import TikTokConnector
from connector.tiktok.sweeps import Sweep, read_page

ORDER = "577900000000000001"
ORIGIN = "https://open-api.tiktokglobalshop.com"
SEARCH = "order/202309/orders/search"
DETAIL = "order/202507/orders"
CANCELLATIONS = "return_refund/202602/cancellations/search"
START = 1_793_000_000
PAGE_SIZE = 3


def details(edge: responses.RequestsMock, reply: Callable[[str], Any]) -> None:
    """Know every order that is asked for by its number."""
    order = reply("order_detail")["data"]["orders"][0]

    def look_up(request: Any) -> tuple[int, dict[str, str], str]:
        ids = dict(parse_qsl(urlsplit(request.url).query))["ids"].split(",")
        found = [{**order, "id": one} for one in ids]
        return 200, {}, json.dumps({"code": 0, "data": {"orders": found}})

    edge.add_callback("GET", f"{ORIGIN}/{DETAIL}", callback=look_up)


def test_fifty_orders_are_asked_for_at_a_time(
    tiktok: TikTokConnector,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    details(edge, reply)
    numbers = [str(577900000000000001 + n) for n in range(120)]
    page = tiktok.fetch_orders(numbers)
    assert [order.order_id for order in page.items] == numbers
    asked = [parse_qs(urlsplit(one.url).query)["ids"][0] for one in calls(DETAIL)]
    assert [len(ids.split(",")) for ids in asked] == [50, 50, 20]


def test_one_unknown_number_does_not_spoil_its_batch(
    tiktok: TikTokConnector, edge: responses.RequestsMock, reply: Callable[[str], Any]
) -> None:
    order = reply("order_detail")["data"]["orders"][0]

    def choosy(request: Any) -> tuple[int, dict[str, str], str]:
        ids = dict(parse_qsl(urlsplit(request.url).query))["ids"].split(",")
        if "66" in ids:
            return 200, {}, json.dumps({"code": 7, "message": "order 66 is not yours"})
        found = [{**order, "id": one} for one in ids if one != "55"]
        return 200, {}, json.dumps({"code": 0, "data": {"orders": found}})

    edge.add_callback("GET", f"{ORIGIN}/{DETAIL}", callback=choosy)
    page = tiktok.fetch_orders([ORDER, "66", "NOBODYKNOWS01", "55", "577900000000002"])
    found = [order.order_id for order in page.items]
    assert found == [ORDER, "577900000000002"]
    assert {(one.record_id, one.reason) for one in page.rejected} == {
        ("66", "refused"),
        ("55", "not_found"),
        ("NOBODYKNOWS01", "not_found"),
    }


def test_orders_are_read_by_time_of_change_and_go_on_at_the_last_one(
    tiktok: TikTokConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    since = now - timedelta(days=40)
    start = int(since.timestamp())
    entries = [{"id": str(n), "update_time": start + n} for n in range(1, 101)]
    first = {"code": 0, "data": {"orders": entries, "next_page_token": "t=1"}}
    edge.add("POST", f"{ORIGIN}/{SEARCH}", json=first)
    last = {"code": 0, "data": {"orders": entries[-1:], "next_page_token": ""}}
    edge.add("POST", f"{ORIGIN}/{SEARCH}", json=last)
    answer(CANCELLATIONS, {"code": 0, "data": {}})
    details(edge, reply)
    numbers, cursor, pages = [], None, 0
    while True:
        page = tiktok.read_orders(since=since, cursor=cursor)
        numbers += [order.order_id for order in page.items]
        cursor, pages = page.next_cursor, pages + 1
        if cursor is None:
            break
    assert pages == 3
    assert set(numbers) == {str(n) for n in range(1, 101)}
    asked = [
        (parse_qs(urlsplit(c.url).query), json.loads(c.body)) for c in calls(SEARCH)
    ]
    assert [body for _, body in asked] == [
        {"update_time_ge": start},
        {"update_time_ge": start + 100},
    ]
    assert asked[0][0]["sort_field"] == ["update_time"]
    assert asked[0][0]["sort_order"] == ["ASC"]
    assert asked[0][0]["page_size"] == ["100"]
    # The token would have gone on by counting, the last moment goes on by itself.
    assert "page_token" not in asked[1][0]


def test_a_crowded_second_is_read_by_its_tokens(
    tiktok: TikTokConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    start = int(now.timestamp()) - 60

    def crowd(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        second = "page_token" in query
        numbers = range(101, 111) if second else range(1, 101)
        orders = [{"id": str(n), "update_time": start} for n in numbers]
        if json.loads(request.body)["update_time_ge"] > start:
            orders = []
        more = "" if second or not orders else "b2Zmc2V0PTEwMAo="
        data = {"orders": orders, "next_page_token": more, "total_count": 110}
        return 200, {}, json.dumps({"code": 0, "data": data})

    edge.add_callback("POST", f"{ORIGIN}/{SEARCH}", callback=crowd)
    answer(CANCELLATIONS, {"code": 0, "data": {}})
    details(edge, reply)
    found = read_all(tiktok, now - timedelta(seconds=60))
    assert {order.order_id for order in found} == {str(n) for n in range(1, 111)}
    asked = [json.loads(call.body) for call in calls(SEARCH)]
    assert asked == [
        {"update_time_ge": start},
        {"update_time_ge": start, "update_time_lt": start + 1},
        {"update_time_ge": start, "update_time_lt": start + 1},
        {"update_time_ge": start + 1},
    ]
    query = parse_qs(urlsplit(calls(SEARCH)[2].url).query)
    assert query["page_token"] == ["b2Zmc2V0PTEwMAo="]


def test_a_list_that_does_not_go_on_is_no_endless_loop(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    edge: responses.RequestsMock,
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    start = int(now.timestamp()) - 60
    entries = [{"id": "1", "update_time": start}]
    stuck = {"code": 0, "data": {"orders": entries, "next_page_token": "same"}}
    answer(SEARCH, stuck)
    details(edge, reply)
    with pytest.raises(UnexpectedAnswer):
        read_all(tiktok, now - timedelta(seconds=60))


def test_a_crowded_second_that_shrinks_is_read_from_its_beginning() -> None:
    second = Sweep(since=START, start=START, until=START + 1, page="3", total=5)
    again = second.after([START], "", 4)
    assert again == Sweep(since=START, start=START, until=START + 1)
    whole = second.after([START], "", 5)
    assert whole == Sweep(since=START, start=START + 1)


def test_a_paid_refund_brings_its_order_again_though_the_order_did_not_change(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    body, paid = reply("order_detail"), reply("cancellations")
    body["data"]["orders"][0]["status"] = "CANCELLED"
    entry = paid["data"]["cancellations"][0]
    entry.update(cancel_status="CANCELLATION_REQUEST_COMPLETE")
    answer(SEARCH, {"code": 0, "data": {"orders": [], "next_page_token": ""}})
    answer(DETAIL, body)
    answer("fulfillment/202309/packages/1155000000000000001", {"code": 0, "data": {}})
    answer(CANCELLATIONS, paid)
    orders = read_all(tiktok, now - timedelta(hours=1))
    assert [order.refunds[0].state for order in orders] == [RefundState.DONE]
    first = json.loads(calls("cancellations/search")[0].body)
    assert first == {"update_time_ge": int(now.timestamp()) - 3600}
    # One that changed itself was told with the orders, and is not told twice.
    body["data"]["orders"][0]["update_time"] = int(now.timestamp())
    answer(SEARCH, {"code": 0, "data": {**body["data"], "next_page_token": ""}})
    answer(DETAIL, body)
    assert len(read_all(tiktok, now - timedelta(hours=1))) == 1


def read_all(tiktok: TikTokConnector, since: datetime) -> list[ChannelOrder]:
    found: list[ChannelOrder] = []
    cursor: str | None = None
    while True:
        page = tiktok.read_orders(since=since, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, {}), (200, {"code": 105005, "message": "you should apply auth pkg"})],
)
def test_cancellations_that_the_app_may_not_read_do_not_stop_the_orders(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    now: datetime,
    status: int,
    body: Any,
) -> None:
    answer(SEARCH, {"code": 0, "data": None})
    answer(CANCELLATIONS, body, status=status)
    assert read_all(tiktok, now - timedelta(hours=1)) == []
    answer(CANCELLATIONS, {}, status=503)
    with pytest.raises(TransientError):
        read_all(tiktok, now - timedelta(hours=1))


def test_orders_that_the_app_may_not_read_are_told(
    tiktok: TikTokConnector, answer: Callable[..., None], now: datetime
) -> None:
    answer(SEARCH, {"code": 105005, "message": "you should apply auth pkg"})
    with pytest.raises(AuthenticationError):
        tiktok.read_orders(since=now - timedelta(hours=1))


def test_nothing_is_asked_of_a_time_to_come(
    tiktok: TikTokConnector, calls: Callable[[str], list[Any]], now: datetime
) -> None:
    assert tiktok.read_orders(since=now + timedelta(days=1)).items == ()
    assert tiktok.read_returns(since=now + timedelta(days=1)).items == ()
    assert not calls("")


class SlidingChannel:
    """Lists by time of change, its tokens are offsets; records change between calls."""

    def __init__(self, changed_at: dict[str, int], changes: list[tuple[str, int]]):
        self.changed_at = changed_at
        self.changes = changes

    def ask(self, sweep: Sweep) -> JsonRecord:
        inside = sorted(
            (moment, order)
            for order, moment in self.changed_at.items()
            if moment >= sweep.start and (not sweep.until or moment < sweep.until)
        )
        offset = int(sweep.page or "0")
        page = inside[offset : offset + PAGE_SIZE]
        more = len(inside) > offset + PAGE_SIZE
        if self.changes:
            order, moment = self.changes.pop()
            self.changed_at[order] = moment
        return {
            "orders": [{"id": order, "update_time": moment} for moment, order in page],
            "next_page_token": str(offset + PAGE_SIZE) if more else "",
            "total_count": len(inside),
        }


@given(
    moments=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=2),
        st.integers(START, START + 8),
        max_size=20,
    ),
    data=st.data(),
)
def test_no_order_is_missing_whatever_changes_meanwhile(
    moments: dict[str, int], data: st.DataObject
) -> None:
    changes = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(moments) or ["none"]),
                st.integers(START + 100, START + 200),
            ),
            max_size=10,
        )
    )
    # Time only goes on; the last of the list happens first.
    changes.sort(key=lambda change: change[1], reverse=True)
    channel = SlidingChannel(dict(moments), changes)
    sweep: Sweep | None = Sweep(since=START, start=START)
    seen: set[str] = set()
    for _ in range(500):
        assert sweep is not None
        found, sweep = read_page(sweep, channel.ask, lambda page: page["orders"])
        seen.update(entry["id"] for entry in found)
        if sweep is None:
            break
        sweep = Sweep.decode(sweep.encode())
    assert sweep is None
    assert set(moments) <= seen


def test_a_list_out_of_order_is_read_by_tokens() -> None:
    sweep = Sweep(since=START, start=START)
    following = sweep.after([START + 9, START + 2], "next", 40)
    assert following == Sweep(since=START, start=START, page="next")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "e30=",
        "bnVsbA==",
        "é",
        "eyJzaW5jZSI6IDUsICJzdGFydCI6IDR9",
        "eyJzaW5jZSI6ICI0IiwgInN0YXJ0IjogNH0=",
    ],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(PermanentError):
        Sweep.decode(cursor)
