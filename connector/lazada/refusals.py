"""Sorts Lazada's refusals by what the caller does next.

A refusal comes with HTTP 200, a ``code`` that is a symbol or a number, and a ``type``:
ISV for the caller's fault, ISP and SYSTEM for Lazada's own (Open Platform, "Error
codes" and the error table of each call).  The type is not reliable, so the codes that
are known go first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)
from connector.parsing import JsonRecord

_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 86_400.0


class Refused(PermanentError):
    """Lazada understood the request and said no; ``code`` and ``message`` say why.

    ``detail_records`` are what it said of the single things that a request named.
    """

    def __init__(
        self,
        code: str,
        message: str,
        request_id: str | None,
        detail_records: Sequence[JsonRecord] = (),
    ) -> None:
        super().__init__(f"Lazada refused: {code}: {message}", request_id=request_id)
        self.code = code
        self.message = message
        self.detail_records = tuple(detail_records)


class TokenExpired(AuthenticationError):
    """The access token is not valid any more: refresh it once and repeat."""


class TroubleOrUnknown(TransientError):
    """Trouble inside Lazada, or no such record in this shop: it does not say which."""


_PAUSES = {
    "apicalllimit": _PAUSE_SECONDS,
    "iopsystemflowlimit": _PAUSE_SECONDS,
    "servicecurrentlimit": _PAUSE_SECONDS,
    # "Retry in the next second."
    "901": 1.0,
}
_LOST_CODES = {"illegalrefreshtoken", "auth_type_unsupported"}
_CONFIGURATION_CODES = {
    "illegaltimestamp",
    "incompletesignature",
    "mp3sellerapilimit",
    "sellernotverified",
}
_SYSTEM_PARAMETERS = ("sign", "app_key", "timestamp", "access_token")
_TROUBLE_CODES = {"6", "106", "513", "1000"}
_AMBIGUOUS_CODE = "106"
_INPUT_CODES = {
    *("14", "16", "17", "18", "19", "36", "37", "38", "39", "56"),
    *("204", "207", "208", "212", "501", "4152", "4170", "4225"),
}
_TROUBLE_TYPES = {"SYSTEM", "ISP"}

_BAN = re.compile(r"ban will last ([0-9]{1,9}) second")
_NUMBERED = re.compile(r"[eE]?0*([0-9]+)")
_PARAMETER = re.compile(r"parameter \W*([a-z_]+)")


def bare(code: str) -> str:
    """Return a code as the tables have it: ``E0018`` and ``18`` are the same."""
    numbered = _NUMBERED.fullmatch(code)
    return numbered[1] if numbered else code.lower()


def error_for(
    code: str,
    kind: str,
    message: str,
    *,
    changes_state: bool,
    request_id: str | None = None,
    detail_records: Sequence[JsonRecord] = (),
) -> ConnectorError:
    """Return the error that stands for a refusal; ``code`` is not "0"."""
    plain = bare(code)
    low = message.lower()
    told = f"Lazada: {code}: {message}"
    pause = _pause(plain, low)
    if pause is not None:
        return RateLimited(pause, told, request_id=request_id)
    credentials = _credentials_error(plain, low)
    if credentials is not None:
        return credentials(told, request_id=request_id)
    if plain not in _INPUT_CODES and _is_trouble(plain, kind):
        # Of a failure inside Lazada nobody knows how far the write had come.
        trouble = TroubleOrUnknown if plain == _AMBIGUOUS_CODE else TransientError
        kind_of_error = OutcomeUnknown if changes_state else trouble
        return kind_of_error(told, request_id=request_id)
    return Refused(code, message, request_id, detail_records)


def _pause(code: str, message: str) -> float | None:
    ban = _BAN.search(message)
    if ban is not None:
        return min(max(float(ban[1]), 1.0), _LONGEST_PAUSE_SECONDS)
    return _PAUSES.get(code)


def _credentials_error(code: str, message: str) -> type[AuthenticationError] | None:
    if code in _LOST_CODES:
        return AuthorizationLost
    if "accesstoken" in code:
        return TokenExpired
    if code in _CONFIGURATION_CODES or _lacks_system_parameter(code, message):
        return AuthenticationError
    return None


def _lacks_system_parameter(code: str, message: str) -> bool:
    """Whether the call was not signed; else some other parameter of ours is wrong."""
    if code != "missingparameter":
        return False
    named = _PARAMETER.search(message)
    return named is None or named[1] in _SYSTEM_PARAMETERS


def _is_trouble(code: str, kind: str) -> bool:
    return code in _TROUBLE_CODES or kind.upper() in _TROUBLE_TYPES
