"""Tells whether cash on delivery that came in can be given back.

Cash is paid at the door, parcel by parcel, and a store keeps one sum for the order.
So what one parcel brought in could be given back for another that nobody paid for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from connector.values import ChannelOrder, ChannelOrderLine, Portion, Stage

_SAYS_CASH = re.compile(r"\bcod\b|cash on delivery|thu hộ|khi (?:giao|nhận) hàng")


def names_cash_on_delivery(method: str) -> bool:
    """Whether the name of a payment method means that the buyer pays at the door."""
    name = unicodedata.normalize("NFC", method).casefold().replace("_", " ")
    return bool(_SAYS_CASH.search(name))


def doubt_about_cash(
    order: ChannelOrder,
    wanted: Mapping[str, int],
    *,
    received: Decimal,
    total: Decimal,
) -> str:
    """Return the question that a person must answer before a refund, if there is one.

    ``wanted`` are the units that the refund stands for, by line; none means all lines.
    ``total`` is what the store still asks for the order.
    """
    if received < total:
        return (
            f"cash on delivery: {received:f} of {total:f} {order.currency} came in;"
            " did the buyer pay for what shall be refunded?"
        )
    if _all_was_handed_over(order, wanted) or _nothing_was_kept(order, wanted):
        return ""
    return (
        "cash on delivery: not all of the order was delivered;"
        " did the buyer pay for what shall be refunded?"
    )


def _all_was_handed_over(order: ChannelOrder, wanted: Mapping[str, int]) -> bool:
    """Whether all that is refunded was delivered, and all that the buyer keeps.

    Of a refunded line every unit counts: nobody says which of them are meant.
    """
    refunded = {portion.stage for line in _named(order, wanted) for portion in line}
    kept = {p.stage for line in order.lines for p in _going_on(line)}
    return refunded == {Stage.DELIVERED} and kept <= {Stage.DELIVERED}


def _nothing_was_kept(order: ChannelOrder, wanted: Mapping[str, int]) -> bool:
    """Whether no parcel was delivered and the refund leaves the buyer nothing.

    Then the money came in another way than at the door.
    """
    for line in order.lines:
        if any(portion.stage is Stage.DELIVERED for portion in line.portions):
            return False
        going_on = sum(portion.quantity for portion in _going_on(line))
        if going_on > wanted.get(line.line_id, 0):
            return False
    return True


def _named(
    order: ChannelOrder, wanted: Mapping[str, int]
) -> Iterable[tuple[Portion, ...]]:
    named = {line_id for line_id, units in wanted.items() if units}
    return (line.portions for line in order.lines if not named or line.line_id in named)


def _going_on(line: ChannelOrderLine) -> list[Portion]:
    """Return the units that are, or will be, with the buyer."""
    return [portion for portion in line.portions if portion.ending is None]
