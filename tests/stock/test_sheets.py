"""A sheet from its opening to its end, and what was found in its parcels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from stock import sheets
from stock.errors import InvalidQuantity, UnknownSku, UnknownWarehouse
from stock.models import Sku
from stock.sheets import (
    AllCounted,
    Clerk,
    Condition,
    Counts,
    MoreThanLeft,
    NotInParcel,
    ParcelClosed,
    SheetClosed,
    SheetFull,
    SheetHead,
    SheetState,
    StaleParcel,
    UnknownParcel,
    UnknownSheet,
    WarehouseFixed,
    putting,
)
from stock.sheets.errors import refusal_of
from tests.stock.crate import LAN, MINH, Crate, come_back, open_crate
from tests.stock.stories import DELIVERED, line, order, portion
from tests.stock.world import NOW, World, listed


@pytest.fixture
def crate(world: World) -> Crate:
    """An empty sheet of Lan's."""
    return open_crate(world)


def _describe(crate: Crate, **changes: str | int) -> SheetHead:
    with crate.world.database.write() as session:
        return sheets.describe_sheet(
            session,
            crate.sheet_id,
            by=crate.by,
            now=NOW,
            **changes,  # type: ignore[arg-type]
        )


def test_a_sheet_is_opened_once_for_each_key_of_a_person(world: World) -> None:
    first = open_crate(world, key="K")

    assert open_crate(world, key="K").sheet_id == first.sheet_id
    assert open_crate(world, key="K", by=MINH).sheet_id != first.sheet_id


def test_a_sheet_has_a_number_that_finds_it(world: World, crate: Crate) -> None:
    number = crate.view().number

    assert number == f"S{crate.sheet_id:06d}"
    with world.database.read() as session:
        assert sheets.sheet_by_number(session, number.lower()) == crate.sheet_id
        for other in ("S999999", "R000001", "", "S", "S" + "9" * 40):
            with pytest.raises(UnknownSheet):
                sheets.sheet_by_number(session, other)


def test_a_clerk_opens_sheets_in_the_own_warehouses_only(world: World) -> None:
    hoa = Clerk("hoa", warehouse_ids=frozenset({world.add_warehouse("NORTH").id}))

    with pytest.raises(UnknownWarehouse):
        open_crate(world, by=hoa)
    with pytest.raises(UnknownWarehouse):
        open_crate(world, warehouse_id=2**70)


def test_the_top_of_a_draft_can_be_written_anew(world: World, crate: Crate) -> None:
    north = world.add_warehouse("NORTH")

    _describe(crate, carrier=" GHN ", warehouse_id=north.id)
    _describe(crate, note="wet")

    view = crate.view()
    assert (view.carrier, view.note, view.warehouse.code) == ("GHN", "wet", "NORTH")


def test_the_warehouse_stays_once_a_receipt_was_booked(
    world: World, crate: Crate
) -> None:
    north = world.add_warehouse("NORTH")
    parcel = crate.put(come_back(world, "ONE")).parcel
    crate.put(come_back(world, "TWO"))
    crate.post(parcel.id)

    with pytest.raises(WarehouseFixed):
        _describe(crate, warehouse_id=north.id)


def test_a_judgement_is_kept_and_raises_the_version(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=5)).parcel
    found = Counts(good=1, damaged=1, lost=1, wrong=1, missing=1)

    head = crate.judge(parcel.id, found, version=1, note="box was open")

    shown = crate.parcel(parcel.id)
    assert (head.version, shown.version, shown.note) == (2, 2, "box was open")
    assert shown.counts == found
    assert crate.view().totals.counts == found


