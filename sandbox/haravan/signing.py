"""Haravan's webhook signature, written from the reference alone."""

import base64
import hashlib
import hmac


def webhook_signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the raw body in base64; no topic, no shop and no time is in it."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
