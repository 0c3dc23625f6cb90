"""Reads the keys of those who may open the page in a person's name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

OWN_ISSUER = "truestock"
"""Who signs the links that our own command prints."""
SHORTEST_SECRET_BYTES = 32
_PUBLIC_KEY_BYTES = 32
_PUBLIC = "ed25519:"


class Algorithm(StrEnum):
    """How an issuer signs; it follows from the kind of key, never from a token."""

    HS256 = "HS256"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchKey:
    """One key of one issuer; several of the same issuer all count."""

    issuer: str
    algorithm: Algorithm
    key: bytes = field(repr=False)
    """The shared secret, or the public key's 32 bytes."""


def read_launch_keys(parts: Iterable[str]) -> Sequence[LaunchKey]:
    """Return keys written as ``issuer=base64`` or ``issuer=ed25519:base64``.

    Raises ``ValueError``, whose text holds no key.
    """
    return tuple(_read(part) for part in parts)


def _read(part: str) -> LaunchKey:
    issuer, sign, text = (x.strip() for x in part.partition("="))
    if not issuer or not sign or len(issuer) > 200 or not issuer.isprintable():
        raise ValueError("is a list such as erp=BASE64, with an issuer before each key")
    if issuer == OWN_ISSUER:
        raise ValueError(f"may not name the issuer {OWN_ISSUER}: that is ourselves")
    if text.startswith(_PUBLIC):
        key = _decoded(issuer, text.removeprefix(_PUBLIC))
        if len(key) != _PUBLIC_KEY_BYTES:
            raise ValueError(f"has an Ed25519 key of {issuer} that is not 32 bytes")
        return LaunchKey(issuer=issuer, algorithm=Algorithm.EDDSA, key=key)
    key = _decoded(issuer, text)
    if len(key) < SHORTEST_SECRET_BYTES:
        raise ValueError(
            f"has a secret of {issuer} with fewer than {SHORTEST_SECRET_BYTES} bytes"
        )
    return LaunchKey(issuer=issuer, algorithm=Algorithm.HS256, key=key)


def _decoded(issuer: str, text: str) -> bytes:
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"has a key of {issuer} that is not base64") from None
