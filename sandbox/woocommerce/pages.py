"""Pages of a collection, and the headers that say how many there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from sandbox.channel import Json

from .parameters import Parameters
from .php import PhpValue, signed_pairs
from .times import gmt_reading, local_reading
from .wire import Call, Reply

Row = TypeVar("Row")

_MOST_PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a collection was asked for."""

    page: int
    per_page: int
    offset: int

    @classmethod
    def read(cls, parameters: Parameters) -> "Window":
        """Read ``page``, ``per_page`` and ``offset``; an offset wins over the page."""
        page = parameters.whole("page", 1, least=1)
        per_page = parameters.whole("per_page", 10, least=1, most=_MOST_PER_PAGE)
        offset = parameters.whole("offset", (page - 1) * per_page, least=0)
        return cls(page=page, per_page=per_page, offset=offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFilter:
    """The dates of a query, compared as bare digits with the column it names."""

    gmt: bool
    after: datetime | None
    before: datetime | None
    modified_after: datetime | None
    modified_before: datetime | None

    @classmethod
    def read(cls, parameters: Parameters) -> "DateFilter":
        """Read the five parameters."""
        return cls(
            gmt=parameters.flag("dates_are_gmt"),
            after=parameters.moment("after"),
            before=parameters.moment("before"),
            modified_after=parameters.moment("modified_after"),
            modified_before=parameters.moment("modified_before"),
        )

    def lets_through(self, created: int, modified: int) -> bool:
        """Whether a row is inside; the bounds themselves are not."""
        read = gmt_reading if self.gmt else local_reading
        return _between(self.after, read(created), self.before) and _between(
            self.modified_after, read(modified), self.modified_before
        )


def page_reply(
    call: Call, rows: Sequence[Row], window: Window, show: Callable[[Row], Json]
) -> Reply:
    """One page of a collection with its headers; beyond the last page it is empty."""
    pages = -(-len(rows) // window.per_page)
    shown = rows[window.offset : window.offset + window.per_page]
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    around: list[str] = []
    if window.page > 1:
        around.append(_link(call, min(window.page - 1, pages), "prev"))
    if window.page < pages:
        around.append(_link(call, window.page + 1, "next"))
    if around:
        headers["Link"] = ", ".join(around)
    return Reply(body=[show(row) for row in shown], headers=headers)


def _link(call: Call, page: int, relation: str) -> str:
    # Every parameter of the request is repeated, its signature among them.
    asked: dict[str, PhpValue] = {
        name: value
        for name, value in call.query.items()
        if isinstance(value, str | dict)
    }
    asked["page"] = str(page)
    query = "&".join(
        f"{quote(name, safe='[]')}={quote(value, safe='')}"
        for name, value in signed_pairs(asked)
    )
    return f'<{call.site.base_url}{call.path}?{query}>; rel="{relation}"'


def _between(after: datetime | None, at: datetime, before: datetime | None) -> bool:
    return (after is None or at > after) and (before is None or at < before)
