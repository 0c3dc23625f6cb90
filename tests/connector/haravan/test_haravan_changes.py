"""Nothing that changed is missed, however orders change while pages are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import MemorySettings, PermanentError, Transport
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, REPLIES, Answer, Reader

START = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
SETTINGS = {"base_url": API.removesuffix("/com"), "access_token": "t"}
TEMPLATE: dict[str, Any] = json.loads((REPLIES / "order.json").read_text("utf-8"))[
    "order"
]


@dataclass
class Shop:
    """A shop that lists its orders as Haravan does; times are in milliseconds."""

    changed: dict[int, int] = field(default_factory=dict)
    before_each_page: list[Callable[[], None]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    leaves_out_the_moment: bool = False

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(request.url).query).items()
        }
        self.asked.append(query)
        if self.before_each_page:
            self.before_each_page.pop(0)()
        assert query["order"] == "updated_at asc"
        size, page = int(query["limit"]), int(query["page"])
        rows = self._rows(query["updated_at_min"])[(page - 1) * size : page * size]
        return 200, {}, json.dumps({"orders": [self._order(one) for one in rows]})

    def _rows(self, least: str) -> list[int]:
        after = round((datetime.fromisoformat(least) - START).total_seconds() * 1000)
        after += self.leaves_out_the_moment
        found = [one for one, at in self.changed.items() if at >= after]
        return sorted(found, key=lambda one: (self.changed[one], one))

    def _order(self, number: int) -> dict[str, Any]:
        return TEMPLATE | {"id": number, "updated_at": written(self.changed[number])}


def written(milliseconds: int) -> str:
    return (START + timedelta(milliseconds=milliseconds)).isoformat()


def connected(shop: Shop, edge: responses.RequestsMock) -> HaravanConnector:
    edge.add_callback("GET", f"{API}/orders.json", callback=shop.answer)
    transport = Transport(requests_per_second=100_000)
    return HaravanConnector(MemorySettings(SETTINGS), transport, lambda: START)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def connector(shop: Shop, edge: responses.RequestsMock) -> HaravanConnector:
    return connected(shop, edge)


def read_all(connector: HaravanConnector, since: datetime = START) -> list[int]:
    found: list[int] = []
    cursor: str | None = None
    for _ in range(60):
        page = connector.read_orders(since=since, cursor=cursor)
        assert not page.rejected
        numbers = [int(order.order_id) for order in page.items]
        assert len(numbers) == len(set(numbers)), "an order is on a page once"
        found += numbers
        cursor = page.next_cursor
        if cursor is None:
            return found
    pytest.fail("there is no end")


def test_all_orders_in_every_status_are_asked_for(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = {1: 0}
    assert read_all(connector) == [1]
    (query,) = shop.asked
    # Left out, cancelled and closed orders might stay away.
    assert query["status"] == "any"
    assert query["limit"] == "50"
    assert query["updated_at_min"] == "2026-10-31T23:59:59.000Z"


def test_pages_follow_the_time_of_change_with_an_overlap(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = {number: number * 60_000 for number in range(1, 131)}
    assert set(read_all(connector)) == set(range(1, 131))
    assert [query["page"] for query in shop.asked] == ["1", "1", "1"]
    assert shop.asked[1]["updated_at_min"] == "2026-11-01T00:49:59.000Z"


@pytest.mark.parametrize("leaves_out", [False, True])
def test_more_orders_of_one_moment_than_a_page_holds_are_all_read(
    connector: HaravanConnector, shop: Shop, leaves_out: bool
) -> None:
    shop.leaves_out_the_moment = leaves_out
    shop.changed = dict.fromkeys(range(1, 211), 5_000) | {300: 90_000}
    assert set(read_all(connector)) == {*range(1, 211), 300}


def test_an_order_that_changes_while_pages_are_read_is_not_lost(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = {number: number * 2_000 for number in range(1, 131)}

    def change() -> None:
        shop.changed |= {1: 900_000, 51: 900_001, 130: 900_002}

    shop.before_each_page = [lambda: None, change]
    assert set(read_all(connector)) == set(range(1, 131))


def test_orders_that_slide_between_numbered_pages_are_not_lost(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = dict.fromkeys(range(1, 161), 5_000)

    def slide() -> None:
        # Thirty of the first page move to the end; thirty others come nearer.
        shop.changed |= {number: 700_000 + number for number in range(1, 31)}

    shop.before_each_page = [lambda: None, slide]
    assert set(read_all(connector)) == set(range(1, 161))


@pytest.mark.parametrize("pages_before", [1, 2, 3, 4])
def test_the_moment_at_which_orders_slide_does_not_matter(
    connector: HaravanConnector, shop: Shop, pages_before: int
) -> None:
    shop.changed = dict.fromkeys(range(1, 161), 5_000)

    def slide() -> None:
        shop.changed[1] = 700_000

    shop.before_each_page = [*[lambda: None] * pages_before, slide]
    assert set(read_all(connector)) == set(range(1, 161))


def test_after_too_great_a_slide_the_walk_begins_anew(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = dict.fromkeys(range(1, 251), 5_000)

    def slide() -> None:
        # What page three would have shown is now on page one.
        shop.changed |= {number: 700_000 + number for number in range(1, 101)}

    shop.before_each_page = [*[lambda: None] * 4, slide]
    assert set(read_all(connector)) == set(range(1, 251))
    pages = "".join(query["page"] for query in shop.asked)
    assert pages.startswith("1121321")


def test_what_changed_before_the_asked_moment_is_left_out(
    connector: HaravanConnector, shop: Shop
) -> None:
    shop.changed = {1: 9_400, 2: 10_000, 3: 10_600}
    since = START + timedelta(seconds=10)
    assert read_all(connector, since) == [2, 3]


def test_a_cursor_goes_on_after_a_restart(
    shop: Shop, edge: responses.RequestsMock
) -> None:
    shop.changed = {number: number * 60_000 for number in range(1, 80)}
    first = connected(shop, edge).read_orders(since=START)
    assert first.next_cursor is not None
    again = connected(shop, edge).read_orders(since=START, cursor=first.next_cursor)
    both = [*first.items, *again.items]
    assert {int(order.order_id) for order in both} == set(range(1, 80))
    assert again.next_cursor is None


@pytest.mark.parametrize(
    "cursor", ["", "2", "{}", "e30=", "bm90IGpzb24=", "W10=", "ünï"]
)
def test_a_foreign_cursor_is_refused(connector: HaravanConnector, cursor: str) -> None:
    with pytest.raises(PermanentError):
        connector.read_orders(since=START, cursor=cursor)


def test_an_order_without_a_time_is_set_aside_and_stops_nothing(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    order = reply("order")["order"]
    answer("orders", {"orders": [order | {"updated_at": "soon"}, order]})
    page = haravan.read_orders(since=START)
    assert [one.reason for one in page.rejected] == []
    # Both have one number: the later record of it counts.
    answer("orders", {"orders": [order | {"id": 9, "updated_at": "soon"}, order]})
    page = haravan.read_orders(since=START)
    assert [one.reason for one in page.rejected] == ["bad_time"]
    assert [one.order_id for one in page.items] == ["800501"]


MOVES = st.lists(
    st.dictionaries(st.integers(1, 140), st.integers(0, 6), max_size=60), max_size=6
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    seconds=st.lists(st.integers(0, 4), min_size=60, max_size=140),
    moves=MOVES,
    leaves_out=st.booleans(),
)
def test_no_order_is_lost_whatever_changes_meanwhile(
    seconds: list[int], moves: list[dict[int, int]], leaves_out: bool
) -> None:
    shop = Shop(leaves_out_the_moment=leaves_out)
    shop.changed = {number: at * 1000 for number, at in enumerate(seconds, start=1)}
    clock = [10_000]

    def moving(numbers: dict[int, int]) -> Callable[[], None]:
        def move() -> None:
            # A change is always later than all before it.
            clock[0] += 1
            for number, later in numbers.items():
                if number in shop.changed:
                    clock[0] += later
                    shop.changed[number] = clock[0]

        return move

    shop.before_each_page = [moving(numbers) for numbers in moves]
    with responses.RequestsMock() as edge:
        found = read_all(connected(shop, edge))
    assert set(found) == set(shop.changed)
