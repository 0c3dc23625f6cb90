"""A Shopify store whose channel is played by recorded replies at the HTTP edge."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import responses

from connector import ChannelOrder, MemorySettings, Transport
from connector.shopify import ShopifyConnector

ORDER = "6100000000001"

REPLIES = Path(__file__).parents[2] / "replies" / "shopify"
BASE_URL = "https://vai-moc.myshopify.com"
GRAPHQL = f"{BASE_URL}/admin/api/2026-10/graphql.json"

Reply = Callable[[str], Any]
Change = Callable[[dict[str, Any]], object]


class Graph:
    """Answers operations by their names, and keeps what was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens: list[str] = []
        self._answers: dict[str, Any] = {}

    def answer(self, operation: str, body: Any) -> None:
        """Set what an operation answers.

        The name of a recorded reply, a body, a pair of status and body, an exception,
        or a function from the variables to one of these.
        """
        self._answers[operation] = body

    def variables(self, operation: str) -> list[dict[str, Any]]:
        """Return the variables of each request of an operation."""
        return [given for name, given in self.asked if name == operation]

    def receive(self, request: Any) -> tuple[int, dict[str, str], str]:
        asked = json.loads(request.body)
        found = re.search(r"(?:query|mutation) (\w+)", asked["query"])
        assert found is not None, asked["query"]
        operation = found[1]
        self.asked.append((operation, asked["variables"]))
        self.tokens.append(request.headers["X-Shopify-Access-Token"])
        body = self._answers[operation]
        while callable(body):
            body = body(asked["variables"])
        if isinstance(body, Exception):
            raise body
        if isinstance(body, str):
            body = self.reply(body)
        status, body = body if isinstance(body, tuple) else (200, body)
        return status, {"X-Request-Id": "r-77"}, json.dumps(body)


@pytest.fixture
def reply() -> Reply:
    """Return a fresh copy of a recorded reply by its name."""
    return lambda name: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def graph(edge: responses.RequestsMock, reply: Reply) -> Graph:
    """The GraphQL endpoint; the shop's primary location is known to it."""
    graph = Graph(reply)
    graph.answer("PrimaryLocation", "location")
    edge.add_callback("POST", GRAPHQL, callback=graph.receive)
    return graph


@pytest.fixture
def shop_settings() -> dict[str, Any]:
    return {
        "base_url": BASE_URL,
        "api_version": "2026-10",
        "access_token": "canary-access-1",
        "client_id": "app-1",
        "client_secret": "canary-client-secret",
        "note": "not ours",
    }


@pytest.fixture
def store(shop_settings: dict[str, Any]) -> MemorySettings:
    return MemorySettings(shop_settings)


@pytest.fixture
def shopify(store: MemorySettings, now: datetime) -> ShopifyConnector:
    transport = Transport(requests_per_second=10_000)
    return ShopifyConnector(store, transport, lambda: now)


@pytest.fixture
def play(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> Callable[[Change], ChannelOrder]:
    """Change the recorded order, and fetch what comes of it."""

    def fetched(change: Change) -> ChannelOrder:
        answer = reply("orders")
        change(answer["data"]["nodes"][0])
        graph.answer("OrdersWithEvidence", answer)
        page = shopify.fetch_orders([ORDER])
        assert not page.rejected, page.rejected
        return page.items[0]

    return fetched
