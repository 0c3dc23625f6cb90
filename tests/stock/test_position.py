from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from stock.position import (
    LineFacts,
    delivered,
    ended,
    is_cancelled,
    left,
    position,
    rank,
)
from tests.stock.stories import (
    AWAITING_PICKUP,
    CANCELLED,
    DELIVERED,
    IN_TRANSIT,
    NOT_SHIPPED,
    line,
    order,
    portion,
)

UNITS = st.integers(0, 20)
FACTS = st.builds(
    LineFacts,
    quantity=UNITS,
    left=UNITS,
    ended_left=UNITS,
    ended_here=UNITS,
    ended_unknown=UNITS,
    kept=UNITS,
)
PORTIONS = st.lists(
    st.builds(
        portion,
        st.integers(1, 9),
        st.sampled_from([NOT_SHIPPED, AWAITING_PICKUP, IN_TRANSIT, DELIVERED, None]),
        st.sampled_from([CANCELLED, None]),
    ),
    min_size=1,
    max_size=5,
)


@given(FACTS)
def test_no_count_is_ever_negative(facts: LineFacts) -> None:
    found = position(facts)

    assert min(found.committed, found.shipped, found.coming_back, found.waiting) >= 0


@given(FACTS)
def test_what_left_is_never_committed_again(facts: LineFacts) -> None:
    found = position(facts)

    assert found.shipped == facts.left
    assert found.committed + found.shipped <= max(facts.quantity, facts.left)


@given(FACTS)
def test_no_more_comes_back_than_ever_left(facts: LineFacts) -> None:
    assert position(facts).coming_back <= facts.left


@given(FACTS)
def test_only_committed_units_can_wait_for_a_decision(facts: LineFacts) -> None:
    found = position(facts)

    assert found.waiting <= found.committed


@given(PORTIONS)
def test_the_sequence_of_portions_does_not_matter(portions: list) -> None:  # type: ignore[type-arg]
    told = {
        (
            left(sequence),
            ended(sequence, True),
            ended(sequence, False),
            ended(sequence, None),
        )
        for sequence in itertools.permutations(portions)
    }

    assert len(told) == 1


def test_everything_that_stayed_is_released() -> None:
    facts = LineFacts(quantity=2, left=0, ended_left=0, ended_here=2, ended_unknown=0)

    assert position(facts).committed == 0


def test_units_of_unknown_whereabouts_stay_committed() -> None:
    facts = LineFacts(quantity=2, left=0, ended_left=0, ended_here=0, ended_unknown=2)

    assert (position(facts).committed, position(facts).waiting) == (2, 2)


def test_a_unit_that_left_is_expected_back_whatever_the_channel_says() -> None:
    facts = LineFacts(quantity=1, left=1, ended_left=0, ended_here=1, ended_unknown=0)

    found = position(facts)

    assert (found.committed, found.coming_back) == (0, 1)


def test_units_that_a_person_found_are_released() -> None:
    facts = LineFacts(
        quantity=3, left=0, ended_left=0, ended_here=0, ended_unknown=3, kept=2
    )

    assert (position(facts).committed, position(facts).waiting) == (1, 1)


def test_an_order_is_cancelled_when_no_unit_stays_with_the_buyer() -> None:
    mixed = line("MUG", portion(1, DELIVERED), portion(1, DELIVERED, CANCELLED))

    assert not is_cancelled(order("order", mixed))
    assert is_cancelled(order("order", line("MUG", portion(1, None, CANCELLED))))
    assert not is_cancelled(order("order"))


def test_of_two_words_of_one_moment_the_better_informed_counts() -> None:
    known = order("order", line("MUG", portion(1, IN_TRANSIT, CANCELLED)))
    vague = order("order", line("MUG", portion(1, None, CANCELLED)))

    assert rank(known) > rank(vague)


def test_a_unit_that_came_to_the_buyer_stays_delivered_though_it_ended() -> None:
    told = [portion(2, DELIVERED), portion(1, DELIVERED, CANCELLED), portion(4, None)]

    assert delivered(told) == 3
    assert delivered([portion(3, IN_TRANSIT), portion(1, NOT_SHIPPED)]) == 0
