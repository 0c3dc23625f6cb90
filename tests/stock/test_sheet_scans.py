"""What a scanned number means, and what lies on the sheet after it was put on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stock.errors import AmbiguousReference, IdempotencyConflict, UnknownOrder
from stock.reports import ParcelReport
from stock.sheets import (
    AlreadyReceived,
    Clerk,
    Counts,
    Known,
    NothingOut,
    OnAnotherSheet,
    UnknownSheet,
)
from tests.stock.crate import LAN, MINH, Crate, come_back, open_crate
from tests.stock.stories import (
    CANCELLED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    NOT_SHIPPED,
    buyer_return,
    simple_order,
)
from tests.stock.world import World, listed


@pytest.fixture
def crate(world: World) -> Crate:
    """An empty sheet of Lan's."""
    return open_crate(world)


@pytest.mark.parametrize("code", ["SPX-ONE", " spx-one ", "RET-ONE", "ONE", "one"])
def test_any_number_of_an_announced_parcel_says_what_is_to_come(
    world: World, crate: Crate, code: str
) -> None:
    come_back(world, "ONE", quantity=3, announced=2)

    answer = crate.look_up(code)

    assert answer.known is Known.EXPECTED
    assert answer.match is not None
    assert (answer.match.order.number, answer.match.return_id) == ("ONE", "RET-ONE")
    assert (answer.match.expected, answer.match.out) == (2, 3)


