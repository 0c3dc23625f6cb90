"""Shopify's signatures, written from its documents alone."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def webhook_signature(secret: str, body: bytes) -> str:
    """Base64 of the HMAC-SHA256 over the raw body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def redirect_signature(secret: str, parameters: Mapping[str, str]) -> str:
    """Hexadecimal HMAC-SHA256 over a redirect's sorted query, without ``hmac``."""
    message = "&".join(
        f"{name}={value}"
        for name, value in sorted(parameters.items())
        if name != "hmac"
    )
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets without telling by the time it takes."""
    return hmac.compare_digest(left.encode(), right.encode())
