"""Reversals at the same moment, and any receipt with its reversal beside nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import orders, receipts
from stock.errors import (
    AlreadyReversed,
    IdempotencyConflict,
    StockError,
    UnitsGone,
)
from stock.models import ExpectedReturn, ExpectedReturnLine, LineLevel, Receipt
from stock.receipts import Found
from stock.reversals import Reversed, reverse_receipt
from stock.session import Database
from tests.stock import plain
from tests.stock.stories import (
    DELIVERED,
    buyer_return,
    line,
    order,
    portion,
    simple_order,
)
from tests.stock.world import CLERK, NOW, SUPERVISOR, World, unique

Work = Callable[[Session], object]


def _reversal(receipt_id: int, *, key: str = "", actor: str = SUPERVISOR) -> Work:
    key = key or unique("reversal")

    def work(session: Session) -> Reversed:
        receipt = session.get_one(Receipt, receipt_id)
        return reverse_receipt(
            session, receipt, key=key, reason="counted twice", actor=actor, now=NOW
        )

    return work


def _at_once(world: World, works: list[Work]) -> list[object]:
    """Do all works at the same moment; refusals are answers too."""
    gate = threading.Barrier(len(works))

    def do(work: Work) -> object:
        gate.wait()
        try:
            return world.database.run(work)
        except StockError as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def _kinds(answers: list[object]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


@pytest.fixture
def received(world: World) -> int:
    """The receipt of two mugs that came back; ten are on the shelf again."""
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=2))
    return world.receive(order_id, "MUG", good=2).receipt_id


@pytest.mark.parametrize("people", [2, 12])
def test_people_who_reverse_one_receipt_at_once_reverse_it_once(
    world: World, received: int, people: int
) -> None:
    works = [_reversal(received, actor=f"boss-{n}") for n in range(people)]

    answers = _at_once(world, works)

    assert _kinds(answers) == [AlreadyReversed.__name__] * (people - 1) + ["Reversed"]
    assert world.level("MUG").available == 8
    assert world.broken_invariants() == []


def test_one_click_sent_many_times_at_once_reverses_once(
    world: World, received: int
) -> None:
    answers = _at_once(world, [_reversal(received, key="click")] * 8)

    reversals = [answer for answer in answers if isinstance(answer, Reversed)]
    assert len(reversals) == 8
    assert [answer.replayed for answer in reversals].count(False) == 1
    assert world.level("MUG").available == 8


def test_one_key_for_two_receipts_at_once_is_a_conflict(
    world: World, received: int
) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED))
    other = world.receive(order_id, "MUG", good=1).receipt_id

    answers = _at_once(world, [_reversal(x, key="key") for x in (received, other)])

    assert _kinds(answers) == [IdempotencyConflict.__name__, "Reversed"]
    assert world.broken_invariants() == []


def test_the_last_unit_is_taken_back_by_one_of_two_reversals(world: World) -> None:
    names = [unique("order"), unique("order")]
    world.tell(*(simple_order(name, "MUG", DELIVERED) for name in names))
    booked = [world.receive(name, "MUG", good=1).receipt_id for name in names]
    world.count("MUG", 1)

    answers = _at_once(world, [_reversal(receipt_id) for receipt_id in booked])

    assert _kinds(answers) == ["Reversed", UnitsGone.__name__]
    assert world.level("MUG").available == 0
    assert world.broken_invariants() == []


def test_a_reversal_and_a_sale_of_the_same_units_lose_nothing(
    world: World, received: int
) -> None:
    world.count("MUG", 2)
    sales = [simple_order(unique("order"), "MUG") for _ in range(4)]

    answers = _at_once(
        world,
        [
            _reversal(received),
            *(
                lambda s, r=report: orders.take_in(s, world.shop, [r], now=NOW)
                for report in sales
            ),
        ],
    )

    taken = 2 if isinstance(answers[0], Reversed) else 0
    assert taken or isinstance(answers[0], UnitsGone)
    assert world.level("MUG").available == 2 - 4 - taken
    assert world.broken_invariants() == []


def test_a_reversal_and_a_new_receipt_of_one_order_wait_for_each_other(
    world: World,
) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=3))
    world.tell_return(buyer_return(order_id, "MUG", 3, minute=1))
    first = world.receive(order_id, "MUG", good=2).receipt_id
    line_id = world.line_of(order_id).id

    def receive(session: Session) -> object:
        return receipts.record_receipt(
            session,
            world.find_order(session, order_id),
            [Found(order_line_id=line_id, good=1)],
            key=unique("receipt"),
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
        )

    answers = _at_once(world, [_reversal(first), receive])

    assert _kinds(answers) == ["Booked", "Reversed"]
    _, announced, settled = world.return_states(order_id)["return"]
    assert (announced, settled) == (3, 1)
    assert world.broken_invariants() == []


_OUTCOME = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2))


def test_a_receipt_and_its_reversal_leave_what_was_before(database: Database) -> None:
    world = World(database)

    @settings(
        max_examples=25 if plain.is_sqlite(database) else 10,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        earlier=st.integers(0, 2),
        outcomes=st.lists(_OUTCOME.filter(any), min_size=1, max_size=3),
        announced=st.integers(0, 9),
    )
    def holds(
        earlier: int, outcomes: list[tuple[int, int, int]], announced: int
    ) -> None:
        skus = [unique("SKU") for _ in outcomes]
        for sku in skus:
            world.stock(sku, 20)
        order_id = unique("order")
        world.tell(order(order_id, *(line(s, portion(9, DELIVERED)) for s in skus)))
        if announced:
            world.tell_return(buyer_return(order_id, skus[0], announced, minute=1))
        if earlier:
            world.receive(order_id, skus[0], good=earlier)
        before = _snapshot(world, order_id, skus)

        receipt_id = _receive(world, order_id, outcomes)
        if not any(good + damaged for good, damaged, _ in outcomes):
            return
        world.reverse(receipt_id)

        after = _snapshot(world, order_id, skus)
        lost = [lost for _, _, lost in outcomes]
        assert after.shelves == before.shelves
        assert after.lines == [
            (out - n, received, damaged, before_lost + n)
            for (out, received, damaged, before_lost), n in zip(
                before.lines, lost, strict=True
            )
        ]
        if not any(lost):
            assert after == before

    holds()
    assert world.broken_invariants() == []


def _receive(world: World, order_id: str, outcomes: list[tuple[int, int, int]]) -> int:
    with world.database.write() as session:
        found = world.find_order(session, order_id)
        booked = receipts.record_receipt(
            session,
            found,
            [
                Found(order_line_id=x.id, good=good, damaged=damaged, lost=lost)
                for x, (good, damaged, lost) in zip(found.lines, outcomes, strict=True)
            ],
            key=unique("receipt"),
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
        )
    return booked.receipt_id


@dataclass(frozen=True)
class _Snapshot:
    """Where all units of an order's SKUs are, and what is awaited of it."""

    shelves: list[tuple[int, int, int]]
    lines: list[tuple[int, int, int, int]]
    awaited: list[tuple[object, ...]]


def _snapshot(world: World, order_id: str, skus: list[str]) -> _Snapshot:
    levels = [world.level(sku) for sku in skus]
    with world.database.read() as session:
        found = world.find_order(session, order_id)
        lines = [session.get_one(LineLevel, x.id) for x in found.lines]
        awaited = session.execute(
            select(
                ExpectedReturn.return_id,
                ExpectedReturn.state,
                ExpectedReturnLine.order_line_id,
                ExpectedReturnLine.settled,
                ExpectedReturnLine.lost,
            )
            .join(ExpectedReturnLine)
            .where(ExpectedReturn.order_id == found.id)
            .order_by(ExpectedReturn.return_id, ExpectedReturnLine.order_line_id)
        ).all()
    return _Snapshot(
        shelves=[(x.available, x.committed, x.damaged) for x in levels],
        lines=[(x.out, x.received, x.damaged, x.lost) for x in lines],
        awaited=[tuple(row) for row in awaited],
    )
