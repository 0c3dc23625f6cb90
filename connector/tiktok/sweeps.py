"""Reads everything that changed since a moment, none missing.

TikTok Shop lists by time of change, the oldest first.  Its page tokens may stand for
offsets: a record that changes while its list is read moves to the end, the pages behind
it slide by one, and somebody is skipped.  So each page begins anew at the last moment
of the page before.  A single second with more records than a page is read by tokens,
and from its beginning again when its number of records shrinks meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from connector.cursors import decoded, encoded
from connector.errors import UnexpectedAnswer
from connector.parsing import JsonRecord, Malformed, epoch, quantity, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """From which second to go on, in which list and on which of its pages.

    With ``until`` only the time before it is read, by tokens; ``total`` is then how
    many records its first page counted.
    """

    since: int
    start: int
    part: int = 0
    until: int = 0
    page: str = ""
    total: int = 0

    @classmethod
    def of(cls, cursor: str | None, since: datetime, now: datetime) -> Sweep | None:
        """Return where to go on; there is nothing when ``since`` is yet to come."""
        if cursor is not None:
            return cls.decode(cursor)
        start = int(since.timestamp())
        return cls(since=start, start=start) if since <= now else None

    @classmethod
    def decode(cls, cursor: str) -> Sweep:
        """Return the sweep that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def next_part(self) -> Sweep:
        """Return the beginning of the next list."""
        return Sweep(since=self.since, start=self.since, part=self.part + 1)

    def before(self, until: int) -> Sweep:
        """Return the same, but only up to a moment, by tokens from the first page."""
        return replace(self, until=until, page="", total=0)

    def span(self) -> dict[str, int]:
        """Return the times of change to ask for."""
        span = {"update_time_ge": self.start}
        return {**span, "update_time_lt": self.until} if self.until else span

    def after(self, moments: Sequence[int], token: str, total: int) -> Sweep | None:
        """Return where to go on behind a page, or nothing at the list's end.

        ``moments`` are the times of change of its records, in the page's order.
        """
        if self.until:
            return self._within(bool(moments), token, total)
        if not token or not moments:
            return None
        in_order = all(one <= other for one, other in pairwise(moments))
        if in_order and moments[-1] > self.start:
            return replace(self, start=moments[-1], page="")
        if in_order and moments[-1] == self.start:
            return self.before(self.start + 1)
        return self._turned(token)

    def _within(self, found: bool, token: str, total: int) -> Sweep:
        if self.page and total < self.total:
            # Some have changed and left, and the pages behind them have slid.
            return self.before(self.until)
        if not token or not found:
            return replace(self, start=self.until, until=0, page="", total=0)
        return replace(self._turned(token), total=self.total if self.page else total)

    def _turned(self, token: str) -> Sweep:
        if token == self.page:
            raise UnexpectedAnswer("the list does not go on")
        return replace(self, page=token)

    def _is_sound(self) -> bool:
        numbers = (self.since, self.start, self.part, self.until, self.total)
        return (
            all(type(number) is int and number >= 0 for number in numbers)
            and self.since <= self.start
            and isinstance(self.page, str)
        )


def read_page(
    sweep: Sweep,
    ask: Callable[[Sweep], JsonRecord],
    records_of: Callable[[JsonRecord], list[JsonRecord]],
) -> tuple[list[JsonRecord], Sweep | None]:
    """Return the records of a page, and where to go on in this list."""
    data = ask(sweep)
    found = records_of(data)
    moments = [_changed(entry) for entry in found]
    token = told(data.get("next_page_token"))
    return found, sweep.after(moments, token, _total(data))


def _changed(entry: JsonRecord) -> int:
    """Return when a record changed; what cannot be read is never skipped past."""
    try:
        return epoch(entry.get("update_time"), "update_time")
    except Malformed:
        return 0


def _total(data: JsonRecord) -> int:
    try:
        return quantity(data.get("total_count") or 0, "total_count")
    except Malformed:
        return 0
