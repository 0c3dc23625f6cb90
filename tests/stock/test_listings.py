from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from stock import listings, offers
from stock.models import Drift, Listing, ListingState, Sku
from stock.offers import Owed
from tests.stock.stories import NOT_SHIPPED, simple_order
from tests.stock.world import NOW, World, listed, unique


def _owed(world: World) -> dict[str, Owed]:
    with world.database.read() as session:
        found = offers.owed(session, world.shop, now=NOW, limit=50)
        return {item.item_id: item for item in found}


def _push(world: World, item: Owed) -> None:
    with world.database.write() as session:
        listings.record_push(session, item, now=NOW)


def _see(world: World, quantity: int, *, read_at: datetime | None = None) -> bool:
    with world.database.write() as session:
        listing = session.scalars(select(Listing).where(Listing.item_id == "MUG")).one()
        return listings.record_seen(
            session, listing.id, quantity, now=NOW, orders_read_at=read_at
        )


def _doubt(world: World, *item_ids: str) -> set[str]:
    with world.database.write() as session:
        return set(listings.doubt_items(session, world.shop, item_ids))


def _doubted(world: World) -> set[tuple[str, str]]:
    with world.database.read() as session:
        found = listings.doubted(session, world.shop, after_id=0, limit=50)
        return {(listing.item_id, listing.variant_id) for listing in found}


def test_a_new_seller_code_becomes_a_sku(world: World) -> None:
    world.list_items(listed("VASE"))

    assert world.listing("VASE").state == ListingState.MAPPED
    assert world.sku("VASE").counted_at is None


def test_two_listings_of_one_code_stand_for_one_sku(world: World) -> None:
    world.list_items(listed("MUG-RED", sku="MUG"))

    assert sorted(_owed(world)) == ["MUG", "MUG-RED"]


def test_a_listing_without_a_code_is_not_mapped(world: World) -> None:
    world.list_items(listed("VASE", sku=""))

    assert world.listing("VASE").state == ListingState.UNMAPPED


def test_upper_and_lower_case_are_the_same_code(world: World) -> None:
    world.list_items(listed("OTHER", sku="mug"))

    [component] = world.listing("OTHER").components
    assert component.sku_id == world.sku("MUG").id


def test_a_code_that_fits_two_skus_is_ambiguous(world: World) -> None:
    with world.database.write() as session:
        session.add_all([Sku(code="vase"), Sku(code="VASE")])

    world.list_items(listed("OTHER", sku="Vase"))

    assert world.listing("OTHER").state == ListingState.AMBIGUOUS


def test_a_mapping_made_by_hand_is_kept(world: World) -> None:
    world.bundle("SET", {"MUG": 2})

    world.list_items(listed("SET", sku="SET"))

    [component] = world.listing("SET").components
    assert component.sku_id == world.sku("MUG").id


def test_an_ignored_listing_is_never_pushed(world: World) -> None:
    with world.database.write() as session:
        listing = session.scalars(select(Listing)).one()
        listing.state = ListingState.IGNORED

    assert _owed(world) == {}


def test_the_number_is_read_together_with_its_version(world: World) -> None:
    item = _owed(world)["MUG"]
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED))

    _push(world, item)

    again = _owed(world)["MUG"]
    assert (item.quantity, again.quantity) == (10, 9)


def test_a_listing_that_was_told_owes_nothing(world: World) -> None:
    _push(world, _owed(world)["MUG"])

    assert _owed(world) == {}


def test_a_late_answer_does_not_take_back_a_newer_one(world: World) -> None:
    old = _owed(world)["MUG"]
    world.count("MUG", 3)
    new = _owed(world)["MUG"]

    _push(world, new)
    _push(world, old)

    listing = world.listing("MUG")
    assert (listing.pushed_version, listing.pushed_quantity) == (new.version, 3)


def test_an_oversold_sku_is_shown_as_sold_out(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED, quantity=12))

    assert _owed(world)["MUG"].quantity == 0


def test_a_bundle_shows_as_many_as_its_scarcest_part_allows(world: World) -> None:
    world.stock("PLATE", 7)
    world.bundle("BREAKFAST", {"MUG": 1, "PLATE": 2})

    assert _owed(world)["BREAKFAST"].quantity == 3


