"""A channel in memory: what it sells, what was bought, what was written to it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from connector.conformance.world import Basket, Fault
from connector.values import (
    Ending,
    ListingRef,
    ReturnPhase,
    Stage,
    WebhookRequest,
)

SIGNATURE = "X-Memory-Signature"


@dataclass
class Sale:
    """An order, as the channel holds it."""

    order_id: str
    basket: dict[str, int]
    at: datetime
    stage: Stage = Stage.NOT_SHIPPED
    ending: Ending | None = None
    returned: dict[str, int] = field(default_factory=dict)
    phase: ReturnPhase | None = None
    refunds: dict[str, Decimal] = field(default_factory=dict)
    """What was paid back, by the key of the request."""


class MemoryWorld:
    """The whole channel, with one shop."""

    pause_seconds = 3.0

    def __init__(self) -> None:
        self.token = "token-1"
        self.secret = "message-secret-1"
        self.stock: dict[str, int] = {}
        self.sales: dict[str, Sale] = {}
        self._writes: list[tuple[str, int]] = []
        self._messages: list[WebhookRequest] = []
        self._fault: Fault | None = None

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        self.stock[sku] = quantity
        return ListingRef(item_id=sku)

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        order_id = f"M{len(self.sales) + 1}"
        for sku, count in basket.items():
            self.stock[sku] -= count
        self.sales[order_id] = Sale(order_id, dict(basket), datetime.now(UTC))
        self._messages.append(signed(self.secret, order_id))
        return order_id

    def arrange(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.AWAITING_PICKUP

    def pick_up(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.IN_TRANSIT

    def deliver(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.DELIVERED

    def fail_delivery(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.DELIVERY_FAILED

    def lose(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.LOST

    def cancel(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.CANCELLED

    def request_return(self, order_id: str, basket: Basket) -> None:
        self.sales[order_id].returned = dict(basket)
        self.sales[order_id].phase = ReturnPhase.REQUESTED

    def send_back(self, order_id: str) -> None:
        self.sales[order_id].phase = ReturnPhase.SHIPPED_BACK

    def arrive_back(self, order_id: str) -> None:
        self.sales[order_id].phase = ReturnPhase.ARRIVED

    def visible_stock(self, sku: str) -> int:
        return self.stock[sku]

    def stock_writes(self) -> list[tuple[str, int]]:
        return list(self._writes)

    def messages(self) -> list[WebhookRequest]:
        return list(self._messages)

    def cause(self, fault: Fault) -> None:
        self._fault = fault

    def write(self, sku: str, quantity: int) -> None:
        """Carry out one stock write."""
        self.stock[sku] = quantity
        self._writes.append((sku, quantity))

    def pay_back(self, order_id: str, key: str, amount: Decimal) -> None:
        """Carry out one refund; the goods are not part of it."""
        self.sales[order_id].refunds[key] = amount

    def befalling(self) -> Fault | None:
        """Return what goes wrong with the request that is made now."""
        fault, self._fault = self._fault, None
        return fault


def signed(secret: str, order_id: str) -> WebhookRequest:
    """Return the channel's message about an order."""
    body = json.dumps({"order": order_id}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest(
        url="https://us.example/hooks/memory",
        headers={SIGNATURE: signature},
        body=body,
    )
