"""Reads which orders changed since a moment, page by page, none missing.

Shopify sorts by time of change and its cursor names the last order's time, so an order
that changes while one reads moves on and is met again: nobody slides away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from connector.cursors import decoded, encoded
from connector.errors import UnexpectedAnswer
from connector.parsing import JsonRecord, Malformed
from connector.shopify.client import Client
from connector.shopify.fields import end_cursor, nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a reading has come to: the moment it began from, and Shopify's cursor."""

    since: str
    after: str | None = None

    @classmethod
    def of(cls, cursor: str | None, since: datetime) -> Position:
        """Return the position that ``cursor`` stands for, or the beginning."""
        if cursor is not None:
            return cls.decode(cursor)
        begin = since.astimezone(UTC).replace(microsecond=0)
        return cls(since=begin.isoformat().replace("+00:00", "Z"))

    @classmethod
    def decode(cls, cursor: str) -> Position:
        """Return the position that ``cursor`` stands for."""
        return decoded(cls, cursor, cls._is_sound)

    def encode(self) -> str:
        """Return a cursor that survives a restart."""
        return encoded(self)

    def _is_sound(self) -> bool:
        moment = datetime.fromisoformat(self.since)
        return moment.tzinfo is not None and isinstance(self.after, str)


def changed_orders(
    client: Client, document: str, position: Position, size: int
) -> tuple[list[JsonRecord], str | None]:
    """Return one page of orders, the oldest change first, and where to go on."""
    variables = {
        # Closed and cancelled orders change too.
        "filter": f"updated_at:>='{position.since}' status:any",
        "size": size,
        "after": position.after,
    }
    connection = client.read(document, variables).get("orders")
    try:
        found = nodes(connection, "orders")
        after = end_cursor(connection, "orders")
    except Malformed as problem:
        detail = problem.detail
    else:
        if after is not None and after == position.after:
            raise UnexpectedAnswer("the list of orders does not go on")
        following = Position(since=position.since, after=after) if after else None
        return found, following.encode() if following else None
    raise UnexpectedAnswer(detail)
