"""Sorts WooCommerce's refusals by what the caller does next.

The code decides; the status says only as much as the plugin that answered cared to.
Statuses of 500 and above never come here: of a write nobody knows then how far it came.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    TransientError,
    UnexpectedAnswer,
)
from connector.parsing import JsonRecord


class Refused(PermanentError):
    """WooCommerce understood the request and said no; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"WooCommerce refused: {code}: {message}")
        self.code = code
        self.message = message

    @property
    def is_unknown_id(self) -> bool:
        """Whether there is no such record."""
        return self.code.endswith("_invalid_id") or self.code in _UNKNOWN_IDS

    @property
    def is_unknown_route(self) -> bool:
        """Whether the site does not have this part of the API."""
        return self.code == "rest_no_route"


_UNKNOWN_IDS = {
    "woocommerce_rest_invalid_order_id",
    "woocommerce_rest_invalid_order_refund_id",
    "woocommerce_rest_invalid_product_id",
}

# Keys that are wrong, revoked, read-only, or of a user who may not do this.
_CREDENTIALS: Mapping[str, str] = {
    "woocommerce_rest_authentication_error": "the keys or the signature are wrong",
    "woocommerce_rest_cannot_access": "the keys' user may not do this",
    "woocommerce_rest_cannot_batch": "the keys' user may not do this",
    "woocommerce_rest_cannot_create": "the keys need the permission Read/Write",
    "woocommerce_rest_cannot_edit": "the keys need the permission Read/Write",
    "woocommerce_rest_cannot_view": "the keys' user may not see this",
    "rest_forbidden": "the keys' user may not do this",
    "rest_not_logged_in": "the site did not see the keys",
}


def error_for(
    status: int, body: object, path: str, *, changes_state: bool
) -> ConnectorError:
    """Return the error that stands for an answer from 400 to 499."""
    code, message = told_by(body)
    if not code:
        return _without_code(status, path, changes_state)
    if code in _CREDENTIALS:
        return AuthenticationError(f"{code}: {message} ({_CREDENTIALS[code]})")
    if status == 401:
        return AuthenticationError(f"{code}: {message}")
    return Refused(code, message)


def told_by(body: object) -> tuple[str, str]:
    """Return the code and the message of an error, empty where it is none."""
    if not isinstance(body, dict):
        return "", ""
    return _plain(body.get("code")), _plain(body.get("message"))


def status_of(error: JsonRecord) -> int:
    """Return the status in an error's data, which may be a bare number, or 0."""
    data = error.get("data")
    status = data.get("status") if isinstance(data, dict) else data
    return status if isinstance(status, int) and not isinstance(status, bool) else 0


def _without_code(status: int, path: str, changes_state: bool) -> ConnectorError:
    told = f"{path} answered {status}, and not in WooCommerce's form"
    if status == 401:
        return AuthenticationError(told)
    if status == 403:
        # A firewall in front of the site turned the request away.
        return TransientError(told)
    return OutcomeUnknown(told) if changes_state else UnexpectedAnswer(told)


def _plain(value: object) -> str:
    return value.strip()[:300] if isinstance(value, str) else ""
