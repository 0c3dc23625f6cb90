"""A TikTok Shop whose channel is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import MemorySettings, Transport
from connector.tiktok import TikTokConnector

REPLIES = Path(__file__).parents[2] / "replies" / "tiktok"
BASE_URL = "https://open-api.tiktokglobalshop.com"
AUTH_URL = "https://auth.tiktok-shops.com"


@pytest.fixture
def reply() -> Callable[[str], Any]:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def shop_settings(now: datetime) -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "auth_url": AUTH_URL,
        "app_key": "6app0key",
        "app_secret": "canary-app-secret",
        "shop_id": "7490000000000000001",
        "shop_cipher": "canary-cipher-1",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "access_token_expire_in": int((now + timedelta(days=7)).timestamp()),
        "refresh_token_expire_in": int((now + timedelta(days=365)).timestamp()),
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def tiktok(store: MemorySettings, now: datetime) -> TikTokConnector:
    transport = Transport(requests_per_second=10_000)
    return TikTokConnector(store, transport, lambda: now)


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Callable[..., None]:
    """Let a call be answered: ``answer("order/202507/orders", body)``."""

    def set_answer(
        call: str, body: Any, method: str = "", status: int = 200, **more: Any
    ) -> None:
        origin = AUTH_URL if call.startswith("api/v2/token") else BASE_URL
        posted = call.endswith(("search", "update", "settings"))
        method = method or ("POST" if posted else "GET")
        edge.upsert(method, f"{origin}/{call}", json=body, status=status, **more)

    return set_answer


@pytest.fixture
def refusal() -> Callable[[int, str], dict[str, Any]]:
    """Return the envelope of a refusal."""
    return lambda code, message: {
        "code": code,
        "message": message,
        "data": None,
        "request_id": "r-77",
    }
