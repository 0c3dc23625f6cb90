"""Sorts Shopify's refusals by what the caller does next.

A GraphQL answer is HTTP 200 also where it refuses: its ``errors`` carry a code.  What
a change refuses for the sake of its input is in ``userErrors`` and is read where the
change is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)

_LOCKED_PAUSE_SECONDS = 60.0


class Refused(PermanentError):
    """Shopify understood the request and said no; ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str, request_id: str | None = None) -> None:
        super().__init__(f"Shopify refused: {code}: {message}", request_id=request_id)
        self.code = code
        self.message = message


class TooExpensive(Refused):
    """One query may cost only so much: ask for fewer records at a time."""


class TokenRefused(AuthenticationError):
    """The access token is not valid: renew it once and repeat, if that is possible."""


_NOT_ALLOWED = {"ACCESS_DENIED", "SHOP_INACTIVE", "FORBIDDEN"}
_BROKEN = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"}

_STATUSES: Mapping[int, type[AuthenticationError]] = {
    401: TokenRefused,
    402: AuthenticationError,
    403: AuthenticationError,
}
# A shop is locked after it went over its limits again and again.
_PAUSED_STATUSES = {423, 430}


def error_for(
    code: str,
    message: str,
    *,
    changes_state: bool,
    pause_seconds: float,
    request_id: str | None = None,
) -> ConnectorError:
    """Return the error that stands for a code in ``errors``."""
    detail = f"Shopify: {code}: {message}"
    if code == "THROTTLED":
        return RateLimited(pause_seconds, detail, request_id=request_id)
    if code == "UNAUTHENTICATED":
        return TokenRefused(detail, request_id=request_id)
    if code in _NOT_ALLOWED:
        return AuthenticationError(detail, request_id=request_id)
    if code in _BROKEN:
        # Of a failure inside Shopify nobody knows how far a change had come.
        kind = OutcomeUnknown if changes_state else TransientError
        return kind(detail, request_id=request_id)
    if code == "MAX_COST_EXCEEDED":
        return TooExpensive(code, message, request_id)
    return Refused(code, message, request_id)


def error_for_status(
    status: int, message: str, request_id: str | None = None
) -> ConnectorError:
    """Return the error that stands for an HTTP status from 400 to 499."""
    detail = f"Shopify answered {status}: {message}"
    if status in _PAUSED_STATUSES:
        return RateLimited(_LOCKED_PAUSE_SECONDS, detail, request_id=request_id)
    kind = _STATUSES.get(status)
    if kind is not None:
        return kind(detail, request_id=request_id)
    return Refused(f"http_{status}", message, request_id)
