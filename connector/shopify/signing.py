"""Shopify's two signatures: over a webhook's body, and over a consent's query."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def webhook_signature(secret: str, body: bytes) -> bytes:
    """Return what ``X-Shopify-Hmac-Sha256`` must say for these raw bytes."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest)


def query_signature(secret: str, query: Mapping[str, str]) -> str:
    """Return what ``hmac`` must say in the query that the consent page sends back.

    All other parameters are signed, in alphabetical order.
    """
    pairs = sorted(
        _escaped(name, value) for name, value in query.items() if name != "hmac"
    )
    return hmac.new(
        secret.encode(), "&".join(pairs).encode(), hashlib.sha256
    ).hexdigest()


def _escaped(name: str, value: str) -> str:
    # What separates pairs must not come from inside one.
    name = name.replace("%", "%25").replace("=", "%3D")
    return f"{name}={value.replace('%', '%25')}".replace("&", "%26")
