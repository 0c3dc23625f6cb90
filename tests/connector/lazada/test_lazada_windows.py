"""Windows: nothing is missing, however records change while pages are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import PermanentError, UnexpectedAnswer
from connector.lazada import LazadaConnector
from connector.lazada.windows import (
    BY_SALE,
    WIDEST_SECONDS,
    Listing,
    Window,
    read_window,
)

START = 1_793_000_000
PAGE_SIZE = 3


class SlidingChannel:
    """Lists by time of change, by page; a record may change between two calls."""

    def __init__(self, changed_at: dict[str, int], changes: list[tuple[str, int]]):
        self.changed_at = changed_at
        self.changes = changes

    def ask(self, window: Window) -> Listing:
        inside = sorted(
            (moment, record)
            for record, moment in self.changed_at.items()
            if window.start <= moment <= window.end
        )
        offset = window.page * PAGE_SIZE
        page = inside[offset : offset + PAGE_SIZE]
        if self.changes:
            record, moment = self.changes.pop()
            self.changed_at[record] = moment
        return Listing(
            ids=tuple(record for _, record in page),
            more=len(inside) > offset + PAGE_SIZE,
        )


@given(
    moments=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=2),
        st.integers(START, START + 40),
        max_size=20,
    ),
    data=st.data(),
)
def test_no_record_is_missing_when_others_change_meanwhile(
    moments: dict[str, int], data: st.DataObject
) -> None:
    changing = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(moments) or ["none"]),
                st.integers(START + 100, START + 200),
            ),
            max_size=10,
        )
    )
    still = set(moments) - {record for record, _ in changing}
    crowded = any(
        list(moments.values()).count(at) > PAGE_SIZE for at in moments.values()
    )
    channel = SlidingChannel(dict(moments), [] if crowded else list(changing))
    window: Window | None = Window(
        start=START, end=START + 50, until=START + 50, since=START
    )
    seen: set[str] = set()
    for _ in range(500):
        assert window is not None
        ids, window = read_window(window, PAGE_SIZE, channel.ask)
        seen.update(ids)
        if window is None:
            break
    assert window is None
    assert still <= seen


def test_a_cursor_survives_a_restart() -> None:
    window = Window(
        start=START, end=START + 5, until=START + 9, since=START, page=4, by=BY_SALE
    )
    assert Window.decode(window.encode()) == window


@pytest.mark.parametrize("cursor", ["", "nonsense", "e30=", "bnVsbA==", "é"])
def test_a_foreign_cursor_is_refused(
    lazada: LazadaConnector, now: datetime, cursor: str
) -> None:
    reads: list[Callable[[], object]] = [
        lambda: lazada.read_orders(since=now, cursor=cursor),
        lambda: lazada.read_returns(since=now, cursor=cursor),
        lambda: lazada.read_listings(cursor=cursor),
    ]
    for read in reads:
        with pytest.raises(PermanentError):
            read()


def test_nothing_is_read_from_a_time_to_come(
    lazada: LazadaConnector, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    assert lazada.read_orders(since=later).items == ()
    assert lazada.read_returns(since=later).items == ()


class Orders:
    """Lists orders as Lazada does: a hundred a page, none behind the offset 5000."""

    def __init__(self, changed_at: Mapping[str, datetime], *, count: bool = True):
        self.changed_at = changed_at
        self.count = count
        self.asked: list[Mapping[str, str]] = []

    def respond(self, carried: Mapping[str, str]) -> Any:
        self.asked.append(carried)
        limit, offset = int(carried["limit"]), int(carried["offset"])
        if limit > 100:
            return {"code": "19", "type": "ISP", "message": "E019: Invalid limit"}
        if offset > 5000:
            return {"code": "14", "type": "ISP", "message": "E014: Invalid offset"}
        after = datetime.fromisoformat(carried["update_after"])
        before = datetime.fromisoformat(carried["update_before"])
        # Both borders are left out, the less friendly of the two readings.
        inside = [
            order
            for order, moment in sorted(self.changed_at.items(), key=lambda kv: kv[1])
            if after < moment < before
        ]
        heads = [{"order_id": order} for order in inside[offset : offset + limit]]
        data = {"count": len(heads), "orders": heads}
        if self.count:
            data["countTotal"] = str(len(inside))
        return {"code": "0", "data": data}


def read_all(lazada: LazadaConnector, since: datetime) -> tuple[set[str], list[str]]:
    """Return the ids that were read, and the reasons of other refusals."""
    seen: set[str] = set()
    reasons: list[str] = []
    cursor: str | None = None
    for _ in range(1000):
        page = lazada.read_orders(since=since, cursor=cursor)
        for one in page.rejected:
            if one.reason == "not_found":
                seen.add(one.record_id)
            else:
                reasons.append(one.reason)
        cursor = page.next_cursor
        if cursor is None:
            return seen, reasons
    pytest.fail("there is no end")


@pytest.fixture
def list_of(
    play: Callable[..., None],
) -> Callable[..., Orders]:
    """Let these orders be listed; their items are nobody's, so ids come back alone."""

    def start(changed_at: Mapping[str, datetime], **more: Any) -> Orders:
        orders = Orders(changed_at, **more)
        play("orders/get", orders.respond)
        play("orders/items/get", lambda carried: {"code": "0", "data": []})
        return orders

    return start


