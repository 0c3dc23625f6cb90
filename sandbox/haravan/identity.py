"""The identity token: who the shop is."""

import base64
import hashlib
import hmac
import json

from sandbox.channel import Json

from .accounts import App
from .store import Store

_GOOD_SECONDS = 300


def id_token(app: App, store: Store, *, issuer: str, nonce: str, now: float) -> str:
    """A JSON web token with the claims of a shop.

    It is signed with the app's secret (HS256).  Haravan signs with a key pair; nothing
    that keeps stock needs to tell the difference.
    """
    claims: Json = {
        "iss": issuer,
        "aud": app.client_id,
        "iat": int(now),
        "exp": int(now) + _GOOD_SECONDS,
        "nonce": nonce,
        "sub": str(store.user_id),
        "orgid": str(store.org_id),
        "orgname": store.shop.name,
        "role": "admin",
    }
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    mac = hmac.new(app.client_secret.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_encode(mac.digest())}"


def _part(value: Json) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
