"""Any sequence of the same messages, with repeats, ends in the same state."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import orders, receipts, returns
from stock.models import ExpectedReturn, LineLevel, Movement, Refund
from stock.receipts import Found
from stock.reports import OrderReport, ReturnReport
from tests.stock import plain
from tests.stock.plots import PLOTS, Message, Plot
from tests.stock.world import CLERK, NOW, World, unique

RECEIPT = "one good unit comes back"
Step = Message | str
Script = tuple[str, Sequence[Step]]

_SAMPLED_ON_POSTGRESQL = 10
_SAMPLED_WITH_RECEIPTS = 40


def _perform(world: World, scripts: Sequence[Script]) -> None:
    """Play all scripts beside each other, step by step, each step in one commit."""
    for steps in itertools.zip_longest(*(steps for _, steps in scripts)):
        with world.database.write() as session:
            told = [step for step in steps if isinstance(step, OrderReport)]
            sent_back = [step for step in steps if isinstance(step, ReturnReport)]
            orders.take_in(session, world.shop, told, now=NOW)
            returns.take_in(session, world.shop, sent_back, now=NOW)
            for (order_id, _), step in zip(scripts, steps, strict=True):
                if step == RECEIPT:
                    _receive_one(session, world, order_id)


def _receive_one(session: Session, world: World, order_id: str) -> None:
    order = world.find_order(session, order_id)
    receipts.record_receipt(
        session,
        order,
        [Found(order_line_id=order.lines[0].id, good=1)],
        key=f"receipt of {order_id}",
        warehouse_id=world.shop.warehouse_id,
        actor=CLERK,
        now=NOW,
    )


def _end(session: Session, world: World, order_id: str) -> object:
    """Return all that is true of an order at the end, free of ids."""
    order = world.find_order(session, order_id)
    [line] = order.lines
    level = session.get_one(LineLevel, line.id)
    returned = [
        (r.return_id, r.state, r.phase, _units(r))
        for r in sorted(order.expected_returns, key=lambda r: r.return_id)
    ]
    refunds = session.execute(
        select(Refund.refund_id, Refund.amount, Refund.state, Refund.updated_at)
        .where(Refund.channel_order_id == order_id)
        .order_by(Refund.refund_id)
    )
    return {
        "head": (order.updated_at, order.raw_status, order.fulfilment, order.cancelled),
        "facts": (line.quantity, line.left, line.coming_back, line.waiting, line.kept),
        "delivered": line.delivered,
        "level": (level.committed, level.out, level.received, level.lost),
        "available": _available(session, line.id),
        "returns": returned,
        "refunds": [tuple(row) for row in refunds],
    }


def _units(announced: ExpectedReturn) -> list[tuple[int, int]]:
    # A line that was announced for a while only stays on, for nothing.
    return [(x.quantity, x.settled) for x in announced.lines if x.quantity]


def _available(session: Session, line_id: int) -> int:
    """Return by how many units the line has changed what is free to sell."""
    movements = session.execute(
        select(Movement.quantity, Movement.from_bucket, Movement.to_bucket).where(
            Movement.order_line_id == line_id
        )
    )
    return sum(
        quantity * ((target == "available") - (source == "available"))
        for quantity, source, target in movements
    )


def _ends(world: World, scripts: Sequence[Script]) -> list[object]:
    with world.database.read() as session:
        return [_end(session, world, order_id) for order_id, _ in scripts]


def _permutations(world: World, plot: Plot, limit: int) -> list[Script]:
    if not plain.is_sqlite(world.database):
        limit = min(limit, _SAMPLED_ON_POSTGRESQL)
    count = len(plot("any"))
    sequences = list(itertools.permutations(range(count)))
    chosen = random.Random(7).sample(sequences, min(limit, len(sequences)))
    scripts: list[Script] = []
    for sequence in [tuple(range(count)), *chosen]:
        order_id = unique("order")
        messages = plot(order_id)
        scripts.append((order_id, [messages[index] for index in sequence]))
    return scripts


def _with_receipt(script: Script) -> list[Script]:
    """Return the script once for each point where a unit could come back."""
    order_id, steps = script
    left = [place for place, step in enumerate(steps) if _tells_of_leaving(step)]
    if not left:
        return []
    told: list[Script] = []
    for place in range(left[0] + 1, len(steps) + 1):
        copy = unique("order")
        renamed = [_rename(step, order_id, copy) for step in steps]
        told.append((copy, [*renamed[:place], RECEIPT, *renamed[place:]]))
    return told


def _rename(step: Step, order_id: str, copy: str) -> Step:
    assert not isinstance(step, str) and step.order_id == order_id
    return replace(step, order_id=copy)


def _tells_of_leaving(step: Step) -> bool:
    return isinstance(step, OrderReport) and any(
        p.fulfilment is not None and p.fulfilment.left_warehouse
        for told in step.lines
        for p in told.portions
    )


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS.keys())
def test_any_sequence_of_messages_ends_the_same(world: World, plot: Plot) -> None:
    scripts = _permutations(world, plot, limit=720)

    _perform(world, scripts)

    first, *others = _ends(world, scripts)
    assert all(other == first for other in others)
    assert world.broken_invariants() == []


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS.keys())
def test_messages_told_again_change_nothing(world: World, plot: Plot) -> None:
    chance = random.Random(11)
    scripts = [
        (order_id, [*steps, *chance.sample(steps, len(steps)), *steps[:1]])
        for order_id, steps in _permutations(world, plot, limit=24)
    ]
    short = _permutations(world, plot, limit=0)

    _perform(world, scripts)
    _perform(world, short)

    assert _ends(world, scripts) == _ends(world, short) * len(scripts)
    assert world.broken_invariants() == []


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS.keys())
def test_a_receipt_may_come_at_any_point(world: World, plot: Plot) -> None:
    scripts = [
        told
        for script in _permutations(world, plot, limit=_SAMPLED_WITH_RECEIPTS)
        for told in _with_receipt(script)
    ]

    _perform(world, scripts)

    ends = _ends(world, scripts)
    assert all(end == ends[0] for end in ends)
    assert world.broken_invariants() == []


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS.keys())
def test_messages_of_one_batch_end_the_same(world: World, plot: Plot) -> None:
    one, batch = _permutations(world, plot, limit=1)
    _perform(world, [one])

    with world.database.write() as session:
        told = [step for step in batch[1] if isinstance(step, OrderReport)]
        sent_back = [step for step in batch[1] if isinstance(step, ReturnReport)]
        orders.take_in(session, world.shop, told, now=NOW)
        returns.take_in(session, world.shop, sent_back, now=NOW)

    assert len({str(end) for end in _ends(world, [one, batch])}) == 1
