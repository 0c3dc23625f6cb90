"""Sorts Haravan's refusals by what the caller does next.

The documents name statuses only, so the status decides and the message is for people.
429, and statuses of 500 and above, never come here: the transport tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from connector.errors import (
    AuthenticationError,
    ConnectorError,
    PermanentError,
    TransientError,
)
from connector.redaction import redacted


class TokenRefused(AuthenticationError):
    """The access token is not, or no longer, good."""


class Refused(PermanentError):
    """Haravan understood the request and said no; ``status`` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"Haravan refused with {status}: {message or 'no reason'}")
        self.status = status
        self.message = message

    @property
    def is_unknown_record(self) -> bool:
        """Whether there is no such record."""
        return self.status == 404


class _Meaning(Enum):
    TOKEN = auto()
    PERMISSION = auto()
    REFUSAL = auto()


STATUSES: Mapping[int, _Meaning] = {
    400: _Meaning.REFUSAL,
    401: _Meaning.TOKEN,
    403: _Meaning.PERMISSION,
    404: _Meaning.REFUSAL,
    422: _Meaning.REFUSAL,
}


def error_for(
    status: int, body: object, path: str, secrets: tuple[str, ...]
) -> ConnectorError:
    """Return the error that stands for an answer from 400 to 499."""
    message = told_by(body, secrets)
    meaning = STATUSES.get(status, _Meaning.REFUSAL)
    if meaning is _Meaning.TOKEN:
        return TokenRefused(f"{path}: the token is refused: {message or status}")
    if meaning is _Meaning.PERMISSION:
        if not isinstance(body, dict):
            # A firewall before the API turned the request away, not the API.
            return TransientError(f"{path} answered 403, and not in Haravan's form")
        return AuthenticationError(f"{path}: the token lacks a scope: {message or 403}")
    return Refused(status, message)


def told_by(body: object, secrets: tuple[str, ...]) -> str:
    """Return what an error says, whatever form it has, without our secrets."""
    if not isinstance(body, dict):
        return ""
    for name in ("errors", "error_description", "error", "message"):
        told = "; ".join(_texts(body.get(name)))
        if told:
            return redacted(told, secrets)
    return ""


def _texts(value: object, depth: int = 0) -> list[str]:
    """Return the texts in errors: one text, a list of them, or lists by field."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if depth > 3:
        return []
    if isinstance(value, list):
        return [text for one in value for text in _texts(one, depth + 1)]
    if isinstance(value, dict):
        return [
            f"{name}: {text}"
            for name, one in value.items()
            for text in _texts(one, depth + 1)
        ]
    return []
