"""Lazada's signatures, written from the reference alone."""

import hashlib
import hmac
from collections.abc import Mapping


def api_base(path: str, parameters: Mapping[str, str], body: bytes = b"") -> bytes:
    """What an API call signs: the path without ``/rest`` and the sorted parameters.

    ``sign`` itself and empty values are left out.  A body that is not a form follows
    as it was sent.
    """
    signed = "".join(
        name + value
        for name, value in sorted(parameters.items())
        if name != "sign" and value
    )
    return (path + signed).encode() + body


def sign(secret: str, base: bytes) -> str:
    """HMAC-SHA256 of an API call, as uppercase hexadecimal."""
    return _digest(secret, base).upper()


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """HMAC-SHA256 of a push over key and raw body, as lowercase hexadecimal."""
    return _digest(secret, app_key.encode() + body)


def same(left: str, right: str) -> bool:
    """Compare two signatures without telling by the time it takes."""
    return hmac.compare_digest(left.encode(), right.encode())


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
