"""Sorts Shopee's refusals by what the caller does next.

Codes differ between modules for one and the same thing, and one code means different
things, so the message decides together with the code (Open Platform, error tables of
each call; ``README.md`` lists what is proven).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)

_BURST_PAUSE_SECONDS = 5.0
# The daily quota begins anew at midnight in Singapore.
_QUOTA_ZONE = timezone(timedelta(hours=8))


class Refused(PermanentError):
    """Shopee understood the request and said no; ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str, request_id: str | None) -> None:
        super().__init__(f"Shopee refused: {code}: {message}", request_id=request_id)
        self.code = code
        self.message = message


class TokenExpired(AuthenticationError):
    """The access token is not valid any more: refresh it once and repeat."""


_EXPIRED_CODES = {"invalid_access_token", "invalid_acceess_token"}
_LOST_CODES = {
    "error_shop_refresh_token",
    "invalid_refresh_token",
    "merchant_access_expired",
    "partner_shop_no_link",
    "refresh_token_expired",
    "shop_access_expired",
    "shop_no_linked",
}
_LOST_TEXTS = ("invalid partner_id or shopid", "invalid refresh_token")
_SIGNATURE_CODES = {"error_sign", "error_partner_key_expired"}
_SIGNATURE_TEXTS = ("wrong sign", "invalid sign", "timestamp is expired")
_BLOCKED_CODES = {
    "api_suspended",
    "error_api_call_restricted",
    "error_api_permission",
    "error_kyc_auth",
    "error_permission",
    "shop_banned",
    "source_ip_undeclared",
}
_BUSY_CODES = {"error_system_busy", "system_busy"}
_BROKEN_CODES = {"error_inner", "error_network", "error_server"}


def error_for(
    code: str,
    message: str,
    *,
    changes_state: bool,
    now: datetime,
    request_id: str | None = None,
) -> ConnectorError:
    """Return the error that stands for a refusal; ``code`` is not empty."""
    # Modules put their own name before a code: "common.error_auth".
    bare = code.rpartition(".")[2].lower()
    low = message.lower()
    detail = f"Shopee: {code}: {message}"
    pause = _pause(bare, low, now)
    if pause is not None:
        return RateLimited(pause, detail, request_id=request_id)
    if _is_trouble(bare, low):
        # Of a failure inside Shopee nobody knows how far the write had come.
        broken = changes_state and bare in _BROKEN_CODES
        kind = OutcomeUnknown if broken else TransientError
        return kind(detail, request_id=request_id)
    if "stock" in low:
        # Some refusals of a stock write carry the code of a refused login.
        return Refused(code, message, request_id)
    credentials = _credentials_error(bare, low)
    if credentials is not None:
        return credentials(detail, request_id=request_id)
    return Refused(code, message, request_id)


def _pause(code: str, message: str, now: datetime) -> float | None:
    if "daily api call limit" in message:
        local = now.astimezone(_QUOTA_ZONE)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(days=1) - local).total_seconds()
    # "order.error_limit" is no rate limit: it says that a cancel is not allowed.
    return _BURST_PAUSE_SECONDS if code == "error_rate_limit" else None


def _is_trouble(code: str, message: str) -> bool:
    return (
        code in _BUSY_CODES
        or code in _BROKEN_CODES
        or "too many connections" in message
        or (code == "error_data" and "parse data failed" in message)
    )


def _credentials_error(code: str, message: str) -> type[AuthenticationError] | None:
    if code in _EXPIRED_CODES or _names_access_token(code, message):
        return TokenExpired
    if code in _LOST_CODES or any(text in message for text in _LOST_TEXTS):
        return AuthorizationLost
    if code in _SIGNATURE_CODES or any(text in message for text in _SIGNATURE_TEXTS):
        return AuthenticationError
    if code in _BLOCKED_CODES or code == "error_auth":
        return AuthenticationError
    return None


def _names_access_token(code: str, message: str) -> bool:
    if code == "error_auth":
        return "access_token" in message
    return code == "error_param" and "no access_token" in message
