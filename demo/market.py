"""Buyers and carriers, by way of the sandbox's control API."""

from __future__ import annotations

from typing import Any

import requests


class Market:
    """Makes things happen on one of the sandbox's channels."""

    def __init__(self, url: str, channel: str, shop: str) -> None:
        self._control = f"{url}/_control/{channel}"
        self.channel = channel
        self.shop = shop
        # The story asks ten times a second: one connection for all of it.
        self._wire = requests.Session()

    def open_shop(self, webhook_url: str) -> dict[str, Any]:
        """Open a shop whose channel restocks by itself on each cancel."""
        wanted = {
            "shop": self.shop,
            "auto_restock": "on_cancel",
            "webhook_url": webhook_url,
        }
        settings: dict[str, Any] = self._post("shops", wanted)["settings"]
        return settings

    def list_item(self, sku: str, quantity: int, name: str) -> None:
        """Offer an item to buyers."""
        item = {"sku": sku, "quantity": quantity, "name": name, "barcode": "8930001"}
        self._post("items", {"shop": self.shop, "items": [item]})

    def buy(self, sku: str, quantity: int) -> str:
        """Let a buyer place and pay an order."""
        wanted = {"shop": self.shop, "lines": [{"sku": sku, "quantity": quantity}]}
        order: str = self._post("orders", wanted)["orders"][0]
        return order

    def do(self, order: str, action: str) -> None:
        """Let something happen to an order."""
        self._post(f"orders/{order}/do", {"action": action})

    def shown(self, sku: str) -> int:
        """Return how many units buyers see."""
        query = {"shop": self.shop}
        answer = self._wire.get(f"{self._control}/stock", params=query, timeout=10)
        answer.raise_for_status()
        quantity: int = answer.json()[sku]
        return quantity

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._wire.post(f"{self._control}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()
