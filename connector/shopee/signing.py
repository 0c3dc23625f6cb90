"""Shopee's signatures: over API calls, and over the messages it pushes."""

from __future__ import annotations

import hashlib
import hmac


def sign(key: str, base: str) -> str:
    """Return the signature of ``base`` as lowercase hex.

    The key is used as the text that the console shows; it looks like hex but is not
    decoded (Open Platform guide, "Authorization and signing").
    """
    return hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()


def public_base(partner_id: int, path: str, timestamp: int) -> str:
    """Return what is signed for calls that belong to the app, not to a shop."""
    return f"{partner_id}{path}{timestamp}"


def shop_base(
    partner_id: int, path: str, timestamp: int, access_token: str, shop_id: int
) -> str:
    """Return what is signed for calls on behalf of a shop."""
    return f"{partner_id}{path}{timestamp}{access_token}{shop_id}"


def push_signature(key: str, url: str, body: bytes) -> bytes:
    """Return the signature of a push, made over the bytes exactly as they came."""
    signed = url.encode() + b"|" + body
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest().encode()
