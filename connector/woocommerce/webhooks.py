"""Verifies what a site's webhooks deliver."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from connector.errors import WebhookRefused
from connector.messages import header_values, message_in
from connector.parsing import JsonRecord, told
from connector.values import Hint, HintKind, WebhookRequest
from connector.woocommerce.account import Account
from connector.woocommerce.fields import is_number
from connector.woocommerce.signing import webhook_signature

_SIGNATURE = "x-wc-webhook-signature"
_SOURCE = "x-wc-webhook-source"
_TOPIC = "x-wc-webhook-topic"

_KINDS: Mapping[str, HintKind] = {
    "order": HintKind.ORDER,
    "product": HintKind.STOCK,
}

# Sent once, when a webhook is made, without a signature; it tells nothing.
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def read_delivery(request: WebhookRequest, account: Account) -> tuple[Hint, ...]:
    """Return the hint in a signed message of this site; else ``WebhookRefused``.

    Nothing is parsed before the signature over the raw bytes is found right.  Two
    changes in a row may come as one message, so a hint says only: read it again.
    """
    if not account.webhook_secret:
        raise WebhookRefused("the setting webhook_secret is missing")
    signatures = header_values(request.headers, _SIGNATURE)
    if not signatures and _PING.fullmatch(request.body):
        return ()
    if len(signatures) != 1:
        raise WebhookRefused("there must be exactly one signature")
    given = signatures[0].strip().encode("utf-8", "replace")
    right = webhook_signature(account.webhook_secret, request.body)
    if not hmac.compare_digest(given, right):
        raise WebhookRefused("the signature is not the site's")
    message = message_in(request.body)
    if not _is_from(request.headers, message, account):
        raise WebhookRefused("the message comes from another site")
    return (_hint(request, message),)


def _hint(request: WebhookRequest, message: JsonRecord) -> Hint:
    topic = "".join(header_values(request.headers, _TOPIC))
    kind = _KINDS.get(topic.partition(".")[0].strip().lower(), HintKind.OTHER)
    number = told(message.get("id"))
    named = kind is HintKind.ORDER and is_number(number)
    return Hint(
        # A delivery has a number of its own, which nobody signed.
        event_key=hashlib.sha256(request.body).hexdigest(),
        kind=kind,
        order_id=number if named else "",
        item_id=_product(message) if kind is HintKind.STOCK else "",
    )


def _product(message: JsonRecord) -> str:
    """Return the product that a message is about, also where it tells a variation."""
    is_variation = message.get("type") == "variation"
    return told(message.get("parent_id" if is_variation else "id"))


def _is_from(headers: Mapping[str, str], message: JsonRecord, account: Account) -> bool:
    """Whether every word about the sender names our site.

    One secret may serve several sites of a seller.  The header is not signed; the
    links in the body are, where a topic has them.
    """
    ours = _host(account.base_url)
    named = [_host(value) for value in header_values(headers, _SOURCE)]
    named += [_host(link) for link in _own_links(message)]
    return all(host == ours for host in named)


def _own_links(message: JsonRecord) -> list[str]:
    links = message.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    entries = own if isinstance(own, list) else []
    found = [entry.get("href") for entry in entries if isinstance(entry, dict)]
    return [link for link in found if isinstance(link, str)]


def _host(address: str) -> str:
    """Return the name of a site, which answers with and without "www."."""
    try:
        host = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
