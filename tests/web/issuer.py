"""An ERP that signs launch tokens, and an attacker who tries to."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from werkzeug.test import TestResponse

from daemon.settings import Settings, read_settings
from tests.web.seller import NOW

SECRET = b"an invented secret of 32 bytes or more"
OTHER_SECRET = b"another invented secret, of another ERP"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
AT = int(NOW.timestamp())
MISSING = object()


def encoded(key: bytes) -> str:
    """Return a key as the setting takes it."""
    return base64.b64encode(key).decode()


KEYS = (
    f"odoo={encoded(SECRET)}, erpnext={encoded(OTHER_SECRET)},"
    f" tryton=ed25519:{encoded(PUBLIC)}"
)


def with_keys(settings: Settings, keys: str = KEYS) -> Settings:
    """Return the settings of a page that believes these issuers."""
    return read_settings(
        {
            "TRUESTOCK_VAR": str(settings.var),
            "TRUESTOCK_BASE_URL": settings.base_url,
            "TRUESTOCK_LAUNCH_KEYS": keys,
        }
    )


def claims(**changes: object) -> dict[str, Any]:
    """Return what an ERP would sign, with changes; ``MISSING`` takes one away."""
    full: dict[str, Any] = {
        "iss": "odoo",
        "aud": "https://stock.example.vn",
        "sub": "lan",
        "purpose": "open",
        "role": "clerk",
        "jti": "0123456789abcdef",
        "iat": AT,
        "exp": AT + 60,
    }
    full |= changes
    return {name: value for name, value in full.items() if value is not MISSING}


def signed(key: Any = SECRET, algorithm: str = "HS256", **changes: object) -> str:
    """Return a launch token with these claims changed."""
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


def launch(app: Flask, token: str, **query: str) -> TestResponse:
    """Send a token as an ERP's page does."""
    client = app.test_client(use_cookies=False)
    return client.post("/open", data={"token": token, **query})


def hand_signed(
    body: object, header: dict[str, object] | None = None, key: bytes = SECRET
) -> str:
    """Sign whatever is given, with no library's opinion about it."""
    signer = jwt.get_algorithm_by_name("HS256")
    parts = (header or {"alg": "HS256", "typ": "JWT"}, body)
    head = b".".join(segment(json.dumps(x).encode()) for x in parts)
    return b".".join((head, segment(signer.sign(head, key)))).decode()


def segment(data: bytes) -> bytes:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")
