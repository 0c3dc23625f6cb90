"""Verifies what Haravan's webhooks deliver, and answers for their address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from connector.errors import WebhookRefused
from connector.haravan.account import Account
from connector.haravan.fields import is_number
from connector.haravan.signing import webhook_signature
from connector.messages import header_values, message_in
from connector.parsing import JsonRecord, told
from connector.values import Hint, HintKind, WebhookRequest

# The document and public samples spell the header differently.
_SIGNATURES = ("x-haravan-hmacsha256", "x-haravan-hmac-sha256")
_TOPIC = "x-haravan-topic"
_ORG = "x-haravan-org-id"

_UNINSTALLED = "app/uninstalled"
_KINDS: Mapping[str, HintKind] = {
    "orders": HintKind.ORDER,
    "products": HintKind.STOCK,
}


def read_delivery(request: WebhookRequest, account: Account) -> tuple[Hint, ...]:
    """Return the hint in a signed message for this shop; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.
    """
    if not account.client_secret:
        raise WebhookRefused("the setting client_secret is missing")
    _check_signature(request, account.client_secret)
    _check_shop(request, account.org_id)
    return (_hint(request, message_in(request.body)),)


def answer_challenge(query: Mapping[str, str], account: Account) -> str:
    """Return the text that proves to Haravan that the address is ours.

    Raises ``WebhookRefused`` unless the question carries our verify token.
    """
    if not account.verify_token:
        raise WebhookRefused("the setting verify_token is missing")
    if query.get("hub.mode") != "subscribe":
        raise WebhookRefused("this is no question for a subscription")
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, account.verify_token.encode()):
        raise WebhookRefused("the verify token is not ours")
    return query.get("hub.challenge", "")


def _check_signature(request: WebhookRequest, secret: str) -> None:
    given = {value.strip() for value in header_values(request.headers, *_SIGNATURES)}
    if len(given) != 1:
        raise WebhookRefused("there must be exactly one signature")
    right = webhook_signature(secret, request.body)
    if not hmac.compare_digest(given.pop().encode("utf-8", "replace"), right):
        raise WebhookRefused("the signature is not Haravan's")


def _check_shop(request: WebhookRequest, org_id: str) -> None:
    """Refuse a message that names another shop, or none though ours has a number.

    One secret signs for all shops of an app, and the header itself is not signed:
    whatever it says, the hint is only followed by reading our own shop.
    """
    named = {value.strip() for value in header_values(request.headers, _ORG)}
    if org_id and named != {org_id}:
        raise WebhookRefused("the message is for another shop")


def _hint(request: WebhookRequest, message: JsonRecord) -> Hint:
    topic = "".join(header_values(request.headers, _TOPIC)).strip().lower()
    kind = _KINDS.get(topic.partition("/")[0], HintKind.OTHER)
    if topic == _UNINSTALLED:
        kind = HintKind.AUTHORIZATION
    return Hint(
        event_key=hashlib.sha256(request.body).hexdigest(),
        kind=kind,
        order_id=_order_number(message) if kind is HintKind.ORDER else "",
        item_id=told(message.get("id")) if kind is HintKind.STOCK else "",
    )


def _order_number(message: JsonRecord) -> str:
    inner = message.get("order")
    order = inner if isinstance(inner, dict) else message
    number = told(order.get("id"))
    return number if is_number(number) else ""
