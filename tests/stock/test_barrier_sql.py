"""Whoever comes with plain SQL, past Python, is refused by the database."""

from __future__ import annotations

import pytest

from tests.stock import plain
from tests.stock.scene import Scene, make_scene
from tests.stock.stories import NOT_SHIPPED, simple_order
from tests.stock.world import World, unique


@pytest.fixture
def scene(world: World) -> Scene:
    return make_scene(world)


@pytest.mark.parametrize(
    "change", ["available = 99", "movement_id = movement_id + 1", "out = out - 1"]
)
@pytest.mark.parametrize("table", ["stock_level", "line_level"])
def test_a_stranger_cannot_update_levels(scene: Scene, table: str, change: str) -> None:
    if table == "line_level":
        change = change.replace("available", "received")
    scene.refuses(f"UPDATE {table} SET {change}")


def test_a_stranger_cannot_apply_a_movement_twice(scene: Scene) -> None:
    scene.refuses(
        "UPDATE stock_level SET available = available + 10, outside = outside - 10,"
        " movement_id = (SELECT min(id) FROM movement)"
    )


@pytest.mark.parametrize("table", ["movement", "stock_level", "line_level"])
def test_a_stranger_cannot_delete(scene: Scene, table: str) -> None:
    scene.refuses(f"DELETE FROM {table}")


def test_a_stranger_cannot_insert_a_level_with_units(scene: Scene) -> None:
    scene.refuses(
        "INSERT INTO stock_level (sku_id, warehouse_id, available)"
        f" VALUES ({scene.sku_id}, 77, 5)"
    )


@pytest.mark.parametrize("table", ["receipt", "receipt_line", "movement"])
def test_a_stranger_cannot_edit_history(scene: Scene, table: str) -> None:
    column = {"receipt": "actor", "receipt_line": "good", "movement": "quantity"}[table]
    value = "'x'" if table == "receipt" else "9"
    scene.refuses(f"UPDATE {table} SET {column} = {value}")


@pytest.mark.parametrize("table", ["receipt", "receipt_line"])
def test_a_stranger_cannot_delete_receipts(scene: Scene, table: str) -> None:
    scene.refuses(f"DELETE FROM {table}")


@pytest.mark.parametrize("name", ["movement", "stock_level", "line_level", "receipt"])
def test_a_table_cannot_be_emptied(scene: Scene, name: str) -> None:
    if plain.is_sqlite(scene.world.database):
        scene.refuses(f"DELETE FROM {name} WHERE true")
    else:
        scene.refuses(f"TRUNCATE {name} CASCADE")


def test_emptying_the_catalogue_does_not_empty_the_ledger(scene: Scene) -> None:
    if plain.is_sqlite(scene.world.database):
        scene.refuses("PRAGMA foreign_keys = ON", "DELETE FROM sku")
    else:
        scene.refuses("TRUNCATE sku, warehouse CASCADE")


def _replacements(scene: Scene) -> dict[str, str]:
    movement = scene.insert(to_bucket="damaged")
    return {
        "movement": movement.replace("(key", "(id, key").replace("('by", "(1, 'by"),
        "stock_level": "INSERT INTO stock_level (sku_id, warehouse_id, available)"
        f" VALUES ({scene.sku_id}, 1, 99)",
        "line_level": "INSERT INTO line_level (order_line_id, sku_id, received)"
        f" VALUES ({scene.line_id}, {scene.sku_id}, 3)",
        "receipt": "INSERT INTO receipt (id, key, content, order_id, warehouse_id,"
        " actor, note, posted_at) VALUES"
        " (1, 'k', 'c', 1, 1, 'nobody', '', '2026-11-22 09:00:00')",
        "receipt_line": "INSERT INTO receipt_line"
        " (id, receipt_id, order_line_id, good, damaged, lost)"
        f" VALUES ({scene.receipt_line_id}, 1, {scene.line_id}, 9, 0, 0)",
    }


@pytest.mark.parametrize(
    "table", ["movement", "stock_level", "line_level", "receipt", "receipt_line"]
)
def test_nothing_can_be_replaced(scene: Scene, table: str) -> None:
    statement = _replacements(scene)[table]
    if plain.is_sqlite(scene.world.database):
        scene.refuses(statement.replace("INSERT", "INSERT OR REPLACE", 1))
    else:
        key = {"stock_level": "sku_id, warehouse_id", "line_level": "order_line_id"}
        column = key.get(table, "id")
        first = column.split(",")[0]
        update = f"DO UPDATE SET {first} = {table}.{first}"
        scene.refuses(f"{statement} ON CONFLICT ({column}) {update}")


_TOO_MUCH: dict[str, dict[str, object]] = {
    "ships what is not committed": {
        "from_bucket": "committed",
        "to_bucket": "out",
        "receipt_line_id": None,
    },
    "gives back what is not committed": {
        "from_bucket": "committed",
        "to_bucket": "available",
        "receipt_line_id": None,
    },
    "scraps more than is damaged": {
        "from_bucket": "damaged",
        "to_bucket": "outside",
        "order_line_id": None,
        "receipt_line_id": None,
        "quantity": 50,
    },
    "repairs more than is damaged": {
        "from_bucket": "damaged",
        "order_line_id": None,
        "receipt_line_id": None,
        "quantity": 50,
    },
}


