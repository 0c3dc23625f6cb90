"""The list of reverse orders is read whole, also where its search is ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector import UnexpectedAnswer
from connector.lazada import LazadaConnector, returns

LIST = "reverse/getreverseordersforseller"
DETAIL = "order/reverse/return/detail/list"
CHANGE, SALE = "ReverseOrderLineModifiedTimeRange", "TradeOrderLineCreatedTimeRange"
LAST_PAGE = 100


@dataclass
class Reverses:
    """Lists reverse orders, newest sale first, as far as page 100.

    ``honoured`` are the ranges by which it really searches; ``bare`` lists no lines.
    """

    known: Mapping[str, tuple[datetime, datetime]]
    honoured: Sequence[str]
    bare: bool = False
    last_page: int = LAST_PAGE
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def respond(self, carried: Mapping[str, str]) -> Any:
        self.asked.append(carried)
        page, size = int(carried["page_no"]), int(carried["page_size"])
        found = [one for one in self.known if self._is_inside(one, carried)]
        found.sort(key=lambda one: self.known[one][0], reverse=True)
        if page > self.last_page:
            return {"code": "0", "result": {"total": 0, "items": []}}
        items = [self._head(one) for one in found[(page - 1) * size : page * size]]
        result = {"total": str(len(found)), "items": items, "success": "true"}
        return {"code": "0", "result": result}

    def _is_inside(self, one: str, carried: Mapping[str, str]) -> bool:
        sold_at, changed_at = self.known[one]
        for name, moment in ((SALE, sold_at), (CHANGE, changed_at)):
            if name in self.honoured and f"{name}Start" in carried:
                at = moment.timestamp() * 1000
                if not int(carried[f"{name}Start"]) < at < int(carried[f"{name}End"]):
                    return False
        return True

    def _head(self, one: str) -> dict[str, Any]:
        head: dict[str, Any] = {"reverse_order_id": int(one), "request_type": "RETURN"}
        changed_at = int(self.known[one][1].timestamp())
        if not self.bare:
            head["reverse_order_lines"] = [
                {"return_order_line_gmt_modified": changed_at}
            ]
        return head


@pytest.fixture
def known(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """130 returns of the last sixty days: every second changed in the last ten."""
    step = timedelta(hours=11)
    sold = {str(9000 + n): now - step * (n + 1) for n in range(130)}
    return {
        one: (at, now - timedelta(hours=n) if n % 2 else at)
        for n, (one, at) in enumerate(sold.items())
    }


def changed_since(
    known: Mapping[str, tuple[datetime, datetime]], since: datetime
) -> set[str]:
    return {one for one, (_, changed_at) in known.items() if changed_at >= since}


def read_all(lazada: LazadaConnector, since: datetime) -> list[str]:
    """Return the ids that were looked up; their details are nobody's."""
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(300):
        page = lazada.read_returns(since=since, cursor=cursor)
        seen += [one.record_id for one in page.rejected]
        cursor = page.next_cursor
        if cursor is None:
            return seen
    pytest.fail("there is no end")


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("honoured", [(CHANGE, SALE), (SALE,), ()])
def test_every_return_that_changed_is_read_whichever_search_works(
    lazada: LazadaConnector,
    play: Callable[..., None],
    known: dict[str, tuple[datetime, datetime]],
    now: datetime,
    honoured: Sequence[str],
    bare: bool,
) -> None:
    reverses = Reverses(known, honoured, bare)
    play(LIST, reverses.respond)
    play(DETAIL, lambda carried: {"code": "0", "data": {}})
    since = now - timedelta(days=3)
    seen = read_all(lazada, since)
    expected = changed_since(known, since)
    assert set(seen) >= expected
    if not bare:
        assert set(seen) == expected, "what has not changed is not looked up again"
    assert all(int(one["page_no"]) <= LAST_PAGE for one in reverses.asked)


def test_a_short_list_too_shows_that_the_search_is_ignored(
    lazada: LazadaConnector,
    play: Callable[..., None],
    known: dict[str, tuple[datetime, datetime]],
    now: datetime,
) -> None:
    few = {one: known[one] for one in sorted(known)[:20]}
    play(LIST, Reverses(few, (SALE,)).respond)
    play(DETAIL, lambda carried: {"code": "0", "data": {}})
    since = now - timedelta(hours=100)
    expected = changed_since(few, since)
    assert 0 < len(expected) < len(few)
    assert set(read_all(lazada, since)) == expected


def test_a_search_by_change_that_works_is_all_that_is_asked(
    lazada: LazadaConnector,
    play: Callable[..., None],
    known: dict[str, tuple[datetime, datetime]],
    now: datetime,
) -> None:
    reverses = Reverses(known, (CHANGE, SALE))
    play(LIST, reverses.respond)
    play(DETAIL, lambda carried: {"code": "0", "data": {}})
    read_all(lazada, now - timedelta(days=40))
    assert all(f"{CHANGE}Start" in one for one in reverses.asked)
    for one in reverses.asked:
        width = int(one[f"{CHANGE}End"]) - int(one[f"{CHANGE}Start"])
        assert 0 < width <= (15 * 86_400 + 2) * 1000


def test_more_sales_than_are_listed_are_read_in_narrower_spans(
    lazada: LazadaConnector,
    play: Callable[..., None],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(returns, "MOST_LISTED", 200)
    step = timedelta(minutes=2)
    sold = {str(10_000 + n): now - step * (n + 1) for n in range(600)}
    known = {one: (at, at) for one, at in sold.items()}
    # Changed just now, and the oldest of them: behind the last page of a wide span.
    known["10599"] = (sold["10599"], now - timedelta(minutes=1))
    reverses = Reverses(known, (SALE,), last_page=4)
    play(LIST, reverses.respond)
    play(DETAIL, lambda carried: {"code": "0", "data": {}})
    seen = read_all(lazada, now - timedelta(hours=1))
    assert "10599" in seen
    assert set(seen) == changed_since(known, now - timedelta(hours=1))


@pytest.mark.parametrize(
    "result",
    [{"items": {}}, {"items": [{}], "total": 1}, {"items": [], "total": "many"}, 5],
)
def test_a_list_that_cannot_be_read_is_an_error_and_not_the_end(
    lazada: LazadaConnector, answer: Callable[..., None], now: datetime, result: Any
) -> None:
    answer(LIST, {"code": "0", "result": result})
    with pytest.raises(UnexpectedAnswer):
        lazada.read_returns(since=now - timedelta(hours=1))
