"""TikTok Shop's signatures: over API calls, and over the messages that it sends."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_UNSIGNED = ("access_token", "sign")


def sign(secret: str, path: str, query: Mapping[str, str], body: str = "") -> str:
    """Return the signature of a call as lowercase hex.

    ``path`` is without host and query, the query's values are not yet encoded, and
    ``body`` is the JSON text exactly as it is sent (Partner Center, "Sign your API
    request").
    """
    pairs = "".join(
        name + value for name, value in sorted(query.items()) if name not in _UNSIGNED
    )
    return _digest(secret, f"{secret}{path}{pairs}{body}{secret}".encode())


def webhook_signature(app_key: str, secret: str, body: bytes) -> bytes:
    """Return the signature of a message, made over its bytes exactly as they came."""
    return _digest(secret, app_key.encode() + body).encode()


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