def test_a_judgement_of_an_old_version_says_who_was_faster(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    crate.handed_to(MINH).judge(parcel.id, Counts(good=1), version=1)

    with pytest.raises(StaleParcel) as refusal:
        crate.judge(parcel.id, Counts(damaged=2), version=1)

    assert refusal_of(refusal.value).facts == {
        "parcel_id": parcel.id,
        "version": 2,
        "seen": 1,
        "changed_by": MINH.name,
        "changed_at": NOW.isoformat(),
    }
    assert crate.counts(parcel.id) == Counts(good=1)


def test_saying_what_is_already_so_is_never_stale(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    first = crate.judge(parcel.id, Counts(damaged=2), version=1)

    assert crate.judge(parcel.id, Counts(damaged=2), version=1) == first


def test_more_units_than_ever_left_are_refused(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel

    with pytest.raises(MoreThanLeft) as refusal:
        crate.judge(parcel.id, Counts(good=2, missing=1), version=1)

    assert (refusal.value.asked, refusal.value.left) == (3, 2)


@pytest.mark.parametrize("quantity", [-1, 10_000_000, True, 1.0, "1"])
def test_what_is_no_number_of_units_is_refused(
    world: World, crate: Crate, quantity: int
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel

    with pytest.raises(InvalidQuantity):
        crate.judge(parcel.id, Counts(wrong=quantity), version=1)


def test_an_item_of_another_order_is_refused(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel

    with pytest.raises(UnknownSku), world.database.write() as session:
        sheets.judge(
            session, parcel.id, {"9-9": Counts(good=1)}, version=1, by=LAN, now=NOW
        )


def test_counting_from_zero_leaves_missing_what_is_not_scanned(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=3, announced=2)).parcel
    crate.from_zero(parcel.id, version=1)
    assert crate.counts(parcel.id) == Counts(missing=2)

    scanned = crate.scan(parcel.id, "mug", version=2)

    assert (scanned.sku, scanned.count, scanned.parcel.version) == ("MUG", 1, 3)
    assert crate.counts(parcel.id) == Counts(good=1, missing=1)


def test_a_scanned_unit_that_is_not_good_was_taken_for_good(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel

    crate.scan(parcel.id, condition=Condition.DAMAGED, version=1)

    assert crate.counts(parcel.id) == Counts(good=1, damaged=1)


def test_a_further_unit_is_counted_while_more_are_out(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2, announced=1)).parcel

    crate.scan(parcel.id, version=1)

    assert crate.counts(parcel.id) == Counts(good=2)
    with pytest.raises(AllCounted) as refusal:
        crate.scan(parcel.id, version=2)
    assert (refusal.value.sku, refusal.value.units) == ("MUG", 2)


def test_an_item_is_found_by_its_barcode(world: World, crate: Crate) -> None:
    with world.database.write() as session:
        session.get_one(Sku, world.sku("MUG").id).barcode = "893850001"
    parcel = crate.put(come_back(world, "ONE")).parcel
    crate.from_zero(parcel.id, version=1)

    crate.scan(parcel.id, " 893850001 ", version=2)

    assert crate.counts(parcel.id) == Counts(good=1)
    for other in ("893850002", "", "\0"):
        with pytest.raises(NotInParcel):
            crate.scan(parcel.id, other, version=3)


def test_a_second_scan_of_the_same_version_counts_nothing(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    crate.from_zero(parcel.id, version=1)
    crate.scan(parcel.id, version=2)

    with pytest.raises(StaleParcel):
        crate.scan(parcel.id, version=2)

    assert crate.counts(parcel.id) == Counts(good=1, missing=1)


def test_each_item_of_a_parcel_is_judged_by_itself(world: World, crate: Crate) -> None:
    world.list_items(listed("CUP"))
    two = (line("MUG", portion(2, DELIVERED)), line("CUP", portion(1, DELIVERED)))
    world.tell(order("MIXED", *two))
    parcel = crate.put("MIXED").parcel
    cup, mug = crate.parcel(parcel.id).lines

    with world.database.write() as session:
        counts = {cup.name: Counts(missing=1)}
        sheets.judge(session, parcel.id, counts, version=1, by=LAN, now=NOW)

    found = {x.sku: x.counts for x in crate.parcel(parcel.id).lines}
    assert found == {"CUP": Counts(missing=1), "MUG": mug.counts}


def test_a_parcel_that_was_taken_off_changes_no_more(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel
    gone = crate.take_off(parcel.id, version=1)

    assert crate.take_off(parcel.id, version=1) == gone
    with pytest.raises(ParcelClosed):
        crate.from_zero(parcel.id, version=2)
    with pytest.raises(ParcelClosed):
        crate.post(parcel.id)
    assert (crate.view().parcels, crate.view().taken_off) == ((), 1)
    assert crate.close().state is SheetState.DRAFT


def test_discarding_takes_the_drafts_off_and_closes_the_sheet(
    world: World, crate: Crate
) -> None:
    number = come_back(world, "ONE")
    crate.put(number)

    assert crate.discard().state is SheetState.DISCARDED
    assert crate.discard().state is SheetState.DISCARDED
    with pytest.raises(SheetClosed):
        crate.put(number)
    assert open_crate(world).put(number).is_new


def test_discarding_keeps_what_was_posted(world: World, crate: Crate) -> None:
    posted = crate.put(come_back(world, "ONE")).parcel
    crate.put(come_back(world, "TWO"))
    crate.post(posted.id)

    assert crate.discard().state is SheetState.POSTED
    assert [parcel.id for parcel in crate.view().parcels] == [posted.id]
    assert world.broken_invariants() == []


def test_another_shops_draft_keeps_the_sheet_open(world: World, crate: Crate) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel
    stranger = crate.handed_to(Clerk("hoa", shop_ids=frozenset({99})))

    assert stranger.discard().state is SheetState.DRAFT
    assert stranger.post_all() == ()
    for change in (
        lambda: stranger.take_off(parcel.id, version=1),
        lambda: stranger.from_zero(parcel.id, version=1),
        lambda: stranger.scan(parcel.id, version=1),
        lambda: stranger.post(parcel.id),
    ):
        with pytest.raises(UnknownParcel):
            change()
    assert crate.parcel(parcel.id).version == 1


def test_a_sheet_holds_so_many_parcels_and_no_more(
    world: World, crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting, "MOST_PARCELS", 2)
    crate.put(come_back(world, "ONE"))
    crate.put(come_back(world, "TWO"))

    with pytest.raises(SheetFull):
        crate.put(come_back(world, "THREE"))


def _statements(world: World, work: Callable[[Session], object]) -> int:
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with world.database.read() as session:
        event.listen(world.database.engine, "before_cursor_execute", note)
        work(session)
        event.remove(world.database.engine, "before_cursor_execute", note)
    return sum(not statement.startswith("BEGIN") for statement in seen)


def test_forty_parcels_take_no_more_statements_than_two(
    world: World, crate: Crate
) -> None:
    world.list_items(listed("CUP"))
    world.count("MUG", 100)

    def show(session: Session) -> None:
        view = sheets.whole_sheet(session, crate.sheet_id, by=LAN)
        rows = sheets.list_sheets(session, by=LAN)
        assert [row.parcels for row in rows] == [len(view.parcels)]

    needed = []
    for upto in (2, 40):
        for number in range(len(crate.view().parcels), upto):
            items = (
                line("MUG", portion(1, DELIVERED)),
                line("CUP", portion(2, DELIVERED)),
            )
            world.tell(order(f"ORDER-{number}", *items))
            crate.put(f"ORDER-{number}")
        needed.append(_statements(world, show))

    assert needed == [7, 7]
    totals = crate.view().totals
    assert (totals.parcels, totals.drafts, totals.counts) == (40, 40, Counts(good=120))


def test_sheets_are_listed_in_slices_the_newest_first(world: World) -> None:
    crates = [open_crate(world) for _ in range(3)]
    crates[1].discard()

    with world.database.read() as session:
        drafts = sheets.list_sheets(session, by=LAN)
        [first] = sheets.list_sheets(session, by=LAN, states=list(SheetState), limit=1)
        rest = sheets.list_sheets(
            session, by=LAN, states=list(SheetState), before_id=first.id
        )

    assert [row.id for row in drafts] == [crates[2].sheet_id, crates[0].sheet_id]
    assert [row.id for row in (first, *rest)] == [x.sheet_id for x in crates[::-1]]
    assert rest[0].closed_at is not None
    assert rest[0].closed_at - rest[0].opened_at == timedelta(0)
