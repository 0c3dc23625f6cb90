"""Proves on live data what must always hold, and names the first disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true, and the query that finds what breaks it."""

    name: str
    sentence: str
    query: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant with the first rows that break it; none means it holds."""

    invariant: Invariant
    rows: Sequence[str]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.rows


_LEGS = """
    SELECT sku_id, from_warehouse_id AS warehouse_id, from_bucket AS bucket,
           -quantity AS quantity FROM movement
    UNION ALL
    SELECT sku_id, to_warehouse_id, to_bucket, quantity FROM movement
"""


def _sum(bucket: str) -> str:
    return f"sum(CASE WHEN bucket = '{bucket}' THEN quantity ELSE 0 END)"


INVARIANTS = (
    Invariant(
        "levels_follow",
        "each stock level is the sum of its movements",
        f"""
        SELECT level.sku_id, level.warehouse_id FROM stock_level level
        LEFT JOIN (
            SELECT sku_id, warehouse_id, {_sum("available")} AS available,
                {_sum("committed")} AS committed, {_sum("out")} AS out,
                {_sum("damaged")} AS damaged, {_sum("lost")} AS lost,
                {_sum("outside")} AS outside
            FROM ({_LEGS}) leg GROUP BY sku_id, warehouse_id
        ) history ON history.sku_id = level.sku_id
            AND history.warehouse_id = level.warehouse_id
        WHERE level.available <> coalesce(history.available, 0)
           OR level.committed <> coalesce(history.committed, 0)
           OR level.out <> coalesce(history.out, 0)
           OR level.damaged <> coalesce(history.damaged, 0)
           OR level.lost <> coalesce(history.lost, 0)
           OR level.outside <> coalesce(history.outside, 0)
        """,
    ),
    Invariant(
        "levels_complete",
        "each movement is part of a stock level",
        f"""
        SELECT leg.sku_id, leg.warehouse_id FROM ({_LEGS}) leg
        LEFT JOIN stock_level level ON level.sku_id = leg.sku_id
            AND level.warehouse_id = leg.warehouse_id
        WHERE level.sku_id IS NULL
        """,
    ),
    Invariant(
        "units_conserved",
        "over all buckets and warehouses a SKU adds up to zero",
        """
        SELECT sku_id FROM stock_level GROUP BY sku_id
        HAVING sum(available + committed + out + damaged + lost + outside) <> 0
        """,
    ),
    Invariant(
        "lines_follow",
        "each order line's numbers are the sum of its movements",
        """
        SELECT level.order_line_id FROM line_level level
        LEFT JOIN (
            SELECT order_line_id,
                sum(CASE WHEN to_bucket = 'committed' THEN quantity
                         WHEN from_bucket = 'committed' THEN -quantity
                         ELSE 0 END) AS committed,
                sum(CASE WHEN to_bucket = 'out' THEN quantity
                         WHEN from_bucket = 'out' THEN -quantity ELSE 0 END) AS out,
                sum(CASE WHEN from_bucket IN ('out', 'lost')
                              AND to_bucket = 'available' THEN quantity
                         WHEN from_bucket = 'available' AND to_bucket = 'out'
                              THEN -quantity ELSE 0 END) AS received,
                sum(CASE WHEN to_bucket = 'damaged' THEN quantity
                         WHEN from_bucket = 'damaged' THEN -quantity
                         ELSE 0 END) AS damaged,
                sum(CASE WHEN to_bucket = 'lost' THEN quantity
                         WHEN from_bucket = 'lost' THEN -quantity
                         ELSE 0 END) AS lost
            FROM movement WHERE order_line_id IS NOT NULL GROUP BY order_line_id
        ) history ON history.order_line_id = level.order_line_id
        WHERE level.committed <> coalesce(history.committed, 0)
           OR level.out <> coalesce(history.out, 0)
           OR level.received <> coalesce(history.received, 0)
           OR level.damaged <> coalesce(history.damaged, 0)
           OR level.lost <> coalesce(history.lost, 0)
        """,
    ),
    Invariant(
        "lines_within_what_left",
        "no order line has more units out and back than ever left",
        """
        SELECT line.id FROM order_line line
        JOIN line_level level ON level.order_line_id = line.id
        WHERE level.out + level.received + level.damaged + level.lost > line."left"
        """,
    ),
    Invariant(
        "rises_need_receipts",
        "no unit that left became sellable without a receipt line that says so",
        """
        SELECT movement.id FROM movement
        LEFT JOIN receipt_line receipt ON receipt.id = movement.receipt_line_id
            AND receipt.order_line_id = movement.order_line_id
        WHERE from_bucket IN ('out', 'lost')
          AND to_bucket IN ('available', 'damaged') AND receipt.id IS NULL
        """,
    ),
    Invariant(
        "receipts_booked",
        "each receipt line moved what it says, less what was reversed",
        """
        SELECT receipt.id FROM receipt_line receipt
        LEFT JOIN movement ON movement.receipt_line_id = receipt.id
        GROUP BY receipt.id, receipt.good, receipt.damaged, receipt.lost
        HAVING sum(CASE WHEN movement.to_bucket = 'available'
                        THEN movement.quantity ELSE 0 END) <> receipt.good
            OR sum(CASE WHEN movement.to_bucket = 'damaged'
                        THEN movement.quantity ELSE 0 END) <> receipt.damaged
            OR sum(CASE WHEN movement.to_bucket = 'lost'
                        THEN movement.quantity ELSE 0 END) <> receipt.lost
        """,
    ),
    Invariant(
        "receipts_reversed",
        "a receipt is taken back whole and by a second person's word, or not at all",
        """
        SELECT receipt.id FROM receipt
        LEFT JOIN receipt_reversal reversal ON reversal.receipt_id = receipt.id
        JOIN (
            SELECT line.receipt_id, sum(line.good + line.damaged) AS booked,
                   sum(coalesce(back.quantity, 0)) AS taken
            FROM receipt_line line
            LEFT JOIN (
                SELECT receipt_line_id, sum(quantity) AS quantity FROM movement
                WHERE to_bucket = 'out' AND receipt_line_id IS NOT NULL
                GROUP BY receipt_line_id
            ) back ON back.receipt_line_id = line.id
            GROUP BY line.receipt_id
        ) sums ON sums.receipt_id = receipt.id
        WHERE sums.taken <> CASE WHEN reversal.id IS NULL THEN 0 ELSE sums.booked END
           OR reversal.actor = receipt.actor
        """,
    ),
    Invariant(
        "once_each",
        "no cause was posted twice",
        "SELECT key FROM movement GROUP BY key HAVING count(*) > 1",
    ),
    Invariant(
        "rises_answerable",
        "every rise of stock names who, why and from which document",
        """
        SELECT id FROM movement
        WHERE to_bucket = 'available' AND (actor = '' OR document = '')
        """,
    ),
    Invariant(
        "returns_within_what_left",
        "no expected return settles more than it announces",
        """
        SELECT expected_return_id, order_line_id FROM expected_return_line
        WHERE settled > quantity OR settled < 0
        """,
    ),
    Invariant(
        "returns_add_up",
        "each expected return has as many units open as its lines",
        """
        SELECT item.id FROM expected_return item
        LEFT JOIN expected_return_line line ON line.expected_return_id = item.id
        GROUP BY item.id, item.open_units
        HAVING item.open_units <> coalesce(sum(line.quantity - line.settled), 0)
        """,
    ),
    Invariant(
        "sheets_booked",
        "each posted parcel's receipt is about its order, is booked where its sheet"
        " says, and books what was judged",
        """
        SELECT parcel.id FROM sheet_parcel parcel
        JOIN return_sheet sheet ON sheet.id = parcel.sheet_id
        JOIN receipt ON receipt.id = parcel.receipt_id
        WHERE receipt.order_id <> parcel.order_id
           OR receipt.warehouse_id <> sheet.warehouse_id
        UNION ALL
        SELECT parcel_id FROM (
            SELECT parcel.id AS parcel_id, judged.sku_id, judged.warehouse_id,
                   judged.good, judged.damaged, judged.lost
            FROM sheet_parcel parcel
            JOIN sheet_line judged ON judged.parcel_id = parcel.id
            WHERE parcel.state = 'posted'
            UNION ALL
            SELECT parcel.id, sold.sku_id, sold.warehouse_id,
                   -booked.good, -booked.damaged, -booked.lost
            FROM sheet_parcel parcel
            JOIN receipt_line booked ON booked.receipt_id = parcel.receipt_id
            JOIN order_line sold ON sold.id = booked.order_line_id
        ) side GROUP BY parcel_id, sku_id, warehouse_id
        HAVING sum(good) <> 0 OR sum(damaged) <> 0 OR sum(lost) <> 0
        """,
    ),
    Invariant(
        "sheets_closed",
        "a closed sheet has no drafts, and is posted if any of its parcels is",
        """
        SELECT id FROM (
            SELECT sheet.id, sheet.state,
                sum(CASE WHEN parcel.state = 'draft' THEN 1 ELSE 0 END) AS drafts,
                sum(CASE WHEN parcel.state = 'posted' THEN 1 ELSE 0 END) AS posted
            FROM return_sheet sheet
            LEFT JOIN sheet_parcel parcel ON parcel.sheet_id = sheet.id
            GROUP BY sheet.id, sheet.state
        ) sums
        WHERE (state <> 'draft' AND drafts > 0)
           OR (state = 'posted' AND posted = 0)
           OR (state = 'discarded' AND posted > 0)
        """,
    ),
)


def examine(session: Session, *, most: int = 5) -> Sequence[Finding]:
    """Check every invariant; each finding names at most ``most`` offenders."""
    return [Finding(item, _offenders(session, item, most)) for item in INVARIANTS]


def _offenders(session: Session, item: Invariant, most: int) -> list[str]:
    rows = session.execute(text(f"{item.query} LIMIT {most}"))
    return [
        ", ".join(f"{name} {value}" for name, value in row._mapping.items())
        for row in rows
    ]
