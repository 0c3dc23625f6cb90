"""Shopee's signatures, written from the reference alone."""

import hashlib
import hmac


def public_base(partner_id: str, path: str, timestamp: str) -> str:
    """What a call without a shop signs."""
    return f"{partner_id}{path}{timestamp}"


def shop_base(
    partner_id: str, path: str, timestamp: str, access_token: str, shop_id: str
) -> str:
    """What a call for a shop signs."""
    return f"{partner_id}{path}{timestamp}{access_token}{shop_id}"


def push_base(url: str, body: bytes) -> bytes:
    """What a push signs: the address as registered and the raw body."""
    return url.encode() + b"|" + body


def sign(key: str, base: str | bytes) -> str:
    """HMAC-SHA256 as lowercase hexadecimal; the key is used as it is written."""
    message = base.encode() if isinstance(base, str) else base
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two signatures without telling by the time it takes."""
    return hmac.compare_digest(left.encode(), right.encode())
