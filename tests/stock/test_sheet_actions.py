"""What an offline browser sends, early, late and twice, is applied once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from stock.models.sheets import SheetAction
from stock.sheets import (
    MOST_ACTIONS,
    Action,
    Clerk,
    Close,
    Condition,
    Counts,
    Describe,
    Discard,
    FromZero,
    Judge,
    Open,
    Post,
    Put,
    Scan,
    SheetState,
    TakeOff,
    open_sheet,
)
from stock.sheets.kept import KEPT_FOR
from tests.stock import plain
from tests.stock.crate import LAN, MINH, Crate, come_back, open_crate
from tests.stock.world import NOW, World


@pytest.fixture
def browser(world: World) -> Crate:
    """Lan's browser, which has opened no sheet yet."""
    return Crate(world, sheet_id=0)


def _name(world: World) -> str:
    return f"{world.sku('MUG').id}-{world.shop.warehouse_id}"


def _whole_shift(world: World) -> list[Action]:
    """Return a sheet from its opening to its last parcel, made without connection."""
    numbers = [come_back(world, f"N{n}", quantity=3) for n in range(4)]
    found = {_name(world): Counts(good=1, damaged=1, missing=1)}
    return [
        Open(id="open", warehouse_id=world.shop.warehouse_id, carrier="SPX"),
        Put(id="put-0", sheet="open", code=numbers[0]),
        Judge(id="judge", parcel="put-0", version=1, units=found, note="torn"),
        Put(id="put-1", sheet="open", code=numbers[1]),
        FromZero(id="zero", parcel="put-1", version=1),
        Scan(id="scan-1", parcel="put-1", version=2, code="mug"),
        Scan(
            id="scan-2",
            parcel="put-1",
            version=3,
            code="MUG",
            condition=Condition.DAMAGED,
        ),
        Put(id="put-2", sheet="open", code=numbers[2]),
        TakeOff(id="off", parcel="put-2", version=1),
        Put(id="put-3", sheet="open", code=numbers[3]),
        Post(id="post-0", parcel="put-0", version=2),
        Post(id="post-1", parcel="put-1", version=4),
        Describe(id="describe", sheet="open", note="crate 7"),
        Close(id="too early", sheet="open"),
        TakeOff(id="off too", parcel="put-3", version=1),
        Close(id="close", sheet="open"),
    ]


def _everything(world: World) -> list[list[object]]:
    tables = ("return_sheet", "sheet_parcel", "sheet_action")
    rows = plain.run(
        world.database, *(f"SELECT * FROM {table} ORDER BY 1, 2" for table in tables)
    )
    lines = "SELECT * FROM sheet_line ORDER BY parcel_id, sku_id"
    return rows + plain.run(world.database, lines) + plain.history(world.database)


def test_a_whole_shift_is_applied_in_its_sequence(world: World, browser: Crate) -> None:
    answers = browser.apply(*_whole_shift(world))

    assert [answer.error for answer in answers] == [""] * len(answers)
    sheet_id = answers[0].sheet_id
    assert sheet_id is not None
    crate = Crate(world, sheet_id)
    view = crate.view()
    assert (view.state, view.note, view.carrier) == (
        SheetState.POSTED,
        "crate 7",
        "SPX",
    )
    torn, scanned = view.parcels
    assert (torn.note, torn.counts) == ("torn", Counts(good=1, damaged=1, missing=1))
    assert scanned.counts == Counts(good=1, damaged=1, missing=1)
    assert view.taken_off == 2
    posted = [answer for answer in answers if answer.receipt_id is not None]
    assert [x.receipt_id for x in posted] == [torn.receipt_id, scanned.receipt_id]
    assert world.broken_invariants() == []


def test_the_same_list_twice_has_the_effect_of_once(
    world: World, browser: Crate
) -> None:
    shift = _whole_shift(world)
    first = browser.apply(*shift)
    before = _everything(world)

    second = browser.apply(*shift)

    assert all(answer.replayed for answer in second)
    assert [x.again() for x in first] == list(second)
    assert _everything(world) == before


@pytest.mark.parametrize("cut", [1, 4, 9, 13])
def test_a_list_that_was_cut_off_is_finished_when_sent_again(
    world: World, browser: Crate, cut: int
) -> None:
    shift = _whole_shift(world)
    browser.apply(*shift[:cut])

    answers = browser.apply(*shift)

    assert [answer.replayed for answer in answers].index(False) == cut
    assert not any(answer.error for answer in answers)
    assert world.receipt_count() == 2
    assert world.broken_invariants() == []


def test_a_refusal_is_an_answer_that_stays(world: World, browser: Crate) -> None:
    number = come_back(world, "ONE")
    mine, other = open_crate(world), open_crate(world, by=MINH)
    held = other.put(number).parcel
    put = Put(id="put", sheet=mine.sheet_id, code=number)
    [refused] = browser.apply(put)
    assert (refused.applied, refused.error) == (False, "on_another_sheet")
    assert refused.facts["added_by"] == MINH.name

    other.take_off(held.id, version=1)

    assert browser.apply(put) == (refused.again(),)
    [fresh] = browser.apply(Put(id="put again", sheet=mine.sheet_id, code=number))
    assert fresh.applied


