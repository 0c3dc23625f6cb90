"""Shops: the seller's accounts on channels, without their secrets."""

from __future__ import annotations

from pydantic import Field

from stock import models
from stock.models import RefundMode, ShopState
from stock.models.keys import Scope
from stock.shops import all_shops, owed_pushes
from web.api.operations import Call, operation
from web.api.shapes import Answer, Identifier, Moment, Quantity


class Shop(Answer):
    """One seller account on a channel."""

    id: Identifier
    name: str
    channel: str
    external_id: str
    state: ShopState
    warehouse: str = Field(description="Where its orders are packed.")
    buffer: Quantity
    share: Quantity = Field(description="The most of our units that it shows, in %.")
    refunds: RefundMode
    owed_pushes: Quantity
    last_sync_at: Moment | None
    last_reconcile_at: Moment | None
    last_error: str


class Shops(Answer):
    """All shops that the key may see; they are few."""

    items: list[Shop]


@operation("GET", "/shops", subject="channels", scope=Scope.SHOPS_READ)
def list_shops(call: Call) -> Shops:
    """List shops"""
    seen = [x for x in all_shops(call.session) if call.caller.sees_shop(x.id)]
    return Shops(items=[_answer(call, shop) for shop in seen])


def _answer(call: Call, shop: models.Shop) -> Shop:
    return Shop(
        id=shop.id,
        name=shop.name,
        channel=shop.channel,
        external_id=shop.external_id,
        state=shop.state,
        warehouse=shop.warehouse.code,
        buffer=shop.buffer,
        share=shop.share,
        refunds=shop.refunds,
        owed_pushes=owed_pushes(call.session, shop),
        last_sync_at=shop.last_sync_at,
        last_reconcile_at=shop.last_reconcile_at,
        last_error=shop.last_error,
    )
