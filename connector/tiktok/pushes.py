"""Verifies the messages that TikTok Shop sends, and reads what they hint at."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from connector.errors import WebhookRefused
from connector.messages import authorization, message_in
from connector.parsing import JsonRecord, Malformed, records, told
from connector.tiktok.account import Account
from connector.tiktok.signing import webhook_signature
from connector.values import Hint, HintKind, WebhookRequest

_KINDS: Mapping[str, HintKind] = {
    "1": HintKind.ORDER,
    "4": HintKind.ORDER,
    "6": HintKind.AUTHORIZATION,
    "7": HintKind.AUTHORIZATION,
    "11": HintKind.ORDER,
    "12": HintKind.RETURN,
    "27": HintKind.STOCK,
    "64": HintKind.RETURN,
    "65": HintKind.RETURN,
    "67": HintKind.RETURN,
    # The platform itself has changed a number, for one by restocking a cancel.
    "71": HintKind.STOCK,
}


def read_push(request: WebhookRequest, account: Account) -> tuple[Hint, ...]:
    """Return the hints in a signed message for this shop; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.
    """
    right = webhook_signature(account.app_key, account.app_secret, request.body)
    if not hmac.compare_digest(authorization(request.headers), right):
        raise WebhookRefused("the signature is not TikTok Shop's")
    message = message_in(request.body)
    if not account.shop_id or told(message.get("shop_id")) != account.shop_id:
        raise WebhookRefused("the message is not for this shop")
    return hints_of(message, hashlib.sha256(request.body).hexdigest())


def hints_of(message: JsonRecord, digest: str) -> tuple[Hint, ...]:
    """Return what a message hints at; ``digest`` names it where it has no id."""
    data = message.get("data")
    named: JsonRecord = data if isinstance(data, dict) else {}
    kind = _KINDS.get(told(message.get("type")), HintKind.OTHER)
    key = told(message.get("tts_notification_id")) or digest
    orders = _orders(named) or [""]
    return tuple(
        Hint(
            # A message about several orders is one event for each of them.
            event_key=f"{key}:{order_id}" if len(orders) > 1 else key,
            kind=kind,
            order_id=order_id,
            return_id=told(named.get("return_id")),
            item_id=told(named.get("product_id")) if kind is HintKind.STOCK else "",
        )
        for order_id in orders
    )


def _orders(data: JsonRecord) -> list[str]:
    """Return the orders that a message names; one about packages names several."""
    named = [told(data.get("order_id"))]
    try:
        for package in records(data.get("package_list"), "package_list"):
            several = package.get("order_id_list")
            if isinstance(several, list):
                named += [told(order_id) for order_id in several]
        for item in records(data.get("line_items"), "line_items"):
            named += [told(item.get("order_id")), told(item.get("main_order_id"))]
    except Malformed:
        pass
    return [order_id for order_id in dict.fromkeys(named) if order_id]
