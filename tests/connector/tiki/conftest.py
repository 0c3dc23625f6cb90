"""A Tiki shop whose channel is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import ChannelOrder, MemorySettings, Transport
from connector.tiki import TikiConnector

REPLIES = Path(__file__).parents[2] / "replies" / "tiki"
BASE_URL = "https://api.tiki.vn"
API = f"{BASE_URL}/integration"
TOKEN_URL = f"{BASE_URL}/sc/oauth2/token"

Reader = Callable[[str], Any]
Answer = Callable[..., None]


def recorded(name: str) -> Any:
    """Return a fresh copy of a recorded reply by its name."""
    return json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def reply() -> Reader:
    return recorded


@pytest.fixture
def shop_settings(now: datetime) -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "client_id": "5550001",
        "client_secret": "canary-secret",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "access_token_expires_at": (now + timedelta(hours=1)).isoformat(),
        "app_access_token": "canary-app-1",
        "app_access_token_expires_at": (now + timedelta(hours=1)).isoformat(),
        "queue_code": "queue-0001",
        "warehouse_id": "7001",
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def enter(store: MemorySettings) -> Callable[..., None]:
    """Change settings of the shop: ``enter(warehouse_id="")``."""

    def change(**changes: Any) -> None:
        store.rotate(store.read(), lambda old: {**old, **changes})

    return change


@pytest.fixture
def tiki(store: MemorySettings, now: datetime) -> TikiConnector:
    transport = Transport(requests_per_second=10_000)
    return TikiConnector(store, transport, lambda: now)


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Answer:
    """Let a call be answered: ``answer("v2/orders", body)``."""

    def set_answer(
        path: str,
        body: Any,
        method: str = "GET",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        edge.upsert(
            method, f"{API}/{path}", json=body, status=status, headers=headers or {}
        )

    return set_answer


@pytest.fixture
def told(tiki: TikiConnector, answer: Answer) -> Callable[..., ChannelOrder]:
    """Return the recorded order as the connector tells it, with changes to it.

    ``history`` are the statuses that it had.
    """

    def tell(*, history: Any = None, **changes: Any) -> ChannelOrder:
        order = {**recorded("order"), **changes}
        if history is not None:
            order["status_histories"] = past(history)
        answer("v2/orders/610200301", order)
        page = tiki.fetch_orders(["610200301"])
        assert not page.rejected, page.rejected
        (found,) = page.items
        return found

    return tell


def past(words: Any) -> list[dict[str, Any]]:
    """Return a history with these statuses, a minute apart."""
    return [
        {"id": number, "status": word, "created_at": f"2026-10-30 09:{number:02}:00"}
        for number, word in enumerate(words)
    ]


def paged(rows: list[Any], *, page: int = 1, last_page: int = 1) -> dict[str, Any]:
    """Return one page of a list as Tiki wraps it."""
    paging = {
        "total": len(rows),
        "current_page": page,
        "from": 0,
        "to": len(rows),
        "per_page": 50,
        "last_page": last_page,
    }
    return {"data": rows, "paging": paging}


def with_inventory(**changes: Any) -> dict[str, Any]:
    """Return the recorded product with changes to its inventory."""
    product = recorded("product")
    return {**product, "inventory": {**product["inventory"], **changes}}
