"""Whatever TikTok Shop answers, a connector raises its own errors and nothing else."""

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
from connector.tiktok import TikTokConnector
from connector.tiktok.sweeps import Sweep
from tests.connector.junk import endure, junk_settings, spoil_some

REPLIES = Path(__file__).parents[2] / "replies" / "tiktok"
ORIGIN = "https://open-api.tiktokglobalshop.com"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ORDER, RETURN = "577900000000000001", "4035100000000000001"
SHIRT = "1730000000000000001"
BLACK = ListingRef(item_id=SHIRT, variant_id="1730000000000000011")
WHITE = ListingRef(item_id=SHIRT, variant_id="1730000000000000012")

GET_CALLS = {
    "order/202507/orders": "order_detail",
    "fulfillment/202309/packages/1155000000000000001": "package_detail",
    f"logistics/202604/orders/{ORDER}/tracking": "tracking",
    "authorization/202309/shops": "shops",
}
POST_CALLS = {
    "order/202309/orders/search": "order_search",
    "return_refund/202602/cancellations/search": "cancellations",
    "return_refund/202602/returns/search": "returns",
    "return_refund/202604/rma/search": "rmas",
    "product/202502/products/search": "products",
    "product/202309/inventory/search": "inventory",
    f"product/202309/products/{SHIRT}/inventory/update": "inventory_update_partial",
    "product/202608/inventory/operation/settings": "stock_operation",
}

_PARTS = Sweep(since=1, start=1).next_part().encode()
LONG_AGO = NOW - timedelta(days=2)

VERBS: dict[str, Callable[[TikTokConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=LONG_AGO),
    "read_refunds": lambda shop: shop.read_orders(since=LONG_AGO, cursor=_PARTS),
    "fetch_orders": lambda shop: shop.fetch_orders([ORDER]),
    "read_returns": lambda shop: shop.read_returns(since=LONG_AGO),
    "read_rmas": lambda shop: shop.read_returns(since=LONG_AGO, cursor=_PARTS),
    "fetch_returns": lambda shop: shop.fetch_returns([RETURN]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([BLACK, WHITE]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=BLACK, quantity=1), StockUpdate(listing=WHITE, quantity=2)]
    ),
}


def recorded() -> dict[str, Any]:
    found = {
        call: json.loads((REPLIES / f"{name}.json").read_text("utf-8"))
        for call, name in (GET_CALLS | POST_CALLS).items()
    }
    for call in ("order/202507/orders", "order/202309/orders/search"):
        order = found[call]["data"]["orders"][0]
        order.update(
            status="CANCELLED", rts_time=1793510000, collection_time=1793520000
        )
    return found


def opened() -> TikTokConnector:
    entered = {
        "base_url": ORIGIN,
        "auth_url": "https://auth.tiktok-shops.com",
        "app_key": "6app0key",
        "app_secret": "canary-app-secret",
        "shop_id": "7490000000000000001",
        "shop_cipher": "canary-cipher-1",
        "access_token": "canary-access-1",
        "refresh_token": "canary-refresh-1",
        "access_token_expire_in": 1794200000,
        "seller_id": "7495000000000000001",
    }
    store = MemorySettings(TikTokConnector.prepare_settings(entered, NOW))
    return TikTokConnector(store, Transport(requests_per_second=10_000), lambda: NOW)


@pytest.mark.parametrize("verb", sorted(VERBS))
@junk_settings(60)
@given(data=st.data())
def test_junk_anywhere_is_set_aside_or_a_connector_error(
    verb: str, data: st.DataObject
) -> None:
    bodies = spoil_some(data, recorded())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        for call, body in bodies.items():
            method = "GET" if call in GET_CALLS else "POST"
            edge.add(method, f"{ORIGIN}/{call}", json=body)
        shop = opened()
        endure(lambda: VERBS[verb](shop))
