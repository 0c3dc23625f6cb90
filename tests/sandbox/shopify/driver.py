"""A tiny client of Shopify's Admin API that was written from its documents alone."""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Mapping
from typing import Any

import requests

from tests.sandbox.driver import Control, Json, lines

_keys = itertools.count(1)

SET = """
mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { reason changes { name delta item { id } } }
    userErrors { code field message }
  }
}
"""

REFUND = """
mutation ($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund {
      id note totalRefundedSet { shopMoney { amount } }
      refundLineItems(first: 10) { nodes { quantity restockType restocked } }
    }
    order { id displayFinancialStatus }
    userErrors { field message }
  }
}
"""

ORDER = """
query ($id: ID!) {
  order(id: $id) {
    id name updatedAt cancelledAt cancelReason closed
    displayFinancialStatus displayFulfillmentStatus returnStatus
    netPaymentSet { shopMoney { amount currencyCode } }
    lineItems(first: 50) {
      nodes { id sku quantity currentQuantity unfulfilledQuantity refundableQuantity }
    }
    fulfillments {
      id name status displayStatus createdAt inTransitAt deliveredAt
      trackingInfo { number company }
      fulfillmentLineItems(first: 50) { nodes { id quantity lineItem { id sku } } }
      events(first: 20) { nodes { status happenedAt message } }
    }
    fulfillmentOrders(first: 5) {
      nodes {
        status lineItems(first: 50) { nodes { totalQuantity remainingQuantity } }
      }
    }
    refunds {
      id note return { id } totalRefundedSet { shopMoney { amount } }
      refundLineItems(first: 50) {
        nodes { quantity restockType restocked lineItem { sku } }
      }
      transactions(first: 5) { nodes { kind status gateway } }
    }
    returns(first: 10) {
      nodes {
        id name status totalQuantity
        returnLineItems(first: 50) {
          nodes {
            id quantity refundedQuantity unprocessedQuantity returnReason
            ... on ReturnLineItem { fulfillmentLineItem { id lineItem { sku } } }
          }
        }
        reverseFulfillmentOrders(first: 5) {
          nodes {
            id status
            lineItems(first: 50) {
              nodes { id totalQuantity dispositions { type quantity } }
            }
            reverseDeliveries(first: 5) {
              nodes {
                deliverable {
                  __typename
                  ... on ReverseDeliveryShippingDeliverable { tracking { number } }
                }
              }
            }
          }
        }
      }
    }
    transactions { id kind status gateway amountSet { shopMoney { amount } } }
  }
}
"""


class Store:
    """One shop: what its buyers and staff do, and the API calls of its app."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("shopify/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def buy(self, *, cod: bool = False, unpaid: bool = False, **units: int) -> str:
        answer = self.control.post(
            "shopify/orders", shop=self.name, lines=lines(units), cod=cod, unpaid=unpaid
        )
        return str(answer["orders"][0])

    def do(self, order: str, *actions: str, **units: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(units)} if units else {}
            view = self.control.post(
                f"shopify/orders/{order}/do", action=action, **more
            )
        return view

    def refused(self, order: str, action: str, **units: int) -> str:
        more: Json = {"lines": lines(units)} if units else {}
        answer = self.control.post(
            f"shopify/orders/{order}/do", expect=409, action=action, **more
        )
        return str(answer["error"])

    def stock(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("shopify/stock", shop=self.name)
        return seen

    def sold(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("shopify/sold", shop=self.name)
        return seen

    def fault(self, kind: str, path: str = "graphql.json", **more: Any) -> None:
        self.control.post(
            "faults",
            channel="shopify",
            match=f"/admin/api/2026-10/{path}",
            kind=kind,
            **{"times": 1} | more,
        )

    def send(
        self,
        document: str,
        variables: Mapping[str, object] | None = None,
        *,
        version: str = "2026-10",
        timeout: float = 10,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        token = {"X-Shopify-Access-Token": str(self.settings["access_token"])}
        return requests.post(
            f"{self.settings['base_url']}/admin/api/{version}/graphql.json",
            json={"query": document, "variables": dict(variables or {})},
            headers=token | dict(headers or {}),
            timeout=timeout,
        )

    def ask(self, document: str, **variables: object) -> Json:
        """The whole answer, which has status 200 whatever it says."""
        answer = self.send(document, variables)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def data(self, document: str, **variables: object) -> Json:
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer
        found: Json = answer["data"]
        return found

    def error(self, document: str, **variables: object) -> Json:
        """The first error that the document meets."""
        found: Json = self.ask(document, **variables)["errors"][0]
        return found

    def rest(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> requests.Response:
        return requests.request(
            method,
            f"{self.settings['base_url']}/admin/api/2026-10/{path}",
            params={name: str(value) for name, value in query.items()},
            json=body,
            headers={"X-Shopify-Access-Token": str(self.settings["access_token"])},
            timeout=10,
        )

    def order(self, order: str) -> Json:
        found: Json = self.data(ORDER, id=gid("Order", order))["order"]
        return found

    def item_id(self, sku: str) -> str:
        """The inventory item of a listing, found as a client has to."""
        variant = gid("ProductVariant", self.listings[sku]["variant_id"])
        document = (
            "query ($id: ID!) { productVariant(id: $id) { inventoryItem { id } } }"
        )
        found = self.data(document, id=variant)
        return str(found["productVariant"]["inventoryItem"]["id"])

    def row(self, sku: str, quantity: int, changes_from: int | None = None) -> Json:
        return {
            "inventoryItemId": self.item_id(sku),
            "locationId": gid("Location", self.settings["location_id"]),
            "quantity": quantity,
            "changeFromQuantity": changes_from,
        }

    def write(self, *rows: Json, key: str | None = None, **more: object) -> Json:
        stock_input = {
            "name": "available",
            "reason": "correction",
            "quantities": list(rows),
        } | more
        answer: Json = self.data(SET, input=stock_input, key=key or new_key())
        found: Json = answer["inventorySetQuantities"]
        return found

    def refund(self, order: str, *, key: str | None = None, **more: object) -> Json:
        refund_input = {"orderId": gid("Order", order)} | more
        answer = self.data(REFUND, input=refund_input, key=key or new_key())
        found: Json = answer["refundCreate"]
        return found

    def refund_row(
        self, order: str, sku: str, quantity: int, restock_type: str = "NO_RESTOCK"
    ) -> Json:
        items = self.order(order)["lineItems"]["nodes"]
        (line,) = [each for each in items if each["sku"] == sku]
        return {
            "lineItemId": line["id"],
            "quantity": quantity,
            "restockType": restock_type,
        }

    def money(self, order: str, amount: int) -> Json:
        payment = self.order(order)["transactions"][0]
        return {
            "orderId": gid("Order", order),
            "parentId": payment["id"],
            "gateway": payment["gateway"],
            "kind": "REFUND",
            "amount": str(amount),
        }

    def quantities(self, sku: str) -> dict[str, int]:
        document = """
        query ($id: ID!, $location: ID!) {
          inventoryItem(id: $id) {
            inventoryLevel(locationId: $location) {
              quantities(names: ["available", "committed", "on_hand"]) { name quantity }
            }
          }
        }
        """
        location = gid("Location", self.settings["location_id"])
        found = self.data(document, id=self.item_id(sku), location=location)
        rows = found["inventoryItem"]["inventoryLevel"]["quantities"]
        return {row["name"]: row["quantity"] for row in rows}


def gid(kind: str, number: object) -> str:
    return f"gid://shopify/{kind}/{number}"


def new_key() -> str:
    return f"key-{next(_keys)}"


def webhook_signature(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
