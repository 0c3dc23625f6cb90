"""Reads an order's refunds: money, and what they say about units; pure functions."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from connector.haravan.evidence import OrderFacts
from connector.haravan.fields import count, money_back, when, word
from connector.parsing import JsonRecord, identifier, records, told
from connector.values import ChannelRefund, RefundState

_MARK = re.compile(r"\s*\[truestock [0-9a-f]{24}\]")
# A cancel writes its own moment some milliseconds before that of its refund.
_WITH_THE_CANCEL = timedelta(seconds=5)

DONE_WORDS = frozenset({"", "success", "thànhcông"})
REFUSED_WORDS = frozenset({"failure", "failed", "error", "thấtbại"})
"""States of a payment; the samples print them in two languages, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid:
    """A refund as Haravan keeps it; ``units`` are by order line."""

    refund_id: str
    amount: Decimal
    state: RefundState
    note: str
    created_at: datetime
    restocked: bool
    units: Mapping[str, int]

    @property
    def is_ours(self) -> bool:
        """Whether Truestock made it."""
        return bool(_MARK.search(self.note))

    def answers(self, key: str) -> bool:
        """Whether it is the refund of this request."""
        return _mark(key) in self.note


def note_of(reason: str, key: str) -> str:
    """Return the note of a refund; a reason cannot carry another request's mark."""
    harmless = reason.replace("[", "(").replace("]", ")").strip()[:200]
    return f"{harmless} {_mark(key)}".strip()


def repaid_from(refund: JsonRecord) -> Repaid:
    """Return a refund; raises ``Malformed``."""
    payments = [
        payment
        for payment in records(refund.get("transactions"), "refund transactions")
        if word(payment.get("kind")) in ("", "refund")
    ]
    return Repaid(
        refund_id=identifier(refund.get("id"), "refund id"),
        amount=sum(
            (money_back(one.get("amount"), "refund amount") for one in payments),
            Decimal(0),
        ),
        state=_state([word(one.get("status")) for one in payments]),
        note=told(refund.get("note")),
        created_at=when(refund.get("created_at"), "refund created_at"),
        restocked=refund.get("restock") is True,
        units=_units(refund),
    )


def all_repaid(order: JsonRecord) -> tuple[Repaid, ...]:
    """Return the refunds of an order, the oldest first; raises ``Malformed``."""
    entries = records(order.get("refunds"), "refunds")
    return tuple(sorted(map(repaid_from, entries), key=lambda one: one.created_at))


def refund_of(repaid: Repaid, currency: str) -> ChannelRefund:
    """Return a refund as the contract tells it."""
    return ChannelRefund(
        refund_id=repaid.refund_id,
        amount=repaid.amount,
        currency=currency,
        state=repaid.state,
        reason=_MARK.sub("", repaid.note).strip(),
    )


def belongs_to_cancel(repaid: Repaid, order: OrderFacts) -> bool:
    """Whether a refund is the money side of the order's cancel."""
    if not order.cancelled:
        return False
    moment = order.cancelled_at
    return moment is None or repaid.created_at >= moment - _WITH_THE_CANCEL


@dataclass(frozen=True, slots=True)
class UnitsBack:
    """What became of the units that refunds name, by order line.

    ``kept`` never left.  ``returned`` left before, and are by refund.
    """

    kept: Mapping[str, int]
    returned: Mapping[str, Mapping[str, int]]


def units_back(
    repaid: tuple[Repaid, ...], order: OrderFacts, withdrawable: Mapping[str, int]
) -> UnitsBack:
    """Divide refunded units into those that left before and those that never did.

    The moment of the line's first fulfilment decides.  Where a part of the line was
    sent and a part refunded later, ``withdrawable`` says how many units of the rest
    the order no longer wants to send.
    """
    kept: defaultdict[str, int] = defaultdict(int)
    returned: dict[str, dict[str, int]] = {}
    for refund in repaid:
        if belongs_to_cancel(refund, order):
            continue
        for line_id, named in refund.units.items():
            left_at = order.left_at(line_id)
            if left_at is None or refund.created_at < left_at:
                kept[line_id] += named
                continue
            spare = max(withdrawable.get(line_id, 0) - kept[line_id], 0)
            stays = min(named, spare)
            kept[line_id] += stays
            if named > stays:
                lines = returned.setdefault(refund.refund_id, {})
                lines[line_id] = lines.get(line_id, 0) + named - stays
    return UnitsBack(dict(kept), returned)


def _units(refund: JsonRecord) -> dict[str, int]:
    units: defaultdict[str, int] = defaultdict(int)
    for line in records(refund.get("refund_line_items"), "refund_line_items"):
        line_id = identifier(line.get("line_item_id"), "line_item_id")
        units[line_id] += count(line.get("quantity"), "refund quantity")
    return {line_id: named for line_id, named in units.items() if named}


def _state(words: list[str]) -> RefundState:
    """Return how far the money is; a word that nobody knows is no proof."""
    if all(one in DONE_WORDS for one in words):
        return RefundState.DONE
    if all(one in REFUSED_WORDS for one in words):
        return RefundState.REFUSED
    return RefundState.PENDING


def _mark(key: str) -> str:
    return f"[truestock {hashlib.sha256(key.encode()).hexdigest()[:24]}]"