@pytest.mark.parametrize("count", [True, False])
def test_a_busy_span_is_read_to_its_last_order(
    lazada: LazadaConnector,
    now: datetime,
    list_of: Callable[..., Orders],
    count: bool,
) -> None:
    since = now - timedelta(days=40)
    step = timedelta(days=40) / 700
    changed = {str(10_000 + n): since + step * n for n in range(700)}
    orders = list_of(changed, count=count)
    seen, reasons = read_all(lazada, since)
    assert seen == set(changed)
    assert reasons == []
    assert all(int(one["offset"]) <= 5000 for one in orders.asked)


def test_orders_of_one_second_are_read_page_by_page(
    lazada: LazadaConnector, now: datetime, list_of: Callable[..., Orders]
) -> None:
    moment = now - timedelta(hours=1)
    changed = {str(10_000 + n): moment for n in range(350)}
    orders = list_of(changed)
    seen, _ = read_all(lazada, now - timedelta(hours=2))
    assert seen == set(changed)
    assert {one["offset"] for one in orders.asked} >= {"0", "100", "200", "300"}


def test_more_than_lazada_lists_of_one_second_is_told_and_the_rest_is_read(
    lazada: LazadaConnector, now: datetime, list_of: Callable[..., Orders]
) -> None:
    moment = now - timedelta(hours=1)
    changed = {str(10_000 + n): moment for n in range(5_150)}
    changed["77"] = now - timedelta(minutes=5)
    list_of(changed)
    seen, reasons = read_all(lazada, moment)
    assert len(seen) == 5_101
    assert "77" in seen
    assert set(reasons) == {"too_many"}


def test_a_long_span_is_read_in_windows_that_join(
    lazada: LazadaConnector, now: datetime, list_of: Callable[..., Orders]
) -> None:
    orders = list_of({})
    since = now - timedelta(days=40)
    read_all(lazada, since)
    spans = [
        (
            datetime.fromisoformat(one["update_after"]),
            datetime.fromisoformat(one["update_before"]),
        )
        for one in orders.asked
    ]
    second = timedelta(seconds=1)
    widest = timedelta(seconds=WIDEST_SECONDS + 2)
    assert all(timedelta(0) < end - start <= widest for start, end in spans)
    assert spans[0][0] == since - second
    assert spans[-1][1] > now
    assert all(after[0] < one[1] for one, after in pairwise(spans))
    for one in orders.asked:
        assert (one["sort_by"], one["sort_direction"]) == ("updated_at", "ASC")
        assert "status" not in one


@pytest.mark.parametrize(
    "data", [[], {"orders": {}}, {"orders": [{}]}, {"orders": [], "countTotal": "x"}]
)
def test_a_list_that_cannot_be_read_is_an_error_and_not_the_end(
    lazada: LazadaConnector, answer: Callable[..., None], now: datetime, data: Any
) -> None:
    answer("orders/get", {"code": "0", "data": data})
    with pytest.raises(UnexpectedAnswer):
        lazada.read_orders(since=now - timedelta(hours=1))


def test_a_page_comes_with_the_oldest_change_first(
    lazada: LazadaConnector,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    heads = [{"order_id": 2}, {"order_id": 1}]
    answer("orders/get", {"code": "0", "data": {"countTotal": 2, "orders": heads}})
    item = reply("items_of_one")["data"][0]
    earlier = {**item, "updated_at": "2026-11-01 10:00:00 +0700"}
    data = [
        {"order_id": 2, "order_items": [item]},
        {"order_id": 1, "order_items": [earlier]},
    ]
    answer("orders/items/get", {"code": "0", "data": data})
    page = lazada.read_orders(since=now - timedelta(days=2))
    assert [order.order_id for order in page.items] == ["1", "2"]
    assert [order.updated_at.tzinfo for order in page.items] == [UTC, UTC]
