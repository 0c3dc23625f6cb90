"""The rows of the table: what is compared with what, and how good it must be."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import func, select

from bench import floor_postgresql, floor_sqlite, ours
from bench.catalogue import SKUS, fill, parcels_on_their_way, receive
from bench.hot import HOT_SKU, WRITERS, Crew
from bench.measure import Row, compare
from stock.models import Movement, StockLevel
from stock.session import Database
from tests.postgresql import PostgreSQL

REPETITIONS = 7
BATCHES = 8
BATCH = 500
RECEIPTS = 60
HOT_WRITES = 40

Batches = list[tuple[list[str], list[int]]]
Singles = list[tuple[str, int]]


def postgresql_rows(server: PostgreSQL) -> Iterator[Row]:
    """Measure on PostgreSQL, both sides in databases of their own."""
    name = server.create()
    database = Database(server.url(name))
    fill(database, parcels=RECEIPTS * (REPETITIONS + 1))
    database.close()
    bare = server.create(template=name)
    floor_postgresql.drop_triggers(server.url(bare))
    for each in (name, bare):
        server.execute("CHECKPOINT")
        floor_postgresql.connect(server.url(each)).execute("ANALYZE").connection.close()
    connection = floor_postgresql.connect(server.url(bare))
    yield _batch_row(
        "guard, batches of 500, PostgreSQL",
        database,
        lambda batches: floor_postgresql.write_batches(connection, batches),
        target=0.5,
    )
    yield _receipt_row(
        "one receipt of one line, PostgreSQL",
        database,
        lambda singles: floor_postgresql.write_singles(connection, singles),
        target=0.35,
    )
    connection.close()
    yield _hot_row(database, server.url(name), server.url(bare))
    database.close()


def sqlite_rows(folder: Path) -> Iterator[Row]:
    """Measure on SQLite, both sides in files of their own."""
    path, bare = folder / "ours.db", folder / "floor.db"
    database = Database(f"sqlite:///{path}")
    fill(database, parcels=RECEIPTS * (REPETITIONS + 1))
    database.close()
    shutil.copy(path, bare)
    floor_sqlite.drop_triggers(bare)
    connection = floor_sqlite.connect(bare)
    yield _batch_row(
        "guard, batches of 500, SQLite",
        database,
        lambda batches: floor_sqlite.write_batches(connection, batches),
        target=0.4,
    )
    yield _receipt_row(
        "one receipt of one line, SQLite",
        database,
        lambda singles: floor_sqlite.write_singles(connection, singles),
        target=0.4,
    )
    connection.close()
    database.close()


def _batch_row(
    name: str,
    database: Database,
    write: Callable[[Batches], None],
    *,
    target: float,
) -> Row:
    chance = random.Random(1)

    def skus() -> list[int]:
        return [chance.randint(1, SKUS) for _ in range(BATCH)]

    bare = [
        [([f"floor:{r}:{b}:{n}" for n in range(BATCH)], skus()) for b in range(BATCHES)]
        for r in range(2 * REPETITIONS + 2)
    ]
    asked = [
        [
            [receive(sku, f"ours:{r}:{b}:{n}") for n, sku in enumerate(skus())]
            for b in range(BATCHES)
        ]
        for r in range(REPETITIONS + 1)
    ]
    return compare(
        name,
        floor=lambda repetition: write(bare[repetition]),
        ours=lambda repetition: ours.post_batches(database, asked[repetition]),
        target=target,
        repetitions=REPETITIONS,
    )


def _receipt_row(
    name: str,
    database: Database,
    write: Callable[[Singles], None],
    *,
    target: float,
) -> Row:
    parcels = parcels_on_their_way(database)

    def bare(repetition: int) -> None:
        start = repetition * RECEIPTS
        write([(f"single:{n}", n % SKUS + 1) for n in range(start, start + RECEIPTS)])

    def mine(repetition: int) -> None:
        start = repetition * RECEIPTS
        ours.post_receipts(database, parcels[start : start + RECEIPTS], "receipt")

    return compare(name, floor=bare, ours=mine, target=target, repetitions=REPETITIONS)


def _hot_row(database: Database, url: str, bare: str) -> Row:
    before = _available(database)
    with Crew("ours", url) as crew, Crew("floor", bare) as floor_crew:
        row = compare(
            "one hot SKU, 8 writers, PostgreSQL",
            floor=lambda repetition: floor_crew.write(f"hot:{repetition}", HOT_WRITES),
            ours=lambda repetition: crew.write(f"hot:{repetition}", HOT_WRITES),
            target=0.5,
            repetitions=REPETITIONS,
        )
    written = (REPETITIONS + 1) * WRITERS * HOT_WRITES
    if _available(database) != before + written or _hot_keys(database) != written:
        raise RuntimeError("an update of the hot SKU was lost")
    return row


def _available(database: Database) -> int:
    with database.read() as session:
        found = select(StockLevel.available).where(StockLevel.sku_id == HOT_SKU)
        return session.scalars(found).one()


def _hot_keys(database: Database) -> int:
    with database.read() as session:
        found = select(func.count()).where(Movement.key.like("hot:%"))
        return session.scalar(found) or 0
