"""Signed keys of forms: proof of intent, and what makes a double click one deed."""

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


class Purpose(StrEnum):
    """What a key is for; it is worth nothing for anything else."""

    FORM = "form"
    PAGE = "page"


LIFETIMES: Mapping[Purpose, timedelta] = MappingProxyType(
    {
        Purpose.FORM: timedelta(hours=12),
        Purpose.PAGE: timedelta(hours=12),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at the page."""

    user: str
    role: Role
    shown_name: str = ""
    """What people call them, where that is not the name they act under."""
    shop_ids: frozenset[int] | None = None
    """The shops that the person is bound to; None: all of them."""
    warehouse_ids: frozenset[int] | None = None
    """The warehouses that the person may book into; None: all of them."""
    person_id: int | None = None
    """Who signed in with a password; None: the ERP opened the page."""

    def sees_shop(self, shop_id: int) -> bool:
        """Say whether a shop is one of the person's."""
        return self.shop_ids is None or shop_id in self.shop_ids

    def books_into(self, warehouse_id: int) -> bool:
        """Say whether a warehouse is one of the person's."""
        return self.warehouse_ids is None or warehouse_id in self.warehouse_ids

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """One rendering of a form that is about no order."""

    user: str
    page: str
    id: str
    """The idempotency key of what the form does."""


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


def was_form_key(settings: Settings, value: str, order_id: int, now: datetime) -> bool:
    """Say whether a form's key was made for this order, for whomever and however long.

    It is no leave to do anything.
    """
    try:
        claims = _verify(settings, Purpose.FORM, value, now, late=True)
    except TokenRefused:
        return False
    return claims.get("order") == order_id


def issue_page_key(settings: Settings, reader: Reader, page: str, now: datetime) -> str:
    """Return the key of a form on this page that this reader is about to see."""
    claims = {"user": reader.user, "page": page, "id": secrets.token_urlsafe(16)}
    return _sign(settings, Purpose.PAGE, claims, now)


def read_page_key(
    settings: Settings,
    value: str,
    reader: Reader,
    page: str,
    now: datetime,
    *,
    late: bool = False,
) -> PageKey:
    """Return the key of a form, if this reader was shown it on this page.

    ``late`` admits one that is over, to find what was done with it.  Raises
    ``TokenRefused``.
    """
    claims = _verify(settings, Purpose.PAGE, value, now, late=late)
    try:
        key = PageKey(user=claims["user"], page=claims["page"], id=claims["id"])
    except KeyError:
        raise TokenRefused(Purpose.PAGE) from None
    if key.user != reader.user or key.page != page:
        raise TokenRefused(Purpose.PAGE)
    return key


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
