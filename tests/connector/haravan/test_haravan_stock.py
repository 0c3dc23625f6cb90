"""Stock is set, never added, and counts as written only when it can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    RateLimited,
    StockResult,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import Answer
from tests.connector.haravan.depot import Depot

ACCEPTED, REFUSED = WriteOutcome.ACCEPTED, WriteOutcome.REFUSED
UNKNOWN, LATER = WriteOutcome.UNKNOWN, WriteOutcome.LATER


@pytest.fixture
def depot() -> Depot:
    return Depot(on_hand={1: 10, 2: 10, 3: 10})


@pytest.fixture
def write(
    haravan: HaravanConnector, depot: Depot, edge: responses.RequestsMock
) -> Callable[[dict[int, int]], list[StockResult]]:
    """Write numbers by variant."""

    def send(numbers: dict[int, int]) -> list[StockResult]:
        if not edge.registered():
            depot.serve(edge)
        updates = [
            StockUpdate(listing=variant(number), quantity=quantity)
            for number, quantity in numbers.items()
        ]
        return list(haravan.write_stock(updates))

    return send


Write = Callable[[dict[int, int]], list[StockResult]]


def variant(number: int) -> ListingRef:
    return ListingRef(item_id="7001", variant_id=str(number))


def outcomes(results: list[StockResult]) -> list[WriteOutcome]:
    return [result.outcome for result in results]


def test_a_number_is_set_at_our_location(write: Write, depot: Depot) -> None:
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert depot.sent == [
        {
            "location_id": 5001,
            "type": "set",
            "reason": "newproduct",
            "note": "Truestock",
            "line_items": [
                {"product_id": 7001, "product_variant_id": 1, "quantity": 4}
            ],
        }
    ]


def test_setting_twice_changes_nothing(write: Write, depot: Depot) -> None:
    write({1: 4})
    write({1: 4})
    assert depot.available(1) == 4
    write({1: 0})
    assert depot.available(1) == 0


def test_units_that_orders_have_committed_go_on_top(write: Write, depot: Depot) -> None:
    depot.committed = {1: 3}
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert depot.sent[0]["line_items"][0]["quantity"] == 7
    assert depot.available(1) == 4


def test_zero_to_sell_never_takes_what_orders_have_committed(
    write: Write, depot: Depot
) -> None:
    depot.committed = {1: 3}
    assert outcomes(write({1: 0})) == [ACCEPTED]
    assert depot.on_hand[1] == 3


def test_results_come_in_the_order_of_the_updates(write: Write, depot: Depot) -> None:
    results = write({3: 1, 1: 2, 2: -1})
    assert [one.listing for one in results] == [variant(3), variant(1), variant(2)]
    assert outcomes(results) == [ACCEPTED, ACCEPTED, REFUSED]
    assert len(depot.sent) == 1


@pytest.mark.parametrize("quantity", [-1, 10_000_000])
def test_an_impossible_number_is_refused_without_asking(
    write: Write, depot: Depot, quantity: int
) -> None:
    (result,) = write({1: quantity})
    assert (result.outcome, str(quantity) in result.detail) == (REFUSED, True)
    assert depot.sent == []


@pytest.mark.parametrize(
    "listing",
    [
        ListingRef(item_id="7001"),
        ListingRef(item_id="7001", variant_id="0"),
        ListingRef(item_id="x", variant_id="1"),
        ListingRef(item_id="7001", variant_id="9" * 30),
    ],
)
def test_what_cannot_be_a_listing_is_refused_without_asking(
    haravan: HaravanConnector, edge: responses.RequestsMock, listing: ListingRef
) -> None:
    (result,) = haravan.write_stock([StockUpdate(listing=listing, quantity=1)])
    assert result.outcome is REFUSED
    assert len(edge.calls) == 0


def test_a_listing_that_does_not_exist_is_refused_and_spoils_nothing(
    write: Write, depot: Depot, answer: Answer, edge: responses.RequestsMock
) -> None:
    depot.serve(edge)
    answer("variants/9", {"errors": "Not Found"}, status=404)
    unknown, good = write({9: 4, 1: 4})
    assert (unknown.outcome, good.outcome) == (REFUSED, ACCEPTED)
    assert "no such listing" in unknown.detail
    assert [row["product_variant_id"] for row in depot.sent[0]["line_items"]] == [1]


def test_a_variant_of_another_product_is_refused(
    haravan: HaravanConnector, depot: Depot, edge: responses.RequestsMock
) -> None:
    depot.serve(edge)
    depot.uncounted = {1}
    told = {"variant": {"id": 1, "product_id": 7001, "inventory_management": "haravan"}}
    edge.get("https://apis.example.test/com/variants/1.json", json=told)
    wrong = ListingRef(item_id="7009", variant_id="1")
    (result,) = haravan.write_stock([StockUpdate(listing=wrong, quantity=4)])
    assert result.outcome is REFUSED
    assert depot.sent == []


def test_what_was_never_stocked_is_stocked(write: Write, depot: Depot) -> None:
    depot.unstocked = {8}
    assert outcomes(write({8: 4})) == [ACCEPTED]
    assert depot.available(8) == 4


def test_what_haravan_does_not_count_is_refused(write: Write, depot: Depot) -> None:
    depot.uncounted = {8}
    (result,) = write({8: 4})
    assert result.outcome is REFUSED
    assert "does not count" in result.detail


def test_one_refused_row_is_found_and_the_others_are_written(
    write: Write, depot: Depot
) -> None:
    depot.on_hand = dict.fromkeys(range(1, 8), 0)
    depot.refuses = {5}
    results = write(dict.fromkeys(range(1, 8), 6))
    expected = [ACCEPTED] * 4 + [REFUSED] + [ACCEPTED] * 2
    assert outcomes(results) == expected
    assert "unknown variant" in results[4].detail
    assert [depot.available(number) for number in (1, 4, 5, 7)] == [6, 6, 0, 6]


def test_a_row_that_is_passed_over_in_silence_is_unknown(
    write: Write, depot: Depot
) -> None:
    depot.ignores = {2}
    first, second = write({1: 12, 2: 12})
    assert first.outcome is ACCEPTED
    assert second.outcome is UNKNOWN
    assert "shows 10" in second.detail


def test_too_high_a_number_is_tried_once_more_and_then_unknown(
    write: Write, depot: Depot
) -> None:
    depot.ignores = {2}
    first, second = write({1: 4, 2: 4})
    assert (first.outcome, second.outcome) == (ACCEPTED, UNKNOWN)
    again = [row["product_variant_id"] for row in depot.sent[1]["line_items"]]
    assert again == [2], "only what shows too many"
    assert len(depot.sent) == 2


def test_an_order_that_leaves_during_the_write_adds_no_phantom_unit(
    write: Write, depot: Depot
) -> None:
    depot.committed = {1: 3}

    def leave() -> None:
        # The unit left between our look and our write, which put it back on hand.
        depot.committed[1] = 2

    depot.troubles = [leave]
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert [sent["line_items"][0]["quantity"] for sent in depot.sent] == [7, 6]
    assert depot.available(1) == 4


def test_an_order_that_comes_during_the_write_is_no_doubt(
    write: Write, depot: Depot
) -> None:
    def sell() -> None:
        depot.committed[1] = 1

    depot.troubles = [sell]
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert depot.available(1) == 3
    assert len(depot.sent) == 1


@pytest.mark.parametrize("on_hand", [8, 10, 12])
def test_a_service_that_sets_what_is_available_is_understood(
    write: Write, depot: Depot, on_hand: int
) -> None:
    # With 10 on hand the wrong number stands there before it is sent.
    depot.on_hand[1] = on_hand
    depot.sets_available = True
    depot.committed = {1: 3, 2: 2}
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert depot.available(1) == 4
    assert outcomes(write({2: 5})) == [ACCEPTED]
    # Learned: the second number was right at once.
    assert [sent["line_items"][0]["quantity"] for sent in depot.sent] == [7, 4, 5]


def test_the_settings_may_say_so_from_the_start(
    write: Write, depot: Depot, enter: Callable[..., None]
) -> None:
    enter(set_means="available")
    depot.sets_available = True
    depot.committed = {1: 3}
    assert outcomes(write({1: 4})) == [ACCEPTED]
    assert len(depot.sent) == 1


def test_a_row_passed_over_is_not_taken_for_another_meaning(
    write: Write, depot: Depot
) -> None:
    depot.ignores = {1}
    depot.on_hand, depot.committed = {1: 6, 2: 9}, {1: 1, 2: 2}
    # What stands there happens to look as if 4 + 1 had been set as available.
    assert outcomes(write({1: 4})) == [UNKNOWN]
    assert outcomes(write({2: 5})) == [ACCEPTED]
    assert depot.sent[-1]["line_items"][0]["quantity"] == 7


@pytest.mark.parametrize("trouble", ["lost", 500, 502])
def test_a_lost_answer_leaves_all_rows_unknown(
    write: Write, depot: Depot, trouble: Any
) -> None:
    depot.troubles = [trouble]
    assert outcomes(write({1: 4, 2: 4})) == [UNKNOWN, UNKNOWN]
    assert len(depot.sent) == 1


def test_a_write_that_cannot_be_read_back_is_unknown(
    write: Write, depot: Depot
) -> None:
    depot.read_troubles = [None, 502]
    (result,) = write({1: 4})
    assert result.outcome is UNKNOWN
    assert "not read back" in result.detail
    depot.read_troubles = [None, None, 502]
    depot.troubles = [lambda: depot.on_hand.update({1: 99})]
    assert outcomes(write({1: 4})) == [UNKNOWN]


@pytest.mark.parametrize(
    ("status", "expected"), [(429, RateLimited), (403, AuthenticationError)]
)
def test_a_write_that_was_turned_away_did_nothing(
    write: Write, depot: Depot, status: int, expected: type[Exception]
) -> None:
    depot.troubles = [status]
    with pytest.raises(expected):
        write({1: 4})
    assert depot.available(1) == 10


def test_levels_that_cannot_be_read_stop_the_write_before_it_is_made(
    write: Write, depot: Depot
) -> None:
    depot.read_troubles = [500]
    with pytest.raises(TransientError):
        write({1: 4})
    assert depot.sent == []


def test_what_is_left_after_a_pause_was_asked_is_for_later(
    write: Write, depot: Depot
) -> None:
    depot.on_hand = dict.fromkeys(range(1, 151), 0)
    depot.troubles = [None, 429]
    results = write(dict.fromkeys(range(1, 151), 3))
    assert outcomes(results) == [ACCEPTED] * 100 + [LATER] * 50
    assert [len(sent["line_items"]) for sent in depot.sent] == [100, 50]


def test_a_pause_in_the_middle_of_halving_keeps_what_is_known(
    write: Write, depot: Depot
) -> None:
    depot.refuses = {1}
    depot.troubles = [None, None, 429]
    assert outcomes(write({1: 4, 2: 4})) == [REFUSED, LATER]
    assert depot.available(2) == 10


def test_nothing_to_write_asks_nothing(
    haravan: HaravanConnector, edge: responses.RequestsMock
) -> None:
    assert list(haravan.write_stock([])) == []
    assert len(edge.calls) == 0
