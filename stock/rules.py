"""The rule book: which transfers exist and which papers each needs.

One dictionary decides, here and in the database: ``movement_check`` turns it into the
CHECK that guards the table against everyone who comes past Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from stock.errors import ForbiddenTransfer
from stock.transfers import Bucket, Transfer


class Paper(StrEnum):
    """What must vouch for a transfer, besides a document and a named actor."""

    DOCUMENT = "a document and a named actor"
    ORDER_LINE = "an order line"
    RECEIPT_LINE = "a return receipt line"
    RECEIPT_LINE_OR_REASON = "a return receipt line, or a reason"
    REVERSAL = "the receipt line it reverses, and a reason"


@dataclass(frozen=True, slots=True)
class Rule:
    """One allowed transfer: its name in the trade, and what it needs."""

    name: str
    paper: Paper


_B = Bucket

RULES: Mapping[tuple[Bucket, Bucket], Rule] = MappingProxyType(
    {
        # In the order in which one unit can live through them.
        (_B.OUTSIDE, _B.AVAILABLE): Rule("receive", Paper.DOCUMENT),
        (_B.AVAILABLE, _B.COMMITTED): Rule("commit", Paper.ORDER_LINE),
        (_B.COMMITTED, _B.AVAILABLE): Rule("release", Paper.ORDER_LINE),
        (_B.COMMITTED, _B.OUT): Rule("ship", Paper.ORDER_LINE),
        (_B.OUT, _B.AVAILABLE): Rule("restock", Paper.RECEIPT_LINE),
        (_B.OUT, _B.DAMAGED): Rule("receive damaged", Paper.RECEIPT_LINE),
        (_B.OUT, _B.LOST): Rule("write off", Paper.RECEIPT_LINE_OR_REASON),
        (_B.LOST, _B.AVAILABLE): Rule("found", Paper.RECEIPT_LINE),
        (_B.LOST, _B.DAMAGED): Rule("found damaged", Paper.RECEIPT_LINE),
        (_B.AVAILABLE, _B.OUT): Rule("reverse restock", Paper.REVERSAL),
        (_B.DAMAGED, _B.OUT): Rule("reverse damaged", Paper.REVERSAL),
        (_B.DAMAGED, _B.AVAILABLE): Rule("repair", Paper.DOCUMENT),
        (_B.DAMAGED, _B.OUTSIDE): Rule("scrap", Paper.DOCUMENT),
        (_B.AVAILABLE, _B.OUTSIDE): Rule("count down", Paper.DOCUMENT),
    }
)

RANK: Mapping[tuple[Bucket, Bucket], int] = MappingProxyType(
    {pair: rank for rank, pair in enumerate(RULES)}
)
"""Within a batch, movements are written in this order, so that each finds its units."""

_SQL = MappingProxyType(
    {
        Paper.DOCUMENT: "order_line_id IS NULL AND receipt_line_id IS NULL",
        Paper.ORDER_LINE: "order_line_id IS NOT NULL AND receipt_line_id IS NULL",
        Paper.RECEIPT_LINE: "order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL",
        Paper.RECEIPT_LINE_OR_REASON: (
            "order_line_id IS NOT NULL"
            " AND (receipt_line_id IS NOT NULL OR reason <> '')"
        ),
        Paper.REVERSAL: (
            "order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL AND reason <> ''"
        ),
    }
)


def rule_for(transfer: Transfer) -> Rule:
    """Return the rule that allows a transfer, or raise ``ForbiddenTransfer``."""
    source, target = transfer.source.bucket, transfer.target.bucket
    rule = RULES.get((source, target))
    if rule is None:
        raise ForbiddenTransfer(source, target, "there is no such transfer")
    if not _has_paper(transfer, rule.paper):
        raise ForbiddenTransfer(source, target, f"it needs {rule.paper}")
    if not (transfer.actor and transfer.document):
        raise ForbiddenTransfer(source, target, f"it needs {Paper.DOCUMENT}")
    return rule


def _has_paper(transfer: Transfer, paper: Paper) -> bool:
    line = transfer.order_line_id is not None
    receipt = transfer.receipt_line_id is not None
    match paper:
        case Paper.DOCUMENT:
            return not line and not receipt
        case Paper.ORDER_LINE:
            return line and not receipt
        case Paper.RECEIPT_LINE:
            return line and receipt
        case Paper.RECEIPT_LINE_OR_REASON:
            return line and (receipt or bool(transfer.reason))
        case Paper.REVERSAL:
            return line and receipt and bool(transfer.reason)


def movement_check() -> str:
    """Return the rule book as one SQL condition on a movement."""
    cases = " ".join(
        f"WHEN '{source}>{target}' THEN {_SQL[rule.paper]}"
        for (source, target), rule in RULES.items()
    )
    return f"CASE from_bucket || '>' || to_bucket {cases} ELSE 1 = 0 END"
