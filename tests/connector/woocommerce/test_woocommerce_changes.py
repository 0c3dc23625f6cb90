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
from connector.woocommerce import WooCommerceConnector
from tests.connector.woocommerce.conftest import API, Reader

START = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
PAGE = 100


@dataclass
class Site:
    """A site with orders that lists them as WooCommerce does."""

    template: dict[str, Any]
    changed: dict[int, int] = field(default_factory=dict)
    """Seconds after the start at which each order changed last."""
    before_each_page: list[Callable[[], None]] = field(default_factory=list)
    sorts_by_change: bool = True
    counts: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(request.url).query).items()
        }
        self.asked.append(query)
        if query["orderby"] == "modified" and not self.sorts_by_change:
            refusal = {"code": "rest_invalid_param", "message": "orderby"}
            return 400, {}, json.dumps(refusal)
        if self.before_each_page:
            self.before_each_page.pop(0)()
        rows = self._rows(query)
        size, page = int(query["per_page"]), int(query["page"])
        shown = rows[(page - 1) * size : page * size]
        headers = {
            "X-WP-Total": str(len(rows)),
            "X-WP-TotalPages": str(-(-len(rows) // size)),
            "Link": f'<{request.url}&page=99>; rel="next"',
        }
        body = [self._order(number) for number in shown]
        return 200, headers if self.counts else {}, json.dumps(body)

    def _rows(self, query: dict[str, str]) -> list[int]:
        assert query["dates_are_gmt"] == "true"
        after = datetime.fromisoformat(query["modified_after"]).replace(tzinfo=UTC)
        found = [
            number
            for number, second in self.changed.items()
            if START + timedelta(seconds=second) > after
        ]
        if query["orderby"] == "id":
            return sorted(found)
        # Orders of one second come in any sequence.
        return sorted(found, key=lambda number: (self.changed[number], number * 7 % 13))

    def _order(self, number: int) -> dict[str, Any]:
        changed = START + timedelta(seconds=self.changed[number])
        moment = changed.replace(tzinfo=None).isoformat()
        return {**self.template, "id": number, "date_modified_gmt": moment}


@pytest.fixture
def site(edge: responses.RequestsMock, reply: Reader) -> Site:
    playing = Site({**reply("order"), "status": "pending"})
    edge.add_callback("GET", f"{API}/orders", callback=playing.answer)
    return playing


def read_all(shop: WooCommerceConnector, since: datetime) -> list[list[str]]:
    """Read to the end, with a restart between any two pages."""
    pages: list[list[str]] = []
    cursor: str | None = None
    for _ in range(100):
        page = shop.read_orders(since=since, cursor=cursor)
        pages.append([order.order_id for order in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages
    raise AssertionError("there is no end")


def test_orders_are_asked_for_by_time_of_change(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.changed = {501: 3600}
    assert read_all(woocommerce, START + timedelta(hours=1)) == [["501"]]
    (query,) = site.asked
    # The very second is left out by the site, so one asks from the one before; with a
    # zone at its end the site would shift it.
    assert query == {
        "status": "any",
        "modified_after": "2026-11-01T00:59:59",
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "page": "1",
        "per_page": "100",
    }


def test_pages_follow_each_other_by_the_last_moment_seen(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.changed = {number: number * 10 for number in range(1, 251)}
    pages = read_all(woocommerce, START)
    assert {one for page in pages for one in page} == set(map(str, site.changed))
    assert [query["page"] for query in site.asked] == ["1", "1", "1"]
    times = [[int(one) for one in page] for page in pages]
    assert all(page == sorted(page) for page in times)
    assert len(pages) == 3


def test_the_next_page_is_not_taken_from_the_sites_link(
    woocommerce: WooCommerceConnector, site: Site, edge: responses.RequestsMock
) -> None:
    # The link repeats the signature of the call before.
    site.changed = {number: 5 for number in range(1, 201)}
    read_all(woocommerce, START)
    assert "99" not in {query["page"] for query in site.asked}


def test_more_orders_in_one_second_than_a_page_holds_are_all_read(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.changed = {number: 60 for number in range(1, 331)}
    site.changed |= {number: 61 for number in range(331, 351)}
    pages = read_all(woocommerce, START)
    assert {one for page in pages for one in page} == set(map(str, site.changed))


def test_an_old_site_that_cannot_sort_by_change_is_read_by_number(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.sorts_by_change = False
    site.changed = {number: number % 7 for number in range(1, 231)}
    pages = read_all(woocommerce, START)
    assert {one for page in pages for one in page} == set(map(str, site.changed))


def test_a_site_that_does_not_count_is_read_until_a_page_is_not_full(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.counts = False
    site.changed = {number: 60 for number in range(1, 251)}
    pages = read_all(woocommerce, START)
    assert {one for page in pages for one in page} == set(map(str, site.changed))


def test_an_order_deleted_meanwhile_takes_no_other_with_it(
    woocommerce: WooCommerceConnector, site: Site
) -> None:
    site.changed = {number: 60 for number in range(1, 301)}

    def delete() -> None:
        del site.changed[1]

    # Twice by time of change, once by number, and then the second page.
    site.before_each_page = [lambda: None] * 3 + [delete]
    pages = read_all(woocommerce, START)
    assert set(map(str, range(2, 301))) <= {one for page in pages for one in page}


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "e30=", "eyJhZnRlciI6ICJub3cifQ==", "eyJhZnRlciI6IDEsICJwYWdlIjogMH0="],
)
def test_a_foreign_cursor_is_refused(
    woocommerce: WooCommerceConnector, cursor: str
) -> None:
    with pytest.raises(PermanentError):
        woocommerce.read_orders(since=START, cursor=cursor)


SECONDS = st.sampled_from([0, 1, 1, 1, 1, 2, 30, 31])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_changes_meanwhile_nothing_is_missing(
    reply: Reader, data: st.DataObject
) -> None:
    site = Site({**reply("order"), "status": "pending"})
    count = data.draw(st.integers(0, 320))
    spread = data.draw(st.lists(SECONDS, min_size=1, max_size=9))
    site.changed = {n: spread[n % len(spread)] for n in range(1, count + 1)}
    everything = set(map(str, site.changed))
    late = 100

    def change() -> None:
        nonlocal late
        late += 1
        for number in data.draw(st.lists(st.integers(1, 330), max_size=4)):
            site.changed[number] = late

    site.before_each_page = [change] * 6
    store = MemorySettings(
        {
            "base_url": "https://shop.example.test",
            "consumer_key": "ck",
            "consumer_secret": "cs",
        }
    )
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        edge.add_callback("GET", f"{API}/orders", callback=site.answer)
        shop = WooCommerceConnector(
            store, Transport(requests_per_second=10_000), lambda: START
        )
        pages = read_all(shop, START)
    assert everything <= {one for page in pages for one in page}
