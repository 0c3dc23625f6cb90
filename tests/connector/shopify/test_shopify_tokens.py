"""Tokens: kept before they are used, renewed once, and consent asked for only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    AuthorizationLost,
    ListingRef,
    MemorySettings,
    StockUpdate,
    TransientError,
    UnexpectedAnswer,
    WriteOutcome,
)
from connector.shopify import ShopifyConnector
from tests.connector.shopify.conftest import BASE_URL, Graph

TOKEN_URL = f"{BASE_URL}/admin/oauth/access_token"
SHIRT = ListingRef(item_id="8200000000001", variant_id="46100000000001")


def test_a_refused_permanent_token_asks_for_consent(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Shop", (401, {"errors": "[API] Invalid API key or access token"}))
    with pytest.raises(AuthorizationLost):
        shopify.identify()
    assert len(graph.asked) == 1


def test_a_refused_token_without_an_app_must_be_entered_anew(
    shopify: ShopifyConnector, store: MemorySettings, graph: Graph
) -> None:
    store.rotate(store.read(), lambda old: {**old, "client_id": ""})
    graph.answer("Shop", (401, {"errors": "Unauthorized"}))
    with pytest.raises(AuthenticationError) as raised:
        shopify.identify()
    assert not isinstance(raised.value, AuthorizationLost)


@pytest.fixture
def expiring(store: MemorySettings, now: datetime) -> MemorySettings:
    """The store with a token that lives an hour, and can be renewed."""
    changes = {
        "refresh_token": "canary-refresh-1",
        "access_token_expires_at": (now + timedelta(hours=1)).isoformat(),
    }
    store.rotate(store.read(), lambda old: {**old, **changes})
    return store


def set_expiry(store: MemorySettings, moment: datetime) -> None:
    changes = {"access_token_expires_at": moment.isoformat()}
    store.rotate(store.read(), lambda old: {**old, **changes})


def only_the_new_token(graph: Graph) -> None:
    def answer(_variables: Any) -> Any:
        fresh = graph.tokens[-1] == "canary-access-2"
        return "shop" if fresh else (401, {"errors": "Invalid access token"})

    graph.answer("Shop", answer)


def test_a_refused_token_is_renewed_once_and_stored_before_use(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    stored: list[str] = []

    def answer(_variables: Any) -> Any:
        stored.append(str(expiring.read()["access_token"]))
        fresh = graph.tokens[-1] == "canary-access-2"
        return "shop" if fresh else (401, {"errors": "Invalid access token"})

    graph.answer("Shop", answer)
    edge.post(TOKEN_URL, json=reply("token"))
    assert shopify.identify().name == "Vải Mộc"
    assert stored == ["canary-access-1", "canary-access-2"]
    (call,) = calls("oauth/access_token")
    assert json.loads(call.body) == {
        "client_id": "app-1",
        "client_secret": "canary-client-secret",
        "grant_type": "refresh_token",
        "refresh_token": "canary-refresh-1",
    }
    assert expiring.read()["refresh_token"] == "canary-refresh-2"
    assert expiring.read()["note"] == "not ours"


def test_a_token_near_its_end_is_renewed_ahead(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    now: datetime,
    graph: Graph,
    edge: responses.RequestsMock,
    reply: Callable[[str], Any],
) -> None:
    set_expiry(expiring, now + timedelta(minutes=2))
    edge.post(TOKEN_URL, json=reply("token"))
    graph.answer("Shop", "shop")
    shopify.identify()
    assert graph.tokens == ["canary-access-2"]


def test_a_failing_renewal_uses_up_the_old_token_first(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    now: datetime,
    graph: Graph,
    edge: responses.RequestsMock,
) -> None:
    set_expiry(expiring, now + timedelta(minutes=2))
    edge.post(TOKEN_URL, status=502)
    graph.answer("Shop", "shop")
    shopify.identify()
    assert graph.tokens == ["canary-access-1"]


def test_a_lost_renewal_is_tried_again_before_consent_is_asked_for(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
) -> None:
    only_the_new_token(graph)
    edge.post(TOKEN_URL, status=504)
    with pytest.raises(TransientError):
        shopify.identify()
    assert expiring.read()["refresh_token"] == "canary-refresh-1"


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_renewal_asks_for_consent(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
    status: int,
) -> None:
    only_the_new_token(graph)
    edge.post(TOKEN_URL, json={"error": "invalid_grant"}, status=status)
    with pytest.raises(AuthorizationLost):
        shopify.identify()


def test_a_token_that_stays_refused_is_not_renewed_for_ever(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    graph.answer("Shop", (401, {"errors": "Invalid access token"}))
    edge.post(TOKEN_URL, json=reply("token"))
    with pytest.raises(AuthenticationError):
        shopify.identify()
    assert len(calls("oauth/access_token")) == 1


def test_an_answer_without_tokens_is_not_stored(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
) -> None:
    only_the_new_token(graph)
    edge.post(TOKEN_URL, json={"scope": "read_orders"})
    with pytest.raises(UnexpectedAnswer):
        shopify.identify()
    assert expiring.read()["access_token"] == "canary-access-1"


def test_tokens_are_renewed_once_when_many_ask(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    now: datetime,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    set_expiry(expiring, now)
    edge.post(TOKEN_URL, json=reply("token"))
    graph.answer("Shop", "shop")
    shops = [
        ShopifyConnector(expiring, shopify.transport, lambda: now) for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        names = set(pool.map(lambda one: one.identify().name, shops))
    assert names == {"Vải Mộc"}
    assert len(calls("oauth/access_token")) == 1


def test_a_merchants_own_app_asks_for_its_first_token_itself(
    shopify: ShopifyConnector,
    store: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
) -> None:
    changes = {"access_token": "", "grant": "client_credentials"}
    store.rotate(store.read(), lambda old: {**old, **changes})
    edge.post(TOKEN_URL, json={"access_token": "canary-access-2", "expires_in": 86399})
    only_the_new_token(graph)
    shopify.identify()
    (call,) = calls("oauth/access_token")
    assert json.loads(call.body)["grant_type"] == "client_credentials"
    assert store.read()["access_token_expires_at"]


def test_a_write_is_repeated_after_a_refused_token(
    shopify: ShopifyConnector,
    expiring: MemorySettings,
    graph: Graph,
    edge: responses.RequestsMock,
    reply: Callable[[str], Any],
) -> None:
    graph.answer("Stock", "stock")
    shopify.read_stock([SHIRT])

    def answer(_variables: Any) -> Any:
        fresh = graph.tokens[-1] == "canary-access-2"
        return "set_stock" if fresh else (401, {"errors": "Invalid access token"})

    graph.answer("SetStock", answer)
    edge.post(TOKEN_URL, json=reply("token"))
    (result,) = shopify.write_stock([StockUpdate(listing=SHIRT, quantity=1)])
    assert result.outcome is WriteOutcome.ACCEPTED
