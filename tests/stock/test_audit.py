"""Each invariant fires: the nets are cut first, then the database is corrupted."""

from __future__ import annotations

import pytest

from stock import audit
from stock.sheets import Counts
from tests.stock import plain
from tests.stock.crate import open_crate
from tests.stock.stories import DELIVERED, buyer_return, simple_order
from tests.stock.world import World

ORDER = "ORDER"

_UNCHECKED = {
    "lines_within_what_left": 'UPDATE order_line SET "left" = 1',
    "returns_within_what_left": "UPDATE expected_return_line SET settled = 9",
    "returns_add_up": "UPDATE expected_return SET open_units = 9",
}
_CORRUPTIONS = {
    "levels_follow": "UPDATE stock_level SET available = available + 1,"
    " outside = outside - 1",
    "levels_complete": "DELETE FROM stock_level",
    "units_conserved": "UPDATE stock_level SET available = available + 1",
    "lines_follow": "UPDATE line_level SET out = out + 1",
    "rises_need_receipts": "UPDATE movement SET receipt_line_id = NULL"
    " WHERE from_bucket = 'out'",
    "receipts_booked": "UPDATE receipt_line SET good = good + 1",
    "receipts_reversed": "INSERT INTO receipt_reversal"
    " (receipt_id, key, reason, actor, reversed_at)"
    " SELECT id, 'by-hand', 'a mistake', 'minh', posted_at FROM receipt",
    "once_each": "UPDATE movement SET key = 'same'",
    "rises_answerable": "UPDATE movement SET actor = ''",
    "sheets_booked": "UPDATE sheet_line SET good = good + 1",
    "sheets_closed": "UPDATE return_sheet SET state = 'discarded'",
} | _UNCHECKED


@pytest.fixture
def returned(world: World) -> World:
    """Two of three mugs came back, on a sheet."""
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=3))
    world.tell_return(buyer_return(ORDER, "MUG", 3, minute=1))
    crate = open_crate(world)
    parcel = crate.put(ORDER).parcel
    crate.judge(parcel.id, Counts(good=2, missing=1), version=1)
    crate.post_all()
    return world


def _cut_the_nets(world: World) -> None:
    database = world.database
    if plain.is_sqlite(database):
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        [names] = plain.run(database, found)
        plain.run(database, *(f"DROP TRIGGER {name}" for (name,) in names))
        # The checks themselves can only be got rid of by making the table again.
        [columns] = plain.run(database, "SELECT * FROM movement LIMIT 0")
        assert columns == []
        plain.run(
            database,
            "CREATE TABLE copy AS SELECT * FROM movement",
            "DROP TABLE movement",
            "ALTER TABLE copy RENAME TO movement",
        )
        return
    plain.run(
        database,
        *(
            f"ALTER TABLE {table} DISABLE TRIGGER ALL"
            for table in (
                "movement",
                "stock_level",
                "line_level",
                "receipt_line",
                "sheet_line",
            )
        ),
        "ALTER TABLE movement DROP CONSTRAINT ck_movement_allowed",
        "ALTER TABLE movement DROP CONSTRAINT ck_movement_answerable",
        "ALTER TABLE movement DROP CONSTRAINT uq_movement_key",
    )


@pytest.mark.parametrize("name", [item.name for item in audit.INVARIANTS])
def test_a_broken_invariant_is_found_and_named(returned: World, name: str) -> None:
    _cut_the_nets(returned)
    assert returned.broken_invariants() == []

    plain.run(returned.database, _CORRUPTIONS[name])

    assert name in returned.broken_invariants()


def test_a_finding_names_its_first_offenders(returned: World) -> None:
    _cut_the_nets(returned)
    plain.run(returned.database, _CORRUPTIONS["units_conserved"])

    with returned.database.read() as session:
        [finding] = [
            f
            for f in audit.examine(session, most=1)
            if f.rows and f.invariant.name == "units_conserved"
        ]

    assert finding.rows == [f"sku_id {returned.sku('MUG').id}"]
