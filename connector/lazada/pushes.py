"""Verifies what Lazada pushes; a message is a hint, never a fact."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from connector.errors import WebhookRefused
from connector.lazada.account import Account
from connector.lazada.fields import told
from connector.lazada.signing import push_signature
from connector.messages import authorization, message_in
from connector.parsing import JsonRecord
from connector.values import Hint, HintKind, WebhookRequest

_KINDS: Mapping[str, HintKind] = {
    "0": HintKind.ORDER,
    "3": HintKind.STOCK,
    "4": HintKind.STOCK,
    "5": HintKind.STOCK,
    "6": HintKind.STOCK,
    "8": HintKind.AUTHORIZATION,
    "10": HintKind.RETURN,
    "14": HintKind.ORDER,
}
_RETURNED = "returned"
_CANCELLATION = "CANCEL_"


def read_push(request: WebhookRequest, account: Account) -> Hint:
    """Return the hint in a signed message for this shop; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.
    """
    given = authorization(request.headers)
    expected = push_signature(account.app_secret, account.app_key, request.body)
    if not hmac.compare_digest(given, expected):
        raise WebhookRefused("the signature is not Lazada's")
    message = message_in(request.body)
    if account.seller_id not in _sellers(message):
        raise WebhookRefused("the message is not for this shop")
    return hint_of(message)


def hint_of(message: JsonRecord) -> Hint:
    """Return what a message hints at."""
    data = _data(message)
    kind = _KINDS.get(told(message.get("message_type")), HintKind.OTHER)
    return_id = told(data.get("reverse_order_id"))
    if kind is HintKind.ORDER and told(data.get("order_status")) == _RETURNED:
        kind = HintKind.RETURN if return_id else kind
    if told(data.get("reverse_status")).startswith(_CANCELLATION):
        # The reverse order of a cancellation tells nothing that the order does not.
        kind = HintKind.ORDER
    return Hint(
        event_key=_event_key(message),
        kind=kind,
        order_id=told(data.get("trade_order_id")),
        return_id=return_id if kind is HintKind.RETURN else "",
        item_id=_item(data) if kind is HintKind.STOCK else "",
    )


def _item(data: JsonRecord) -> str:
    """Return the product; a warning of low stock names only the variant."""
    return told(data.get("item_id")) or told(data.get("sku_id"))


def _event_key(message: JsonRecord) -> str:
    """Return a name that a repeated delivery shares: only its sending time differs."""
    event = {name: value for name, value in message.items() if name != "timestamp"}
    written = json.dumps(event, sort_keys=True, default=str)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def _sellers(message: JsonRecord) -> set[str]:
    """Return the sellers whom the signed body names.

    Some types have the text "null" on top and the seller inside.
    """
    named = (message.get("seller_id"), _data(message).get("seller_id"))
    return {told(seller) for seller in named} - {""}


def _data(message: JsonRecord) -> JsonRecord:
    data = message.get("data")
    return data if isinstance(data, dict) else {}
