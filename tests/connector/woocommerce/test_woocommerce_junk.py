"""Whatever a site answers, the connector raises its own errors and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector import (
    ListingRef,
    MemorySettings,
    RefundRequest,
    StockUpdate,
    Transport,
)
from connector.woocommerce import WooCommerceConnector
from tests.connector.junk import endure, junk_settings, spoil_some
from tests.connector.woocommerce.conftest import API, BASE_URL, REPLIES

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
BLACK = ListingRef(item_id="30", variant_id="31")
HAT = ListingRef(item_id="40")
REFUND = RefundRequest(
    key="k",
    order_id="501",
    amount=Decimal(100000),
    currency="VND",
    quantities={"71": 1},
)

CALLS = {
    "GET orders": "orders",
    "GET orders/501": "order",
    "GET orders/501/refunds": "refunds",
    "GET orders/501/fulfillments": "fulfilments",
    "GET products": "products",
    "GET products/30/variations": "variations",
    "POST products/batch": "batch_partial",
    "POST products/30/variations/batch": "batch_partial",
    "POST orders/501/refunds": "refund_made",
}

VERBS: dict[str, Callable[[WooCommerceConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=NOW - timedelta(days=2)),
    "fetch_orders": lambda shop: shop.fetch_orders(["501"]),
    "read_returns": lambda shop: shop.read_returns(since=NOW - timedelta(days=2)),
    "fetch_returns": lambda shop: shop.fetch_returns(["501:620"]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([BLACK, HAT]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=BLACK, quantity=1), StockUpdate(listing=HAT, quantity=2)]
    ),
    "refund": lambda shop: shop.refund(REFUND),
}


def recorded(name: str) -> Any:
    return json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


def bodies() -> dict[str, Any]:
    """Return a whole site with an order that has everything beside it."""
    order = recorded("order")
    order["refunds"] = [{"id": 620, "reason": "", "total": "-150000"}]
    order["meta_data"] = [
        {"key": "_wc_shipment_tracking_items", "value": recorded("tracking_items")},
        {"key": "ts_shipment_status", "value": [{"status": "in_transit"}]},
    ]
    made = {"orders": [order], "order": order}
    return {
        call: copy.deepcopy(made.get(name) or recorded(name))
        for call, name in CALLS.items()
    }


def opened() -> WooCommerceConnector:
    entered = {
        "base_url": BASE_URL,
        "consumer_key": "ck_canary",
        "consumer_secret": "cs_canary",
    }
    store = MemorySettings(WooCommerceConnector.prepare_settings(entered, NOW))
    transport = Transport(requests_per_second=10_000)
    return WooCommerceConnector(store, transport, lambda: NOW)


@pytest.mark.parametrize("verb", sorted(VERBS))
@junk_settings(60)
@given(data=st.data())
def test_junk_anywhere_is_set_aside_or_a_connector_error(
    verb: str, data: st.DataObject
) -> None:
    site = spoil_some(data, bodies())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        for call, body in site.items():
            method, _, path = call.partition(" ")
            edge.add(method, f"{API}/{path}", json=body)
        shop = opened()
        endure(lambda: VERBS[verb](shop))