def test_one_refused_action_stops_no_other(world: World, browser: Crate) -> None:
    number = come_back(world, "ONE")
    crate = open_crate(world)

    answers = browser.apply(
        Put(id="a", sheet=crate.sheet_id, code="NOBODY"),
        Post(id="b", parcel="a", version=1),
        Put(id="c", sheet="never", code=number),
        Put(id="d", sheet=crate.sheet_id, code=number),
        Judge(id="e", parcel="d", version=7, units={_name(world): Counts()}),
        Post(id="f", parcel="d", version=1),
    )

    assert [answer.error for answer in answers] == [
        "unknown_order",
        "unknown_parcel",
        "unknown_sheet",
        "",
        "stale_parcel",
        "",
    ]
    assert answers[4].parcel_id == answers[3].parcel_id
    assert world.receipt_count() == 1


def test_a_parcel_that_was_there_already_goes_by_the_new_name_too(
    world: World, browser: Crate
) -> None:
    number = come_back(world, "ONE", quantity=2)
    crate = open_crate(world)
    there = crate.handed_to(MINH).put(number).parcel

    put, judged = browser.apply(
        Put(id="mine", sheet=crate.sheet_id, code="ONE"),
        Judge(
            id="judge",
            parcel="mine",
            version=1,
            units={_name(world): Counts(good=1, wrong=1)},
        ),
    )

    assert (put.parcel_id, put.is_new) == (there.id, False)
    assert judged.version == 2
    assert crate.counts(there.id) == Counts(good=1, wrong=1)


def test_an_id_means_one_action_for_ever(world: World, browser: Crate) -> None:
    crate = open_crate(world)
    one, two = come_back(world, "ONE"), come_back(world, "TWO")
    [first] = browser.apply(Put(id="put", sheet=crate.sheet_id, code=one))

    [other] = browser.apply(Put(id="put", sheet=crate.sheet_id, code=two))
    [same] = browser.apply(Put(id="put", sheet=crate.sheet_id, code=one))

    assert other.error == "idempotency_conflict"
    assert same == first.again()


def test_ids_of_two_people_do_not_meet(world: World, browser: Crate) -> None:
    opened = Open(id="open", warehouse_id=world.shop.warehouse_id)

    [lan], [minh] = browser.apply(opened), browser.handed_to(MINH).apply(opened)

    assert lan.sheet_id != minh.sheet_id
    [refused] = browser.handed_to(Clerk("hoa")).apply(Discard(id="x", sheet="open"))
    assert refused.error == "unknown_sheet"


def test_what_a_stranger_names_is_not_there(world: World, browser: Crate) -> None:
    crate = open_crate(world)
    parcel = crate.put(come_back(world, "ONE")).parcel
    stranger = browser.handed_to(
        Clerk("hoa", shop_ids=frozenset({99}), warehouse_ids=frozenset({99}))
    )

    answers = stranger.apply(
        Open(id="a", warehouse_id=world.shop.warehouse_id),
        Discard(id="b", sheet=crate.sheet_id),
        Post(id="c", parcel=parcel.id, version=None),
        Post(id="d", parcel=10**30, version=None),
        Discard(id="e", sheet=-1),
        Discard(id="f", sheet="\0\ud800"),
    )

    assert [answer.error for answer in answers] == [
        "unknown_warehouse",
        "unknown_sheet",
        "unknown_parcel",
        "unknown_parcel",
        "unknown_sheet",
        "unknown_sheet",
    ]
    assert crate.parcel(parcel.id).version == 1


@pytest.mark.parametrize("action_id", ["", "x" * 101, "\0", "\ud800"])
def test_an_id_that_is_none_is_refused(
    world: World, browser: Crate, action_id: str
) -> None:
    with pytest.raises(ValueError, match="100 printable"):
        browser.apply(Discard(id=action_id, sheet=1))


def test_too_many_actions_at_once_are_refused(browser: Crate) -> None:
    with pytest.raises(ValueError, match="most at once"):
        browser.apply(*[Discard(id="x", sheet=1)] * (MOST_ACTIONS + 1))


def test_the_receipt_is_in_the_name_of_who_posts(world: World, browser: Crate) -> None:
    crate = open_crate(world, by=MINH)
    parcel = crate.put(come_back(world, "ONE")).parcel

    browser.apply(Post(id="post", parcel=parcel.id, version=1))

    assert crate.parcel(parcel.id).posted_by == LAN.name


def test_answers_of_long_ago_are_forgotten_and_nothing_is_done_again(
    world: World, browser: Crate
) -> None:
    shift = _whole_shift(world)
    browser.apply(*shift)
    booked = plain.history(world.database)

    def answers_left(now: datetime) -> int:
        with world.database.write() as session:
            open_sheet(
                session,
                key=f"opened {now}",
                warehouse_id=world.shop.warehouse_id,
                by=MINH,
                now=now,
            )
            return session.scalar(select(func.count()).select_from(SheetAction)) or 0

    assert answers_left(NOW + KEPT_FOR) == len(shift)
    assert answers_left(NOW + KEPT_FOR + timedelta(seconds=1)) == 0
    again = browser.apply(*shift)
    assert {x.error for x in again if x.id.startswith(("post", "judge"))} != {""}
    assert plain.history(world.database) == booked
