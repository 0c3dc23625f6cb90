"""Buffers, shares, pauses and warehouses: how much of our stock a shop may show."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock import allotments, listings, mapping, offers
from stock.admin.shop_rules import rules_of, set_rules
from stock.levels import find_warehouse
from stock.models import Listing, Shop
from stock.shops import find_shop
from tests.stock.stories import NOT_SHIPPED, simple_order
from tests.stock.world import NOW, World, unique


@pytest.fixture
def world(world: World) -> World:
    world.stock("MUG", 10)
    return world


def shown(world: World, item_id: str = "MUG", shop: Shop | None = None) -> int:
    """Return the number that a listing should show now."""
    with world.database.read() as session:
        where = shop or world.shop
        listing = mapping.find_listing(session, where, item_id, "")
        assert listing is not None
        return offers.numbers(session, [listing.id])[listing.id].quantity


def owed(world: World) -> dict[str, int]:
    with world.database.read() as session:
        found = offers.owed(session, world.shop, now=NOW, limit=50)
        return {item.item_id: item.quantity for item in found}


def tell_all(world: World) -> None:
    with world.database.write() as session:
        for item in offers.owed(session, world.shop, now=NOW, limit=50):
            listings.record_push(session, item, now=NOW)


def allot_shop(world: World, **allotment: int) -> None:
    with world.database.write() as session:
        shop = find_shop(session, world.shop.name)
        allotments.allot_shop(session, shop, **allotment)


def allot(world: World, *, buffer: int | None = None, share: int | None = None) -> None:
    with world.database.write() as session:
        allotments.allot_listing(
            session, session.merge(world.listing("MUG")), buffer=buffer, share=share
        )


def pause(world: World) -> None:
    with world.database.write() as session:
        allotments.pause_listing(session, session.merge(world.listing("MUG")))


def resume(world: World) -> None:
    with world.database.write() as session:
        allotments.resume_listing(session, session.merge(world.listing("MUG")))


@given(
    units=st.integers(0, 10_000), buffer=st.integers(0, 100), share=st.integers(0, 100)
)
def test_what_is_shown_is_never_more_than_is_there(
    units: int, buffer: int, share: int
) -> None:
    number = offers.offered(units, buffer=buffer, share=share)

    assert 0 <= number <= units
    assert number == 0 or number <= units - buffer
    assert number * 100 <= units * share


def test_without_rules_everything_is_shown(world: World) -> None:
    assert shown(world) == 10


def test_a_buffer_is_kept_back_from_every_listing_of_the_shop(world: World) -> None:
    allot_shop(world, buffer=2)

    assert shown(world) == 8


def test_a_buffer_above_what_is_there_shows_nothing(world: World) -> None:
    allot_shop(world, buffer=11)

    assert shown(world) == 0


def test_a_share_is_rounded_down(world: World) -> None:
    world.count("MUG", 9)
    allot_shop(world, share=80)

    assert shown(world) == 7


def test_the_stricter_of_buffer_and_share_holds(world: World) -> None:
    allot_shop(world, buffer=2, share=50)

    assert shown(world) == 5


def test_a_listings_own_rule_goes_before_its_shops(world: World) -> None:
    allot_shop(world, buffer=5, share=50)
    allot(world, buffer=0, share=100)
    assert shown(world) == 10

    allot(world)
    assert shown(world) == 5


def test_a_new_rule_of_the_shop_owes_a_push(world: World) -> None:
    tell_all(world)
    assert owed(world) == {}

    allot_shop(world, buffer=1)

    assert owed(world) == {"MUG": 9}


def test_a_new_rule_of_a_listing_owes_a_push(world: World) -> None:
    tell_all(world)

    allot(world, share=0)

    assert owed(world) == {"MUG": 0}


@pytest.mark.parametrize(
    ("allotment", "told"),
    [
        ({"buffer": -1}, "buffer -1"),
        ({"share": 101}, "share 101"),
        ({"share": -1}, "share -1"),
    ],
)
def test_an_impossible_rule_is_refused_and_changes_nothing(
    world: World, allotment: dict[str, int], told: str
) -> None:
    with pytest.raises(allotments.InvalidAllotment, match=told):
        allot_shop(world, **allotment)

    assert shown(world) == 10


def test_a_paused_listing_is_left_alone(world: World) -> None:
    pause(world)
    world.count("MUG", 3)

    assert owed(world) == {}
    with world.database.read() as session:
        assert not listings.mapped_listings(session, world.shop, after_id=0, limit=9)


def test_a_paused_listing_still_takes_its_orders(world: World) -> None:
    pause(world)
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED))

    assert world.level("MUG").available == 9


def test_a_paused_listing_is_not_read_back(world: World) -> None:
    with world.database.write() as session:
        session.get_one(Listing, world.listing("MUG").id).doubted = True
    pause(world)

    with world.database.read() as session:
        assert not listings.doubted(session, world.shop, after_id=0, limit=9)


def test_a_resumed_listing_is_told_at_once(world: World) -> None:
    tell_all(world)
    pause(world)
    resume(world)

    assert owed(world) == {"MUG": 10}


def test_a_shop_shows_only_the_warehouses_it_sells_from(world: World) -> None:
    world.add_warehouse("HANOI")
    world.count("MUG", 4, warehouse="HANOI")
    assert shown(world) == 14

    with world.database.write() as session:
        shop = find_shop(session, world.shop.name)
        allotments.sell_from(session, shop, [find_warehouse(session, "HANOI")])
    assert shown(world) == 4

    with world.database.write() as session:
        allotments.sell_from(session, find_shop(session, world.shop.name), [])
    assert shown(world) == 14


def test_a_warehouse_that_a_shop_sells_from_may_be_empty(world: World) -> None:
    world.add_warehouse("HANOI")
    with world.database.write() as session:
        shop = find_shop(session, world.shop.name)
        allotments.sell_from(session, shop, [find_warehouse(session, "HANOI")])

    assert shown(world) == 0


def test_orders_leave_from_the_warehouse_that_packs_them(world: World) -> None:
    world.add_warehouse("HANOI")
    with world.database.write() as session:
        shop = find_shop(session, world.shop.name)
        hanoi = find_warehouse(session, "HANOI")
        rules = replace(rules_of(session, shop), packs_in=hanoi.id)
        set_rules(session, shop, rules, actor="mai", now=NOW)
        world.shop = shop

    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED))

    assert world.level("MUG", warehouse="HANOI").committed == 1
    assert world.level("MUG").committed == 0


def test_each_shop_has_rules_of_its_own(world: World) -> None:
    other = world.open_shop()
    world.stock("MUG", 10, shop=other)
    allot_shop(world, share=80)

    assert (shown(world), shown(world, shop=other)) == (8, 10)
