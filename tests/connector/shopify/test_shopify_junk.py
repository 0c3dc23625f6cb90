"""Whatever Shopify sends, a connector's own errors are all that comes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import (
    ListingRef,
    MemorySettings,
    PermanentError,
    RefundRequest,
    StockUpdate,
)
from connector.shopify import ShopifyConnector
from tests.connector.junk import JUNK, endure, junk_settings, places, spoilt
from tests.connector.shopify.conftest import Graph, Reply

SHIRT = ListingRef(item_id="8200000000001", variant_id="46100000000001")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)

REQUEST = RefundRequest(
    key="k",
    order_id="6100000000001",
    amount=Decimal(1),
    currency="VND",
    quantities={"14500000000001": 1},
)
USES: dict[str, tuple[str, Callable[[ShopifyConnector], object]]] = {
    "ChangedOrders": ("changed_orders", lambda it: it.read_orders(since=SINCE)),
    "OrdersWithEvidence": ("orders", lambda it: it.fetch_orders(["6100000000001"])),
    "OrdersWithReturns": ("changed_returns", lambda it: it.read_returns(since=SINCE)),
    "Returns": ("returns", lambda it: it.fetch_returns(["15200000001"])),
    "Catalogue": ("catalogue", lambda it: it.read_listings()),
    "Stock": ("stock", lambda it: it.read_stock([SHIRT])),
    "SetStock": (
        "set_stock",
        lambda it: it.write_stock([StockUpdate(listing=SHIRT, quantity=1)]),
    ),
    "OrderToRefund": ("order_to_refund", lambda it: it.refund(REQUEST)),
    "SuggestedRefund": ("suggested_refund", lambda it: it.refund(REQUEST)),
    "Refund": ("refund_created", lambda it: it.refund(REQUEST)),
    "Shop": ("shop", lambda it: it.identify()),
    "PrimaryLocation": ("location", lambda it: it.read_listings()),
}


@junk_settings(150)
@given(data=st.data())
def test_junk_anywhere_is_an_error_of_ours_or_set_aside(
    store: MemorySettings,
    shopify: ShopifyConnector,
    graph: Graph,
    reply: Reply,
    data: st.DataObject,
) -> None:
    for operation, (name, _) in USES.items():
        graph.answer(operation, name)
    for kind in ("Order", "Fulfillment", "Return"):
        graph.answer(f"RestOf{kind}", "orders")
    operation = data.draw(st.sampled_from(sorted(USES)))
    name, use = USES[operation]
    body = reply(name)
    path = data.draw(st.sampled_from([x for x in places(body["data"]) if x]))
    spoilt_data = spoilt(body["data"], path, data.draw(JUNK))
    graph.answer(operation, {"data": spoilt_data})
    fresh = ShopifyConnector(store, shopify.transport, shopify.clock)
    endure(lambda: use(fresh))


@pytest.mark.parametrize(
    ("path", "junk", "reason"),
    [
        (("displayFulfillmentStatus",), "TELEPORTED", "unknown_status"),
        (("fulfillments", 0, "displayStatus"), "TELEPORTED", "unknown_status"),
        (("fulfillments", 0, "status"), "TELEPORTED", "unknown_status"),
        (("lineItems", "nodes", 0, "quantity"), -3, "bad_quantity"),
        (("lineItems", "nodes", 0, "quantity"), 2, "quantities_contradict"),
        (("lineItems", "nodes"), [], "no_lines"),
        (("updatedAt",), "2026-11-01T09:00:00", "bad_time"),
        (("updatedAt",), "soon", "bad_time"),
        (("totalPriceSet", "presentmentMoney", "amount"), "much", "bad_amount"),
        (("id",), "gid://shopify/Order/6100000000001", ""),
        (("lineItems", "nodes", 0, "id"), "14500000000001", "malformed"),
        (("refunds",), "none", "malformed"),
    ],
)
def test_a_malformed_order_is_set_aside_with_its_reason(
    shopify: ShopifyConnector,
    graph: Graph,
    reply: Reply,
    path: tuple[Any, ...],
    junk: Any,
    reason: str,
) -> None:
    body = reply("orders")
    neighbour = {**body["data"]["nodes"][0], "id": "gid://shopify/Order/2"}
    body["data"]["nodes"] = [spoilt(body["data"]["nodes"][0], path, junk), neighbour]
    graph.answer("OrdersWithEvidence", body)
    page = shopify.fetch_orders(["6100000000001", "2"])
    assert [one.reason for one in page.rejected] == [reason] * bool(reason)
    assert page.items[-1].order_id == "2", "the neighbour is not spoiled"


def test_an_unknown_restock_word_is_set_aside(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    body = reply("orders")
    refund = reply("refund_created")["data"]["refundCreate"]["refund"]
    line = {"id": "gid://shopify/LineItem/14500000000001"}
    entry = {"quantity": 1, "restockType": "TELEPORT", "lineItem": line}
    refund.update(note=None, refundLineItems={"nodes": [entry]})
    body["data"]["nodes"][0]["refunds"] = [refund]
    graph.answer("OrdersWithEvidence", body)
    (rejected,) = shopify.fetch_orders(["6100000000001"]).rejected
    assert (rejected.reason, rejected.detail) == ("unknown_status", "TELEPORT")


def test_a_record_that_alone_costs_too_much_is_a_lasting_error(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    error = {"message": "too much", "extensions": {"code": "MAX_COST_EXCEEDED"}}
    graph.answer("OrdersWithEvidence", {"errors": [error]})
    with pytest.raises(PermanentError):
        shopify.fetch_orders(["1", "2"])
