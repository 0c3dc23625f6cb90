"""A Haravan shop that is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import ChannelOrder, MemorySettings, Transport
from connector.haravan import HaravanConnector

REPLIES = Path(__file__).parents[2] / "replies" / "haravan"
BASE_URL = "https://apis.example.test"
AUTH_URL = "https://accounts.example.test"
API = f"{BASE_URL}/com"
TOKEN_URL = f"{AUTH_URL}/connect/token"

Reader = Callable[[str], Any]
Answer = Callable[..., None]


@pytest.fixture
def reply() -> Reader:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def shop_settings() -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "auth_url": AUTH_URL,
        "access_token": "canary-access-1",
        "client_id": "app-1",
        "client_secret": "canary-client-secret",
        "verify_token": "canary-verify",
        "location_id": "5001",
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def enter(store: MemorySettings) -> Callable[..., None]:
    """Change settings of the shop: ``enter(org_id="7")``."""

    def change(**changes: Any) -> None:
        store.rotate(store.read(), lambda old: {**old, **changes})

    return change


@pytest.fixture
def haravan(store: MemorySettings, now: datetime) -> HaravanConnector:
    transport = Transport(requests_per_second=10_000)
    return HaravanConnector(store, transport, lambda: now)


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Answer:
    """Let a call be answered: ``answer("orders", {"orders": [order]})``."""

    def set_answer(
        path: str,
        body: Any,
        method: str = "GET",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        url = f"{API}/{path}.json"
        edge.upsert(method, url, json=body, status=status, headers=headers or {})

    return set_answer


@pytest.fixture
def fulfilment(reply: Reader) -> Callable[..., dict[str, Any]]:
    """Return the recorded fulfilment with changes; its steps are empty first.

    ``units`` are by line; without them it holds the whole order.
    """

    def make(units: dict[int, int] | None = None, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = reply("fulfilment")
        for name in found:
            if name.endswith("_date"):
                found[name] = None
        if units is not None:
            found["line_items"] = [
                {"id": line_id, "quantity": count} for line_id, count in units.items()
            ]
        return {**found, **changes}

    return make


@pytest.fixture
def told(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> Callable[..., ChannelOrder]:
    """Return the recorded order as the connector tells it, with changes to it."""

    def tell(**changes: Any) -> ChannelOrder:
        answer("orders", {"orders": [reply("order")["order"] | changes]})
        page = haravan.fetch_orders(["800501"])
        assert not page.rejected, page.rejected
        (found,) = page.items
        return found

    return tell
