"""A posted parcel is a receipt, booked once; what is wrong or missing stays out."""

from __future__ import annotations

import pytest

from stock import sheets
from stock.errors import EmptyReceipt, ReceiptTooLarge
from stock.models import ReturnState
from stock.receipt_history import find_receipt
from stock.sheets import (
    Clerk,
    Counts,
    ParcelClosed,
    SheetClosed,
    SheetParcelState,
    SheetState,
    StaleParcel,
)
from tests.stock import plain
from tests.stock.crate import MINH, Crate, come_back, open_crate
from tests.stock.stories import DELIVERED, buyer_return, line, order, portion
from tests.stock.world import World


@pytest.fixture
def crate(world: World) -> Crate:
    """An empty sheet of Lan's."""
    return open_crate(world)


def test_a_posted_parcel_is_a_receipt_with_what_was_judged(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=5)).parcel
    found = Counts(good=1, damaged=1, lost=1, wrong=1, missing=1)
    crate.judge(parcel.id, found, version=1, note="box was open")

    posted = crate.handed_to(MINH).post(parcel.id, version=2)

    assert posted.receipt_id is not None
    with world.database.read() as session:
        receipt = find_receipt(session, posted.receipt_id)
        assert receipt is not None
        [line] = receipt.lines
        assert (line.good, line.damaged, line.lost) == (1, 1, 1)
        assert (receipt.actor, receipt.note) == (MINH.name, "box was open")
    level = world.line_level("ONE")
    assert (level.out, level.received, level.damaged, level.lost) == (2, 1, 1, 1)
    shown = crate.parcel(parcel.id)
    assert (shown.receipt_number, shown.posted_by) == (receipt.number, MINH.name)
    assert (shown.counts, shown.lines[0].out) == (found, 2)
    assert world.broken_invariants() == []


def test_wrong_and_missing_units_can_still_come(world: World, crate: Crate) -> None:
    number = come_back(world, "ONE", quantity=3)
    first = crate.put(number).parcel
    crate.judge(first.id, Counts(good=1, wrong=1, missing=1), version=1)
    crate.post(first.id)
    assert world.return_states("ONE")["RET-ONE"] == (ReturnState.PARTLY_RECEIVED, 3, 1)

    second = open_crate(world)
    parcel = second.put(number).parcel
    assert second.counts(parcel.id) == Counts(good=2)
    second.post(parcel.id)

    assert world.return_states("ONE")["RET-ONE"] == (ReturnState.RECEIVED, 3, 3)
    assert crate.counts(first.id) == Counts(good=1, wrong=1, missing=1)
    assert world.broken_invariants() == []


def test_a_parcel_settles_the_return_that_was_scanned(
    world: World, crate: Crate
) -> None:
    come_back(world, "BOTH", quantity=3, announced=1, return_id="FIRST")
    world.tell_return(buyer_return("BOTH", "MUG", 2, return_id="SECOND", minute=2))

    crate.post(crate.put("SECOND").parcel.id)

    assert world.return_states("BOTH") == {
        "FIRST": (ReturnState.AWAITING, 1, 0),
        "SECOND": (ReturnState.RECEIVED, 2, 2),
    }


