"""The rule book in Python and the CHECK in the database say the same."""

from __future__ import annotations

import itertools

import pytest

from stock.errors import ForbiddenTransfer
from stock.rules import RANK, RULES, rule_for
from stock.session import Database
from stock.transfers import Bucket, Place, Transfer
from tests.stock import plain

Case = tuple[Bucket, Bucket, bool, bool, bool]

CASES: list[Case] = list(
    itertools.product(Bucket, Bucket, (False, True), (False, True), (False, True))
)


def _transfer(case: Case) -> Transfer:
    source, target, has_line, has_receipt, has_reason = case
    return Transfer(
        key=str(CASES.index(case)),
        sku_id=1,
        quantity=1,
        source=Place(source, 1),
        target=Place(target, 1),
        document="document",
        actor="actor",
        order_line_id=1 if has_line else None,
        receipt_line_id=1 if has_receipt else None,
        reason="reason" if has_reason else "",
    )


def _allowed_by_the_dictionary(case: Case) -> bool:
    try:
        rule_for(_transfer(case))
    except ForbiddenTransfer:
        return False
    return True


def _copy_of_the_table(database: Database) -> str:
    """Return a statement that makes a table with the real one's checks only."""
    if not plain.is_sqlite(database):
        return "CREATE TABLE probe (LIKE movement INCLUDING CONSTRAINTS)"
    find = "SELECT sql FROM sqlite_master WHERE name = 'movement'"
    [[created]] = plain.run(database, find)[0]
    return str(created).replace("movement", "probe", 1)


def _insert(case: Case) -> str:
    transfer = _transfer(case)
    statement = plain.insert_movement(
        key=transfer.key,
        from_bucket=transfer.source.bucket.value,
        to_bucket=transfer.target.bucket.value,
        order_line_id=transfer.order_line_id,
        receipt_line_id=transfer.receipt_line_id,
        reason=transfer.reason,
    )
    statement = statement.replace("INTO movement (", "INTO probe (id, ")
    return statement.replace("VALUES (", f"VALUES ({transfer.key}, ")


def test_the_database_allows_exactly_what_the_dictionary_allows(
    database: Database,
) -> None:
    plain.run(database, _copy_of_the_table(database))

    allowed = plain.allowed(database, [_insert(case) for case in CASES])

    assert len(CASES) == 36 * 8
    assert allowed == [_allowed_by_the_dictionary(case) for case in CASES]


def test_the_rule_book_allows_fourteen_of_thirty_six_pairs() -> None:
    assert len(RULES) == 14


def test_only_a_receipt_line_makes_a_unit_that_left_sellable() -> None:
    sellable = [
        case
        for case in CASES
        if case[0] in (Bucket.OUT, Bucket.LOST)
        and case[1] in (Bucket.AVAILABLE, Bucket.COMMITTED)
        and _allowed_by_the_dictionary(case)
    ]

    assert sellable
    assert all(has_line and has_receipt for _, _, has_line, has_receipt, _ in sellable)


@pytest.mark.parametrize("bucket", list(Bucket))
def test_each_bucket_is_filled_before_it_is_emptied(bucket: Bucket) -> None:
    # Found and repaired units begin a life of their own: their ranks come last.
    late = {Bucket.LOST, Bucket.DAMAGED, Bucket.OUTSIDE}
    fills = [rank for (_, target), rank in RANK.items() if target is bucket]
    drains = [
        rank
        for (source, target), rank in RANK.items()
        if source is bucket and not {source, target} & late
    ]

    assert not drains or min(fills) < min(drains)
