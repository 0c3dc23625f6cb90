"""Money that went back to buyers, as channels told it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stock import models
from stock.feeds import refunds_page
from stock.models.keys import Scope
from web.api.cursors import read_cursor, write_cursor
from web.api.named import asked_shops
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SHOP
from web.api.shapes import (
    Answer,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Money,
    Page,
    money,
)

RefundState = Literal["pending", "done", "refused"]


class Refund(Answer):
    """Money that goes back to a buyer."""

    id: Identifier
    shop: str
    order_number: str
    refund_id: str = Field(description="The channel's.")
    amount: Money
    state: str
    reason: str
    updated_at: Moment
    recorded_at: Moment


class Refunds(Page):
    """A page of refunds."""

    items: list[Refund]


class RefundQuery(ListQuery):
    """Which refunds."""

    shop: Code | None = Field(default=None, description="The name of one shop.")
    order_number: Code | None = Field(default=None, description="The channel's.")
    state: RefundState | None = None


@operation(
    "GET",
    "/refunds",
    subject="orders",
    scope=Scope.REFUNDS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP),
)
def list_refunds(call: Call, query: RefundQuery) -> Refunds:
    """List refunds, the one recorded first at the beginning"""
    after = read_cursor(call, query)
    found = refunds_page(
        call.session,
        shop_ids=asked_shops(call, query.shop),
        channel_order_id=query.order_number,
        state=query.state,
        after=after[0] if after else None,
        limit=query.limit,
    )
    return Refunds(
        items=[refund_answer(refund, shop) for refund, shop in found.items],
        next_cursor=(
            write_cursor(call, query, found.items[-1][0].id) if found.more else None
        ),
    )


def refund_answer(refund: models.Refund, shop: models.Shop) -> Refund:
    """Return a refund as answers tell it."""
    return Refund(
        id=refund.id,
        shop=shop.name,
        order_number=refund.channel_order_id,
        refund_id=refund.refund_id,
        amount=money(refund.amount, refund.currency),
        state=refund.state,
        reason=refund.reason,
        updated_at=refund.updated_at,
        recorded_at=refund.recorded_at,
    )
