"""Reads every order that changed since a moment, none missing.

Sorted by time of change, and asked again from the last moment seen, nothing can slide
away: an order that changes while one reads only moves to a later page.  More orders of
one second than a page holds are read by their numbers instead, as are all where an old
WooCommerce cannot sort by change.  That set only grows, unless somebody deletes an
order; then it is read again from its first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from connector.cursors import decoded, encoded
from connector.parsing import JsonRecord, Malformed
from connector.woocommerce.client import Client, Listed
from connector.woocommerce.fields import gmt
from connector.woocommerce.refusals import Refused

ORDERS = "orders"

By = Literal["modified", "id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What comes ``after`` a second, sorted ``by`` change or number, from a page."""

    after: int
    by: By = "modified"
    page: int = 1
    total: int = 0

    @classmethod
    def of(cls, cursor: str | None, since: datetime) -> Walk:
        """Return where to read; what changed in the second of ``since`` belongs to it.

        WooCommerce leaves out the very second that it is asked after.
        """
        if cursor is not None:
            return cls.decode(cursor)
        return cls(after=int(since.timestamp()) - 1)

    @classmethod
    def decode(cls, cursor: str) -> Walk:
        """Return the walk that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def query(self) -> dict[str, str | int]:
        """Return the filter and the order of the list."""
        # Without a zone at its end: the site would turn that into its own time.
        moment = datetime.fromtimestamp(self.after, UTC).replace(tzinfo=None)
        return {
            "status": "any",
            "modified_after": moment.isoformat(timespec="seconds"),
            "dates_are_gmt": "true",
            "orderby": self.by,
            "order": "asc",
        }

    def following(self, listed: Listed) -> Walk | None:
        """Return where to go on after a page."""
        if self.by == "id" and listed.total < self.total:
            return self.by_number(total=listed.total)
        if not listed.more or not listed.records:
            return None
        if self.by == "id":
            return Walk(
                after=self.after, by="id", page=self.page + 1, total=listed.total
            )
        last = _last_change(listed)
        if last is None or last - 1 <= self.after:
            return self.by_number(total=listed.total)
        return Walk(after=last - 1)

    def by_number(self, *, total: int = 0) -> Walk:
        """Return the same orders sorted by number, from the first page."""
        return Walk(after=self.after, by="id", total=total)

    def _is_sound(self) -> bool:
        numbers = (self.after, self.page, self.total)
        return (
            all(type(number) is int for number in numbers)
            and self.page >= 1
            and self.by in ("modified", "id")
        )


def changed_orders(
    client: Client, since: datetime, cursor: str | None
) -> tuple[list[JsonRecord], str | None]:
    """Return one page of orders and the cursor of the next."""
    walk = Walk.of(cursor, since)
    try:
        listed = client.page(ORDERS, walk.query(), walk.page)
    except Refused as refusal:
        if walk.by == "id" or refusal.code != "rest_invalid_param":
            raise
        walk = walk.by_number()
        listed = client.page(ORDERS, walk.query(), walk.page)
    following = walk.following(listed)
    return listed.records, following.encode() if following else None


def _last_change(listed: Listed) -> int | None:
    moments = []
    for order in listed.records:
        try:
            changed = gmt(order.get("date_modified_gmt"), "date_modified_gmt")
        except Malformed:
            continue
        moments.append(int(changed.timestamp()))
    return max(moments, default=None)
