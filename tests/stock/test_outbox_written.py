"""What endpoints are owed is written with what happened, by whoever made it happen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stock import endpoints
from stock.errors import ReceiptTooLarge
from stock.guard import post
from stock.models import HookMessage
from stock.models.receipts import receipt_number
from stock.news import Counted, DocumentNews, StockNews
from stock.receipts import FoundSku, record_receipt, spread_over_lines
from tests.stock.listeners import CHANGED, POSTED, REVERSED, Listener
from tests.stock.stories import DELIVERED, line, order, portion, simple_order
from tests.stock.world import CLERK, NOW, SUPERVISOR, World, listed, unique


@pytest.fixture
def gone(world: World) -> str:
    """An order of three mugs that left."""
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=3))
    return order_id


def test_without_an_endpoint_nothing_is_written(world: World, gone: str) -> None:
    booked = world.receive(gone, "MUG", good=1)
    world.reverse(booked.receipt_id)

    with world.database.read() as session:
        assert session.scalars(select(HookMessage)).all() == []


def test_a_receipt_is_owed_with_what_was_found_of_each_sku(
    world: World, gone: str
) -> None:
    listener = Listener(world, POSTED)

    booked = world.receive(gone, "MUG", good=1, damaged=1, lost=1)

    assert listener.expect().news == DocumentNews(
        event=POSTED,
        happened_at=NOW,
        receipt=receipt_number(booked.receipt_id),
        order=gone,
        shop=world.shop.name,
        channel="shopee",
        warehouse="MAIN",
        actor=CLERK,
        reason="",
        lines=[Counted(sku="MUG", good=1, damaged=1, lost=1)],
    )


def test_lines_of_one_sku_are_one_line(world: World) -> None:
    order_id = unique("order")
    world.tell(
        order(
            order_id,
            line("MUG", portion(1, DELIVERED), line_id="1"),
            line("MUG", portion(1, DELIVERED), line_id="2"),
        )
    )
    listener = Listener(world, POSTED)

    world.receive(order_id, "MUG", good=2)

    news = listener.expect().news
    assert isinstance(news, DocumentNews)
    assert news.lines == [Counted(sku="MUG", good=2, damaged=0, lost=0)]


def test_a_reversal_is_owed_with_who_and_why(world: World, gone: str) -> None:
    listener = Listener(world, REVERSED)
    booked = world.receive(gone, "MUG", good=2, lost=1)

    world.reverse(booked.receipt_id, reason="counted twice")

    news = listener.expect().news
    assert isinstance(news, DocumentNews)
    assert (news.event, news.actor, news.reason) == (
        REVERSED,
        SUPERVISOR,
        "counted twice",
    )
    assert news.receipt == receipt_number(booked.receipt_id)
    assert news.lines == [Counted(sku="MUG", good=2, damaged=0, lost=0)]


def test_a_number_that_changed_is_owed_as_it_is_when_it_is_told(
    world: World, gone: str
) -> None:
    hanoi = world.add_warehouse("HANOI")
    listener = Listener(world, CHANGED)

    world.receive(gone, "MUG", good=1)
    world.count("MUG", 4, warehouse=hanoi.code)

    (message,) = listener.messages()
    news = listener.expect().news
    assert isinstance(news, StockNews)
    assert (news.sku, news.version) == ("MUG", 2)
    assert news.version == message.version
    assert news.available == {"MAIN": 8, "HANOI": 4}


def test_units_that_stay_off_sale_change_no_number(world: World, gone: str) -> None:
    listener = Listener(world, CHANGED)

    world.receive(gone, "MUG", damaged=1, lost=1)

    assert listener.messages() == []


def test_each_endpoint_is_owed_what_it_asked_for(world: World, gone: str) -> None:
    both, stock = Listener(world, POSTED, CHANGED), Listener(world, CHANGED)

    world.receive(gone, "MUG", good=1)

    assert both.states() == [("receipt.posted", "owed"), ("stock.changed", "owed")]
    assert stock.states() == [("stock.changed", "owed")]


def test_an_endpoint_of_another_shop_hears_nothing_of_this_one(
    world: World, gone: str
) -> None:
    other = world.open_shop()
    world.list_items(listed("CUP"), shop=other)
    world.count("CUP", 5)
    mine, theirs = Listener(world, shops=[world.shop]), Listener(world, shops=[other])

    booked = world.receive(gone, "MUG", good=1)
    world.reverse(booked.receipt_id)
    world.count("CUP", 9)

    assert {str(one.event) for one in mine.messages()} == {
        "receipt.posted",
        "receipt.reversed",
        "stock.changed",
    }
    assert [m.subject_id for m in mine.messages(CHANGED)] == [world.sku("MUG").id]
    assert [m.subject_id for m in theirs.messages()] == [world.sku("CUP").id]


def test_a_receipt_that_was_refused_is_owed_to_nobody(world: World, gone: str) -> None:
    listener = Listener(world)

    with pytest.raises(ReceiptTooLarge):
        world.receive(gone, "MUG", good=4)

    assert listener.messages() == []


class Interrupted(Exception):
    """Something went wrong after the receipt was written."""


def interrupted_receipt(world: World, order_id: str) -> None:
    """Book a mug in a transaction that does not come to its end."""
    with world.database.write() as session:
        order_ = world.find_order(session, order_id)
        record_receipt(
            session,
            order_,
            spread_over_lines(session, order_, [FoundSku(sku="MUG", good=1)]),
            key=unique("receipt"),
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
        )
        raise Interrupted


def test_a_receipt_that_was_thrown_away_is_owed_to_nobody(
    world: World, gone: str
) -> None:
    listener = Listener(world)

    with pytest.raises(Interrupted):
        interrupted_receipt(world, gone)

    assert listener.messages() == []


def test_a_receipt_booked_twice_by_one_key_is_owed_once(
    world: World, gone: str
) -> None:
    listener = Listener(world, POSTED)

    for _ in range(3):
        world.receive(gone, "MUG", good=1, key="one")

    assert len(listener.messages()) == 1


def test_while_paused_it_is_kept_and_once_switched_off_it_is_not(
    world: World, gone: str
) -> None:
    paused, off = Listener(world, POSTED), Listener(world, POSTED)
    with world.database.write() as session:
        endpoints.pause(endpoints.find_endpoint(session, paused.id))
        endpoints.find_endpoint(session, off.id).state = "off"  # type: ignore[assignment]

    world.receive(gone, "MUG", good=1)

    assert len(paused.messages()) == 1
    assert not paused.due()
    assert off.messages() == []


def test_a_batch_is_one_message_for_each_sku(world: World) -> None:
    codes = [f"S{n}" for n in range(6)]
    world.list_items(*(listed(code) for code in codes))
    for code in codes:
        world.count(code, 1)
    listener = Listener(world, CHANGED)

    for _ in range(2):
        with world.database.write() as session:
            post(session, [world.receive_units(code, 1) for code in codes * 2])

    messages = listener.messages()
    assert sorted(m.subject_id for m in messages) == [world.sku(c).id for c in codes]
    assert len({m.version for m in messages}) == 1
