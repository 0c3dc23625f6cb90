"""Sorts Tiki's refusals by what the caller does next.

Tiki publishes no error codes: the HTTP status decides, and the texts are for people
(Open API, common exceptions).  429 and everything from 500 on are told apart before,
by the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.errors import AuthenticationError, ConnectorError, PermanentError
from connector.parsing import told


class Refused(PermanentError):
    """Tiki understood the request and said no; ``status`` and ``message`` say why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"Tiki refused with {status}: {message}")
        self.status = status
        self.message = message


class TokenExpired(AuthenticationError):
    """The access token is missing, expired or of no seller: renew it once and repeat.

    Tiki does not tell these apart.
    """


def _not_let_in(status: int, message: str) -> ConnectorError:
    return TokenExpired(f"Tiki refused with {status}: {message}")


def _not_allowed(status: int, message: str) -> ConnectorError:
    return AuthenticationError(
        f"Tiki refused with {status}, so a scope is missing or the seller is not"
        f" active: {message}"
    )


_KINDS: Mapping[int, Callable[[int, str], ConnectorError]] = {
    400: Refused,
    401: _not_let_in,
    403: _not_allowed,
    404: Refused,
    405: Refused,
    406: Refused,
}


def error_for(status: int, message: str) -> ConnectorError:
    """Return the error that stands for a refusal; a status without a row is Refused."""
    return _KINDS.get(status, Refused)(status, message)


def complaint(body: Any) -> str:
    """Return what an error's body says, in any of the forms that Tiki uses.

    The empty text stands for a body that is no error's.
    """
    if not isinstance(body, dict):
        return ""
    several = body.get("errors")
    if isinstance(several, list) and several:
        return "; ".join(_spoken(one) for one in several)
    single = body.get("error")
    if isinstance(single, dict):
        return _spoken(single)
    words = (told(single), told(body.get("error_description")))
    return ": ".join(word for word in words if word)


def _spoken(entry: object) -> str:
    if isinstance(entry, dict):
        return told(entry.get("message")) or "no reason given"
    return told(entry) or "no reason given"
