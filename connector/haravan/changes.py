"""Reads every order that changed since a moment, none missing.

Haravan pages by number, and records slide while one reads.  So the list is sorted by
time of change and asked again from the last moment seen, with an overlap: an order
that changes meanwhile only moves to the end.  Where more orders share a moment than a
page holds, the next pages are asked for by number, and after each of them the one
before it again: as long as that still shows what it ended with, nothing slid past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.cursors import decoded, encoded
from connector.haravan.client import LARGEST_PAGE, Client
from connector.haravan.fields import when
from connector.parsing import JsonRecord, Malformed, told

ORDERS = "orders"

# Whether the filter includes its own moment, or rounds to seconds, is not documented.
_OVERLAP = timedelta(seconds=1)
# Any of the last few will do: one of them may have changed and moved away.
_TAIL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What changed at or after ``since``, asked for from ``after`` on.

    ``page`` is the last page read of that, and ``tail`` what it ended with.
    """

    since: str
    after: str
    page: int = 0
    tail: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: str | None, since: datetime) -> Walk:
        """Return where to read."""
        if cursor is not None:
            return cls.decode(cursor)
        return cls(since=_written(since), after=_written(since - _OVERLAP))

    @classmethod
    def decode(cls, cursor: str) -> Walk:
        """Return the walk that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def query(self, page: int) -> dict[str, str | int]:
        """Return the filter and the order of the list."""
        return {
            "status": "any",
            "updated_at_min": self.after,
            "order": "updated_at asc",
            "limit": LARGEST_PAGE,
            "page": page,
        }

    def following(self, page: Sequence[JsonRecord]) -> Walk | None:
        """Return where to go on after the page that comes next."""
        if len(page) < LARGEST_PAGE:
            return None
        last = _last_change(page)
        after = _written(last - _OVERLAP) if last is not None else self.after
        if _moment(after) > _moment(self.after):
            return Walk(since=self.since, after=after)
        tail = tuple(told(order.get("id")) for order in page[-_TAIL:])
        return Walk(since=self.since, after=self.after, page=self.page + 1, tail=tail)

    def again(self) -> Walk:
        """Return the same walk from its first page."""
        return Walk(since=self.since, after=self.after)

    def _is_sound(self) -> bool:
        moments = [datetime.fromisoformat(one) for one in (self.since, self.after)]
        return (
            type(self.page) is int
            and self.page >= 0
            and all(moment.tzinfo is not None for moment in moments)
            and isinstance(self.tail, list)
        )


def changed_orders(
    client: Client, since: datetime, cursor: str | None
) -> tuple[list[JsonRecord], str | None]:
    """Return one page of orders, each once, and the cursor of the next."""
    walk = Walk.of(cursor, since)
    page = client.many(ORDERS, ORDERS, walk.query(walk.page + 1))
    following = walk.following(page)
    if walk.page:
        # After the page, so that what slid away before it was read shows up here.
        before = client.many(ORDERS, ORDERS, walk.query(walk.page))
        if not {told(order.get("id")) for order in before} & set(walk.tail):
            # More slid away than a page holds: nobody knows what was passed over.
            following = walk.again()
        page = [*page, *before]
    return _asked_for(walk, page), following.encode() if following else None


def _asked_for(walk: Walk, orders: Sequence[JsonRecord]) -> list[JsonRecord]:
    """Return each order once, as it was read last, without those of the overlap."""
    newest = {told(order.get("id")): order for order in orders}
    since = _moment(walk.since)
    return [order for order in newest.values() if not _is_before(order, since)]


def _is_before(order: JsonRecord, since: datetime) -> bool:
    try:
        return when(order.get("updated_at"), "updated_at") < since
    except Malformed:
        # Kept, so that it is set aside with its reason.
        return False


def _last_change(orders: Sequence[JsonRecord]) -> datetime | None:
    moments = []
    for order in orders:
        try:
            moments.append(when(order.get("updated_at"), "updated_at"))
        except Malformed:
            continue
    return max(moments, default=None)


def _written(moment: datetime) -> str:
    """Return a moment as Haravan writes it, in UTC to the millisecond.

    Cut, not rounded: the filter then only lets more through.
    """
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{plain.isoformat(timespec='milliseconds')}Z"


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