def test_a_bundle_with_an_oversold_part_is_sold_out(world: World) -> None:
    world.stock("PLATE", 7)
    world.bundle("BREAKFAST", {"MUG": 1, "PLATE": 2})

    world.tell(simple_order(unique("order"), "PLATE", NOT_SHIPPED, quantity=8))

    assert _owed(world)["BREAKFAST"].quantity == 0


def test_a_bundle_with_an_uncounted_part_is_not_pushed(world: World) -> None:
    world.list_items(listed("VASE"))
    world.bundle("PAIR", {"MUG": 1, "VASE": 1})

    assert "PAIR" not in _owed(world)


def test_units_in_all_warehouses_are_for_sale(world: World) -> None:
    world.add_warehouse("HANOI")

    world.count("MUG", 5, warehouse="HANOI")

    assert _owed(world)["MUG"].quantity == 15


def test_a_channel_that_shows_our_number_is_confirmed(world: World) -> None:
    _push(world, _owed(world)["MUG"])

    assert not _see(world, 10)
    assert world.listing("MUG").confirmed_version == world.listing("MUG").pushed_version


def test_units_that_a_channel_added_are_counted_and_taken_off(world: World) -> None:
    _push(world, _owed(world)["MUG"])

    assert _see(world, 12)

    with world.database.read() as session:
        drift = session.scalars(select(Drift)).one()
    assert (drift.ours, drift.theirs, drift.settled_at) == (10, 12, None)
    assert world.listing("MUG").phantom_units == 2
    assert _owed(world)["MUG"].quantity == 10


def test_a_drift_is_settled_when_the_numbers_agree_again(world: World) -> None:
    _push(world, _owed(world)["MUG"])
    _see(world, 12)
    _push(world, _owed(world)["MUG"])

    assert not _see(world, 10)

    with world.database.read() as session:
        assert session.scalars(select(Drift)).one().settled_at == NOW


def test_a_number_below_ours_may_be_a_sale_that_was_not_read_yet(world: World) -> None:
    _push(world, _owed(world)["MUG"])

    assert not _see(world, 8)
    assert world.listing("MUG").doubted
    assert _owed(world) == {}


def test_a_number_below_ours_counts_when_it_is_seen_again(world: World) -> None:
    _push(world, _owed(world)["MUG"])
    _see(world, 8)

    assert _see(world, 8)
    assert world.listing("MUG").phantom_units == 0
    assert _owed(world)["MUG"].quantity == 10


def test_a_number_below_ours_waits_until_the_orders_were_read_once_more(
    world: World,
) -> None:
    _push(world, _owed(world)["MUG"])
    _see(world, 8)

    assert not _see(world, 8, read_at=NOW)
    assert world.listing("MUG").doubted
    assert _see(world, 8, read_at=NOW + timedelta(seconds=1))


def test_a_number_that_a_push_did_not_mend_is_judged_at_once(world: World) -> None:
    _push(world, _owed(world)["MUG"])
    _see(world, 8)
    _see(world, 8)
    _push(world, _owed(world)["MUG"])

    assert _see(world, 8, read_at=NOW)


def test_an_item_that_a_message_names_is_doubted_with_all_its_variants(
    world: World,
) -> None:
    red, blue, other = (("7", "71"), ("7", "72"), ("8", "81"))
    world.list_items(
        *(
            replace(listed(item, sku="MUG"), variant_id=variant)
            for item, variant in (red, blue, other)
        )
    )

    assert _doubt(world, "7", "9") == {"7"}
    assert _doubted(world) == {red, blue}


def test_a_message_may_name_the_variant_alone(world: World) -> None:
    world.list_items(
        *(replace(listed("7", sku="MUG"), variant_id=one) for one in ("71", "72"))
    )

    assert _doubt(world, "72") == {"72"}
    assert _doubted(world) == {("7", "72")}


def test_another_shops_listing_of_the_same_name_is_not_doubted(world: World) -> None:
    other = world.open_shop()
    with world.database.write() as session:
        assert not listings.doubt_items(session, other, {"MUG"})

    assert _doubted(world) == set()


def test_a_listing_that_is_not_mapped_is_known_and_not_doubted(world: World) -> None:
    world.list_items(listed("VASE", sku=""))

    assert _doubt(world, "VASE") == {"VASE"}
    assert _doubted(world) == set()


def test_a_channel_that_has_not_heard_our_newest_number_is_not_judged(
    world: World,
) -> None:
    assert not _see(world, 99)
    assert world.listing("MUG").phantom_units == 0
