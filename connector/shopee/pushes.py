"""Verifies what Shopee pushes, and reads the queue of pushes that were lost."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from connector.errors import WebhookRefused
from connector.messages import authorization, message_in
from connector.parsing import JsonRecord, Malformed, parse_json, records
from connector.shopee.account import Account
from connector.shopee.client import Client
from connector.shopee.items import told
from connector.shopee.signing import push_signature
from connector.values import Hint, HintKind, Page, WebhookRequest

LOST_PATH = "/api/v2/push/get_lost_push_message"
CONFIRM_PATH = "/api/v2/push/confirm_consumed_lost_push_message"

_KINDS: Mapping[str, HintKind] = {
    "1": HintKind.AUTHORIZATION,
    "2": HintKind.AUTHORIZATION,
    "3": HintKind.ORDER,
    "4": HintKind.ORDER,
    "8": HintKind.STOCK,
    "12": HintKind.AUTHORIZATION,
    "15": HintKind.ORDER,
    "29": HintKind.RETURN,
    "30": HintKind.ORDER,
    "47": HintKind.ORDER,
}

_SHOP_IN_TEXT = re.compile(r"shop id ([0-9]+)")


def read_push(request: WebhookRequest, account: Account) -> Hint:
    """Return the hint in a signed message for this shop; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.
    """
    given = authorization(request.headers)
    if not _signed(given, request, account):
        raise WebhookRefused("the signature is not Shopee's")
    message = message_in(request.body)
    if not _is_for(message, account.shop_id):
        raise WebhookRefused("the message is not for this shop")
    return hint_of(message, hashlib.sha256(request.body).hexdigest())


def hint_of(message: JsonRecord, digest: str) -> Hint:
    """Return what a message hints at; ``digest`` names it where it has no id."""
    data = message.get("data")
    named: JsonRecord = data if isinstance(data, dict) else {}
    message_id = told(message.get("msg_id"))
    kind = _KINDS.get(told(message.get("code")), HintKind.OTHER)
    return Hint(
        event_key=message_id or digest,
        kind=kind,
        order_id=told(named.get("ordersn")) or told(named.get("order_sn")),
        return_id=told(named.get("return_sn")),
        item_id=told(named.get("item_id")) if kind is HintKind.STOCK else "",
    )


def read_lost(client: Client, cursor: str | None) -> Page[Hint]:
    """Confirm the page before, if any, and return the next hundred lost messages.

    The queue belongs to the app: messages for its other shops come along, are left
    out here and are gone once confirmed.  They were hints; polling finds the facts.
    """
    account = client.account()
    if cursor:
        client.app_call(
            "POST",
            CONFIRM_PATH,
            account=account,
            body={"last_message_id": _message_number(cursor)},
        )
    envelope = client.app_call("GET", LOST_PATH, account=account)
    response = envelope.get("response")
    found: JsonRecord = response if isinstance(response, dict) else {}
    try:
        messages = records(found.get("push_message_list"), "push_message_list")
    except Malformed:
        messages = []
    hints = tuple(
        hint_of(message, _digest(message))
        for message in map(_unwrapped, messages)
        if _is_for(message, account.shop_id)
    )
    last = told(found.get("last_message_id")) if messages else ""
    return Page(items=hints, next_cursor=last or None)


def _signed(given: bytes, request: WebhookRequest, account: Account) -> bool:
    """Try the key for pushes, then the app's: some apps never made the former."""
    keys = [key for key in (account.push_partner_key, account.partner_key) if key]
    matches = [
        hmac.compare_digest(given, push_signature(key, request.url, request.body))
        for key in keys
    ]
    return any(matches)


def _is_for(message: JsonRecord, shop_id: int) -> bool:
    """Whether the signed body itself names our shop, wherever this code puts it."""
    data = message.get("data")
    named: JsonRecord = data if isinstance(data, dict) else {}
    if message.get("shop_id") is not None:
        return told(message["shop_id"]) == str(shop_id)
    shops = {told(named.get("shop_id")), told(named.get("shopid"))}
    for key in ("shop_id_list", "shop_expire_soon"):
        several = named.get(key)
        if isinstance(several, list):
            shops.update(told(value) for value in several)
    shops.update(_SHOP_IN_TEXT.findall(told(named.get("extra"))))
    return str(shop_id) in shops


def _unwrapped(entry: JsonRecord) -> JsonRecord:
    """Return the message as it was pushed: the queue wraps it, sometimes as text."""
    inner: Any = entry.get("data")
    if isinstance(inner, str):
        try:
            inner = parse_json(inner.encode("utf-8", "replace"))
        except Malformed:
            inner = None
    if isinstance(inner, dict) and "code" in inner:
        return inner
    return {**entry, "data": inner if isinstance(inner, dict) else {}}


def _digest(message: JsonRecord) -> str:
    written = json.dumps(message, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def _message_number(cursor: str) -> int | str:
    return int(cursor) if cursor.isascii() and cursor.isdigit() else cursor
