"""Reads everything that changed since a moment, none missing.

Whether the order list can be searched by time of change is documented for its first
version only.  So it is asked that way, and believed only while each order in the answer
lies within what was asked.  A window of time is made so narrow that it fits one page,
which is one answer and cannot slide; a single second with more orders than a page is
read page by page.

Where the search is refused or visibly ignored, all orders of the last months are read
by time of sale, which never changes, so that no page slides; the caller keeps those
that changed.  Should the list become shorter meanwhile, it is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connector.cursors import decoded, encoded
from connector.parsing import JsonRecord, Malformed
from connector.tiki.fields import calendar
from connector.tiki.mapping import changed_at, updated_at

BY_CHANGE = "change"
BY_SALE = "sale"
"""What the seconds of a window are about: the order's last change, or the sale."""

WIDEST_SECONDS = 15 * 86_400
LOOKBACK_SECONDS = 90 * 86_400
"""How old an order may be whose change is still seen when reading by time of sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of orders; ``total`` counts all pages."""

    rows: tuple[JsonRecord, ...]
    more: bool
    total: int


class NotSearchable(Exception):
    """The list cannot be searched by time of change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of seconds, ``until`` which moment to go on, and a page within it.

    ``since`` is the moment that the caller asked for; ``total`` is how many orders the
    page before counted.
    """

    start: int
    end: int
    until: int
    since: int
    page: int = 1
    total: int = 0
    by: str = BY_CHANGE

    @classmethod
    def of(cls, cursor: str | None, since: datetime, now: datetime) -> Window | None:
        """Return the window to read; there is none when ``since`` is yet to come."""
        if cursor is not None:
            return cls.decode(cursor)
        start, until = int(since.timestamp()), int(now.timestamp()) + 1
        if start >= until:
            return None
        end = min(start + WIDEST_SECONDS, until)
        return cls(start=start, end=end, until=until, since=start)

    @classmethod
    def decode(cls, cursor: str) -> Window:
        """Return the window that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def query(self) -> Mapping[str, str | int]:
        """Return the filter of the list."""
        field = "updated" if self.by == BY_CHANGE else "created"
        return {
            f"{field}_from_date": calendar(self.start),
            f"{field}_to_date": calendar(self.end),
            "page": self.page,
        }

    def narrower(self) -> Window:
        return replace(self, end=self.start + (self.end - self.start) // 2)

    def by_sale(self) -> Window:
        """Return the window over all sales that may have changed since."""
        return replace(
            self,
            start=max(0, self.since - LOOKBACK_SECONDS),
            end=self.until,
            page=1,
            total=0,
            by=BY_SALE,
        )

    def following(self, listing: Listing, page_size: int) -> Window | None:
        """Return where to go on; the second on a border belongs to both windows."""
        if self.page > 1 and listing.total < self.total:
            return replace(self, page=1, total=listing.total)
        if listing.more:
            return replace(self, page=self.page + 1, total=listing.total)
        if self.end >= self.until:
            return None
        width = self.end - self.start
        if len(listing.rows) <= page_size // 2:
            width = min(width * 4, WIDEST_SECONDS)
        end = min(self.end + width, self.until)
        return replace(self, start=self.end, end=end, page=1, total=0)

    def holds(self, row: JsonRecord) -> bool:
        """Whether an order lies within what was asked, as far as it can be read."""
        second = _second(row, updated_at)
        if second is None or second < self.start:
            return second is None
        # Somebody may change an order of the last window while it is read.
        return second <= self.end or self.end == self.until

    def is_wanted(self, row: JsonRecord) -> bool:
        """Whether an order changed since the moment that the caller asked for."""
        second = _second(row, changed_at)
        return second is None or second >= self.since

    def _is_sound(self) -> bool:
        numbers = (self.start, self.end, self.until, self.since)
        return (
            all(type(number) is int for number in (*numbers, self.page, self.total))
            and 0 <= self.start < self.end <= self.until
            and self.page >= 1
            and self.by in (BY_CHANGE, BY_SALE)
        )


def read_window(
    window: Window, page_size: int, ask: Callable[[Window], Listing]
) -> tuple[list[JsonRecord], Window | None]:
    """Return the orders of a window, or of its beginning, and where to go on.

    ``ask`` raises ``NotSearchable`` when it is refused.
    """
    if window.by == BY_CHANGE:
        try:
            window, listing = _by_change(window, ask)
        except NotSearchable:
            window = window.by_sale()
            listing = ask(window)
    else:
        listing = ask(window)
    rows = [row for row in listing.rows if window.is_wanted(row)]
    return rows, window.following(listing, page_size)


def _by_change(
    window: Window, ask: Callable[[Window], Listing]
) -> tuple[Window, Listing]:
    listing = _believed(window, ask(window))
    while listing.more and window.page == 1 and window.end - window.start > 1:
        window = window.narrower()
        listing = _believed(window, ask(window))
    return window, listing


def _second(row: JsonRecord, read: Callable[[JsonRecord], datetime]) -> int | None:
    """Return the second of a time of an order, if it can be read."""
    try:
        return int(read(row).timestamp())
    except Malformed:
        return None


def _believed(window: Window, listing: Listing) -> Listing:
    if all(window.holds(row) for row in listing.rows):
        return listing
    raise NotSearchable
