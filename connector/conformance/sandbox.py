"""A world played by the sandbox, which is driven over HTTP like any real channel."""

from __future__ import annotations

from typing import Any

import requests

from connector.base import Settings
from connector.conformance.postbox import Postbox
from connector.conformance.world import Basket, CannotHappen, Fault
from connector.values import ListingRef, WebhookRequest

_KINDS = {
    Fault.THROTTLED: "status_429",
    Fault.LOST_ANSWER: "lost_answer",
    Fault.TOKEN_EXPIRED: "token_expired",
    Fault.HTML: "html",
    Fault.PARTLY_REFUSED: "partial_failure",
}
_PAUSE_SECONDS = 7.0
_PATIENCE_SECONDS = 30


class SandboxWorld:
    """One new shop on one channel of a running sandbox.

    ``settings`` are what a person would enter for it.  ``fault_match`` is the
    beginning of the paths that faults befall.  Messages go to ``postbox``.
    """

    pause_seconds = _PAUSE_SECONDS

    def __init__(
        self,
        control_url: str,
        channel: str,
        shop: str,
        *,
        fault_match: str = "/",
        postbox: Postbox | None = None,
    ) -> None:
        self._control_url = control_url
        self._channel = channel
        self._shop = shop
        self._fault_match = fault_match
        self._postbox = postbox
        url = postbox.url if postbox else None
        answer = self._post(
            "shops", {"shop": shop, "auto_restock": "never", "webhook_url": url}
        )
        self.settings: Settings = answer["settings"]

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        item = {"sku": sku, "quantity": quantity}
        answer = self._post("items", {"shop": self._shop, "items": [item]})
        (listing,) = answer["listings"]
        return ListingRef(
            item_id=str(listing["item_id"]), variant_id=str(listing["variant_id"])
        )

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        return self._sell(basket, cod=cod)

    def place_unpaid_order(self, basket: Basket) -> str:
        return self._sell(basket, unpaid=True)

    def arrange(self, order_id: str) -> None:
        self._act(order_id, "arrange")

    def pick_up(self, order_id: str) -> None:
        self._act(order_id, "pick_up")

    def deliver(self, order_id: str) -> None:
        self._act(order_id, "deliver")

    def fail_delivery(self, order_id: str) -> None:
        self._act(order_id, "fail_delivery")

    def lose(self, order_id: str) -> None:
        self._act(order_id, "lose")

    def cancel(self, order_id: str) -> None:
        self._act(order_id, "cancel")

    def request_return(self, order_id: str, basket: Basket) -> None:
        self._act(order_id, "request_return", lines=_lines(basket))

    def send_back(self, order_id: str) -> None:
        self._act(order_id, "send_back")

    def arrive_back(self, order_id: str) -> None:
        self._act(order_id, "arrive_back")

    def visible_stock(self, sku: str) -> int:
        return int(self._get("stock")[sku])

    def stock_writes(self) -> list[tuple[str, int]]:
        return [(write["sku"], int(write["quantity"])) for write in self._get("writes")]

    def messages(self) -> list[WebhookRequest]:
        if self._postbox is None:
            raise CannotHappen("nobody listens for this shop's messages")
        return self._postbox.take()

    def cause(self, fault: Fault) -> None:
        self.end_faults()
        body: dict[str, object] = {
            "channel": self._channel,
            "match": self._fault_match,
            "kind": _KINDS[fault],
            "times": 1,
        }
        if fault is Fault.THROTTLED:
            body["seconds"] = _PAUSE_SECONDS
        self._answer("POST", "faults", json=body)

    def end_faults(self) -> None:
        """Let nothing more go wrong; faults befall all shops of a sandbox."""
        self._answer("DELETE", "faults")

    def _sell(self, basket: Basket, **how: bool) -> str:
        order = {"shop": self._shop, "lines": _lines(basket), "count": 1, **how}
        (order_id,) = self._post("orders", order)["orders"]
        return str(order_id)

    def _act(self, order_id: str, action: str, **more: Any) -> None:
        self._post(f"orders/{order_id}/do", {"action": action, **more})

    def _post(self, path: str, body: object) -> Any:
        return self._answer("POST", f"{self._channel}/{path}", json=body)

    def _get(self, path: str) -> Any:
        query = {"shop": self._shop}
        return self._answer("GET", f"{self._channel}/{path}", params=query)

    def _answer(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self._control_url}/_control/{path}"
        answer = requests.request(method, url, timeout=_PATIENCE_SECONDS, **more)
        if answer.status_code == 409:
            raise CannotHappen(answer.json().get("error", answer.text))
        answer.raise_for_status()
        return answer.json()


def _lines(basket: Basket) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": count} for sku, count in basket.items()]
