"""The board: what it sorts and adds up follows from what is told and booked."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from stock import board, selection
from stock.board_place import PageEnd
from stock.board_totals import open_carriers, open_currencies, totals
from stock.models import ExpectedReturn
from stock.reports import ParcelReport, ReturnPhase
from stock.selection import Selection, Sort
from tests.stock.comebacks import (
    WINDOW,
    Comeback,
    all_pages,
    many,
    page,
    selected,
    send_back,
)
from tests.stock.plans import plan_of, watched
from tests.stock.stories import (
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    buyer_return,
    line,
    order,
    portion,
    simple_order,
)
from tests.stock.world import NOW, World, listed

ORDER = "ORDER"


def row_of(world: World, order_id: str = ORDER) -> ExpectedReturn:
    """Return what is kept of an order's only expected return."""
    named = ExpectedReturn.channel_order_id == order_id
    with world.database.read() as session:
        return session.scalars(select(ExpectedReturn).where(named)).one()


def at_risk(world: World, order_id: str = ORDER) -> tuple[int, Decimal]:
    """Return units and value that are away."""
    item = row_of(world, order_id)
    return item.open_units, item.value_at_risk


def test_what_is_at_risk_falls_with_each_receipt(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3))
    assert at_risk(world) == (3, Decimal(297000))
    world.receive(ORDER, "MUG", good=1)
    assert at_risk(world) == (2, Decimal(198000))
    world.receive(ORDER, "MUG", lost=2)
    assert at_risk(world) == (0, Decimal(0))
    assert world.broken_invariants() == []


def test_a_withdrawn_return_leaves_nothing_at_risk(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=2))
    world.tell_return(buyer_return(ORDER, "MUG", 2, minute=1))
    assert at_risk(world) == (2, Decimal(198000))
    world.tell_return(buyer_return(ORDER, "MUG", phase=ReturnPhase.WITHDRAWN, minute=2))
    assert at_risk(world) == (0, Decimal(0))


def test_a_return_told_before_its_order_has_its_worth_from_then_on(
    world: World,
) -> None:
    world.tell_return(buyer_return(ORDER, "MUG"))
    assert at_risk(world) == (0, Decimal(0))
    world.tell(simple_order(ORDER, "MUG", DELIVERED))
    assert at_risk(world) == (1, Decimal(99000))
    assert row_of(world).currency == "VND"


def test_a_bundles_unit_is_worth_its_part(world: World) -> None:
    world.bundle("SET", {"MUG": 3})
    refused = line("SET", portion(1, IN_TRANSIT, DELIVERY_FAILED))
    world.tell(order(ORDER, refused))
    world.receive(ORDER, "MUG", good=1)
    assert at_risk(world) == (2, Decimal(66000))


def test_a_price_beyond_all_reason_breaks_nothing(world: World) -> None:
    dear = {"price": "99999999999999", "quantity": 9}
    send_back(
        world,
        Comeback(order_id="A", **dear),  # type: ignore[arg-type]
        Comeback(order_id="B", **dear),  # type: ignore[arg-type]
    )
    with world.database.read() as session:
        sums = totals(session, Selection(), now=NOW)
    assert sums.values == [("VND", 2 * Decimal(10) ** 14)]


CARRIERS = [
    ([("A", "forward", "GHN")], "GHN"),
    ([("A", "forward", "GHN"), ("B", "return", "SPX")], "SPX"),
    ([("A", "forward", "GHN"), ("B", "return", "")], "GHN"),
    ([("B", "return", "VTP"), ("A", "return", "SPX")], "SPX"),
    ([("A", "forward", " J&T  Express\t")], "J&T Express"),
    ([], ""),
]


def test_the_carrier_is_who_brings_it_back(world: World) -> None:
    for number, (parcels, carrier) in enumerate(CARRIERS):
        report = simple_order(f"O{number}", "MUG", IN_TRANSIT, DELIVERY_FAILED)
        world.tell(report)
        for tracking, direction, name in parcels:
            parcel = ParcelReport(number=tracking, direction=direction, carrier=name)
            world.tell(replace(report, parcels=(parcel,)))
        assert row_of(world, f"O{number}").carrier == carrier


@pytest.fixture
def five(world: World) -> World:
    """Five parcels of two shops, with every difference that the board sorts by."""
    other = world.open_shop()
    world.list_items(listed("MUG"), shop=other)
    send_back(
        world,
        Comeback(order_id="A", days_ago=20, price="100", carrier="SPX"),
        Comeback(order_id="B", days_ago=10, price="900", currency="USD", shop=other),
        Comeback(order_id="C", days_ago=5, price="500", carrier=""),
        Comeback(
            order_id="D",
            days_ago=4,
            price="300",
            claim_before=NOW + timedelta(days=1),
        ),
        Comeback(order_id="E", days_ago=2, price="500", quantity=2, shop=other),
    )
    return world


