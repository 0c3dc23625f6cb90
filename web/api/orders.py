"""Orders as they are held: what left, what came back, what money went where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from stock.feeds import orders_page
from stock.models import Order, OrderLine, RefundDueState, ReturnState
from stock.models.keys import Scope
from stock.parcels import numbers_of
from stock.receipt_history import receipts_of
from stock.reports import Fulfilment
from web.api.cursors import read_cursor, write_cursor
from web.api.named import asked_shops, named_order
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_ORDER, UNKNOWN_SHOP
from web.api.refunds import Refund, refund_answer
from web.api.refusals import utc_text
from web.api.returns import ReturnLine, return_lines
from web.api.shapes import (
    Answer,
    AskedMoment,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Money,
    Page,
    Quantity,
    money,
)

_SUBJECT = "orders"


class OrderHead(Answer):
    """An order of one shop."""

    id: Identifier
    shop: str
    channel: str
    number: str = Field(description="The channel's.")
    ordered_at: Moment
    updated_at: Moment = Field(description="When its channel last changed it.")
    raw_status: str = Field(description="The channel's own word.")
    fulfilment: Fulfilment = Field(
        description="The furthest that any of its units is known to have come."
    )
    cancelled: bool
    total: Money


class Orders(Page):
    """A page of orders."""

    items: list[OrderHead]


class OrderQuery(ListQuery):
    """Which orders."""

    shop: Code | None = Field(default=None, description="The name of one shop.")
    updated_since: AskedMoment | None = Field(
        default=None, description="By the clock of the channel."
    )


class OrderLineAnswer(Answer):
    """Units of one SKU that an order took, and where they are."""

    id: Identifier
    sku: str
    title: str
    warehouse: str = Field(description="Where it is packed.")
    quantity: Quantity
    units_per_listing: Quantity
    price: Money = Field(description="Of one of the listing.")
    committed: Quantity
    out: Quantity
    received: Quantity
    damaged: Quantity
    lost: Quantity
    waiting: Quantity = Field(
        description="Ended units of which nobody knows whether they have left."
    )


class ParcelAnswer(Answer):
    """A tracking number under which units of the order travel."""

    number: str
    direction: str
    carrier: str


class OrderReturn(Answer):
    """What should come back of the order, or came."""

    id: Identifier
    return_id: str = Field(description="The channel's; empty where the order says it.")
    state: ReturnState
    reason: str
    opened_at: Moment
    lines: list[ReturnLine]


class RefundDue(Answer):
    """Money that the seller must give back on a web store."""

    amount: Money
    state: RefundDueState
    opened_at: Moment
    settled_at: Moment | None


class OrderReceipt(Answer):
    """A return receipt of the order."""

    id: Identifier
    number: str
    posted_at: Moment
    reversed: bool


class OrderAnswer(OrderHead):
    """An order with all that belongs to it."""

    lines: list[OrderLineAnswer]
    parcels: list[ParcelAnswer]
    returns: list[OrderReturn]
    refunds: list[Refund]
    refund_dues: list[RefundDue]
    receipts: list[OrderReceipt]


@operation(
    "GET",
    "/orders",
    subject=_SUBJECT,
    scope=Scope.ORDERS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP),
)
def list_orders(call: Call, query: OrderQuery) -> Orders:
    """List orders, the ones changed longest ago first

    An order that changes while you page comes again, later: none is left out.
    """
    after = read_cursor(call, query)
    found = orders_page(
        call.session,
        shop_ids=asked_shops(call, query.shop),
        since=query.updated_since,
        after=(datetime.fromisoformat(after[0]), after[1]) if after else None,
        limit=query.limit,
    )
    last = found.items[-1] if found.more else None
    return Orders(
        items=[OrderHead(**_head(order)) for order in found.items],
        next_cursor=(
            write_cursor(call, query, utc_text(last.updated_at), last.id)
            if last
            else None
        ),
    )


@operation(
    "GET",
    "/orders/{order_id}",
    subject=_SUBJECT,
    scope=Scope.ORDERS_READ,
    refusals=(UNKNOWN_ORDER,),
)
def get_order(call: Call, order_id: int) -> OrderAnswer:
    """Read one order with lines, parcels, returns and refunds"""
    order = named_order(call, order_id)
    return OrderAnswer(
        **_head(order),
        lines=[_line(line, order.currency) for line in order.lines],
        parcels=[
            ParcelAnswer(number=x.number, direction=x.direction, carrier=x.carrier)
            for x in numbers_of(call.session, order)
        ],
        returns=[
            OrderReturn(
                id=item.id,
                return_id=item.return_id,
                state=item.state,
                reason=item.reason,
                opened_at=item.opened_at,
                lines=return_lines(item),
            )
            for item in order.expected_returns
        ],
        refunds=[refund_answer(refund, order.shop) for refund in order.refunds],
        refund_dues=[
            RefundDue(
                amount=money(due.amount, due.currency),
                state=due.state,
                opened_at=due.opened_at,
                settled_at=due.settled_at,
            )
            for due in order.refund_dues
        ],
        receipts=[
            OrderReceipt(
                id=receipt.id,
                number=receipt.number,
                posted_at=receipt.posted_at,
                reversed=receipt.reversal is not None,
            )
            for receipt in receipts_of(call.session, order)
        ],
    )


def _head(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "shop": order.shop.name,
        "channel": order.shop.channel,
        "number": order.channel_order_id,
        "ordered_at": order.ordered_at,
        "updated_at": order.updated_at,
        "raw_status": order.raw_status,
        "fulfilment": order.fulfilment,
        "cancelled": order.cancelled,
        "total": money(order.total, order.currency),
    }


def _line(line: OrderLine, currency: str) -> OrderLineAnswer:
    level = line.level
    return OrderLineAnswer(
        id=line.id,
        sku=line.sku.code,
        title=line.title,
        warehouse=line.warehouse.code,
        quantity=line.quantity,
        units_per_listing=line.units,
        price=money(line.unit_price, currency),
        committed=level.committed if level else 0,
        out=level.out if level else 0,
        received=level.received if level else 0,
        damaged=level.damaged if level else 0,
        lost=level.lost if level else 0,
        waiting=line.waiting,
    )
