"""A parcel nobody expected is kept beside the ledger until somebody knows it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stock.errors import IdempotencyConflict, InvalidQuantity
from stock.models import Orphan, OrphanState
from stock.orphan_list import (
    count_open,
    list_orphans,
    open_orphans_coded,
    open_orphans_named_by,
    orders_by_code,
    orphans_of_order,
)
from stock.orphans import (
    FoundItem,
    NothingTold,
    OrphanDecided,
    OrphanReport,
    ReasonNeeded,
    TakenInAlready,
    UnknownOrphan,
    hand_back,
    match,
    reopen,
    take_in,
)
from tests.stock.crate import come_back
from tests.stock.stories import IN_TRANSIT, simple_order
from tests.stock.world import CLERK, NOW, SUPERVISOR, World, ledger, unique


def take(
    world: World,
    code: str = "LOST1",
    *,
    key: str = "",
    items: Sequence[FoundItem] = (),
    contents: str = "",
    again: bool = False,
    warehouse_id: int | None = None,
) -> int:
    """Take a parcel in; return its id."""
    report = OrphanReport(
        warehouse_id=warehouse_id or world.shop.warehouse_id,
        code=code,
        carrier="GHN",
        contents=contents,
        items=items,
    )
    with world.database.write() as session:
        return take_in(
            session,
            report,
            key=key or unique("orphan"),
            actor=CLERK,
            now=NOW,
            again=again,
        ).orphan_id


def match_to(world: World, orphan_id: int, number: str, *, key: str = "") -> None:
    with world.database.write() as session:
        order = world.find_order(session, number)
        actor = SUPERVISOR
        match(session, orphan_id, order, key=key or unique("m"), actor=actor, now=NOW)


def decide(world: World, orphan_id: int, reason: str, deed: object = hand_back) -> None:
    with world.database.write() as session:
        deed(  # type: ignore[operator]
            session, orphan_id, reason=reason, key=unique("d"), actor=CLERK, now=NOW
        )


def shown(world: World, orphan_id: int) -> Orphan:
    with world.database.read() as session:
        orphan = session.get_one(Orphan, orphan_id)
        assert orphan.items is not None and orphan.decisions is not None
        return orphan


def test_it_is_kept_with_what_was_told(world: World) -> None:
    items = [FoundItem(code="893"), FoundItem(code="MUG", quantity=2)]
    orphan = shown(world, take(world, items=[*items, FoundItem(code="893")]))
    assert (orphan.code, orphan.carrier, orphan.state) == ("LOST1", "GHN", "open")
    assert (orphan.taken_by, orphan.taken_at) == (CLERK, NOW)
    assert [(x.code, x.quantity) for x in orphan.items] == [("893", 2), ("MUG", 2)]
    assert orphan.number == f"U{orphan.id:06d}"


def test_it_moves_no_stock_whatever_is_decided(world: World) -> None:
    world.tell(simple_order("A1", "MUG", IN_TRANSIT))
    with world.database.read() as session:
        before = ledger(session)
    orphan_id = take(world, items=[FoundItem(code="MUG", quantity=3)])
    match_to(world, orphan_id, "A1")
    decide(world, orphan_id, "wrong order", reopen)
    decide(world, orphan_id, "given to the driver")
    with world.database.read() as session:
        assert ledger(session) == before
    assert world.level("MUG").out == 1
    assert world.broken_invariants() == []


def test_the_same_form_twice_keeps_one(world: World) -> None:
    first = take(world, key="k", items=[FoundItem(code="X")])
    assert take(world, key="k", items=[FoundItem(code="X")]) == first
    with pytest.raises(IdempotencyConflict):
        take(world, key="k", items=[FoundItem(code="X", quantity=2)])
    with world.database.read() as session:
        assert count_open(session, None) == 1


def test_something_must_be_told(world: World) -> None:
    with pytest.raises(NothingTold):
        take(world, " ")
    assert take(world, "", contents="a blue shirt")
    assert take(world, "", items=[FoundItem(code="X")])


@pytest.mark.parametrize("quantity", [0, -1, 10_000, True])
def test_articles_are_counted_in_whole_units(world: World, quantity: int) -> None:
    with pytest.raises(InvalidQuantity):
        take(world, items=[FoundItem(code="X", quantity=quantity)])


def test_a_second_parcel_with_one_code_takes_a_word(world: World) -> None:
    first = take(world, "lost1")
    with pytest.raises(TakenInAlready) as refusal:
        take(world, "LOST1")
    assert refusal.value.orphan_id == first
    assert take(world, "LOST1", again=True) != first
    elsewhere = world.add_warehouse("HANOI").id
    assert take(world, "LOST1", warehouse_id=elsewhere)


def test_a_code_is_free_again_once_its_parcel_is_decided(world: World) -> None:
    decide(world, take(world), "given to the driver")
    assert take(world)


def test_whoever_knows_the_order_says_so(world: World) -> None:
    come_back(world, "A1")
    orphan_id = take(world)
    match_to(world, orphan_id, "A1")
    orphan = shown(world, orphan_id)
    assert orphan.state == OrphanState.MATCHED
    [decision] = orphan.decisions
    assert (decision.actor, decision.state) == (SUPERVISOR, "matched")
    with world.database.read() as session:
        order = world.find_order(session, "A1")
        assert [x.id for x in orphans_of_order(session, order.id)] == [orphan_id]
        events = [(x.kind, x.detail, x.actor) for x in order.events]
    assert ("orphan_matched", orphan.number, SUPERVISOR) in events


def test_a_decision_is_made_once_and_by_one(world: World) -> None:
    come_back(world, "A1")
    come_back(world, "A2")
    orphan_id = take(world)
    match_to(world, orphan_id, "A1", key="k")
    match_to(world, orphan_id, "A1", key="k")
    with pytest.raises(IdempotencyConflict):
        match_to(world, orphan_id, "A2", key="k")
    with pytest.raises(OrphanDecided) as refusal:
        match_to(world, orphan_id, "A2")
    assert refusal.value.state == OrphanState.MATCHED
    with pytest.raises(OrphanDecided):
        decide(world, orphan_id, "gone")
    with pytest.raises(UnknownOrphan):
        match_to(world, 99, "A1")
    assert len(shown(world, orphan_id).decisions) == 1


def test_a_wrong_decision_is_taken_back_and_both_stay_to_be_read(world: World) -> None:
    come_back(world, "A1")
    orphan_id = take(world)
    match_to(world, orphan_id, "A1")
    decide(world, orphan_id, "it was the other shirt", reopen)
    orphan = shown(world, orphan_id)
    assert (orphan.state, orphan.order_id) == ("open", None)
    assert [x.state for x in orphan.decisions] == ["matched", "open"]
    with pytest.raises(OrphanDecided):
        decide(world, orphan_id, "again", reopen)


@pytest.mark.parametrize("deed", [hand_back, reopen])
def test_what_cannot_be_seen_in_the_parcel_takes_a_reason(
    world: World, deed: object
) -> None:
    with pytest.raises(ReasonNeeded):
        decide(world, take(world), " \n", deed)


def test_the_list_shows_what_waits_oldest_first_in_pages(world: World) -> None:
    ids = [take(world, f"L{n}") for n in range(5)]
    decide(world, ids[1], "gone")
    decide(world, ids[3], "gone")
    with world.database.read() as session:
        page = list_orphans(session, is_open=True, limit=2)
        rest = list_orphans(session, is_open=True, limit=2, after_id=page[-1].id)
        decided = list_orphans(session, is_open=False, limit=1)
        older = list_orphans(session, is_open=False, limit=1, after_id=decided[0].id)
        assert count_open(session, None) == 3
    assert [x.id for x in (*page, *rest)] == [ids[0], ids[2], ids[4]]
    assert [x.id for x in (*decided, *older)] == [ids[3], ids[1]]


def test_another_warehouses_parcels_are_not_shown(world: World) -> None:
    hanoi = world.add_warehouse("HANOI").id
    mine, theirs = take(world, "A"), take(world, "B", warehouse_id=hanoi)
    with world.database.read() as session:
        for places, ids in (({hanoi}, [theirs]), (set(), []), (None, [mine, theirs])):
            found = list_orphans(session, is_open=True, warehouse_ids=places)
            assert [x.id for x in found] == ids
            assert count_open(session, places) == len(ids)
        assert open_orphans_coded(session, "a", {hanoi}) == []
        assert [x.id for x in open_orphans_coded(session, " a ", None)] == [mine]


def test_a_code_that_becomes_known_later_names_its_order(world: World) -> None:
    take(world, "spx-a1")
    with world.database.read() as session:
        assert orders_by_code(session, ["spx-a1", ""]) == {}
    come_back(world, "A1", number="SPX-A1", return_id="RMA7")
    codes = ["spx-a1", "A1", "rma7", "SPX-B"]
    with world.database.read() as session:
        order = world.find_order(session, "A1")
        found = orders_by_code(session, codes)
        assert {code: [x.id for x in orders] for code, orders in found.items()} == {
            code: [order.id] for code in codes[:3]
        }
        assert orders_by_code(session, codes, shop_ids=frozenset()) == {}
        [named] = open_orphans_named_by(session, order, None)
        assert named.code == "spx-a1"
        assert open_orphans_named_by(session, order, frozenset()) == []
