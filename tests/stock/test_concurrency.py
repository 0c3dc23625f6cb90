"""Many hands at once: each unit is booked once and no change is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from stock import guard, orders, receipts
from stock.errors import (
    IdempotencyConflict,
    InsufficientStock,
    ReceiptTooLarge,
    StockError,
)
from stock.receipts import Booked, Found
from stock.transfers import Bucket, Place, Posting, Transfer
from tests.stock.stories import CANCELLED, DELIVERED, IN_TRANSIT, simple_order
from tests.stock.world import CLERK, NOW, World, listed, unique

Result = TypeVar("Result")


def _at_once(
    world: World, works: list[Callable[[Session], Result]]
) -> list[Result | StockError]:
    """Do all works at the same moment; refusals are answers too."""
    gate = threading.Barrier(len(works))

    def do(work: Callable[[Session], Result]) -> Result | StockError:
        gate.wait()
        try:
            return world.database.run(work)
        except StockError as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def _receipt(
    world: World, order_id: str, key: str, good: int
) -> Callable[[Session], Booked]:
    line_id = world.line_of(order_id).id

    def work(session: Session) -> Booked:
        return receipts.record_receipt(
            session,
            world.find_order(session, order_id),
            [Found(order_line_id=line_id, good=good)],
            key=key,
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
        )

    return work


@pytest.fixture
def delivered(world: World) -> str:
    """An order of two mugs that are with the buyer."""
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=2))
    return order_id


@pytest.mark.parametrize("clerks", [2, 50])
def test_one_receipt_sent_many_times_at_once_is_booked_once(
    world: World, delivered: str, clerks: int
) -> None:
    work = _receipt(world, delivered, unique("key"), 2)

    answers = _at_once(world, [work] * clerks)

    booked = [answer for answer in answers if isinstance(answer, Booked)]
    assert len(booked) == clerks
    assert len({answer.receipt_id for answer in booked}) == 1
    assert [answer.replayed for answer in booked].count(False) == 1
    assert world.level("MUG").available == 10


@pytest.mark.parametrize("clerks", [2, 50])
def test_many_receipts_for_the_same_units_book_them_once(
    world: World, delivered: str, clerks: int
) -> None:
    works = [_receipt(world, delivered, unique("key"), 2) for _ in range(clerks)]

    answers = _at_once(world, works)

    refusals = [answer for answer in answers if isinstance(answer, StockError)]
    assert len(refusals) == clerks - 1
    assert all(isinstance(refusal, ReceiptTooLarge) for refusal in refusals)
    assert world.level("MUG").available == 10
    assert world.broken_invariants() == []


def test_receipts_of_single_units_book_exactly_what_left(
    world: World, delivered: str
) -> None:
    works = [_receipt(world, delivered, unique("key"), 1) for _ in range(6)]

    answers = _at_once(world, works)

    assert len([a for a in answers if isinstance(a, Booked)]) == 2
    assert world.line_level(delivered).received == 2


def test_one_key_for_two_orders_at_once_is_a_conflict(world: World) -> None:
    names = [unique("order"), unique("order")]
    world.tell(*(simple_order(name, "MUG", DELIVERED) for name in names))
    key = unique("key")

    answers = _at_once(world, [_receipt(world, name, key, 1) for name in names])

    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["Booked", IdempotencyConflict.__name__]
    assert world.level("MUG").available == 9


def test_no_change_of_a_hot_sku_is_lost(world: World) -> None:
    writers, rounds = 8, 10

    works = [
        _writing(world, [unique("key") for _ in range(rounds)]) for _ in range(writers)
    ]
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda work: work(), works))

    assert world.level("MUG").available == 10 + writers * rounds
    assert world.broken_invariants() == []


def _writing(world: World, keys: list[str]) -> Callable[[], None]:
    transfers = [world.receive_units("MUG", 1, key) for key in keys]

    def work() -> None:
        for transfer in transfers:
            world.database.run(lambda session, t=transfer: guard.post(session, [t]))  # type: ignore[misc]

    return work


def test_one_key_posted_by_many_at_once_is_posted_once(world: World) -> None:
    asked = world.receive_units("MUG", 1)

    answers = _at_once(world, [lambda session: guard.post(session, [asked])] * 8)

    postings = [answer[0] for answer in answers if not isinstance(answer, StockError)]
    assert len({posting.movement_id for posting in postings}) == 1
    assert [posting.replayed for posting in postings].count(False) == 1
    assert world.level("MUG").available == 11


def test_committed_units_ship_once_however_many_ship_them(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", quantity=2))
    line = world.line_of(order_id)
    ships = [
        replace(
            world.receive_units("MUG", 1),
            source=Place(Bucket.COMMITTED, line.warehouse_id),
            target=Place(Bucket.OUT, line.warehouse_id),
            order_line_id=line.id,
        )
        for _ in range(8)
    ]

    answers = _at_once(world, [_posting(ship) for ship in ships])

    refusals = [answer for answer in answers if isinstance(answer, StockError)]
    assert len(refusals) == 6
    assert all(isinstance(refusal, InsufficientStock) for refusal in refusals)
    assert world.line_level(order_id).out == 2


def _posting(asked: Transfer) -> Callable[[Session], list[Posting]]:
    return lambda session: guard.post(session, [asked])


def test_batches_in_opposite_sequence_do_not_block_each_other(world: World) -> None:
    codes = [f"SKU-{number:02d}" for number in range(12)]
    for code in codes:
        world.stock(code, 0)

    def batch(sequence: list[str]) -> Callable[[Session], list[Posting]]:
        transfers = [world.receive_units(code, 1) for code in sequence]
        return lambda session: guard.post(session, transfers)

    rounds = [batch(codes if n % 2 else codes[::-1]) for n in range(16)]
    answers = _at_once(world, rounds)

    assert not [answer for answer in answers if isinstance(answer, StockError)]
    assert {world.level(code).available for code in codes} == {16}


def test_one_order_told_twice_at_once_moves_its_units_once(world: World) -> None:
    report = simple_order(unique("order"), "MUG", IN_TRANSIT, quantity=3)

    _at_once(
        world,
        [lambda s: orders.take_in(s, world.shop, [report], now=NOW)] * 6,
    )

    assert world.level("MUG").available == 7
    assert world.line_level(report.order_id).out == 3


def test_a_cancellation_and_a_shipment_at_once_release_nothing(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG"))
    shipped = simple_order(order_id, "MUG", IN_TRANSIT, minute=1)
    cancelled = simple_order(order_id, "MUG", IN_TRANSIT, CANCELLED, minute=2)

    _at_once(
        world,
        [
            lambda s, r=report: orders.take_in(s, world.shop, [r], now=NOW)  # type: ignore[misc]
            for report in (shipped, cancelled) * 3
        ],
    )

    assert world.level("MUG").available == 9
    assert world.line_level(order_id).out == 1


def test_two_first_counts_at_once_do_not_add_up(world: World) -> None:
    world.list_items(listed("JUG"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.count("JUG", 10), range(4)))

    assert world.level("JUG").available == 10
