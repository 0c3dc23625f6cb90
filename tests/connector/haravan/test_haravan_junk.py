"""Whatever Haravan answers, the connector raises its own errors and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import (
    ListingRef,
    MemorySettings,
    RefundRequest,
    StockUpdate,
    Transport,
)
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, BASE_URL, REPLIES
from tests.connector.junk import JUNK, Place, endure, places, spoilt

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=2)
HAT = ListingRef(item_id="7001", variant_id="7101")
FAN = ListingRef(item_id="7002", variant_id="7201")
REFUND = RefundRequest(
    key="k",
    order_id="800501",
    amount=Decimal(100000),
    currency="VND",
    quantities={"9101": 1},
)


def recorded(name: str) -> Any:
    return json.loads((REPLIES / f"{name}.json").read_text("utf-8"))


def eventful() -> Any:
    """Return the recorded order with a parcel and a refund."""
    order = recorded("order")["order"]
    order["fulfillments"] = [recorded("fulfilment")]
    order["refunds"] = [recorded("refund")["refund"]]
    return order


ANSWERS: dict[str, Any] = {
    "GET orders": {"orders": [eventful()]},
    "GET orders/800501": {"order": eventful()},
    "POST orders/800501/refunds": recorded("refund"),
    "GET locations": recorded("locations"),
    "GET inventory_locations": recorded("levels"),
    "GET products": recorded("products"),
    "GET variants/7101": recorded("variant"),
    "GET variants/7201": recorded("variant"),
    "POST inventories/adjustorset": {"inventory": {}},
}

VERBS: dict[str, Callable[[HaravanConnector], object]] = {
    "identify": lambda shop: shop.identify(),
    "read_orders": lambda shop: shop.read_orders(since=SINCE),
    "fetch_orders": lambda shop: shop.fetch_orders(["800501"]),
    "read_returns": lambda shop: shop.read_returns(since=SINCE),
    "fetch_returns": lambda shop: shop.fetch_returns(["800501:9401"]),
    "read_listings": lambda shop: shop.read_listings(),
    "read_stock": lambda shop: shop.read_stock([HAT, FAN]),
    "write_stock": lambda shop: shop.write_stock(
        [StockUpdate(listing=HAT, quantity=1), StockUpdate(listing=FAN, quantity=2)]
    ),
    "refund": lambda shop: shop.refund(REFUND),
}


PLACES = [
    (call, place)
    for call, answer in ANSWERS.items()
    for place in places(answer)
    if place
]


def shop_with(
    edge: responses.RequestsMock, answers: dict[str, Any]
) -> HaravanConnector:
    for call, body in answers.items():
        method, path = call.split()
        edge.add(method, f"{API}/{path}.json", body=json.dumps(body))
    given = {
        "base_url": BASE_URL,
        "access_token": "canary-token",
        "location_id": "5001",
    }
    transport = Transport(requests_per_second=100_000)
    return HaravanConnector(MemorySettings(given), transport, lambda: NOW)


@pytest.mark.parametrize("verb", VERBS)
def test_the_recorded_answers_are_sound(verb: str) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        VERBS[verb](shop_with(edge, ANSWERS))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere_is_told_apart(place: tuple[str, Place], junk: Any) -> None:
    call, path = place
    answers = {**ANSWERS, call: spoilt(ANSWERS[call], path, junk)}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as edge:
        shop = shop_with(edge, answers)
        for verb in VERBS.values():
            endure(partial(verb, shop))