@pytest.mark.parametrize("clause", ["IGNORE", "FAIL", "REPLACE", "ROLLBACK", "ABORT"])
@pytest.mark.parametrize("movement", _TOO_MUCH.values(), ids=_TOO_MUCH)
def test_no_conflict_clause_keeps_a_movement_without_its_levels(
    scene: Scene, movement: dict[str, object], clause: str
) -> None:
    # Units of another order that a shelf could lose to this one.
    order = simple_order(unique("order"), "MUG", NOT_SHIPPED, quantity=1)
    scene.world.tell(order)
    statement = scene.insert(**movement)
    if plain.is_sqlite(scene.world.database):
        scene.refuses(statement.replace("INSERT", f"INSERT OR {clause}", 1))
    else:
        scene.refuses(f"{statement} ON CONFLICT DO NOTHING")


def test_a_receipt_key_cannot_be_taken_over(scene: Scene) -> None:
    database = scene.world.database
    [[key]] = plain.run(database, "SELECT key FROM receipt WHERE id = 1")[0]
    statement = _replacements(scene)["receipt"].replace("(1, 'k'", f"(99, '{key}'")
    if plain.is_sqlite(database):
        statement = statement.replace("INSERT", "INSERT OR REPLACE", 1)
    scene.refuses(statement)


def test_units_do_not_come_back_without_a_receipt_line(scene: Scene) -> None:
    scene.refuses(scene.insert(receipt_line_id=None))


def test_units_do_not_come_back_by_a_reason_alone(scene: Scene) -> None:
    scene.refuses(scene.insert(receipt_line_id=None, reason="I know it came back"))


def test_a_receipt_line_that_does_not_exist_vouches_for_nothing(scene: Scene) -> None:
    scene.refuses(scene.insert(receipt_line_id=999_999))


def test_another_lines_receipt_vouches_for_nothing(scene: Scene) -> None:
    more = (
        "INSERT INTO receipt_line (id, receipt_id, order_line_id, good, damaged, lost)"
        " SELECT 77, receipt_id, order_line_id, 1, 0, 0 FROM receipt_line"
        f" WHERE id = {scene.other_receipt_line_id}"
    )
    scene.refuses(more, scene.insert(receipt_line_id=77))


@pytest.mark.parametrize("bucket", ["available", "damaged", "lost"])
def test_a_receipt_line_vouches_for_no_more_than_it_says(
    scene: Scene, bucket: str
) -> None:
    scene.refuses(scene.insert(to_bucket=bucket))


def test_a_line_without_units_out_gives_none_back(scene: Scene) -> None:
    order_id = unique("order")
    scene.world.tell(simple_order(order_id, "MUG", NOT_SHIPPED))
    line_id = scene.world.line_of(order_id).id
    receipt = (
        "INSERT INTO receipt_line (receipt_id, order_line_id, good, damaged, lost)"
        f" VALUES (1, {line_id}, 1, 0, 0)"
    )
    restock = scene.insert(order_line_id=line_id).replace(
        f" {scene.receipt_line_id},", " (SELECT max(id) FROM receipt_line),"
    )
    scene.refuses(receipt, restock)


@pytest.mark.parametrize(
    "buckets", [("committed", "out"), ("committed", "available")], ids="->".join
)
def test_a_line_cannot_go_below_zero(scene: Scene, buckets: tuple[str, str]) -> None:
    source, target = buckets
    scene.refuses(
        scene.insert(from_bucket=source, to_bucket=target, receipt_line_id=None)
    )


def test_damaged_units_cannot_go_below_zero(scene: Scene) -> None:
    scene.refuses(
        scene.insert(
            from_bucket="damaged",
            order_line_id=None,
            receipt_line_id=None,
            quantity=3,
        )
    )


def test_a_reversal_goes_no_further_than_the_receipt(scene: Scene) -> None:
    scene.refuses(
        scene.insert(
            from_bucket="available", to_bucket="out", quantity=2, reason="a mistake"
        )
    )


def test_an_order_line_of_another_sku_vouches_for_nothing(scene: Scene) -> None:
    scene.world.stock("PLATE", 5)
    scene.refuses(
        scene.insert(
            sku_id=scene.world.sku("PLATE").id,
            from_bucket="available",
            to_bucket="committed",
            receipt_line_id=None,
        )
    )


def test_an_order_line_that_does_not_exist_vouches_for_nothing(scene: Scene) -> None:
    scene.refuses(
        scene.insert(
            from_bucket="available",
            to_bucket="committed",
            order_line_id=999_999,
            receipt_line_id=None,
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 10_000_000},
        {"quantity": "many"},
        {"actor": ""},
        {"document": ""},
        {"to_bucket": "elsewhere"},
        {"actor": None},
        {"from_bucket": None},
    ],
    ids=str,
)
def test_a_malformed_movement_is_refused(
    scene: Scene, change: dict[str, object]
) -> None:
    scene.refuses(plain.insert_movement(**({"sku_id": scene.sku_id} | change)))


def test_a_key_is_used_once(scene: Scene) -> None:
    statement = plain.insert_movement(sku_id=scene.sku_id)
    scene.refuses(statement, statement)


def test_levels_follow_a_legal_movement_whoever_inserts_it(scene: Scene) -> None:
    world = scene.world
    before, wanted = world.level("MUG"), world.listing("MUG").wanted_version

    plain.run(world.database, plain.insert_movement(sku_id=scene.sku_id, quantity=4))

    assert world.level("MUG").available == before.available + 4
    assert world.listing("MUG").wanted_version == wanted + 1
    assert world.broken_invariants() == []
