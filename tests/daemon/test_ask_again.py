"""What is asked for again: what was set aside, and parcels under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import update

from connector.values import (
    ChannelOrder,
    ChannelRefund,
    ChannelReturn,
    Ending,
    Portion,
    RefundState,
    Stage,
)
from daemon.take_in import BATCH
from stock.models import Order
from tests.daemon.desk import Desk, good
from tests.daemon.scripted import Script, coming_back, later, sold, strange

IN_TRANSIT = Portion(quantity=1, stage=Stage.IN_TRANSIT)
DELIVERED = Portion(quantity=1, stage=Stage.DELIVERED)
TURNED_BACK = replace(IN_TRANSIT, ending=Ending.DELIVERY_FAILED)


def two_parcels(first: Portion, second: Portion) -> ChannelOrder:
    """Say how far the two units of an order have come, each in its own parcel."""
    order = sold("1", quantity=2)
    (line,) = order.lines
    return replace(order, lines=(replace(line, portions=(first, second)),))


def unreadable(return_id: str, order_id: str) -> ChannelReturn:
    """Say that a buyer gets money of a kind that nobody knows."""
    refund = ChannelRefund(
        refund_id=f"m-{return_id}",
        amount=Decimal(5),
        currency="VNX",
        state=RefundState.PENDING,
    )
    return replace(coming_back(return_id, order_id), refund=refund)


def hours_pass(desk: Desk, hours: int) -> None:
    desk.clock.advance(hours * 3600)


def settled(desk: Desk) -> None:
    """Take in what there is; from then on only asking for it tells of it again."""
    desk.sync()
    hours_pass(desk, 1)
    desk.sync()


def test_a_return_that_cannot_be_read_stops_nothing_else(
    desk: Desk, script: Script
) -> None:
    for number in "123":
        script.orders[number] = sold(number, stage=Stage.DELIVERED)
    script.returns["R1"] = unreadable("R1", "1")
    script.returns["R2"] = coming_back("R2", "2")
    script.orders["9"] = strange("9")

    desk.sync()
    script.orders["9"] = sold("9")
    desk.sync()

    assert desk.set_aside() == {"R1": "refused"}
    assert desk.order("2")["returns"] == [("R2", "awaiting", 1)]
    assert "9" in desk.orders()
    assert desk.shop().last_error == ""


def test_a_return_that_could_not_be_read_is_taken_in_once_it_can(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = sold("1", stage=Stage.DELIVERED)
    script.returns["R1"] = unreadable("R1", "1")
    desk.sync()

    script.returns["R1"] = coming_back("R1", "1")
    desk.sync()

    assert desk.set_aside() == {}
    assert desk.order("1")["returns"] == [("R1", "awaiting", 1)]


def test_an_order_that_turns_out_to_be_the_channels_is_not_kept_aside(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = strange("1")
    desk.sync()
    assert desk.set_aside() == {"1": "unknown_status"}

    script.orders["1"] = replace(sold("1"), fulfilled_by_channel=True)
    desk.sync()

    assert desk.set_aside() == {}
    assert desk.level("A") == {"available": 5}


def test_those_that_the_channel_is_silent_about_do_not_hold_up_the_rest(
    desk: Desk, script: Script
) -> None:
    script.silent = {f"S{number}" for number in range(BATCH)}
    for number in sorted(script.silent):
        script.orders[number] = strange(number)
    desk.sync()
    script.orders = {"1": strange("1")}
    desk.sync()
    script.orders["1"] = sold("1", age=timedelta(days=3))

    desk.sync()
    desk.sync()

    assert desk.orders() == ["1"]
    assert "1" not in desk.set_aside()
    assert len(desk.set_aside()) == BATCH


def test_a_parcel_is_watched_though_its_sibling_was_delivered(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = two_parcels(IN_TRANSIT, DELIVERED)
    settled(desk)
    script.orders["1"] = two_parcels(TURNED_BACK, DELIVERED)
    hours_pass(desk, 7)

    desk.sync()

    assert desk.awaited()[0].units == 1


def test_what_was_delivered_is_asked_about_no_more(desk: Desk, script: Script) -> None:
    script.orders["1"] = two_parcels(DELIVERED, DELIVERED)
    settled(desk)
    hours_pass(desk, 7)
    script.calls.clear()

    desk.sync()

    assert "fetch_orders" not in script.calls


def test_what_came_back_is_asked_about_no_more(desk: Desk, script: Script) -> None:
    script.orders["1"] = two_parcels(TURNED_BACK, TURNED_BACK)
    settled(desk)
    desk.receive("1", good("A", 2))
    hours_pass(desk, 7)
    script.calls.clear()

    desk.sync()

    assert "fetch_orders" not in script.calls


def test_a_parcel_is_asked_about_four_times_a_day(desk: Desk, script: Script) -> None:
    script.orders["1"] = two_parcels(IN_TRANSIT, IN_TRANSIT)
    settled(desk)
    hours_pass(desk, 7)
    script.calls.clear()

    for _ in range(24):
        desk.sync()
        hours_pass(desk, 1)

    assert script.calls.count("fetch_orders") == 4


def test_those_never_asked_about_come_first(desk: Desk, script: Script) -> None:
    *others, last = (str(number) for number in range(BATCH + 1))
    for number in (*others, last):
        script.orders[number] = sold(number, stage=Stage.IN_TRANSIT)
    settled(desk)
    hours_pass(desk, 13)
    asked_about(desk, others, hours_ago=7)
    script.orders[last] = later(sold(last), Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)

    desk.sync()

    assert [item.expected.channel_order_id for item in desk.awaited()] == [last]


def asked_about(desk: Desk, order_ids: Sequence[str], *, hours_ago: int) -> None:
    """Let the channel have been asked about these orders."""
    then = desk.office.now() - timedelta(hours=hours_ago)
    with desk.database.write() as session:
        named = Order.channel_order_id.in_(order_ids)
        session.execute(update(Order).where(named).values(checked_at=then))
