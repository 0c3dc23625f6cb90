"""Lives of an order as a list of messages, to be told in every sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stock.reports import OrderReport, ReturnPhase, ReturnReport
from tests.stock.stories import (
    AWAITING_PICKUP,
    CANCELLED,
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    LOST,
    NOT_SHIPPED,
    buyer_return,
    line,
    order,
    portion,
    refund,
    simple_order,
)

Message = OrderReport | ReturnReport
Plot = Callable[[str], Sequence[Message]]


def cancelled_before_shipping(order_id: str) -> Sequence[Message]:
    """The buyer changes his mind at once, and nothing was packed."""
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", NOT_SHIPPED, CANCELLED, minute=1),
    ]


def cancelled_at_the_packing_table(order_id: str) -> Sequence[Message]:
    """Issued, waiting for the carrier, then cancelled and refunded."""
    cancelled = line("MUG", portion(1, AWAITING_PICKUP, CANCELLED))
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", AWAITING_PICKUP, minute=1),
        order(order_id, cancelled, minute=2, refund=refund()),
    ]


def refused_at_the_door(order_id: str) -> Sequence[Message]:
    """The parcel turns back on its own number; no return record exists."""
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", AWAITING_PICKUP, minute=1),
        simple_order(order_id, "MUG", IN_TRANSIT, minute=2),
        simple_order(order_id, "MUG", IN_TRANSIT, DELIVERY_FAILED, minute=3),
    ]


def refused_and_refunded(order_id: str) -> Sequence[Message]:
    """A failed delivery, and beside it a return that is about money alone."""
    money = buyer_return(
        order_id,
        "MUG",
        goods_come_back=False,
        phase=ReturnPhase.CLOSED,
        minute=4,
        money=refund(),
    )
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", IN_TRANSIT, minute=2),
        simple_order(order_id, "MUG", IN_TRANSIT, DELIVERY_FAILED, minute=3),
        money,
    ]


def cancelled_nobody_knows_where(order_id: str) -> Sequence[Message]:
    """The word is cancelled; that it had left is told by an older message."""
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", AWAITING_PICKUP, minute=1),
        simple_order(order_id, "MUG", None, CANCELLED, minute=2),
    ]


def waiting_for_a_person(order_id: str) -> Sequence[Message]:
    """Cancelled, and no message ever says where the unit is."""
    return [
        simple_order(order_id, "MUG"),
        simple_order(order_id, "MUG", None, CANCELLED, minute=2),
    ]


def partly_shipped(order_id: str) -> Sequence[Message]:
    """Three units, two parcels: one is refused, one is lost, one never leaves."""
    return [
        simple_order(order_id, "MUG", quantity=3),
        order(
            order_id,
            line("MUG", portion(2, IN_TRANSIT), portion(1, NOT_SHIPPED)),
            minute=1,
        ),
        order(
            order_id,
            line(
                "MUG",
                portion(1, IN_TRANSIT, DELIVERY_FAILED),
                portion(1, IN_TRANSIT),
                portion(1, NOT_SHIPPED, CANCELLED),
            ),
            minute=2,
        ),
        order(
            order_id,
            line(
                "MUG",
                portion(1, IN_TRANSIT, DELIVERY_FAILED),
                portion(1, IN_TRANSIT, LOST),
                portion(1, NOT_SHIPPED, CANCELLED),
            ),
            minute=3,
        ),
    ]


def delivered_and_returned(order_id: str) -> Sequence[Message]:
    """The whole way: sold, delivered, sent back, refunded."""
    return [
        simple_order(order_id, "MUG", quantity=2),
        simple_order(order_id, "MUG", AWAITING_PICKUP, quantity=2, minute=1),
        simple_order(order_id, "MUG", IN_TRANSIT, quantity=2, minute=2),
        simple_order(order_id, "MUG", DELIVERED, quantity=2, minute=3),
        buyer_return(order_id, "MUG", phase=ReturnPhase.REQUESTED, minute=4),
        buyer_return(
            order_id,
            "MUG",
            phase=ReturnPhase.SHIPPED_BACK,
            minute=5,
            money=refund(),
        ),
    ]


def two_returns_of_one_order(order_id: str) -> Sequence[Message]:
    """The buyer sends one unit back, later the other, and withdraws a third try."""
    return [
        simple_order(order_id, "MUG", DELIVERED, quantity=2),
        buyer_return(order_id, "MUG", return_id="first", minute=1),
        buyer_return(order_id, "MUG", return_id="second", minute=2),
        buyer_return(order_id, "MUG", return_id="third", minute=3),
        buyer_return(
            order_id,
            "MUG",
            return_id="third",
            phase=ReturnPhase.WITHDRAWN,
            minute=4,
        ),
    ]


PLOTS: Mapping[str, Plot] = {
    plot.__name__: plot
    for plot in (
        cancelled_before_shipping,
        cancelled_at_the_packing_table,
        refused_at_the_door,
        refused_and_refunded,
        cancelled_nobody_knows_where,
        waiting_for_a_person,
        partly_shipped,
        delivered_and_returned,
        two_returns_of_one_order,
    )
}
