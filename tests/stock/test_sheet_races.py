"""Several clerks at one crate at the same moment: nothing is lost, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from stock import sheets
from stock.errors import ReceiptTooLarge, StockError
from stock.sheets import (
    Action,
    Counts,
    OnAnotherSheet,
    Post,
    PostedParcel,
    Put,
    PutOn,
    SheetState,
    StaleParcel,
)
from tests.stock.crate import LAN, MINH, Crate, come_back, open_crate
from tests.stock.world import NOW, World, unique

Result = TypeVar("Result")


def _at_once(works: list[Callable[[], Result]]) -> list[Result | StockError]:
    """Do all works at the same moment; refusals are answers too."""
    gate = threading.Barrier(len(works))

    def do(work: Callable[[], Result]) -> Result | StockError:
        gate.wait()
        try:
            return work()
        except StockError as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def _putting(crate: Crate, code: str) -> Callable[[], PutOn]:
    key = unique("parcel")

    def work(session: Session) -> PutOn:
        return sheets.put_on(
            session, crate.sheet_id, code, key=key, by=crate.by, now=NOW
        )

    return lambda: crate.world.database.run(work)


def _posting(crate: Crate, parcel_id: int) -> Callable[[], PostedParcel]:
    def work(session: Session) -> PostedParcel:
        return sheets.post_parcel(
            session, parcel_id, version=None, by=crate.by, now=NOW
        )

    return lambda: crate.world.database.run(work)


@pytest.fixture
def crate(world: World) -> Crate:
    """An empty sheet of Lan's."""
    return open_crate(world)


def test_two_sheets_that_scan_one_parcel_at_once_do_not_both_hold_it(
    world: World, crate: Crate
) -> None:
    come_back(world, "ONE")
    other = open_crate(world, by=MINH)

    # The one scans the waybill, the other the order.
    answers = _at_once([_putting(crate, "SPX-ONE"), _putting(other, "ONE")])

    assert sorted(type(answer).__name__ for answer in answers) == [
        OnAnotherSheet.__name__,
        PutOn.__name__,
    ]
    assert len(crate.view().parcels) + len(other.view().parcels) == 1


def test_many_clerks_fill_one_sheet_at_once(world: World, crate: Crate) -> None:
    numbers = [come_back(world, f"N{n}") for n in range(8)]

    _at_once([_putting(crate, number) for number in numbers * 2])

    view = crate.view()
    assert [parcel.position for parcel in view.parcels] == list(range(1, 9))
    assert sorted(parcel.code for parcel in view.parcels) == numbers


def test_of_two_judgements_at_once_one_is_told_about_the_other(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE", quantity=2)).parcel
    works = [
        lambda: crate.judge(parcel.id, Counts(damaged=2), version=1),
        lambda: crate.handed_to(MINH).judge(parcel.id, Counts(lost=2), version=1),
    ]

    answers = _at_once(works)

    [refusal] = [answer for answer in answers if isinstance(answer, StockError)]
    assert isinstance(refusal, StaleParcel)
    first = LAN if crate.counts(parcel.id).damaged else MINH
    assert refusal.changed_by == first.name


def test_one_parcel_posted_by_many_at_once_is_one_receipt(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel

    answers = _at_once([_posting(crate, parcel.id)] * 6)

    posted = [answer for answer in answers if isinstance(answer, PostedParcel)]
    assert len(posted) == 6
    assert [answer.replayed for answer in posted].count(False) == 1
    assert len({answer.receipt_id for answer in posted}) == 1
    assert world.receipt_count() == 1


def test_two_clerks_who_post_one_sheet_at_once_close_it(
    world: World, crate: Crate
) -> None:
    parcels = [crate.put(come_back(world, f"N{n}")).parcel for n in range(4)]

    answers = _at_once([crate.post_all, crate.handed_to(MINH).post_all])

    assert [answer for answer in answers if isinstance(answer, StockError)] == []
    assert world.receipt_count() == len(parcels)
    assert crate.view().state is SheetState.POSTED
    assert world.broken_invariants() == []


def test_a_sheet_and_the_receipt_form_share_the_units(
    world: World, crate: Crate
) -> None:
    parcel = crate.put(come_back(world, "ONE")).parcel

    answers = _at_once(
        [
            _posting(crate, parcel.id),
            lambda: world.receive("ONE", "MUG", good=1),
        ]
    )

    refusals = [answer for answer in answers if isinstance(answer, StockError)]
    assert [type(refusal) for refusal in refusals] == [ReceiptTooLarge]
    assert world.receipt_count() == 1
    assert world.line_level("ONE").received == 1
    assert world.broken_invariants() == []


def test_one_list_sent_many_times_at_once_is_applied_once(
    world: World, crate: Crate
) -> None:
    shift: list[Action] = [
        Put(id="put", sheet=crate.sheet_id, code=come_back(world, "ONE")),
        Post(id="post", parcel="put", version=1),
        Put(id="nobody", sheet=crate.sheet_id, code="NOBODY"),
    ]

    answers = _at_once([lambda: crate.apply(*shift)] * 4)

    told = [
        [answer.again() for answer in answered]
        for answered in answers
        if not isinstance(answered, StockError)
    ]
    assert told == [told[0]] * 4
    assert [answer.error for answer in told[0]] == ["", "", "unknown_order"]
    assert world.receipt_count() == 1


def test_discarding_and_posting_at_once_end_in_one_or_the_other(
    world: World, crate: Crate
) -> None:
    parcels = [crate.put(come_back(world, f"N{n}")).parcel for n in range(3)]
    works: list[Callable[[], object]] = [
        *(_posting(crate, parcel.id) for parcel in parcels),
        crate.discard,
    ]

    _at_once(works)

    view = crate.view()
    assert len(view.parcels) + view.taken_off == 3
    state = SheetState.POSTED if view.parcels else SheetState.DISCARDED
    assert view.state is state
    assert world.receipt_count() == len(view.parcels)
    assert world.broken_invariants() == []
