"""Reads everything that changed in a span of time, none missing.

Lazada lists by time of change, a page at a time.  A record that changes while its
window is read moves to a later moment, and the pages behind it slide by one: somebody
is skipped.  So a window is made so narrow that it fits one page, which is one answer
and cannot slide.  Only a single second with more records than a page is read page by
page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connector.cursors import decoded, encoded

# No limit is documented for orders; fifteen days is what holds for the reverse API.
WIDEST_SECONDS = 15 * 86_400

BY_CHANGE = "change"
BY_SALE = "sale"
"""What the seconds of a window are about: the record's last change, or the sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The ids of one page of a window, and whether there is another page."""

    ids: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of seconds, ``until`` which moment to go on, and a page within it.

    ``since`` is the moment that the caller asked for.
    """

    start: int
    end: int
    until: int
    since: int
    page: int = 0
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
    def of_everything(cls, cursor: str | None, now: datetime) -> Window:
        """Return the window to read, which at first is all the time there was."""
        if cursor is not None:
            return cls.decode(cursor)
        until = int(now.timestamp()) + 1
        return cls(start=0, end=until, until=until, since=0)

    @classmethod
    def decode(cls, cursor: str) -> Window:
        """Return the window that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def by_sale(self, longest_return_seconds: int) -> Window:
        """Return the first window over the sales that may have been returned since."""
        start = max(0, self.since - longest_return_seconds)
        end = min(start + WIDEST_SECONDS, self.until)
        return replace(self, start=start, end=end, page=0, by=BY_SALE)

    @property
    def is_everything(self) -> bool:
        return self.start == 0 and self.end == self.until

    def narrower(self) -> Window:
        return replace(self, end=self.start + (self.end - self.start) // 2)

    def next_page(self) -> Window:
        return replace(self, page=self.page + 1)

    def following(
        self, records: int, page_size: int, widest: int = WIDEST_SECONDS
    ) -> Window | None:
        """Return the next window; the second on the border belongs to both."""
        if self.end >= self.until:
            return None
        width = self.end - self.start
        if records <= page_size // 2:
            width = min(width * 4, widest)
        return replace(
            self, start=self.end, end=min(self.end + width, self.until), page=0
        )

    def _is_sound(self) -> bool:
        numbers = (self.start, self.end, self.until, self.since, self.page)
        return (
            all(type(number) is int for number in numbers)
            and 0 <= self.start < self.end <= self.until
            and self.page >= 0
            and self.by in (BY_CHANGE, BY_SALE)
        )


def read_window(
    window: Window, page_size: int, ask: Callable[[Window], Listing]
) -> tuple[tuple[str, ...], Window | None]:
    """Return the ids of a window, or of its beginning, and where to go on."""
    listing = ask(window)
    while listing.more and not window.page and window.end - window.start > 1:
        window = window.narrower()
        listing = ask(window)
    ids = tuple(dict.fromkeys(listing.ids))
    if listing.more:
        return ids, window.next_page()
    return ids, window.following(len(ids), page_size)


def calendar(second: int) -> str:
    """Return a second as Lazada wants it: ISO 8601 with an offset."""
    return datetime.fromtimestamp(max(0, second), UTC).isoformat()
