"""Tells whether a buyer has paid for an order; pure functions.

``date_paid`` is enough for money that came in beforehand.  For cash on delivery core
sets it on "completed", which most shops mean as "sent": there only a delivery counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from connector.parsing import JsonRecord, identifier, quantity, records, told
from connector.values import Stage
from connector.woocommerce.evidence import OrderFacts
from connector.woocommerce.fields import gmt_or_none
from connector.woocommerce.portions import portions_of

_CASH_ON_DELIVERY = "cod"


class Payment(Enum):
    """What is known of the money for units that shall be refunded."""

    CAME_IN = "came in"
    NONE = "none"
    UNSURE = "unsure"
    """Cash on delivery, and the order does not say whether it was collected."""


def is_paid(order: JsonRecord) -> bool:
    """Whether WooCommerce calls an order paid."""
    return gmt_or_none(order.get("date_paid_gmt"), "date_paid_gmt") is not None


def is_cash_on_delivery(order: JsonRecord) -> bool:
    """Whether the buyer pays at the door."""
    return told(order.get("payment_method")) == _CASH_ON_DELIVERY


def cash_for(order: JsonRecord, facts: OrderFacts, line_ids: Iterable[str]) -> Payment:
    """Return whether cash was collected for these lines, or for all if none is named.

    Every unit of them must have been delivered, by a word that is still good without
    the completion: that one stays when a parcel is refused and the order cancelled.
    """
    wanted = frozenset(line_ids)
    believed = _stages(order, facts, wanted)
    proven = _stages(order, replace(facts, completed_at=None), wanted)
    if facts.paid and proven == {Stage.DELIVERED}:
        return Payment.CAME_IN
    doubts = {Stage.DELIVERED, Stage.UNKNOWN} if facts.paid else {Stage.DELIVERED}
    return Payment.UNSURE if doubts & believed else Payment.NONE


def _stages(
    order: JsonRecord, facts: OrderFacts, wanted: frozenset[str]
) -> frozenset[Stage]:
    found: set[Stage] = set()
    for line in records(order.get("line_items"), "line_items"):
        line_id = identifier(line.get("id"), "line id")
        if wanted and line_id not in wanted:
            continue
        units = quantity(line.get("quantity") or 0, "quantity")
        found.update(one.stage for one in portions_of(line_id, units, facts, kept=0))
    return frozenset(found)
