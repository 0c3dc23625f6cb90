"""Reads everything that changed in a span of time, none missing.

Shopee lists by time of change in windows of at most fifteen days, a page at a time.
An order that changes while its window is read moves to a later moment, and the pages
behind it slide by one: somebody is skipped.  So a window is made so narrow that it
fits one page, which is one answer and cannot slide.  Only a single second with more
records than a page is read page by page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from connector.cursors import decoded, encoded

# A minute below the documented limit, for clocks that differ.
WIDEST_SECONDS = 15 * 86_400 - 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The ids of one page of a window, and where its next page begins."""

    ids: tuple[str, ...]
    more: bool
    next_page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of seconds, ``until`` which moment to go on, and a page within it."""

    start: int
    end: int
    until: int
    page: str = ""

    @classmethod
    def of(cls, cursor: str | None, since: datetime, now: datetime) -> Window | None:
        """Return the window to read; there is none when ``since`` is yet to come."""
        if cursor is not None:
            return cls.decode(cursor)
        start, until = int(since.timestamp()), int(now.timestamp()) + 1
        if start >= until:
            return None
        return cls(start=start, end=min(start + WIDEST_SECONDS, until), until=until)

    @classmethod
    def decode(cls, cursor: str) -> Window:
        """Return the window that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def narrower(self) -> Window:
        return replace(self, end=self.start + (self.end - self.start) // 2)

    def following(self, records: int, page_size: int) -> Window | None:
        """Return the next window; the second on the border belongs to both."""
        if self.end >= self.until:
            return None
        width = self.end - self.start
        if records <= page_size // 2:
            width = min(width * 4, WIDEST_SECONDS)
        return replace(
            self, start=self.end, end=min(self.end + width, self.until), page=""
        )

    def _is_sound(self) -> bool:
        numbers = (self.start, self.end, self.until)
        return (
            all(isinstance(number, int) for number in numbers)
            and self.start < self.end <= self.until
            and isinstance(self.page, str)
            and self.page.isascii()
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
        return ids, replace(window, page=listing.next_page)
    return ids, window.following(len(ids), page_size)
