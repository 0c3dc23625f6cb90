"""Signatures: OAuth 1.0a after RFC 5849, and those of webhooks."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote

_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}

METHODS = frozenset(_DIGESTS)
"""The signature methods that a site accepts."""


def base_string(method: str, address: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The text that a request signs (RFC 5849, 3.4.1).

    ``pairs`` are the decoded parameters of query, form body and header, without the
    signature itself.
    """
    encoded = sorted((escape(name), escape(value)) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method.upper(), escape(address), escape(joined)))


def oauth_signature(
    method: str, base: str, consumer_secret: str, token_secret: str = ""
) -> str:
    """Base64 of the keyed digest; one-legged requests have no token secret."""
    key = f"{escape(consumer_secret)}&{escape(token_secret)}"
    return _signed(key, base.encode(), method)


def webhook_signature(secret: str, body: bytes) -> str:
    """``X-WC-Webhook-Signature`` of a delivery's raw body."""
    return _signed(secret, body, "HMAC-SHA256")


def same(left: str, right: str) -> bool:
    """Compare two secrets without telling by the time it takes."""
    return hmac.compare_digest(left.encode(), right.encode())


def escape(text: str) -> str:
    """Percent-encode all but unreserved characters (RFC 5849, 3.6)."""
    return quote(text, safe="-._~")


def _signed(key: str, message: bytes, method: str) -> str:
    digest = hmac.new(key.encode(), message, _DIGESTS[method]).digest()
    return base64.b64encode(digest).decode()