def test_an_empty_box_books_nothing_and_is_closed_with_its_evidence(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    crate.judge(parcel.id, Counts(wrong=1, missing=1), version=1)

    posted = crate.post(parcel.id)

    assert posted.receipt_id is None
    assert world.receipt_count() == 0
    assert crate.counts(parcel.id) == Counts(wrong=1, missing=1)
    assert world.line_level("ONE").out == 2
    assert crate.post(parcel.id).replayed
    assert world.broken_invariants() == []


def test_a_parcel_without_any_judgement_is_not_posted(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel
    crate.judge(parcel.id, Counts(), version=1)

    with pytest.raises(EmptyReceipt):
        crate.post(parcel.id)

    assert crate.parcel(parcel.id).state is SheetParcelState.DRAFT


def test_posting_twice_books_once(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel

    first, second = crate.post(parcel.id, version=1), crate.post(parcel.id, version=1)

    assert (first.replayed, second.replayed) == (False, True)
    assert (second.receipt_id, second.parcel) == (first.receipt_id, first.parcel)
    assert world.receipt_count() == 1


def test_a_parcel_that_somebody_changed_is_not_posted_unseen(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    crate.handed_to(MINH).judge(parcel.id, Counts(lost=2), version=1)

    with pytest.raises(StaleParcel):
        crate.post(parcel.id, version=1)

    assert world.receipt_count() == 0


def test_one_bad_parcel_blocks_no_other(world: World, crate: Crate) -> None:
    parcels = [crate.put(come_back(world, f"N{n}")).parcel for n in range(4)]
    world.receive("N1", "MUG", good=1)
    crate.judge(parcels[2].id, Counts(), version=1)

    answers = crate.post_all()

    assert [answer.parcel_id for answer in answers] == [x.id for x in parcels]
    assert [type(answer.error) for answer in answers] == [
        type(None),
        ReceiptTooLarge,
        EmptyReceipt,
        type(None),
    ]
    assert [x.posted is not None for x in answers] == [True, False, False, True]
    totals = crate.view().totals
    assert (totals.posted, totals.drafts) == (2, 2)
    assert crate.view().state is SheetState.DRAFT
    assert world.broken_invariants() == []

    crate.take_off(parcels[1].id, version=1)
    crate.judge(parcels[2].id, Counts(missing=1), version=2)
    assert [answer.error for answer in crate.post_all()] == [None]
    assert crate.view().state is SheetState.POSTED


def test_a_clerk_who_posts_each_parcel_at_once_goes_on_with_the_next(
    world: World, crate: Crate
) -> None:
    crate.post(crate.put(come_back(world, "ONE")).parcel.id)
    second = crate.put(come_back(world, "TWO")).parcel

    assert crate.close().state is SheetState.DRAFT
    crate.post(second.id)
    assert crate.view().state is SheetState.DRAFT

    assert crate.close().state is SheetState.POSTED
    assert crate.close().state is SheetState.POSTED
    assert crate.view().closed_by == crate.by.name
    with pytest.raises(SheetClosed):
        crate.put(come_back(world, "THREE"))
    assert world.broken_invariants() == []


def test_a_sheet_whose_parcels_are_posted_already_is_closed_by_posting_it(
    world: World, crate: Crate
) -> None:
    crate.post(crate.put(come_back(world, "ONE")).parcel.id)

    assert crate.post_all() == ()

    assert crate.view().state is SheetState.POSTED


def test_an_empty_sheet_is_not_closed_by_posting_it(crate: Crate) -> None:
    assert crate.post_all() == ()
    assert crate.close().state is SheetState.DRAFT


def test_the_changes_of_a_sheet_are_those_of_its_receipts(
    world: World, crate: Crate
) -> None:
    world.stock("CUP", 7)
    world.tell(order("CUPS", line("CUP", portion(2, DELIVERED))))
    first = crate.put(come_back(world, "ONE", quantity=3)).parcel
    second = crate.put(come_back(world, "TWO", quantity=2)).parcel
    third = crate.put(come_back(world, "THREE")).parcel
    crate.judge(first.id, Counts(good=1, damaged=1, lost=1), version=1)
    crate.judge(second.id, Counts(good=1, wrong=1), version=1)
    crate.put("CUPS")
    before = {x: world.level(x).available for x in ("MUG", "CUP")}
    crate.post_all()
    receipt_id = crate.parcel(third.id).receipt_id
    assert receipt_id is not None
    world.reverse(receipt_id)
    world.count("MUG", 50)

    with world.database.read() as session:
        changes = {
            x.sku.code: x
            for x in sheets.sheet_changes(session, crate.sheet_id, by=crate.by)
        }
        nothing = sheets.sheet_changes(
            session, crate.sheet_id, by=Clerk("hoa", shop_ids=frozenset())
        )

    assert nothing == []
    mug, cup = changes["MUG"], changes["CUP"]
    assert (mug.good, mug.damaged, mug.lost) == (2, 1, 1)
    assert mug.after.available - mug.before.available == 2
    assert mug.after.on_hand - mug.before.on_hand == 3
    assert (cup.before.available, cup.after.available) == (
        before["CUP"],
        before["CUP"] + 2,
    )


def test_only_parcels_that_the_clerk_has_seen_are_posted(
    world: World, crate: Crate
) -> None:
    seen, stale, unseen = (
        crate.put(come_back(world, name)).parcel for name in ("ONE", "TWO", "THREE")
    )
    crate.from_zero(stale.id, version=1)

    answers = crate.post_all({seen.id: 1, stale.id: 1})

    assert [type(answer.error) for answer in answers] == [type(None), StaleParcel]
    assert crate.parcel(unseen.id).state is SheetParcelState.DRAFT


def test_a_posted_parcel_changes_no_more(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel
    number = crate.post(parcel.id).receipt_id

    with pytest.raises(ParcelClosed) as refusal:
        crate.judge(parcel.id, Counts(good=0), version=2)
    assert refusal.value.receipt == f"R{number:06d}"
    with pytest.raises(ParcelClosed):
        crate.take_off(parcel.id, version=2)


def test_a_reversed_parcel_says_so_and_can_be_put_on_anew(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "ONE")
    parcel = crate.put(number).parcel
    receipt_id = crate.post(parcel.id).receipt_id
    assert receipt_id is not None
    world.reverse(receipt_id)

    assert crate.parcel(parcel.id).is_reversed
    again = open_crate(world)
    second = again.post(again.put(number).parcel.id)

    assert second.receipt_id not in (None, receipt_id)
    assert world.line_level("ONE").received == 1
    assert world.broken_invariants() == []


def test_the_skus_of_receipts_are_named_for_the_bell(
    world: World, crate: Crate
) -> None:
    receipt_id = crate.post(crate.put(come_back(world, "ONE")).parcel.id).receipt_id
    assert receipt_id is not None

    with world.database.read() as session:
        assert sheets.moved_skus(session, [receipt_id]) == [world.sku("MUG").id]
        assert sheets.moved_skus(session, []) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sheet_line SET good = 0, missing = 1",
        "UPDATE sheet_line SET parcel_id = 2, sku_id = 2 WHERE parcel_id = 1",
        "UPDATE sheet_line SET parcel_id = 1, sku_id = 2 WHERE parcel_id = 2",
        "DELETE FROM sheet_line",
        "INSERT INTO sheet_line (parcel_id, sku_id, warehouse_id, expected, good,"
        " damaged, lost, wrong, missing) VALUES (1, 2, 1, 0, 0, 0, 0, 0, 1)",
        "UPDATE sheet_parcel SET note = 'other' WHERE id = 1",
        "DELETE FROM sheet_parcel WHERE id = 1",
    ],
)
def test_evidence_is_not_edited_past_the_code(
    world: World, crate: Crate, statement: str
) -> None:
    world.stock("CUP", 1)
    parcel = crate.put(come_back(world, "ONE")).parcel
    other = crate.put(come_back(world, "TWO")).parcel
    assert (parcel.id, other.id, world.sku("CUP").id) == (1, 2, 2)
    # Before it is posted, only the foreign key holds it.
    if "DELETE FROM sheet_parcel" not in statement:
        assert plain.allowed(world.database, [statement]) == [True]
    crate.post(parcel.id)
    before = crate.view()

    with plain.refusing(world.database):
        plain.run(world.database, statement)

    assert crate.view() == before
