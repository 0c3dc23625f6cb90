"""A Shopee shop whose channel is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import MemorySettings, Transport
from connector.shopee import ShopeeConnector

REPLIES = Path(__file__).parents[2] / "replies" / "shopee"
BASE_URL = "https://partner.shopeemobile.com"


@pytest.fixture
def reply() -> Callable[[str], Any]:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def shop_settings(now: datetime) -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "partner_id": 1000001,
        "partner_key": "canary-partner-key",
        "push_partner_key": "canary-push-key",
        "shop_id": 2000001,
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "access_token_expires_at": (now + timedelta(hours=4)).isoformat(),
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def shopee(store: MemorySettings, now: datetime) -> ShopeeConnector:
    transport = Transport(requests_per_second=10_000)
    return ShopeeConnector(store, transport, lambda: now)


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Callable[..., None]:
    """Let a call of the API be answered: ``answer("order/get_order_list", body)``."""

    def set_answer(
        call: str, body: Any, method: str = "GET", status: int = 200
    ) -> None:
        url = f"{BASE_URL}/api/v2/{call}"
        edge.upsert(method, url, json=body, status=status)

    return set_answer
