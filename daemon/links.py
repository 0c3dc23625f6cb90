"""Links of our own that open the page: signed for a person, good once and soon."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from daemon.launch_keys import OWN_ISSUER, Algorithm, LaunchKey
from daemon.settings import Settings
from stock.models import Role
from stock.people import LONGEST_NAME, is_name

PURPOSE = "open"
OWN_LIFETIME = timedelta(minutes=5)


def issue_token(
    settings: Settings,
    user: str,
    role: str,
    now: datetime,
    *,
    shops: Sequence[str] = (),
    warehouses: Sequence[str] = (),
    document: str = "",
) -> str:
    """Return a token of our own that opens the page, once, within five minutes.

    Raises ``ValueError`` for a user who cannot be named so, or an unknown role.
    """
    if not is_name(user):
        raise ValueError(f"a user is named by 1 to {LONGEST_NAME} printable characters")
    claims: dict[str, Any] = {
        "iss": OWN_ISSUER,
        "aud": settings.base_url,
        "sub": user,
        "purpose": PURPOSE,
        "role": Role(role),
        "jti": secrets.token_urlsafe(16),
        "iat": int(now.timestamp()),
        "exp": int((now + OWN_LIFETIME).timestamp()),
    }
    optional = {
        "shop": list(shops),
        "warehouse": list(warehouses),
        "document": document,
    }
    claims |= {name: value for name, value in optional.items() if value}
    return jwt.encode(claims, own_keys(settings)[0].key, algorithm=Algorithm.HS256)


def open_link(settings: Settings, token: str) -> str:
    """Return the address that a person, or a frame of the ERP, opens."""
    return f"{settings.base_url}/open?token={token}"


def own_keys(settings: Settings) -> Sequence[LaunchKey]:
    """Return the keys that our own links count under; the first one signs."""
    return [
        LaunchKey(
            issuer=OWN_ISSUER,
            algorithm=Algorithm.HS256,
            key=hmac.digest(key.encode(), b"truestock launch", hashlib.sha256),
        )
        for key in settings.secret_keys
    ]
