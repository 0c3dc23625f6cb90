from __future__ import annotations

from dataclasses import replace

import pytest

from stock.errors import (
    ForbiddenTransfer,
    IdempotencyConflict,
    InsufficientStock,
    InvalidQuantity,
)
from stock.guard import post
from stock.models import StockLevel
from stock.transfers import Bucket, Place, Posting, Transfer
from tests.stock.stories import DELIVERED, NOT_SHIPPED, simple_order
from tests.stock.world import World, unique


def _post(world: World, *transfers: Transfer) -> list[Posting]:
    with world.database.write() as session:
        return post(session, transfers)


def _on_line(
    world: World, order_id: str, source: Bucket, target: Bucket, quantity: int
) -> Transfer:
    line = world.line_of(order_id)
    return Transfer(
        key=unique("key"),
        sku_id=line.sku_id,
        quantity=quantity,
        source=Place(source, line.warehouse_id),
        target=Place(target, line.warehouse_id),
        order_line_id=line.id,
        document="order",
        actor="truestock",
    )


def test_a_key_posted_twice_gives_back_the_first_posting(world: World) -> None:
    asked = world.receive_units("MUG", 5)
    [first] = _post(world, asked)

    [again] = _post(world, asked)

    assert again == replace(first, replayed=True)
    assert world.level("MUG").available == 15


def test_a_key_twice_in_one_batch_is_posted_once(world: World) -> None:
    asked = world.receive_units("MUG", 5)

    one, other = _post(world, asked, asked)

    assert one == other
    assert world.level("MUG").available == 15


def test_a_key_with_other_content_is_refused(world: World) -> None:
    asked = world.receive_units("MUG", 5)
    _post(world, asked)

    with pytest.raises(IdempotencyConflict) as refusal:
        _post(world, replace(asked, quantity=6))

    assert refusal.value.key == asked.key
    assert world.level("MUG").available == 15


def test_a_key_with_two_contents_in_one_batch_is_refused(world: World) -> None:
    asked = world.receive_units("MUG", 5)

    with pytest.raises(IdempotencyConflict):
        _post(world, asked, replace(asked, quantity=6))

    assert world.level("MUG").available == 10


def test_a_batch_may_hold_old_and_new_keys(world: World) -> None:
    old, new = world.receive_units("MUG", 5), world.receive_units("MUG", 7)
    _post(world, old)

    postings = _post(world, old, new)

    assert [posting.replayed for posting in postings] == [True, False]
    assert world.level("MUG").available == 22


def test_a_batch_is_judged_by_its_sum(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED, quantity=2))
    ship_one = _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 1)
    release_two = _on_line(world, order_id, Bucket.COMMITTED, Bucket.AVAILABLE, 2)

    with pytest.raises(InsufficientStock) as refusal:
        _post(world, ship_one, release_two)

    assert (refusal.value.bucket, refusal.value.asked, refusal.value.held) == (
        "committed",
        3,
        2,
    )
    assert world.line_level(order_id).committed == 2


def test_the_sequence_within_a_batch_does_not_matter(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED, quantity=2))
    commit = _on_line(world, order_id, Bucket.AVAILABLE, Bucket.COMMITTED, 1)
    ship = _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 3)

    _post(world, ship, commit)

    level = world.line_level(order_id)
    assert (level.committed, level.out) == (0, 3)


def test_postings_come_back_in_the_sequence_asked_for(world: World) -> None:
    asked = [world.receive_units("MUG", n) for n in (3, 1, 2)]

    postings = _post(world, *asked)

    assert [posting.key for posting in postings] == [transfer.key for transfer in asked]


def test_an_empty_batch_moves_nothing(world: World) -> None:
    assert _post(world) == []


@pytest.mark.parametrize("quantity", [0, -1, 10_000_000, True, 1.0, "1"])
def test_only_whole_numbers_of_units_move(world: World, quantity: object) -> None:
    asked = replace(world.receive_units("MUG", 1), quantity=quantity)  # type: ignore[arg-type]

    with pytest.raises(InvalidQuantity) as refusal:
        _post(world, asked)

    assert refusal.value.given is quantity


def test_a_transfer_that_does_not_exist_names_its_buckets(world: World) -> None:
    asked = replace(
        world.receive_units("MUG", 1), target=Place(Bucket.OUT, world.shop.warehouse_id)
    )

    with pytest.raises(ForbiddenTransfer) as refusal:
        _post(world, asked)

    assert (refusal.value.source, refusal.value.target) == ("outside", "out")


@pytest.mark.parametrize("missing", ["actor", "document"])
def test_nobody_moves_units_namelessly_or_without_paper(
    world: World, missing: str
) -> None:
    asked = replace(world.receive_units("MUG", 1), **{missing: ""})  # type: ignore[arg-type]

    with pytest.raises(ForbiddenTransfer):
        _post(world, asked)


def test_a_line_vouches_for_its_own_sku_only(world: World) -> None:
    world.stock("PLATE", 5)
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED))
    asked = _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 1)

    with pytest.raises(ForbiddenTransfer):
        _post(world, replace(asked, sku_id=world.sku("PLATE").id))


def test_an_unknown_line_vouches_for_nothing(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED))
    asked = _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 1)

    with pytest.raises(ForbiddenTransfer):
        _post(world, replace(asked, order_line_id=999_999))


def test_a_refused_batch_writes_nothing_at_all(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED))
    good = world.receive_units("MUG", 1)
    bad = _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 2)

    with world.database.write() as session, pytest.raises(InsufficientStock):
        post(session, [good, bad])

    assert world.level("MUG").available == 9


def test_available_may_go_below_zero(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED, quantity=12))

    assert world.level("MUG").available == -2


def test_damaged_units_cannot_be_repaired_twice(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=2))
    world.receive(order_id, "MUG", damaged=2)
    repair = replace(
        world.receive_units("MUG", 3),
        source=Place(Bucket.DAMAGED, world.shop.warehouse_id),
    )

    with pytest.raises(InsufficientStock) as refusal:
        _post(world, repair)

    assert (refusal.value.bucket, refusal.value.held) == ("damaged", 2)


def test_units_may_arrive_in_another_warehouse(world: World) -> None:
    world.add_warehouse("HANOI")
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=2))

    world.receive(order_id, "MUG", good=2, warehouse="HANOI")

    assert world.level("MUG").available == 8
    assert world.level("MUG", warehouse="HANOI").available == 2
    assert world.broken_invariants() == []


def test_moving_available_units_owes_every_listing_a_push(world: World) -> None:
    bundle = world.bundle("MUG-SET", {"MUG": 2})
    before = (
        world.listing("MUG").wanted_version,
        world.listing("MUG-SET").wanted_version,
    )

    _post(world, world.receive_units("MUG", 1))

    after = world.listing("MUG").wanted_version, world.listing("MUG-SET").wanted_version
    assert bundle == world.listing("MUG-SET").id
    assert after == (before[0] + 1, before[1] + 1)


def test_units_that_only_ship_owe_no_push(world: World) -> None:
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", NOT_SHIPPED))
    before = world.listing("MUG").wanted_version

    _post(world, _on_line(world, order_id, Bucket.COMMITTED, Bucket.OUT, 1))

    assert world.listing("MUG").wanted_version == before


def test_levels_read_before_are_read_anew_after_posting(world: World) -> None:
    with world.database.write() as session:
        place = world.sku("MUG").id, world.shop.warehouse_id
        level = session.get_one(StockLevel, place)
        post(session, [world.receive_units("MUG", 1)])

        assert level.available == 11
