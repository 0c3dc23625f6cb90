"""Tiki's list of orders, played in each way that it might be searched."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.connector.tiki.conftest import API, recorded

ORDERS_URL = f"{API}/v2/orders"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
START = NOW - timedelta(hours=2)
VIETNAM = timedelta(hours=7)


class Search(Enum):
    """What the list makes of a search by time of change."""

    HONOURED = auto()
    IGNORED = auto()
    REFUSED = auto()
    WITHOUT_AN_END = auto()


@dataclass
class Marketplace:
    """Orders with the seconds after the start at which each was sold and changed."""

    search: Search = Search.HONOURED
    counts: bool = True
    changed: dict[int, int] = field(default_factory=dict)
    sold: dict[int, int] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    before_each_page: list[Callable[[], None]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    template: dict[str, Any] = field(default_factory=lambda: recorded("order"))

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(request.url).query).items()
        }
        self.asked.append(query)
        if self.search is Search.REFUSED and "updated_from_date" in query:
            return 400, {}, json.dumps({"errors": ["updated_from_date"]})
        if self.before_each_page:
            self.before_each_page.pop(0)()
        rows = self._rows(query)
        size, page = int(query["limit"]), int(query["page"])
        shown = rows[(page - 1) * size : page * size]
        paging = {
            "total": len(rows) if self.counts else 0,
            "current_page": page,
            "last_page": -(-len(rows) // size),
            "per_page": size,
        }
        body = {"data": [self._order(number) for number in shown], "paging": paging}
        return 200, {}, json.dumps(body)

    def _rows(self, query: dict[str, str]) -> list[int]:
        found = [number for number in self.changed if number not in self.hidden]
        if self.search is not Search.IGNORED:
            found = [one for one in found if self._is_changed_within(query, one)]
        found = [one for one in found if self._is_sold_within(query, one)]
        # The newest sale first, as a seller's screen shows them.
        return sorted(found, key=lambda one: (-self._sold(one), one))

    def _is_changed_within(self, query: dict[str, str], number: int) -> bool:
        moment = moment_of(self.changed[number])
        if moment < read(query.get("updated_from_date"), moment):
            return False
        if self.search is Search.WITHOUT_AN_END:
            return True
        return moment <= read(query.get("updated_to_date"), moment)

    def _is_sold_within(self, query: dict[str, str], number: int) -> bool:
        moment = moment_of(self._sold(number))
        since = read(query.get("created_from_date"), moment)
        return since <= moment <= read(query.get("created_to_date"), moment)

    def _sold(self, number: int) -> int:
        return self.sold.get(number, min(0, self.changed[number]))

    def _order(self, number: int) -> dict[str, Any]:
        return {
            **self.template,
            "code": str(number),
            "status": "queueing",
            "created_at": written(self._sold(number)),
            "updated_at": written(self.changed[number]),
            "status_histories": self.history,
        }


def moment_of(second: int) -> datetime:
    return START + timedelta(seconds=second)


def written(second: int) -> str:
    return (moment_of(second) + VIETNAM).strftime("%Y-%m-%d %H:%M:%S")


def read(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    found = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return found - VIETNAM
