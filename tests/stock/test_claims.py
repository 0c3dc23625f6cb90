"""Claims: what can be claimed for, the steps, and what is never possible."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from stock.claim_desk.errors import (
    AlreadyClaimed,
    AmountRefused,
    ClaimChanged,
    ClaimEnded,
    MoreThanClaimable,
    NothingToClaim,
    StepRefused,
    UnknownClaim,
)
from stock.claim_desk.steps import STEPS
from stock.errors import IdempotencyConflict
from stock.models import ClaimCause, ClaimState
from tests.stock.claimant import Claimant
from tests.stock.comebacks import Comeback, send_back
from tests.stock.stories import DELIVERED, buyer_return, simple_order
from tests.stock.world import World, ledger

ORDER = "ORDER"
SENT, PAID = ClaimState.SENT, ClaimState.PAID
WAYS = {
    ClaimState.DRAFT: [],
    ClaimState.SENT: [SENT],
    ClaimState.ACCEPTED: [SENT, ClaimState.ACCEPTED],
    ClaimState.REFUSED: [SENT, ClaimState.REFUSED],
    ClaimState.PAID: [SENT, PAID],
    ClaimState.WITHDRAWN: [ClaimState.WITHDRAWN],
}


@pytest.fixture
def claimant(world: World) -> Claimant:
    """Three mugs of ten are on their way back for twenty days."""
    send_back(world, Comeback(order_id=ORDER, quantity=3, days_ago=20))
    return Claimant(world)


def test_what_is_away_can_be_claimed_at_what_it_was_sold_for(
    claimant: Claimant,
) -> None:
    assert claimant.subjects() == {"not_back": (3, Decimal(297000))}
    claim = claimant.claim(claimant.open(units=3, amount="297000").claim_id)
    assert (claim.state, claim.units, claim.amount) == ("draft", 3, Decimal(297000))
    assert (claim.currency, claim.number) == ("VND", f"C{claim.id:06d}")
    (event,) = claim.events
    assert (event.kind, event.actor) == ("opened", "minh@example.vn")


def test_units_that_are_out_without_a_return_can_be_claimed(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=3))
    claimant = Claimant(world)
    assert claimant.subjects() == {"not_back of the order": (3, Decimal(297000))}
    world.tell_return(buyer_return(ORDER, "MUG", 1, minute=1))
    assert claimant.subjects() == {
        "not_back": (1, Decimal(99000)),
        "not_back of the order": (2, Decimal(198000)),
    }


def test_damaged_and_written_off_units_can_be_claimed_until_reversed(
    claimant: Claimant,
) -> None:
    world = claimant.world
    booked = world.receive(ORDER, "MUG", good=1, damaged=1, lost=1)
    assert claimant.subjects() == {
        "not_back": (1, Decimal(99000)),
        "damaged of the order": (1, Decimal(99000)),
    }
    world.reverse(booked.receipt_id)
    assert claimant.subjects() == {"not_back": (3, Decimal(297000))}


def test_what_came_back_good_cannot_be_claimed(claimant: Claimant) -> None:
    claimant.world.receive(ORDER, "MUG", good=3)
    assert claimant.subjects() == {}
    with pytest.raises(NothingToClaim):
        claimant.open()
    with pytest.raises(NothingToClaim):
        claimant.open(cause=ClaimCause.WRONG_ITEM)


def test_a_return_has_one_live_claim_at_most(claimant: Claimant) -> None:
    first = claimant.open().claim_id
    with pytest.raises(AlreadyClaimed) as refused:
        claimant.open()
    assert refused.value.claim_id == first
    claimant.step(first, ClaimState.WITHDRAWN)
    second = claimant.open().claim_id
    claimant.step(second, SENT)
    claimant.step(second, ClaimState.REFUSED)
    third = claimant.open().claim_id
    with pytest.raises(AlreadyClaimed) as refused:
        claimant.step(second, SENT)
    assert refused.value.claim_id == third


def test_the_database_lets_no_second_live_claim_past(claimant: Claimant) -> None:
    first = claimant.claim(claimant.open().claim_id)
    columns = (
        "shop_id, order_id, expected_return_id, cause, state, units, amount, currency,"
        " case_number, note, back_before, opened_by, opened_at, updated_at, version"
    )
    with (
        pytest.raises(DBAPIError),
        claimant.world.database.engine.begin() as connection,
    ):
        connection.execute(
            text(
                f"INSERT INTO claim ({columns}) SELECT {columns} FROM claim"
                f" WHERE id = {first.id}"
            )
        )


def test_a_damaged_unit_has_a_claim_beside_that_of_the_return(
    claimant: Claimant,
) -> None:
    claimant.world.receive(ORDER, "MUG", damaged=1)
    claimant.open()
    claimant.open(cause=ClaimCause.DAMAGED, return_id=None)
    with pytest.raises(AlreadyClaimed):
        claimant.open(cause=ClaimCause.DAMAGED, return_id=None)


@pytest.mark.parametrize("state", ClaimState)
def test_only_the_steps_of_the_table_are_taken(
    claimant: Claimant, state: ClaimState
) -> None:
    claim_id = claimant.open().claim_id
    for step in WAYS[state]:
        claimant.step(claim_id, step, paid="1" if step is PAID else None)
    refused = [to for to in ClaimState if to not in STEPS[state]]
    for to in refused:
        with pytest.raises(StepRefused):
            claimant.step(claim_id, to, paid="1" if to is PAID else None)
    for to in STEPS[state]:
        before = claimant.claim(claim_id)
        assert before.state == state
        claimant.step(claim_id, to, paid="1" if to is PAID else None)
        assert claimant.claim(claim_id).state == to
        _put_back(claimant, before.version, claim_id, state)


def _put_back(claimant: Claimant, version: int, claim_id: int, state: str) -> None:
    """Let a claim be as it was before a step, by hand."""
    paid = "1" if state == PAID else "NULL"
    with claimant.world.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE claim SET state = '{state}', version = {version},"
            f" paid_amount = {paid} WHERE id = {claim_id}"
        )


def test_each_step_is_kept_with_who_and_why(claimant: Claimant) -> None:
    claim_id = claimant.open(units=2, amount="150000").claim_id
    claimant.step(claim_id, SENT, case_number="CASE-7", note="by the seller centre")
    claimant.step(claim_id, PAID, paid="120000", note="with the June settlement")
    claim = claimant.claim(claim_id)
    assert (claim.state, claim.case_number) == ("paid", "CASE-7")
    assert (claim.amount, claim.paid_amount) == (Decimal(150000), Decimal(120000))
    assert [(e.kind, e.state, e.note) for e in claim.events] == [
        ("opened", "draft", ""),
        ("step", "sent", "by the seller centre"),
        ("step", "paid", "with the June settlement"),
    ]
    assert claim.events[2].detail == {"from": "sent", "paid": "120000"}
    claimant.step(claim_id, ClaimState.ACCEPTED, note="the money was taken back")
    assert claimant.claim(claim_id).paid_amount is None


def test_paying_takes_an_amount_and_nothing_else_does(claimant: Claimant) -> None:
    claim_id = claimant.open().claim_id
    claimant.step(claim_id, SENT)
    for to, paid in [(PAID, None), (PAID, "0"), (ClaimState.ACCEPTED, "5")]:
        with pytest.raises(AmountRefused):
            claimant.step(claim_id, to, paid=paid)
    assert claimant.claim(claim_id).state == SENT


@pytest.mark.parametrize("amount", ["0", "-1", "0.00001", "NaN", "Infinity", "1e15"])
def test_what_is_no_amount_is_refused(claimant: Claimant, amount: str) -> None:
    with pytest.raises(AmountRefused):
        claimant.open(amount=amount)
    with pytest.raises(AmountRefused):
        claimant.open(currency="")


def test_no_more_units_are_claimed_than_are_amiss(claimant: Claimant) -> None:
    for units in (0, -1, 4):
        with pytest.raises(MoreThanClaimable):
            claimant.open(units=units)
    claim_id = claimant.open(units=2).claim_id
    with pytest.raises(MoreThanClaimable):
        claimant.amend(claim_id, units=4)
    claimant.amend(claim_id, units=3, amount="5.5")
    claim = claimant.claim(claim_id)
    assert (claim.units, claim.amount) == (3, Decimal("5.5"))
    assert claim.events[-1].detail == {
        "units": {"from": "2", "to": "3"},
        "amount": {"from": "99000", "to": "5.5"},
    }


def test_an_ended_claim_says_what_it_said(claimant: Claimant) -> None:
    claim_id = claimant.open().claim_id
    claimant.step(claim_id, ClaimState.WITHDRAWN)
    with pytest.raises(ClaimEnded):
        claimant.amend(claim_id, units=2)
    with pytest.raises(ClaimEnded):
        claimant.keep(claim_id)
    with pytest.raises(UnknownClaim):
        claimant.step(claim_id + 1, SENT, version=1)


def test_who_was_shown_an_older_claim_changes_nothing(claimant: Claimant) -> None:
    claim_id = claimant.open().claim_id
    claimant.step(claim_id, SENT, version=1)
    with pytest.raises(ClaimChanged) as refused:
        claimant.step(claim_id, ClaimState.WITHDRAWN, version=1)
    assert (refused.value.shown, refused.value.version) == (1, 2)
    assert claimant.claim(claim_id).state == SENT


def test_the_same_key_does_it_once(claimant: Claimant) -> None:
    first = claimant.open(key="one")
    again = claimant.open(key="one")
    assert (first.replayed, again.replayed) == (False, True)
    assert first.claim_id == again.claim_id
    with pytest.raises(IdempotencyConflict):
        claimant.open(key="one", amount="5")
    claimant.step(first.claim_id, SENT, key="two", version=1)
    assert claimant.step(first.claim_id, SENT, key="two", version=1).replayed
    with pytest.raises(IdempotencyConflict):
        claimant.step(first.claim_id, SENT, key="two", version=1, note="other")
    assert claimant.claim(first.claim_id).version == 2


def test_a_claim_never_moves_stock(claimant: Claimant) -> None:
    def history() -> list[tuple[object, ...]]:
        with claimant.world.database.read() as session:
            return ledger(session)

    before = history()
    claim_id = claimant.open().claim_id
    claimant.step(claim_id, SENT)
    claimant.step(claim_id, PAID, paid="5")
    assert history() == before
    assert claimant.world.return_states(ORDER) == {"": ("awaiting", 3, 0)}


def test_goods_that_come_mark_a_live_claim_until_somebody_looks(
    claimant: Claimant,
) -> None:
    world = claimant.world
    world.receive(ORDER, "MUG", good=1)
    claim_id = claimant.open(units=2).claim_id
    assert claimant.arrived(claim_id) == 0
    world.receive(ORDER, "MUG", lost=1)
    assert claimant.arrived(claim_id) == 0, "lost is not come"
    booked = world.receive(ORDER, "MUG", damaged=1)
    assert claimant.arrived(claim_id) == 1
    world.reverse(booked.receipt_id)
    assert claimant.arrived(claim_id) == 0
    world.receive(ORDER, "MUG", good=1)
    claimant.keep(claim_id)
    assert claimant.arrived(claim_id) == 0
    assert claimant.claim(claim_id).events[-1].detail == {"units": 1}


def test_goods_that_come_mark_no_claim_that_has_ended(claimant: Claimant) -> None:
    claim_id = claimant.open().claim_id
    claimant.step(claim_id, ClaimState.WITHDRAWN)
    claimant.world.receive(ORDER, "MUG", good=3)
    assert claimant.arrived(claim_id) == 0


def test_goods_of_an_order_without_return_mark_its_claim(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=2))
    claimant = Claimant(world)
    claim_id = claimant.open(units=2, return_id=None).claim_id
    world.receive(ORDER, "MUG", good=1)
    assert claimant.arrived(claim_id) == 1


def test_what_was_done_with_a_claim_cannot_be_changed_or_deleted(
    claimant: Claimant,
) -> None:
    claimant.open()
    statements = (
        "UPDATE claim_event SET actor = 'other'",
        "DELETE FROM claim_event",
        "DELETE FROM claim",
    )
    for statement in statements:
        with (
            pytest.raises(DBAPIError),
            claimant.world.database.engine.begin() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_every_state_can_be_reached_and_left_as_the_table_says() -> None:
    assert set(STEPS) == set(ClaimState) == set(WAYS)
    reached = {to for steps in STEPS.values() for to in steps}
    assert reached | {ClaimState.DRAFT} == set(ClaimState)
    pairs = itertools.product(ClaimState, ClaimState)
    assert [(a, b) for a, b in pairs if a == b and b in STEPS[a]] == []
