"""Sends absolute numbers; a refused call is halved until the refused row is alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.errors import AuthenticationError, OutcomeUnknown, TransientError
from connector.haravan.account import SetMeaning
from connector.haravan.client import Client
from connector.haravan.levels import Level
from connector.haravan.locations import Locations
from connector.haravan.refusals import Refused
from connector.stock_results import Results, all_of
from connector.values import ListingRef, WriteOutcome

NOTE = "Truestock"

_ADJUST = "inventories/adjustorset"

Numbers = Mapping[ListingRef, int]
LevelsBefore = Mapping[ListingRef, Level]


class Adjustments:
    """Sets what is available at our location.

    ``quantity`` of the call is what is *on hand*, so the units that orders have
    committed go on top, unless the shop's settings or its behaviour say otherwise.
    """

    def __init__(self, client: Client, locations: Locations) -> None:
        self._client = client
        self._locations = locations
        self._sets_available = False

    def set(self, numbers: Numbers, before: LevelsBefore) -> Results:
        """Return for each row that it was ACCEPTED, REFUSED, UNKNOWN or put off.

        Raises only when nothing was sent.
        """
        if not numbers:
            return {}
        try:
            self._send(numbers, before)
        except Refused as refusal:
            if len(numbers) == 1:
                return all_of(numbers, WriteOutcome.REFUSED, refusal.detail)
            return self._in_halves(numbers, before)
        except OutcomeUnknown as problem:
            return all_of(numbers, WriteOutcome.UNKNOWN, problem.detail)
        return all_of(numbers, WriteOutcome.ACCEPTED, "")

    def learn(self, number: int, before: Level, seen: Level) -> None:
        """Notice that the site sets what is available, if nothing else explains it."""
        sent = self._quantity(number, before)
        if seen.committed and seen.available == sent != before.available:
            self._sets_available = True

    def _in_halves(self, numbers: Numbers, before: LevelsBefore) -> Results:
        rows = list(numbers.items())
        middle = len(rows) // 2
        rest = dict(rows[middle:])
        results = self.set(dict(rows[:middle]), before)
        try:
            results.update(self.set(rest, before))
        except (TransientError, AuthenticationError) as problem:
            results.update(all_of(rest, WriteOutcome.LATER, problem.detail))
        return results

    def _send(self, numbers: Numbers, before: LevelsBefore) -> None:
        rows: list[dict[str, Any]] = [
            {
                "product_id": int(listing.item_id),
                "product_variant_id": int(listing.variant_id),
                "quantity": self._quantity(number, before[listing]),
            }
            for listing, number in numbers.items()
        ]
        inventory = {
            "location_id": int(self._locations.ours()),
            # Left out it would be "adjust", which adds.
            "type": "set",
            "reason": "newproduct",
            "note": NOTE,
            "line_items": rows,
        }
        self._client.write(_ADJUST, {"inventory": inventory})

    def _quantity(self, number: int, before: Level) -> int:
        means = self._client.account().set_means
        if self._sets_available or means is SetMeaning.AVAILABLE:
            return number
        return number + before.committed
