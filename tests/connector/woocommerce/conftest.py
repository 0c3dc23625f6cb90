"""A WooCommerce shop whose site is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import ChannelOrder, MemorySettings, Transport
from connector.woocommerce import WooCommerceConnector

REPLIES = Path(__file__).parents[2] / "replies" / "woocommerce"
BASE_URL = "https://shop.example.test"
API = f"{BASE_URL}/wp-json/wc/v3"

Reader = Callable[[str], Any]


@pytest.fixture
def reply() -> Reader:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def shop_settings() -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "consumer_key": "ck_canary",
        "consumer_secret": "cs_canary",
        "webhook_secret": "hook_canary",
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def enter(store: MemorySettings) -> Callable[..., None]:
    """Change settings of the shop: ``enter(tracking_meta=["_code"])``."""

    def change(**changes: Any) -> None:
        store.rotate(store.read(), lambda old: {**old, **changes})

    return change


@pytest.fixture
def woocommerce(store: MemorySettings, now: datetime) -> WooCommerceConnector:
    transport = Transport(requests_per_second=10_000)
    return WooCommerceConnector(store, transport, lambda: now)


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Callable[..., None]:
    """Let a call be answered: ``answer("orders", [order])``.

    A list comes with the headers that count it.
    """

    def set_answer(
        path: str,
        body: Any,
        method: str = "GET",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        told = {"X-WP-Total": str(len(body)), "X-WP-TotalPages": "1"}
        counted = told if isinstance(body, list) else {}
        edge.upsert(
            method,
            f"{API}/{path}",
            json=body,
            status=status,
            headers={**counted, **(headers or {})},
        )

    return set_answer


@pytest.fixture
def told(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> Callable[..., ChannelOrder]:
    """Return the recorded order as the connector tells it, with changes to it.

    ``fulfilments`` and ``refunds`` are what the site tells beside it; without
    fulfilments the feature is off.
    """

    def tell(
        *, fulfilments: Any = None, refunds: Any = (), **changes: Any
    ) -> ChannelOrder:
        order = {**reply("order"), **changes}
        if refunds:
            order["refunds"] = [{"id": one["id"]} for one in refunds]
            answer("orders/501/refunds", list(refunds))
        answer("orders", [order])
        if fulfilments is None:
            answer("orders/501/fulfillments", reply("no_route"), status=404)
        else:
            answer("orders/501/fulfillments", fulfilments)
        page = woocommerce.fetch_orders(["501"])
        assert not page.rejected, page.rejected
        (found,) = page.items
        return found

    return tell
