"""Sorts TikTok Shop's refusals by what the caller does next.

An answer succeeded when its body says ``code`` 0; the HTTP status alone says little.
Few codes are published, so groups of codes and words of the message decide with them
(``README.md`` lists what is proven).
"""

from __future__ import annotations

from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)

_PAUSE_SECONDS = 5.0


class Refused(PermanentError):
    """TikTok Shop understood the request and said no; ``code`` says why."""

    def __init__(self, code: str, message: str, request_id: str | None) -> None:
        super().__init__(
            f"TikTok Shop refused: {code}: {message}", request_id=request_id
        )
        self.code = code
        self.message = message


class TokenExpired(AuthenticationError):
    """The access token is not valid any more: refresh it once and repeat."""


class ScopeMissing(AuthenticationError):
    """The app may not make this call: the seller's consent does not cover it."""


_SCOPE_CODES = {"105005"}
_SCOPE_TEXTS = ("auth pkg", "access scope", "no permission")
_SIGNATURE_CODES = {"106001"}
_SIGNATURE_TEXTS = ("invalid credentials", "signature is invalid")
_THROTTLE_TEXTS = ("too many request", "too frequent", "rate limit", "qps limit")
_TROUBLE_TEXTS = (
    "internal error",
    "service unavailable",
    "system busy",
    "system error",
    "try again later",
)


def error_for(
    code: str,
    message: str,
    *,
    status: int,
    changes_state: bool,
    request_id: str | None = None,
) -> ConnectorError:
    """Return the error that stands for a refusal."""
    low = message.lower()
    detail = f"TikTok Shop: {code}: {message}"
    if _any_of(_THROTTLE_TEXTS, low):
        return RateLimited(_PAUSE_SECONDS, detail, request_id=request_id)
    if code in _SIGNATURE_CODES or _any_of(_SIGNATURE_TEXTS, low):
        return AuthenticationError(detail, request_id=request_id)
    if code in _SCOPE_CODES or _any_of(_SCOPE_TEXTS, low) or status == 403:
        return ScopeMissing(detail, request_id=request_id)
    if _any_of(_TROUBLE_TEXTS, low):
        # Of a failure inside nobody knows how far a write had come.
        kind = OutcomeUnknown if changes_state else TransientError
        return kind(detail, request_id=request_id)
    if _is_about_tokens(code) or status == 401:
        return TokenExpired(detail, request_id=request_id)
    return Refused(code, message, request_id)


def _is_about_tokens(code: str) -> bool:
    """Whether a code is of the groups 105 and 360, whose first digits tell."""
    return code[:3] in ("105", "360")


def _any_of(texts: tuple[str, ...], low: str) -> bool:
    return any(text in low for text in texts)