@pytest.fixture(params=["few", "many"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is few is found and sorted; of many an index leads to the first."""
    if request.param == "many":
        read_by_order(monkeypatch)


def read_by_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing count as few."""
    monkeypatch.setattr("stock.board_few.FEW_RETURNS", -1)


ORDERS = {
    (Sort.AGE, False): "ABCDE",
    (Sort.AGE, True): "EDCBA",
    # Dollars stand apart from dong; equal values are in the order of their ages.
    (Sort.VALUE, False): "BADCE",
    # A is due since five days, D tomorrow, B in five days, C in ten, E in thirteen.
    (Sort.CLAIM, False): "ADBCE",
    (Sort.CLAIM, True): "ECBDA",
    (Sort.CARRIER, False): "CBDEA",
    (Sort.CARRIER, True): "AEDBC",
    (Sort.SHOP, False): "ACDBE",
    (Sort.SHOP, True): "EBDCA",
}


def test_each_order_is_the_same_on_one_page_and_over_many(five: World) -> None:
    for (sort, descending), names in ORDERS.items():
        wanted = selected(five, sort=sort, descending=descending)
        assert page(five, wanted)[0] == list(names), sort
        for limit in (1, 2, 3):
            assert all_pages(five, wanted, limit=limit) == list(names), sort


def test_the_next_page_begins_where_the_last_one_ended_although_that_row_changed(
    five: World,
) -> None:
    wanted = selected(five, sort=Sort.VALUE, descending=True)
    first, end = page(five, wanted, limit=2)
    assert first == ["E", "C"]
    # What was worth 500 is now worth nothing: its place would be at the end.
    five.receive("C", "MUG", good=1)
    assert page(five, wanted, after=end)[0] == ["D", "A", "B"]


@pytest.mark.usefixtures("ways")
def test_an_address_that_was_tampered_with_is_no_error(five: World) -> None:
    wishes: list[dict[str, object]] = [{}, {"opened_until": NOW}]
    for sort, wish in itertools.product(Sort, wishes):
        wanted = selected(five, sort=sort, **wish)
        for at in ("", "x", "NaN", "-1", "1e99", "9999-12-31T23:59", "0001-01-01"):
            page(five, wanted, after=PageEnd(1, at))
        assert len(page(five, wanted, after=PageEnd(999_999))[0]) == 5


WISHES: list[tuple[dict[str, object], str]] = [
    ({"carrier": "GHN"}, "BDE"),
    ({"carrier": ""}, "C"),
    ({"opened_until": NOW - timedelta(days=5)}, "ABC"),
    ({"least_value": Decimal(500)}, "BCE"),
    ({"least_value": Decimal(500), "currency": "VND"}, "CE"),
    ({"due_until": NOW}, "A"),
    ({"due_after": NOW, "due_until": NOW + timedelta(days=6)}, "BD"),
    ({"due_after": NOW + timedelta(days=6)}, "CE"),
    ({"search": "mug"}, "ABCDE"),
    ({"search": "T-B"}, "B"),
    ({"search": "R-D"}, "D"),
    ({"search": "nothing"}, ""),
    ({"shop_ids": []}, ""),
]


@pytest.mark.usefixtures("ways")
def test_a_filter_shows_the_same_returns_in_every_order(five: World) -> None:
    of_one_shop: dict[str, object] = {"shop_ids": [five.shop.id]}
    for wishes, names in [*WISHES, (of_one_shop, "ACD")]:
        for sort in Sort:
            wanted = selected(five, sort=sort, **wishes)
            assert sorted(page(five, wanted)[0]) == list(names), (sort, wishes)
            assert sorted(all_pages(five, wanted, limit=2)) == list(names)
        with five.database.read() as session:
            assert totals(session, wanted, now=NOW).parcels == len(names)


def test_totals_never_add_two_currencies(five: World) -> None:
    with five.database.read() as session:
        sums = totals(session, selected(five), now=NOW)
        assert open_currencies(session) == ["USD", "VND"]
        assert open_carriers(session) == ["", "GHN", "SPX"]
    assert (sums.parcels, sums.units, sums.overdue) == (5, 6, 1)
    assert sums.values == [("USD", Decimal(900)), ("VND", Decimal(1900))]


@pytest.mark.usefixtures("ways")
def test_equal_deadlines_told_and_untold_are_each_shown_once(world: World) -> None:
    other = world.open_shop()
    world.list_items(listed("MUG"), shop=other)
    due = NOW + timedelta(days=5)
    told = [
        Comeback(order_id=name, days_ago=days, claim_before=due)
        for name, days in (("A", 12), ("B", 10), ("C", 10), ("D", 3))
    ]
    untold = [
        Comeback(order_id=name, days_ago=10, shop=shop)
        for name, shop in (("E", other), ("F", world.shop), ("G", other))
    ]
    send_back(world, told[3], untold[0], told[1], *untold[1:], told[0], told[2])
    windows = {world.shop.id: WINDOW, other.id: WINDOW}
    for descending in (False, True):
        wanted = selected(
            world,
            sort=Sort.CLAIM,
            windows=windows,
            descending=descending,
            opened_until=NOW,
        )
        names = "DGCFEBA" if descending else "ABEFGCD"
        found = all_pages(world, wanted, limit=100)
        assert sorted(found) == sorted(names)
        assert (found[0], found[-1]) == (names[0], names[-1])
        for limit in (1, 2, 3):
            assert all_pages(world, wanted, limit=limit) == found


def test_a_shops_own_time_to_claim_moves_its_deadlines(five: World) -> None:
    windows = dict.fromkeys(selected(five).windows, timedelta(days=15))
    windows[five.shop.id] = timedelta(days=3)
    wanted = selected(five, windows=windows, sort=Sort.CLAIM)
    # A seventeen days ago and C two; D by the channel's word.
    assert page(five, wanted)[0] == ["A", "C", "D", "B", "E"]
    with five.database.read() as session:
        assert totals(session, wanted, now=NOW).overdue == 2


def test_a_common_article_is_found_as_well_as_a_rare_one(
    five: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "FEW_LINES", 4)
    assert page(five, selected(five, search="MUG"), limit=3)[0] == ["A", "B", "C"]
    five.receive("A", "MUG", good=1)
    assert page(five, selected(five, search="MUG"), limit=3)[0] == ["B", "C", "D"]


def read_board(world: World, wanted: Selection) -> None:
    """Do all that one view of the board asks the database."""
    with world.database.read() as session:
        board.open_returns(session, selection=wanted, limit=51)
        totals(session, wanted, now=NOW)
        open_carriers(session)


def test_statements_stay_as_many_when_returns_become_more(world: World) -> None:
    def statements() -> list[int]:
        counts = []
        for sort in Sort:
            with watched(world.database) as seen:
                read_board(world, selected(world, sort=sort))
            counts.append(len(seen))
        return counts

    many(world, 3)
    few = statements()
    many(world, 60)
    assert statements() == few
    assert max(few) <= 13


FILTERS: list[dict[str, object]] = [
    {},
    {"carrier": "GHN"},
    {"shop_ids": [1, 2]},
    {"opened_until": NOW},
    {"currency": "VND", "least_value": Decimal(100)},
    {"due_after": NOW - timedelta(days=9), "due_until": NOW + timedelta(days=99)},
]


def test_every_page_is_read_from_an_index_and_never_sorted(
    five: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_order(monkeypatch)
    signs = ("TEMP B-TREE", "SCAN expected_return\n", "Seq Scan", "Sort")
    for sort, wishes in itertools.product(Sort, FILTERS):
        for descending in (False, True):
            wanted = selected(five, sort=sort, descending=descending, **wishes)
            _, end = page(five, wanted, limit=1)
            with watched(five.database) as statements:
                page(five, wanted, limit=1)
                page(five, wanted, limit=1, after=end)
            for told in (x for x in statements if "AS stream" in x[0]):
                plan = plan_of(five.database, told)
                assert "ix_expected_return_" in plan
                assert not [x for x in signs if x in plan], (sort, wishes, plan)


def is_sqlite(world: World) -> bool:
    return world.database.engine.dialect.name == "sqlite"


FEW: list[tuple[dict[str, object], set[str]]] = [
    ({"shop_ids": [2]}, {"shop", "claim"}),
    ({"carrier": "GHN"}, {"carrier"}),
    ({"currency": "VND"}, {"value"}),
    ({"least_value": Decimal(400)}, {"value"}),
    ({"opened_until": NOW - timedelta(days=5)}, {"shop"}),
    ({"due_after": NOW, "due_until": NOW + timedelta(days=6)}, {"claim"}),
]


@pytest.mark.parametrize(("wishes", "indexes"), FEW)
def test_few_are_found_by_the_index_of_what_is_asked_for(
    five: World, wishes: dict[str, object], indexes: set[str]
) -> None:
    for sort in Sort:
        wanted = selected(five, sort=sort, currencies=["USD", "VND"], **wishes)
        with watched(five.database) as statements:
            page(five, wanted, limit=1)
        found, sorted_, *_ = (x for x in statements if " expected_return" in x[0])
        plan = plan_of(five.database, found)
        assert "SCAN expected_return\n" not in plan and "TEMP B-TREE" not in plan
        assert "Seq Scan" not in plan and "Sort" not in plan
        if is_sqlite(five):
            # PostgreSQL chooses by how much there is, and here is next to nothing.
            assert set(re.findall(r"ix_expected_return_(\w+)", plan)) <= indexes, plan
            assert "PRIMARY KEY" in plan_of(five.database, sorted_)


def test_totals_read_one_index_and_no_row(five: World) -> None:
    for wishes in FILTERS:
        with watched(five.database) as statements, five.database.read() as session:
            totals(session, selected(five, **wishes), now=NOW)
        told = next(x for x in statements if "count(*)" in x[0])
        plan = plan_of(five.database, told)
        assert re.search(r"(COVERING INDEX|Only Scan using) ix_expected_return_", plan)
