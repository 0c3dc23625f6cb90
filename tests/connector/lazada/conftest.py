"""A Lazada shop whose channel is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from connector import MemorySettings, Transport
from connector.lazada import LazadaConnector
from tests.connector.lazada.one_order import OneOrder

REPLIES = Path(__file__).parents[2] / "replies" / "lazada"
BASE_URL = "https://api.lazada.vn/rest"
AUTH_URL = "https://auth.lazada.com/rest"


@pytest.fixture
def reply() -> Callable[[str], Any]:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def shop_settings(now: datetime) -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "auth_url": AUTH_URL,
        "app_key": "100042",
        "app_secret": "canary-app-secret",
        "seller_id": "200012345",
        "country": "vn",
        "warehouse_code": "",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "access_token_expires_at": (now + timedelta(days=9)).isoformat(),
        "refresh_token_expires_at": (now + timedelta(days=40)).isoformat(),
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def lazada(store: MemorySettings, now: datetime) -> Iterator[LazadaConnector]:
    transport = Transport(requests_per_second=10_000)
    yield LazadaConnector(store, transport, lambda: now)
    transport.close()


@pytest.fixture
def answer(edge: responses.RequestsMock) -> Callable[..., None]:
    """Let a call of the API be answered: ``answer("orders/get", body)``."""

    def set_answer(
        call: str,
        body: Any,
        method: str = "GET",
        status: int = 200,
        base_url: str = BASE_URL,
    ) -> None:
        edge.upsert(method, f"{base_url}/{call}", json=body, status=status)

    return set_answer


@pytest.fixture
def play(edge: responses.RequestsMock) -> Callable[..., None]:
    """Let a call be answered by a function of its parameters."""

    def set_play(
        call: str,
        respond: Callable[[Mapping[str, str]], Any],
        method: str = "GET",
        base_url: str = BASE_URL,
    ) -> None:
        def respond_to(request: Any) -> tuple[int, dict[str, str], str]:
            return 200, {}, json.dumps(respond(sent_by(request)))

        edge.add_callback(method, f"{base_url}/{call}", callback=respond_to)

    return set_play


@pytest.fixture
def sent() -> Callable[[Any], dict[str, str]]:
    """Return what a request carried, in its address and in its form."""
    return sent_by


def sent_by(request: Any) -> dict[str, str]:
    body = request.body or ""
    form = body.decode() if isinstance(body, bytes) else body
    pairs = parse_qsl(urlsplit(request.url).query) + parse_qsl(form)
    return dict(pairs)


@pytest.fixture
def shop(reply: Callable[[str], Any], answer: Callable[..., None]) -> OneOrder:
    return OneOrder(reply, answer)
