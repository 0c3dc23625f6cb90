"""Lazada's signatures: over API calls, and over the messages it pushes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def sign(secret: str, path: str, parameters: Mapping[str, str]) -> str:
    """Return the signature of a call as uppercase hex.

    ``path`` is without ``/rest``.  Parameters are signed as they are meant, before any
    encoding for the address; empty ones do not count (Open Platform guide, "Signature
    algorithm").
    """
    signed = "".join(
        f"{name}{value}"
        for name, value in sorted(parameters.items())
        if value and name != "sign"
    )
    base = f"{path}{signed}".encode()
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest().upper()


def push_signature(secret: str, app_key: str, body: bytes) -> bytes:
    """Return the signature of a push: lowercase hex over the bytes as they came."""
    signed = app_key.encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
