"""Shopee's envelope and the reading of a call's parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.channel import Json

from .accounts import Account


class WireError(Exception):
    """An error as Shopee answers it: HTTP 200, a code and a message."""

    def __init__(self, code: str, message: str, response: object | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.response = response


def wrong(detail: str) -> WireError:
    """The general complaint about a parameter."""
    return WireError("error_param", f"Wrong parameters, detail: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """An answer whose fields stand beside the envelope instead of inside it."""

    fields: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """An answer without any ``response`` key."""


Answer = Json | Flat | Bare


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the checks of signature and token.

    ``applies`` is false when a fault wants success without effect, ``fails_in_part``
    when it wants the first row of a batch refused.
    """

    query: Mapping[str, Sequence[str]]
    body: Mapping[str, object]
    now: float
    request_id: str
    applies: bool
    fails_in_part: bool
    account: Account | None

    @property
    def shop_account(self) -> Account:
        """The account of a call that is signed for a shop."""
        assert self.account is not None, "only shop endpoints ask for it"
        return self.account

    def text(self, name: str, default: str | None = None) -> str:
        """A query parameter; without a default it is required."""
        values = self.query.get(name, [])
        if values and values[0]:
            return values[0]
        if default is None:
            raise wrong(f"{name} is a required field.")
        return default

    def texts(self, name: str, most: int) -> list[str]:
        """A query parameter of 1 to ``most`` values, comma-joined.

        A name that is repeated is taken as one list; whether the real one does so is
        not proven, and leaving some out silently would be the worst guess.
        """
        self.text(name)
        joined = ",".join(self.query[name])
        values = [part for part in joined.split(",") if part]
        if not 1 <= len(values) <= most:
            raise wrong(f"{name} must have 1 to {most} values.")
        return values

    def options(self, name: str) -> frozenset[str]:
        """The values of an optional list."""
        return frozenset(",".join(self.query.get(name, [])).split(",")) - {""}

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number in the query."""
        value = self.text(name, None if default is None else str(default))
        try:
            return int(value)
        except ValueError:
            raise wrong(f"{name} must be a number.") from None

    def page_size(self) -> int:
        """``page_size``, 1 to 100."""
        return page_size(self.number("page_size"))

    def body_text(self, name: str) -> str:
        """A required text in the JSON body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise wrong(f"{name} is a required field.")
        return value

    def body_number(self, name: str) -> int:
        """A required whole number in the JSON body."""
        return number_in(self.body, name)

    def body_rows(self, name: str) -> list[Mapping[str, object]]:
        """A list of objects in the JSON body; empty when left out."""
        value = self.body.get(name) or []
        if not isinstance(value, list):
            raise wrong(f"{name} must be a list.")
        return [row if isinstance(row, dict) else {} for row in value]


def page_size(size: int) -> int:
    """A page size that Shopee accepts."""
    if size > 100:
        raise wrong("page_size must be 100 or less.")
    if size < 1:
        raise wrong("page_size must be 1 or greater.")
    return size


def number_in(row: Mapping[str, object], name: str) -> int:
    """A required whole number of a JSON object."""
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(f"{name} is a required field.")
    return value


def envelope(request_id: str, answer: Answer) -> Json:
    """The answer as it is sent."""
    frame: Json = {"error": "", "message": ""}
    if isinstance(answer, Flat):
        return {**frame, **answer.fields, "request_id": request_id}
    if isinstance(answer, Bare):
        return {**frame, "request_id": request_id}
    return {**frame, "warning": "", "response": answer, "request_id": request_id}


def error_envelope(request_id: str, error: WireError) -> Json:
    """The refusal as it is sent."""
    frame: Json = {
        "request_id": request_id,
        "error": error.code,
        "message": error.message,
    }
    if error.response is not None:
        frame["response"] = error.response
    return frame
