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
    paid: bool = True
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
        self.events: list[tuple[str, str]] = []
        """What waits in the queue: the key of each event, and its order."""
        self._expired_token = ""
        self._happened = 0
        self._writes: list[tuple[str, int]] = []
        self._messages: list[WebhookRequest] = []
        self._fault: Fault | None = None

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        self.stock[sku] = quantity
        return ListingRef(item_id=sku)

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        return self._sell(basket, paid=not cod)

    def place_unpaid_order(self, basket: Basket) -> str:
        return self._sell(basket, paid=False)

    def arrange(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.AWAITING_PICKUP
        self._tell(order_id)

    def pick_up(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.IN_TRANSIT

    def deliver(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.DELIVERED
        self.sales[order_id].paid = True

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
        if fault is Fault.TOKEN_EXPIRED:
            self._expired_token, self.token = self.token, f"renewed-{self.token}"
        else:
            self._fault = fault

    def renewed(self, token: str) -> str | None:
        """Return a new token for one that has expired, and for no other."""
        return self.token if token == self._expired_token else None

    def write(self, sku: str, quantity: int) -> None:
        """Carry out one stock write."""
        self.stock[sku] = quantity
        self._writes.append((sku, quantity))

    def pay_back(self, order_id: str, key: str, amount: Decimal) -> None:
        """Carry out one refund; the goods are not part of it."""
        self.sales[order_id].refunds[key] = amount

    @property
    def is_struck(self) -> bool:
        """Whether something goes wrong with the next request."""
        return self._fault is not None

    def befalling(self) -> Fault | None:
        """Return what goes wrong with the request that is made now."""
        fault, self._fault = self._fault, None
        return fault

    def _sell(self, basket: Basket, *, paid: bool) -> str:
        order_id = f"M{len(self.sales) + 1}"
        for sku, count in basket.items():
            self.stock[sku] -= count
        at = datetime.now(UTC)
        self.sales[order_id] = Sale(order_id, dict(basket), at, paid=paid)
        self._messages.append(signed(self.secret, order_id))
        self._tell(order_id)
        return order_id

    def _tell(self, order_id: str) -> None:
        self._happened += 1
        self.events.append((f"E{self._happened}", order_id))


def signed(secret: str, order_id: str) -> WebhookRequest:
    """Return the channel's message about an order."""
    body = json.dumps({"order": order_id}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest(
        url="https://us.example/hooks/memory",
        headers={SIGNATURE: signature},
        body=body,
    )
