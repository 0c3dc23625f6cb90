"""Reads an order's refunds: money, and what they say about units; pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connector.parsing import JsonRecord, amount, identifier, quantity, records, told
from connector.values import ChannelRefund, RefundState, Stage
from connector.woocommerce.evidence import OrderFacts, fate_outside
from connector.woocommerce.fields import gmt, is_yes, meta_of

KEY_META = "_truestock_refund_key"
"""Names the request that a refund of ours answers."""
GATEWAY_META = "_truestock_refund_by_gateway"
"""Marks a refund of ours that the payment gateway was asked to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid:
    """A refund as WooCommerce keeps it; ``units`` are by order line."""

    refund_id: str
    amount: Decimal
    reason: str
    created_at: datetime
    key: str
    paid_by_gateway: bool
    gateway_asked: bool
    units: Mapping[str, int]

    @property
    def is_ours(self) -> bool:
        return bool(self.key)


def repaid_from(record: JsonRecord) -> Repaid:
    """Return a record of ``orders/{id}/refunds``; raises ``Malformed``."""
    meta = meta_of(record)
    return Repaid(
        refund_id=identifier(record.get("id"), "refund id"),
        amount=_unsigned(record.get("amount"), "refund amount"),
        reason=told(record.get("reason")),
        created_at=gmt(record.get("date_created_gmt"), "refund date_created_gmt"),
        key=told(meta.get(KEY_META)),
        paid_by_gateway=is_yes(record.get("refunded_payment")),
        gateway_asked=is_yes(meta.get(GATEWAY_META)),
        units=_units(record),
    )


def refund_of(repaid: Repaid, currency: str) -> ChannelRefund:
    """Return a refund as the contract tells it.

    WooCommerce records a refund when it is made; where the gateway is to pay it, it is
    under way until the gateway has.
    """
    under_way = repaid.gateway_asked and not repaid.paid_by_gateway
    return ChannelRefund(
        refund_id=repaid.refund_id,
        amount=repaid.amount,
        currency=currency,
        state=RefundState.PENDING if under_way else RefundState.DONE,
        reason=repaid.reason,
    )


def was_before_leaving(repaid: Repaid, order: OrderFacts) -> bool:
    """Whether a refund was made while the order's goods were on the shelf."""
    if order.left_at is not None:
        return repaid.created_at < order.left_at
    if order.shipments:
        return False
    return order.has_ended or fate_outside(order).stage is Stage.NOT_SHIPPED


def units_kept(repaid: Iterable[Repaid], order: OrderFacts) -> dict[str, int]:
    """Return the units per line that a refund took out before the others left."""
    kept: defaultdict[str, int] = defaultdict(int)
    for refund in repaid:
        if was_before_leaving(refund, order):
            for line_id, count in refund.units.items():
                kept[line_id] += count
    return dict(kept)


def _units(record: JsonRecord) -> dict[str, int]:
    units: defaultdict[str, int] = defaultdict(int)
    for line in records(record.get("line_items"), "refund line_items"):
        line_id = told(meta_of(line).get("_refunded_item_id"))
        count = quantity(_positive(line.get("quantity")), "refund quantity")
        if line_id and count:
            units[line_id] += count
    return dict(units)


def _positive(value: object) -> object:
    """Return a quantity without the sign that refunds put before it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value)
    return value.removeprefix("-") if isinstance(value, str) else value


def _unsigned(value: object, name: str) -> Decimal:
    return amount(value.removeprefix("-") if isinstance(value, str) else value, name)
