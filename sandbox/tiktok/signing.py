"""TikTok Shop's signatures, written from the reference alone."""

import hashlib
import hmac
from collections.abc import Mapping

_NEVER_SIGNED = frozenset({"sign", "access_token"})


def request_base(
    secret: str, path: str, parameters: Mapping[str, str], body: bytes
) -> bytes:
    """What a request signs: path, sorted parameters and the body as it was sent."""
    names = sorted(set(parameters) - _NEVER_SIGNED)
    joined = "".join(name + parameters[name] for name in names)
    return (secret + path + joined).encode() + body + secret.encode()


def webhook_base(app_key: str, body: bytes) -> bytes:
    """What a webhook signs: the app's key and the raw body."""
    return app_key.encode() + body


def sign(secret: str, base: bytes) -> str:
    """HMAC-SHA256 as lowercase hexadecimal."""
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two signatures without telling by the time it takes."""
    return hmac.compare_digest(left.encode(), right.encode())
