"""Lazada's envelope and the reading of a call's parameters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.channel import Json

from .accounts import Account


class WireError(Exception):
    """An error as Lazada answers it: HTTP 200, a code, a type and a message.

    ``ISV`` blames the caller's credentials, ``ISP`` the business data.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        type: str = "ISP",
        detail: list[Json] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.type = type
        self.detail = detail


def isv(code: str, message: str) -> WireError:
    """A complaint of the gateway itself."""
    return WireError(code, message, type="ISV")


def missing(name: str) -> WireError:
    """The complaint about a parameter that is not there."""
    return isv(
        "MissingParameter",
        f'the input parameter "{name}" that is mandatory for processing this request '
        "is not supplied",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """An answer under ``data``; most calls give one."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer under ``result`` with a success of its own."""

    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """An answer whose fields stand beside the code."""

    fields: Json


Answer = Data | Result | Flat


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the checks of signature and token.

    ``applies`` is false when a fault wants success without effect, ``fails_in_part``
    when it wants the first row of a batch refused.
    """

    parameters: Mapping[str, str]
    now: float
    request_id: str
    applies: bool
    fails_in_part: bool
    account: Account | None

    @property
    def seller(self) -> Account:
        """The account of a call that carries an access token."""
        assert self.account is not None, "only calls with a token ask for it"
        return self.account

    def text(self, name: str, default: str | None = None) -> str:
        """A parameter; without a default it is required."""
        value = self.parameters.get(name, "")
        if value:
            return value
        if default is None:
            raise missing(name)
        return default

    def number(
        self, name: str, default: int, *, least: int, most: int, refusal: int
    ) -> int:
        """A whole number within bounds; ``refusal`` is the number of the complaint."""
        text = self.text(name, str(default))
        number = whole(text)
        if number is None or not least <= number <= most:
            raise numbered(refusal, f'"{text}" Invalid {name.capitalize()}')
        return number

    def parsed(self, name: str) -> object:
        """A parameter that holds JSON; ``None`` when it is not JSON at all."""
        return parsed(self.text(name))

    def request(self, name: str) -> Mapping[str, object]:
        """A parameter that holds a JSON object."""
        value = self.parsed(name)
        if not isinstance(value, dict):
            raise WireError("700004", "param illegal")
        return value

    def identifiers(self, name: str) -> list[str] | None:
        """A parameter that holds a JSON list of identifiers, as texts."""
        value = self.parsed(name)
        if not isinstance(value, list):
            return None
        return [identifier(each) for each in value]


def numbered(number: int, sentence: str) -> WireError:
    """A complaint of the order and product services: ``E014: ...``."""
    return WireError(str(number), f"E{number:03}: {sentence}")


def returned(number: int, sentence: str) -> WireError:
    """A complaint of the reverse services, whose numbers have four digits."""
    return WireError(str(number), f"E{number:04}: {sentence}")


def parsed(text: str) -> object:
    """The value of a JSON text, or ``None``."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def identifier(value: object) -> str:
    """An identifier as text, whether it came as a number or as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value)


def whole(text: str) -> int | None:
    """The whole number that a text holds, or ``None``."""
    try:
        return int(text)
    except ValueError:
        return None


def envelope(request_id: str, answer: Answer) -> Json:
    """The answer as it is sent."""
    if isinstance(answer, Flat):
        return {**answer.fields, "code": "0", "request_id": request_id}
    name = "data" if isinstance(answer, Data) else "result"
    return {name: answer.value, "code": "0", "request_id": request_id}


def error_envelope(request_id: str, error: WireError) -> Json:
    """The refusal as it is sent."""
    frame: Json = {
        "code": error.code,
        "type": error.type,
        "message": error.message,
        "request_id": request_id,
    }
    if error.detail is not None:
        frame["detail"] = error.detail
    return frame