def test_a_return_to_sender_is_known_by_its_forward_number(
    world: World, crate: Crate
) -> None:
    failed = simple_order("RTS", "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=2)
    world.tell(
        replace(failed, parcels=(ParcelReport(number="FWD-1", direction="forward"),))
    )

    answer = crate.look_up("FWD-1")

    assert answer.known is Known.EXPECTED
    assert answer.match is not None
    assert answer.match.expected == 2


def test_units_out_that_nobody_announced_can_be_received_anyway(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "QUIET", quantity=2, announced=0)

    assert crate.look_up(number).known is Known.RECEIVABLE
    parcel = crate.put(number).parcel
    assert crate.counts(parcel.id) == Counts(good=2)
    assert crate.line(parcel.id).expected == 0


@pytest.mark.parametrize("ending", [None, CANCELLED])
def test_what_has_not_left_cannot_come_back(
    world: World, crate: Crate, ending: object
) -> None:
    world.tell(simple_order("HERE", "MUG", NOT_SHIPPED, ending))  # type: ignore[arg-type]

    assert crate.look_up("HERE").known is Known.NOT_LEFT
    with pytest.raises(NothingOut) as refusal:
        crate.put("HERE")
    assert refusal.value.known == Known.NOT_LEFT
    assert crate.view().parcels == ()


def test_a_received_parcel_names_its_receipts(world: World, crate: Crate) -> None:
    number = come_back(world, "DONE", quantity=1)
    booked = world.receive("DONE", "MUG", good=1)

    answer = crate.look_up(number)

    assert answer.known is Known.RECEIVED
    assert [receipt.number for receipt in answer.receipts] == [booked.number]
    with pytest.raises(NothingOut):
        crate.put(number, again=True)


def test_units_that_the_buyer_keeps_are_not_taken_for_a_second_parcel(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "TWICE", quantity=3, announced=1)
    booked = world.receive("TWICE", "MUG", good=1)

    assert crate.look_up(number).known is Known.RECEIVED
    with pytest.raises(AlreadyReceived) as refusal:
        crate.put(number)
    assert refusal.value.receipts == [booked.number]

    parcel = crate.put(number, again=True).parcel
    assert crate.counts(parcel.id) == Counts()


def test_a_reversed_receipt_makes_its_parcel_expected_again(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "UNDONE", quantity=1)
    world.reverse(world.receive("UNDONE", "MUG", good=1).receipt_id)

    answer = crate.look_up(number)

    assert answer.known is Known.EXPECTED
    assert [receipt.reversed for receipt in answer.receipts] == [True]


def test_what_was_written_off_is_told_apart_from_what_came(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "GONE", quantity=2)
    world.receive("GONE", "MUG", lost=2)

    answer = crate.look_up(number)

    assert answer.known is Known.WRITTEN_OFF
    assert answer.match is not None
    assert (answer.match.out, answer.match.lost) == (0, 2)


def test_a_parcel_on_the_sheet_is_named_by_its_place(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "ONE")
    parcel = crate.put(number).parcel

    mine = crate.look_up("RET-ONE")
    theirs = open_crate(world, by=MINH).look_up(number)

    assert (mine.known, theirs.known) == (Known.ON_SHEET, Known.ON_OTHER_SHEET)
    assert mine.parcel == theirs.parcel
    assert theirs.parcel is not None
    assert (theirs.parcel.parcel_id, theirs.parcel.added_by) == (parcel.id, LAN.name)
    assert theirs.parcel.sheet_number == crate.view().number


def test_putting_a_parcel_on_by_another_of_its_numbers_finds_it_there(
    world: World, crate: Crate
) -> None:
    first = crate.put(come_back(world, "ONE"))

    second = crate.put("ONE")

    assert (first.is_new, second.is_new) == (True, False)
    assert second.parcel == first.parcel


def test_two_sheets_do_not_hold_one_parcel(world: World, crate: Crate) -> None:
    number = come_back(world, "ONE")
    parcel = crate.put(number).parcel
    other = open_crate(world, by=MINH)

    with pytest.raises(OnAnotherSheet) as refusal:
        other.put("ONE")
    assert refusal.value.sheet == crate.view().number
    assert refusal.value.added_by == LAN.name

    crate.take_off(parcel.id, version=1)
    assert other.put(number).is_new


def test_two_returns_of_one_order_are_two_parcels(world: World, crate: Crate) -> None:
    come_back(world, "BOTH", quantity=3, announced=1, return_id="FIRST")
    world.tell_return(buyer_return("BOTH", "MUG", 2, return_id="SECOND", minute=2))

    first, second = crate.put("FIRST").parcel, crate.put("SECOND").parcel

    assert crate.counts(first.id) == Counts(good=1)
    assert crate.counts(second.id) == Counts(good=2)
    # The order itself is both of them.
    assert crate.look_up("BOTH").known is Known.ON_SHEET


def test_a_number_of_several_orders_asks_which(world: World, crate: Crate) -> None:
    come_back(world, "ONE", number="SHARED")
    come_back(world, "TWO", number="SHARED")

    answer = crate.look_up("SHARED")

    assert answer.known is Known.AMBIGUOUS
    assert [order.number for order in answer.orders] == ["ONE", "TWO"]
    with pytest.raises(AmbiguousReference):
        crate.put("SHARED")
    chosen = answer.orders[1].id
    assert crate.look_up("SHARED", order_id=chosen).known is Known.EXPECTED
    parcel = crate.put("SHARED", order_id=chosen).parcel
    assert crate.parcel(parcel.id).order.number == "TWO"


@pytest.mark.parametrize("code", ["", "  ", "NOBODY", "\0", "\ud800", "X" * 101])
def test_a_number_that_nobody_knows_is_unknown(
    world: World, crate: Crate, code: str
) -> None:
    come_back(world, "ONE")

    assert crate.look_up(code).known is Known.UNKNOWN
    with pytest.raises(UnknownOrder):
        crate.put(code)


def test_another_shops_parcel_is_unknown_to_a_clerk(world: World, crate: Crate) -> None:
    other = world.open_shop()
    world.list_items(listed("MUG"), shop=other)
    number = come_back(world, "ONE")
    stranger = crate.handed_to(Clerk("hoa", shop_ids=frozenset({other.id})))

    assert stranger.look_up(number).known is Known.UNKNOWN
    with pytest.raises(UnknownOrder):
        stranger.put(number)
    crate.put(number)
    assert (stranger.view().parcels, stranger.view().hidden) == ((), 1)


def test_a_sheet_of_another_warehouse_takes_nothing(world: World, crate: Crate) -> None:
    number = come_back(world, "ONE")
    stranger = crate.handed_to(Clerk("hoa", warehouse_ids=frozenset({9})))

    with pytest.raises(UnknownSheet):
        stranger.put(number)


def test_the_same_key_puts_a_parcel_on_once(world: World, crate: Crate) -> None:
    number = come_back(world, "ONE")
    first = crate.put(number, key="K").parcel

    assert crate.put(number, key="K").parcel == first
    crate.take_off(first.id, version=1)
    assert crate.put(number, key="K").parcel.id == first.id
    assert crate.view().parcels == ()


def test_the_same_key_with_another_number_is_a_conflict(
    world: World, crate: Crate
) -> None:
    crate.put(come_back(world, "ONE"), key="K")

    with pytest.raises(IdempotencyConflict):
        crate.put(come_back(world, "TWO"), key="K")


def test_an_announced_part_presets_that_part_only(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "PART", quantity=5, announced=2)).parcel

    line = crate.line(parcel.id)

    assert line.counts == Counts(good=2)
    assert (line.expected, line.out) == (2, 5)
