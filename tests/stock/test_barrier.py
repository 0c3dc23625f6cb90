"""Whoever goes round the guard in our own sessions is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from stock.errors import UnguardedWrite
from stock.models import LineLevel, Movement, StockLevel
from tests.stock import plain
from tests.stock.scene import Scene, make_scene
from tests.stock.world import World

MOVEMENT: Any = Movement.__table__
LEVEL: Any = StockLevel.__table__


@pytest.fixture
def scene(world: World) -> Scene:
    return make_scene(world)


def _movement(scene: Scene) -> dict[str, Any]:
    return {
        "key": "by-hand",
        "posted_at": datetime.now(UTC),
        "sku_id": scene.sku_id,
        "quantity": 1,
        "from_bucket": "outside",
        "from_warehouse_id": 1,
        "to_bucket": "available",
        "to_warehouse_id": 1,
        "document": "by hand",
        "actor": "somebody",
        "reason": "",
    }


def _refused(
    scene: Scene, attempt: Any, refusal: type[Exception] = UnguardedWrite
) -> None:
    """Expect our own session to refuse the attempt and to write nothing."""
    database = scene.world.database
    with plain.refusing(database, refusal), database.write() as session:
        attempt(session)
        session.flush()


def test_a_stock_level_cannot_be_assigned(scene: Scene) -> None:
    def attempt(session: Session) -> None:
        session.get_one(StockLevel, (scene.sku_id, 1)).available = 99

    _refused(scene, attempt)


def test_a_line_level_cannot_be_assigned(scene: Scene) -> None:
    def attempt(session: Session) -> None:
        session.get_one(LineLevel, scene.line_id).out = 0

    _refused(scene, attempt)


def test_a_movement_cannot_be_added(scene: Scene) -> None:
    _refused(scene, lambda session: session.add(Movement(**_movement(scene))))


def test_a_query_cannot_carry_a_write(scene: Scene) -> None:
    values = _movement(scene)
    written = insert(MOVEMENT).values(values).returning(MOVEMENT.c.id).cte("written")

    _refused(scene, lambda session: session.execute(select(written.c.id)))


def test_a_query_within_a_query_cannot_carry_a_write(scene: Scene) -> None:
    values = _movement(scene)
    written = insert(MOVEMENT).values(values).returning(MOVEMENT.c.id).cte("written")
    outer = select(select(written.c.id).cte("read").c.id)

    _refused(scene, lambda session: session.execute(outer))


def test_a_stock_level_cannot_be_added(scene: Scene) -> None:
    level = StockLevel(sku_id=scene.sku_id, warehouse_id=2, available=5)
    _refused(scene, lambda session: session.add(level))


def test_a_movement_cannot_be_edited(scene: Scene) -> None:
    def attempt(session: Session) -> None:
        session.scalars(select(Movement)).all()[0].quantity = 99

    _refused(scene, attempt)


def test_a_movement_cannot_be_deleted(scene: Scene) -> None:
    def attempt(session: Session) -> None:
        session.delete(session.scalars(select(Movement)).all()[0])

    _refused(scene, attempt)


def test_a_stock_level_cannot_be_deleted(scene: Scene) -> None:
    def attempt(session: Session) -> None:
        session.delete(session.get_one(StockLevel, (scene.sku_id, 1)))

    _refused(scene, attempt)


@pytest.mark.parametrize(
    "statement",
    [
        update(StockLevel).values(available=99),
        update(LEVEL).values(available=99),
        update(LineLevel).values(out=0),
        update(Movement).values(quantity=99),
        delete(StockLevel),
        delete(LineLevel),
        delete(MOVEMENT),
    ],
    ids=lambda statement: " ".join(str(statement).split()[:3]),
)
def test_a_session_refuses_statements_of_core(scene: Scene, statement: Any) -> None:
    _refused(scene, lambda session: session.execute(statement))


def test_a_session_refuses_an_insert_of_core(scene: Scene) -> None:
    _refused(
        scene,
        lambda session: session.execute(insert(MOVEMENT).values(**_movement(scene))),
    )


def test_bulk_insert_mappings_is_refused(scene: Scene) -> None:
    _refused(
        scene,
        lambda session: session.bulk_insert_mappings(Movement, [_movement(scene)]),
    )


def test_bulk_save_objects_is_refused(scene: Scene) -> None:
    _refused(
        scene,
        lambda session: session.bulk_save_objects([Movement(**_movement(scene))]),
    )


def test_bulk_update_mappings_is_refused(scene: Scene) -> None:
    row = {"sku_id": scene.sku_id, "warehouse_id": 1, "available": 99}
    _refused(scene, lambda session: session.bulk_update_mappings(StockLevel, [row]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_level SET available = 99",
        "UPDATE line_level SET out = 0",
        "UPDATE movement SET quantity = 99",
        "DELETE FROM movement",
        "DELETE FROM stock_level",
        "DELETE FROM line_level",
    ],
)
def test_a_session_refuses_sql_as_text(scene: Scene, statement: str) -> None:
    # No built statement, so it is the database that refuses.
    _refused(scene, lambda session: session.execute(text(statement)), DBAPIError)


def test_the_sessions_connection_refuses_core_too(scene: Scene) -> None:
    change = update(LEVEL).values(available=99)
    _refused(scene, lambda session: session.connection().execute(change))


def test_a_session_that_only_reads_refuses_as_well(scene: Scene) -> None:
    database = scene.world.database
    with plain.refusing(database, UnguardedWrite), database.read() as session:
        session.execute(update(StockLevel).values(available=99))
