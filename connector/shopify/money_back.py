"""Reads Shopify's refunds, and marks ours in their notes; pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from connector.parsing import JsonRecord, identifier, text
from connector.shopify.fields import money, nodes, number_of
from connector.values import ChannelRefund, RefundState

_MARKS = re.compile(r"\s*\[truestock:[^\]]*\]")

TRANSACTION_STATUSES: Mapping[str, RefundState] = {
    "SUCCESS": RefundState.DONE,
    "PENDING": RefundState.PENDING,
    "AWAITING_RESPONSE": RefundState.PENDING,
    "UNKNOWN": RefundState.PENDING,
    "FAILURE": RefundState.REFUSED,
    "ERROR": RefundState.REFUSED,
}

REFUND_FIELDS = """
    id
    note
    totalRefundedSet { presentmentMoney { amount currencyCode } }
    transactions(first: 3) {
      nodes {
        kind
        status
        amountSet { presentmentMoney { amount currencyCode } }
      }
    }
"""


def mark(key: str) -> str:
    """Return the words in a refund's note that stand for a request's key."""
    return f"[truestock:{key.replace(']', ')')}]"


def note_of(reason: str, key: str) -> str:
    """Return the note of a refund; a reason cannot carry another request's mark."""
    harmless = reason.replace("[", "(").replace("]", ")").strip()[:200]
    return f"{harmless} {mark(key)}".strip()


def is_ours(refund: JsonRecord) -> bool:
    """Whether Truestock made this refund."""
    return bool(_MARKS.search(text(refund.get("note"), "note")))


def refund_of(refund: JsonRecord, currency: str) -> ChannelRefund | None:
    """Return the money of a refund; one that only moves stock has none."""
    payments = [
        entry
        for entry in nodes(refund.get("transactions"), "transactions")
        if entry.get("kind") == "REFUND"
    ]
    total = money(refund.get("totalRefundedSet"), "totalRefundedSet")
    if not payments and not total:
        return None
    tried = (money(entry.get("amountSet"), "amountSet") for entry in payments)
    return ChannelRefund(
        refund_id=number_of(refund.get("id"), "refund id"),
        amount=total or sum(tried, Decimal(0)),
        currency=currency,
        state=_state([identifier(one.get("status"), "status") for one in payments]),
        reason=_MARKS.sub("", text(refund.get("note"), "note")).strip(),
    )


def _state(statuses: list[str]) -> RefundState:
    """Return how far the money is; a refund is no proof that any was moved."""
    states = {TRANSACTION_STATUSES.get(word, RefundState.PENDING) for word in statuses}
    if not states or RefundState.PENDING in states:
        return RefundState.PENDING
    return RefundState.DONE if RefundState.DONE in states else RefundState.REFUSED
