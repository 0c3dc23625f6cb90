"""Verifies what Shopify sends: raw bytes first, then for which shop, then what of."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from connector.errors import WebhookRefused
from connector.messages import header_values, message_in
from connector.parsing import JsonRecord, told
from connector.shopify.account import Account
from connector.shopify.signing import webhook_signature
from connector.values import Hint, HintKind, WebhookRequest

SIGNATURE = "x-shopify-hmac-sha256"
SHOP = "x-shopify-shop-domain"
TOPIC = "x-shopify-topic"
EVENT = "x-shopify-event-id"

_TOPICS: Mapping[str, HintKind] = {
    "orders": HintKind.ORDER,
    "refunds": HintKind.ORDER,
    "fulfillments": HintKind.ORDER,
    "fulfillment_events": HintKind.ORDER,
    "order_transactions": HintKind.ORDER,
    "returns": HintKind.RETURN,
    "reverse_deliveries": HintKind.RETURN,
    "reverse_fulfillment_orders": HintKind.RETURN,
    # It names an inventory item, by which no listing is known.
    "inventory_levels": HintKind.STOCK,
    "app": HintKind.AUTHORIZATION,
}


def read_webhook(request: WebhookRequest, account: Account) -> Hint:
    """Return the hint in a signed message for this shop; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.  The
    signed body does not name its shop: the header does, which anybody with a genuine
    message of another shop could change.  The hint then names an order that this
    shop does not have, and reading it again finds nothing.
    """
    if not account.client_secret:
        raise WebhookRefused("without client_secret nothing can be verified")
    given = _only(request.headers, SIGNATURE).strip().encode("utf-8", "replace")
    expected = webhook_signature(account.client_secret, request.body)
    if not hmac.compare_digest(given, expected):
        raise WebhookRefused("the signature is not Shopify's")
    shop = _only(request.headers, SHOP).strip().lower()
    if account.shop_domain and shop != account.shop_domain:
        raise WebhookRefused("the message is not for this shop")
    return _hint(request, message_in(request.body))


def _hint(request: WebhookRequest, message: JsonRecord) -> Hint:
    topic = _only(request.headers, TOPIC).strip().lower()
    resource = topic.partition("/")[0]
    kind = _TOPICS.get(resource, HintKind.OTHER)
    named = told(message.get("id"))
    order_id = told(message.get("order_id")) or _nested(message, "order")
    return Hint(
        event_key=_event_key(request, topic),
        kind=kind,
        order_id=named if resource == "orders" else order_id,
        return_id=named if resource == "returns" else _nested(message, "return"),
    )


def _event_key(request: WebhookRequest, topic: str) -> str:
    """Return the same key for each delivery of one message.

    One event of Shopify's makes several messages, of several topics and records, so
    its id alone would let one hide the others.
    """
    event = _first(request.headers, EVENT)
    content = event.encode() + b"\n" + topic.encode() + b"\n" + request.body
    return hashlib.sha256(content).hexdigest()


def _nested(message: JsonRecord, name: str) -> str:
    inner = message.get(name)
    return told(inner.get("id")) if isinstance(inner, dict) else ""


def _only(headers: Mapping[str, str], name: str) -> str:
    given = header_values(headers, name)
    if len(given) != 1:
        raise WebhookRefused(f"there must be exactly one header {name}")
    return given[0]


def _first(headers: Mapping[str, str], name: str) -> str:
    given = header_values(headers, name)
    return given[0] if given else ""
