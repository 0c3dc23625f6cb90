"""The mappings run over outside samples, where a checkout has them beside it.

The samples are of the older REST interface; what they say is put into the form of the
newer one here, field by field.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import HintKind, ListingRef, RefundState, Stage, WebhookRequest
from connector.parsing import parse_json
from connector.shopify.account import read_account
from connector.shopify.mapping import order_of
from connector.shopify.money_back import refund_of
from connector.shopify.signing import webhook_signature
from connector.shopify.webhooks import read_webhook

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shopify"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)

SETTINGS = {
    "base_url": "https://sample.myshopify.com",
    "access_token": "canary-access",
    "client_id": "app",
    "client_secret": "canary-secret",
}


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def money(amount: str, currency: str) -> dict[str, Any]:
    return {"presentmentMoney": {"amount": amount, "currencyCode": currency}}


def line(item: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{item['id']}",
        "name": item["name"],
        "sku": item["sku"],
        "quantity": item["quantity"],
        "currentQuantity": item["quantity"],
        # The order's own fulfilment status is empty: nothing has been sent.
        "unfulfilledQuantity": item["quantity"],
        "requiresShipping": item["requires_shipping"],
        "discountedUnitPriceSet": money(item["price"], currency),
        "product": {"id": f"gid://shopify/Product/{item['product_id']}"},
        "variant": {"id": f"gid://shopify/ProductVariant/{item['variant_id']}"},
    }


def fulfilment(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": entry["status"].upper(),
        "displayStatus": None,
        "trackingInfo": [
            {"number": number, "company": entry["tracking_company"]}
            for number in entry["tracking_numbers"]
        ],
        "fulfillmentLineItems": {
            "nodes": [
                {
                    "quantity": item["quantity"],
                    "lineItem": {"id": f"gid://shopify/LineItem/{item['id']}"},
                }
                for item in entry["line_items"]
            ]
        },
    }


def sample_order(fulfilments: list[dict[str, Any]]) -> dict[str, Any]:
    told = sample("order")["order"]
    assert told["fulfillment_status"] is None
    return {
        "id": f"gid://shopify/Order/{told['id']}",
        "createdAt": told["created_at"],
        "updatedAt": told["updated_at"],
        "cancelledAt": told["cancelled_at"],
        "cancelReason": told["cancel_reason"],
        "presentmentCurrencyCode": told["currency"],
        "displayFinancialStatus": told["financial_status"].upper(),
        "displayFulfillmentStatus": "UNFULFILLED",
        "totalPriceSet": money(told["total_price"], told["currency"]),
        "lineItems": {
            "nodes": [line(item, told["currency"]) for item in told["line_items"]]
        },
        "fulfillments": [fulfilment(entry) for entry in fulfilments],
        "refunds": [],
    }


def test_the_sample_order_has_not_left() -> None:
    order = order_of(sample_order([]))
    assert (order.order_id, order.currency) == ("450789469", "USD")
    assert order.total == Decimal("409.94")
    assert order.ordered_at.hour == 16, "11 o'clock in New York"
    assert [one.sku for one in order.lines] == [
        "IPOD2008GREEN",
        "IPOD2008RED",
        "IPOD2008BLACK",
    ]
    assert order.lines[0].listing == ListingRef(
        item_id="632910392", variant_id="39072856"
    )
    stages = {one.stage for item in order.lines for one in item.portions}
    assert stages == {Stage.NOT_SHIPPED}


def test_a_sample_fulfilment_that_failed_proves_nothing() -> None:
    told = sample("order")["order"]["fulfillments"]
    assert [entry["status"] for entry in told] == ["failure"]
    order = order_of(sample_order(told))
    places = {item.sku: [one.stage for one in item.portions] for item in order.lines}
    assert places == {
        "IPOD2008GREEN": [Stage.UNKNOWN],
        "IPOD2008RED": [Stage.NOT_SHIPPED],
        "IPOD2008BLACK": [Stage.NOT_SHIPPED],
    }
    assert [one.tracking_number for one in order.parcels] == ["1Z2345"]


def test_a_sample_fulfilment_that_waits_for_a_service_is_in_doubt() -> None:
    told = sample("fulfillment")["fulfillment"]
    assert told["status"] == "pending"
    order = order_of(sample_order([told]))
    assert [one.stage for one in order.lines[0].portions] == [Stage.UNKNOWN]


def test_a_sample_fulfilment_once_sent_has_left() -> None:
    told = sample("fulfillment")["fulfillment"]
    order = order_of(sample_order([{**told, "status": "success"}]))
    assert [one.stage for one in order.lines[0].portions] == [Stage.AWAITING_PICKUP]
    assert order.parcels[0].carrier == "null-company"


def test_the_sample_refund_paid() -> None:
    told = sample("refund")["refund"]
    payments = [
        {
            "kind": entry["kind"].upper(),
            "status": entry["status"].upper(),
            "amountSet": money(entry["amount"], entry["currency"]),
        }
        for entry in told["transactions"]
    ]
    found = refund_of(
        {
            "id": f"gid://shopify/Refund/{told['id']}",
            "note": told["note"],
            "totalRefundedSet": money("209.00", "USD"),
            "transactions": {"nodes": payments},
        },
        "USD",
    )
    assert found is not None
    assert (found.refund_id, found.state) == ("509562969", RefundState.DONE)
    assert (found.amount, found.reason) == (
        Decimal("209.00"),
        "it broke during shipping",
    )


@pytest.mark.parametrize(
    ("topic", "name", "wrapper"),
    [("orders/updated", "order", "order"), ("refunds/create", "refund", "refund")],
)
def test_a_sample_record_as_a_webhook_names_its_order(
    topic: str, name: str, wrapper: str
) -> None:
    whole = (SAMPLES / f"{name}.json").read_bytes()
    begin, end = whole.index(b"{", 1), whole.rindex(b"}")
    body = whole[begin:end].strip()
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": "sample.myshopify.com",
        "X-Shopify-Hmac-Sha256": webhook_signature("canary-secret", body).decode(),
    }
    assert parse_json(body) == sample(name)[wrapper]
    request = WebhookRequest(url="https://a.test", headers=headers, body=body)
    hint = read_webhook(request, read_account(SETTINGS))
    assert (hint.kind, hint.order_id) == (HintKind.ORDER, "450789469")
