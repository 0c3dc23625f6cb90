"""Whatever Shopee answers, a connector raises its own errors and nothing else."""

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
from connector.shopee import ShopeeConnector
from tests.connector.junk import endure, junk_settings, spoil_some

REPLIES = Path(__file__).parents[2] / "replies" / "shopee"
BASE_URL = "https://partner.shopeemobile.com/api/v2"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ORDER, RETURN = "261101TRUE0001", "2611010RETURN01"
BLACK = ListingRef(item_id="7000000001", variant_id="8000000001")
HAT = ListingRef(item_id="7000000002", variant_id="0")

CALLS = {
    "order/get_order_list": "order_list",
    "order/get_order_detail": "order_detail",
    "order/get_package_detail": "package_detail",
    "logistics/get_tracking_info": "tracking_turned_back",
    "logistics/get_tracking_number": "tracking_number",
    "returns/get_return_list": "return_list",
    "returns/get_return_detail": "return_detail",
    "returns/get_reverse_tracking_info": "reverse_tracking",
    "product/get_item_list": "item_list",
    "product/get_item_base_info": "item_base_info",
    "product/get_model_list": "model_list",
    "product/update_stock": "update_stock_partial",
    "push/get_lost_push_message": "lost_pushes",
    "shop/get_shop_info": "shop_info",
}

VERBS: dict[str, Callable[[ShopeeConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=NOW - timedelta(days=2)),
    "fetch_orders": lambda shop: shop.fetch_orders([ORDER]),
    "read_returns": lambda shop: shop.read_returns(since=NOW - timedelta(days=2)),
    "fetch_returns": lambda shop: shop.fetch_returns([RETURN]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([BLACK, HAT]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=BLACK, quantity=1), StockUpdate(listing=HAT, quantity=2)]
    ),
    "read_hints": lambda shop: shop.read_hints(),
}


def recorded(name: str) -> Any:
    return json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


def opened() -> ShopeeConnector:
    entered = {
        "base_url": "https://partner.shopeemobile.com",
        "partner_id": 1000001,
        "partner_key": "canary-partner-key",
        "shop_id": 2000001,
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "expire_in": 14400,
    }
    store = MemorySettings(ShopeeConnector.prepare_settings(entered, NOW))
    return ShopeeConnector(store, Transport(requests_per_second=10_000), lambda: NOW)


@pytest.mark.parametrize("verb", sorted(VERBS))
@junk_settings(120)
@given(data=st.data())
def test_junk_anywhere_is_set_aside_or_a_connector_error(
    verb: str, data: st.DataObject
) -> None:
    answers = {call: recorded(name) for call, name in CALLS.items()}
    bodies = spoil_some(data, answers)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        for call, body in bodies.items():
            method = "POST" if call.endswith("update_stock") else "GET"
            edge.add(method, f"{BASE_URL}/{call}", json=body)
        shop = opened()
        endure(lambda: VERBS[verb](shop))
