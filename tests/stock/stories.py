"""What channels say: reports of orders and returns, with everything else filled in."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from stock.reports import (
    Ending,
    Fulfilment,
    LineReport,
    OrderReport,
    Portion,
    RefundReport,
    ReturnLineReport,
    ReturnPhase,
    ReturnReport,
)
from tests.stock.world import NOW

NOT_SHIPPED = Fulfilment.NOT_SHIPPED
AWAITING_PICKUP = Fulfilment.AWAITING_PICKUP
IN_TRANSIT = Fulfilment.IN_TRANSIT
DELIVERED = Fulfilment.DELIVERED
CANCELLED = Ending.CANCELLED
DELIVERY_FAILED = Ending.DELIVERY_FAILED
LOST = Ending.LOST


def portion(
    quantity: int, fulfilment: Fulfilment | None, ending: Ending | None = None
) -> Portion:
    """Say how far some units of a line have come."""
    return Portion(quantity=quantity, fulfilment=fulfilment, ending=ending)


def line(item_id: str, *portions: Portion, line_id: str = "") -> LineReport:
    """Say what was bought of one listing."""
    return LineReport(
        line_id=line_id or f"line-{item_id}",
        item_id=item_id,
        variant_id="",
        sku=item_id,
        title=item_id,
        quantity=sum(p.quantity for p in portions),
        unit_price=Decimal("99000"),
        portions=portions,
    )


def order(
    order_id: str,
    *lines: LineReport,
    minute: int = 0,
    ordered_at: datetime = NOW,
    refund: RefundReport | None = None,
) -> OrderReport:
    """Say how an order stands some minutes after it was made."""
    return OrderReport(
        order_id=order_id,
        ordered_at=ordered_at,
        updated_at=NOW + timedelta(minutes=minute),
        raw_status=f"STATUS_{minute}",
        currency="VND",
        total=Decimal("99000"),
        lines=lines,
        refunds=(refund,) if refund else (),
    )


def simple_order(
    order_id: str,
    item_id: str,
    fulfilment: Fulfilment | None = NOT_SHIPPED,
    ending: Ending | None = None,
    *,
    quantity: int = 1,
    minute: int = 0,
) -> OrderReport:
    """Say how an order of one line stands, all its units alike."""
    bought = line(item_id, portion(quantity, fulfilment, ending))
    return order(order_id, bought, minute=minute)


def refund(refund_id: str = "refund", state: str = "done") -> RefundReport:
    """Say that money goes back."""
    return RefundReport(
        refund_id=refund_id, amount=Decimal("99000"), currency="VND", state=state
    )


def buyer_return(
    order_id: str,
    item_id: str,
    quantity: int = 1,
    *,
    return_id: str = "return",
    phase: ReturnPhase = ReturnPhase.APPROVED,
    goods_come_back: bool = True,
    minute: int = 0,
    money: RefundReport | None = None,
) -> ReturnReport:
    """Say how a buyer's return stands."""
    return ReturnReport(
        return_id=return_id,
        order_id=order_id,
        updated_at=NOW + timedelta(minutes=minute),
        phase=phase,
        goods_come_back=goods_come_back,
        lines=(ReturnLineReport(item_id=item_id, variant_id="", quantity=quantity),),
        refund=money,
    )
