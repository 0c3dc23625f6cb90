"""Buyers and carriers, by way of the sandbox's control API."""

from __future__ import annotations

from typing import Any

import requests


class Market:
    """Makes things happen on the sandbox's Shopee."""

    def __init__(self, url: str, channel: str = "shopee") -> None:
        self._control = f"{url}/_control"
        self._channel = channel

    def open_shop(self, shop: str, webhook_url: str) -> dict[str, Any]:
        """Open a shop whose channel restocks by itself on each cancel."""
        wanted = {
            "shop": shop,
            "auto_restock": "on_cancel",
            "webhook_url": webhook_url,
        }
        answer = self._post("shops", wanted)
        settings: dict[str, Any] = answer["settings"]
        return settings

    def list_item(self, shop: str, sku: str, quantity: int, name: str) -> None:
        """Offer an item to buyers."""
        item = {"sku": sku, "quantity": quantity, "name": name, "barcode": "8930001"}
        self._post("items", {"shop": shop, "items": [item]})

    def buy(self, shop: str, sku: str, quantity: int) -> str:
        """Let a buyer place and pay an order."""
        lines = [{"sku": sku, "quantity": quantity}]
        order: str = self._post("orders", {"shop": shop, "lines": lines})["orders"][0]
        return order

    def do(self, order: str, action: str) -> None:
        """Let something happen to an order."""
        self._post(f"orders/{order}/do", {"action": action})

    def shown(self, shop: str, sku: str) -> int:
        """Return how many units buyers see."""
        answer = requests.get(
            f"{self._control}/{self._channel}/stock", {"shop": shop}, timeout=10
        )
        answer.raise_for_status()
        quantity: int = answer.json()[sku]
        return quantity

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(
            f"{self._control}/{self._channel}/{path}", json=body, timeout=10
        )
        answer.raise_for_status()
        return answer.json()
