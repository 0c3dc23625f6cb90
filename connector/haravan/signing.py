"""Signs as Haravan signs its webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac


def webhook_signature(secret: str, body: bytes) -> bytes:
    """Return the signature of a message: HMAC-SHA256 of its raw bytes, in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
