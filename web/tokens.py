"""Signed tokens: the link that opens the page, the session in its path, the form."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from itsdangerous import BadData, SignatureExpired, TimestampSigner
from itsdangerous.url_safe import URLSafeTimedSerializer

from daemon.settings import Settings
from web.errors import TokenRefused
from web.permissions import PERMISSIONS, Permission, Role

LONGEST_TOKEN = 2000
LONGEST_USER = 100


class Purpose(StrEnum):
    """What a token is for; it is worth nothing for anything else."""

    OPEN = "open"
    DESK = "desk"
    FORM = "form"


LIFETIMES: Mapping[Purpose, timedelta] = MappingProxyType(
    {
        Purpose.OPEN: timedelta(minutes=5),
        Purpose.DESK: timedelta(hours=12),
        Purpose.FORM: timedelta(hours=12),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at the page."""

    user: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Say whether the person's role allows something."""
        return permission in PERMISSIONS[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKey:
    """One rendering of one form: proof of intent, and the receipt's idempotency key."""

    user: str
    order_id: int
    expected_return_id: int | None
    waiting: int
    """Units that waited for a decision when the form was shown."""
    id: str

    @property
    def receipt_key(self) -> str:
        """Return the key under which this form's receipt is booked, once."""
        return f"form:{self.id}"


def issue_token(settings: Settings, user: str, role: Role | str, now: datetime) -> str:
    """Return a token that opens the page in a person's name within five minutes."""
    if not _is_name(user):
        raise ValueError(f"a user is named by 1 to {LONGEST_USER} printable characters")
    return _sign(settings, Purpose.OPEN, {"user": user, "role": Role(role)}, now)


def open_link(settings: Settings, token: str) -> str:
    """Return the address that a person, or a frame of the ERP, opens."""
    return f"{settings.base_url}/open?token={token}"


def exchange_token(settings: Settings, token: str, now: datetime) -> str:
    """Return a session for a token that opens the page.  Raises ``TokenRefused``."""
    reader = _reader(settings, Purpose.OPEN, token, now)
    claims = {
        "user": reader.user,
        "role": reader.role,
        "id": secrets.token_urlsafe(16),
    }
    return _sign(settings, Purpose.DESK, claims, now)


def read_session(settings: Settings, value: str, now: datetime) -> Reader:
    """Return whose session this is.  Raises ``TokenRefused``."""
    return _reader(settings, Purpose.DESK, value, now)


def issue_form_key(
    settings: Settings,
    reader: Reader,
    order_id: int,
    now: datetime,
    *,
    expected_return_id: int | None = None,
    waiting: int = 0,
) -> str:
    """Return the key of a form that this reader is about to see."""
    claims = {
        "user": reader.user,
        "order": order_id,
        "return": expected_return_id,
        "waiting": waiting,
        "id": secrets.token_urlsafe(16),
    }
    return _sign(settings, Purpose.FORM, claims, now)


def read_form_key(
    settings: Settings,
    value: str,
    reader: Reader,
    order_id: int,
    now: datetime,
    *,
    late: bool = False,
) -> FormKey:
    """Return the key of a form, if this reader was shown it for this order.

    ``late`` admits one that is over, to find what was booked with it.  Raises
    ``TokenRefused``.
    """
    claims = _verify(settings, Purpose.FORM, value, now, late=late)
    try:
        key = FormKey(
            user=claims["user"],
            order_id=claims["order"],
            expected_return_id=claims["return"],
            waiting=claims["waiting"],
            id=claims["id"],
        )
    except KeyError:
        raise TokenRefused(Purpose.FORM) from None
    if key.user != reader.user or key.order_id != order_id:
        raise TokenRefused(Purpose.FORM)
    return key


def _reader(settings: Settings, purpose: Purpose, value: str, now: datetime) -> Reader:
    claims = _verify(settings, purpose, value, now)
    try:
        user, role = claims["user"], Role(claims["role"])
    except (KeyError, ValueError):
        raise TokenRefused(purpose) from None
    if not isinstance(user, str) or not _is_name(user):
        raise TokenRefused(purpose)
    return Reader(user=user, role=role)


def _is_name(user: str) -> bool:
    return len(user.strip()) > 0 and len(user) <= LONGEST_USER and user.isprintable()


class _ClockSigner(TimestampSigner):
    """Signs with the clock that it is given."""

    def __init__(self, *args: Any, now: datetime, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now.timestamp())


def _serializer(
    settings: Settings, purpose: Purpose, now: datetime
) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        # The last one signs here, the first one in our settings.
        list(reversed(settings.secret_keys)),
        salt=f"truestock {purpose}",
        signer=_ClockSigner,
        signer_kwargs={
            "key_derivation": "hmac",
            "digest_method": hashlib.sha256,
            "now": now,
        },
    )


def _sign(
    settings: Settings, purpose: Purpose, claims: Mapping[str, object], now: datetime
) -> str:
    body = {"purpose": purpose, "audience": settings.base_url, **claims}
    signed = _serializer(settings, purpose, now).dumps(body)
    return signed if isinstance(signed, str) else signed.decode()


def _verify(
    settings: Settings,
    purpose: Purpose,
    value: str,
    now: datetime,
    *,
    late: bool = False,
) -> dict[str, Any]:
    if len(value) > LONGEST_TOKEN or not value.isascii():
        raise TokenRefused(purpose)
    lifetime = None if late else int(LIFETIMES[purpose].total_seconds())
    try:
        claims = _serializer(settings, purpose, now).loads(value, max_age=lifetime)
    except SignatureExpired:
        raise TokenRefused(purpose, expired=True) from None
    except BadData:
        raise TokenRefused(purpose) from None
    if not isinstance(claims, dict) or claims.get("purpose") != purpose:
        raise TokenRefused(purpose)
    if claims.get("audience") != settings.base_url:
        raise TokenRefused(purpose)
    return claims
