"""Shops of the sandbox that sell, and what is asked back of their orders."""

from __future__ import annotations

from decimal import Decimal

from connector import Connector, RefundRequest
from connector.conformance import Basket
from connector.conformance.sandbox import SandboxWorld


class Store(SandboxWorld):
    """A shop whose parcels have fates of their own."""

    def step(self, order_id: str, action: str, basket: Basket) -> None:
        lines = [{"sku": sku, "quantity": units} for sku, units in basket.items()]
        self._act(order_id, action, lines=lines)

    def pay(self, order_id: str) -> None:
        """Let the owner mark the order as paid."""
        self._act(order_id, "pay")


def send_in_two_parcels(store: Store) -> str:
    """Sell two of A and one of B on delivery, each in a parcel; return the order."""
    order_id = store.place_order({"A": 2, "B": 1}, cod=True)
    for basket in ({"A": 2}, {"B": 1}):
        store.step(order_id, "arrange", basket)
        store.step(order_id, "pick_up", basket)
    return order_id


def refund_of_skus(shop: Connector, order_id: str, *skus: str) -> RefundRequest:
    """Ask for what these articles of an order cost."""
    (order,) = shop.fetch_orders([order_id]).items
    lines = [line for line in order.lines if line.sku in skus]
    return RefundRequest(
        key=f"end-{order_id}",
        order_id=order_id,
        amount=sum((x.unit_price * x.quantity for x in lines), Decimal(0)),
        currency=order.currency,
        quantities={line.line_id: line.quantity for line in lines},
    )


def refund_of_all(shop: Connector, order_id: str) -> RefundRequest:
    """Ask for all that an order cost, as after its end."""
    (order,) = shop.fetch_orders([order_id]).items
    return RefundRequest(
        key=f"end-{order_id}",
        order_id=order_id,
        amount=order.total,
        currency=order.currency,
        quantities={line.line_id: line.quantity for line in order.lines},
    )
