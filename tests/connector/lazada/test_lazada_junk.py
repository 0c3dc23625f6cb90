"""Whatever Lazada answers, a connector raises its own errors and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
from connector.lazada import LazadaConnector
from tests.connector.junk import endure, junk_settings, spoil_some

REPLIES = Path(__file__).parents[2] / "replies" / "lazada"
BASE_URL = "https://api.lazada.vn/rest"
AUTH_URL = "https://auth.lazada.com/rest"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ORDER, RETURN = "310000000100001", "410000000400001"
BLACK = ListingRef(item_id="2700000001", variant_id="8800000001")
PURSE = ListingRef(item_id="2700000002", variant_id="8800000003")

CALLS = {
    "orders/get": "orders_list",
    "orders/items/get": "items_of_several",
    "order/items/get": "items_of_one",
    "logistic/order/trace": "trace",
    "reverse/getreverseordersforseller": "reverse_list",
    "order/reverse/return/detail/list": "reverse_detail",
    "products/get": "products",
    "product/item/get": "product_item",
    "product/stock/sellable/update": "stock_refused",
    "seller/get": "seller",
    "auth/token/refresh": "token",
}
POSTED = ("sellable/update", "token/refresh")

VERBS: dict[str, Callable[[LazadaConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=NOW - timedelta(days=2)),
    "fetch_orders": lambda shop: shop.fetch_orders([ORDER]),
    "read_returns": lambda shop: shop.read_returns(since=NOW - timedelta(days=2)),
    "fetch_returns": lambda shop: shop.fetch_returns([RETURN]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([BLACK, PURSE]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=BLACK, quantity=1), StockUpdate(listing=PURSE, quantity=2)]
    ),
}


def recorded(name: str) -> Any:
    return json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


def opened(expires_in: int) -> LazadaConnector:
    entered = {
        "base_url": BASE_URL,
        "app_key": "100042",
        "app_secret": "canary-app-secret",
        "seller_id": "200012345",
        "country": "vn",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "expires_in": expires_in,
    }
    store = MemorySettings(LazadaConnector.prepare_settings(entered, NOW))
    return LazadaConnector(store, Transport(requests_per_second=10_000), lambda: NOW)


@pytest.mark.parametrize("verb", sorted(VERBS))
@junk_settings(60)
@given(data=st.data())
def test_junk_anywhere_is_set_aside_or_a_connector_error(
    verb: str, data: st.DataObject
) -> None:
    bodies = {call: recorded(name) for call, name in CALLS.items()}
    # Most orders do not ask for every call, a cancelled one does.
    for call in ("orders/items/get", "order/items/get"):
        status = data.draw(st.sampled_from(["pending", "canceled", "shipped_back"]))
        held = bodies[call]["data"]
        for item in held[0].get("order_items", held):
            item |= {"status": status, "package_id": "FP900000000001"}
    bodies = spoil_some(data, bodies)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        for call, body in bodies.items():
            method = "POST" if call.endswith(POSTED) else "GET"
            base_url = AUTH_URL if call.startswith("auth/") else BASE_URL
            edge.add(method, f"{base_url}/{call}", json=body)
        shop = opened(data.draw(st.sampled_from([60, 864_000])))
        endure(lambda: VERBS[verb](shop))
