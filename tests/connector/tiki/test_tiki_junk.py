"""Whatever Tiki answers, the connector raises its own errors and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector import (
    ListingRef,
    MemorySettings,
    StockUpdate,
    Transport,
)
from connector.tiki import TikiConnector
from tests.connector.junk import JUNK, endure, junk_settings, places, spoil_some, spoilt
from tests.connector.tiki.conftest import API, BASE_URL, TOKEN_URL, paged, recorded

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CODE = "610200301"
HAT, FAN = ListingRef(item_id="41001"), ListingRef(item_id="41002")

VERBS: dict[str, Callable[[TikiConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=NOW - timedelta(days=4)),
    "fetch_orders": lambda shop: shop.fetch_orders([CODE, "1"]),
    "read_returns": lambda shop: shop.read_returns(since=NOW - timedelta(days=4)),
    "fetch_returns": lambda shop: shop.fetch_returns([CODE]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([HAT, FAN]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=HAT, quantity=1), StockUpdate(listing=FAN, quantity=2)]
    ),
    "read_hints": lambda shop: shop.read_hints(),
}


def marketplace() -> dict[str, Any]:
    """Return the answer to each call, with an order that the buyer sends back."""
    order = recorded("order")
    order["status"] = "returned"
    order["shipping"]["return_shipping_code"] = "BACK-1"
    order["shipping"]["shipping_detail"] = {"status": "returning", "reason_code": None}
    past = ("successful_delivery", "returned")
    order["status_histories"] += [
        {"id": 90 + number, "status": word, "created_at": "2026-11-01 09:00:00"}
        for number, word in enumerate(past)
    ]
    order["items"][0]["inventory_withdrawals"] = [{"id": 1, "status": "new"}]
    order["cancel_info"] = {"reason_code": "1", "reason_text": "x", "comment": None}
    product = recorded("product")
    stocks = [{"warehouse_id": 7001, "quantity_available": 14}]
    product["inventory"]["warehouse_stocks"] = stocks
    return {
        "GET v2/orders": paged([order]),
        f"GET v2/orders/{CODE}": order,
        "GET v2/sellers/me": recorded("seller"),
        "GET v2/sellers/me/warehouses": recorded("warehouses"),
        "GET v2.1/products": recorded("products"),
        "GET v2.1/products/41001": product,
        "GET v2.1/products/41002": recorded("product"),
        "PUT v2/products/updateSku": recorded("stock_written"),
        "POST v1/queues/queue-0001/events/pull": recorded("events"),
    }


def opened() -> TikiConnector:
    entered = {
        "base_url": BASE_URL,
        "client_id": "5550001",
        "client_secret": "canary-secret",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "expires_in": 3600,
        "queue_code": "queue-0001",
    }
    store = MemorySettings(TikiConnector.prepare_settings(entered, NOW))
    return TikiConnector(store, Transport(requests_per_second=10_000), lambda: NOW)


@pytest.mark.parametrize("verb", sorted(VERBS))
@junk_settings(100)
@given(data=st.data())
def test_junk_anywhere_is_set_aside_or_a_connector_error(
    verb: str, data: st.DataObject
) -> None:
    granted = recorded("token")
    bodies = spoil_some(data, marketplace())
    if data.draw(st.booleans()):
        path = data.draw(st.sampled_from(list(places(granted))))
        granted = spoilt(granted, path, data.draw(JUNK))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        edge.add("POST", TOKEN_URL, json=granted)
        for call, body in bodies.items():
            method, _, path_of = call.partition(" ")
            edge.add(method, f"{API}/{path_of}", json=body)
        shop = opened()
        endure(lambda: VERBS[verb](shop))
