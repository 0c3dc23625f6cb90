"""TikTok Shop's envelope, its refusals and the reading of a call's parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sandbox.channel import Json

from .accounts import Account


class WireError(Exception):
    """A refusal: an HTTP status, a code that is not 0 and a message."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(detail: str) -> WireError:
    """The complaint of the gateway about a parameter, which has one code for many."""
    return WireError(36009004, f"Invalid parameter. {detail}", 400)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the checks of signature, token and shop.

    ``applies`` is false when a fault wants success without effect, ``fails_in_part``
    when it wants the first row of a batch refused.
    """

    query: Mapping[str, str]
    body: Mapping[str, object]
    path: Mapping[str, str]
    now: float
    request_id: str
    applies: bool
    fails_in_part: bool
    account: Account | None

    @property
    def shop_account(self) -> Account:
        """The account of a call that carries a seller's token."""
        assert self.account is not None, "only calls with a token ask for it"
        return self.account

    def text(self, name: str) -> str:
        """A required query parameter."""
        value = self.query.get(name, "")
        if not value:
            raise invalid(f"The `{name}` query parameter is required.")
        return value

    def page_size(self, most: int, default: int | None = None) -> int:
        """``page_size`` in the query, 1 to ``most``; a default makes it optional."""
        given = self.query.get("page_size", "" if default is None else str(default))
        if not (given.isascii() and given.isdigit() and 1 <= int(given) <= most):
            raise invalid(f"The `page_size` query parameter must be 1 to {most}.")
        return int(given)

    def asking(self, query: Mapping[str, str]) -> "Call":
        """The same call with another query."""
        return replace(self, query=query)

    def fields(self) -> "Fields":
        """The JSON body."""
        return Fields(self.body)


class Fields:
    """A JSON object whose types are checked as strictly as the marketplace does."""

    def __init__(self, values: Mapping[str, object], path: str = "") -> None:
        self._values = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """A required text."""
        value = self.optional_text(name)
        if not value:
            raise self._missing(name)
        return value

    def optional_text(self, name: str) -> str:
        """A text; empty when left out."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def number(self, name: str) -> int:
        """A required whole number."""
        value = self.optional_number(name)
        if value is None:
            raise self._missing(name)
        return value

    def optional_number(self, name: str) -> int | None:
        """A whole number, or nothing."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "an integer")
        return value

    def flag(self, name: str) -> bool | None:
        """True, false, or nothing."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "a boolean")
        return value

    def texts(self, name: str, most: int = 100) -> list[str]:
        """A list of texts; empty when left out."""
        values = self._list(name)
        if len(values) > most:
            raise invalid(f"The `{self._path}{name}` field holds more than {most}.")
        if not all(isinstance(value, str) for value in values):
            raise self._wrong(name, "a list of strings")
        return [str(value) for value in values]

    def choice(self, name: str, kinds: type[StrEnum]) -> str:
        """One of the marketplace's words, or nothing."""
        value = self.optional_text(name)
        if value and value not in {kind.value for kind in kinds}:
            raise invalid(f"The `{self._path}{name}` value is not supported.")
        return value

    def rows(self, name: str) -> list["Fields"]:
        """A list of objects; empty when left out."""
        rows: list[Fields] = []
        for index, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise self._wrong(name, "a list of objects")
            rows.append(Fields(value, f"{self._path}{name}[{index}]."))
        return rows

    def nested(self, name: str) -> "Fields":
        """An object; empty when left out."""
        value = self._values.get(name)
        if value is None:
            return Fields({}, f"{self._path}{name}.")
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return Fields(value, f"{self._path}{name}.")

    def _list(self, name: str) -> Sequence[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def _missing(self, name: str) -> WireError:
        return invalid(f"The `{self._path}{name}` field is required.")

    def _wrong(self, name: str, wanted: str) -> WireError:
        return invalid(f"The `{self._path}{name}` field must be {wanted}.")


def envelope(request_id: str, data: object) -> Json:
    """A success as it is sent."""
    return {"code": 0, "message": "Success", "data": data, "request_id": request_id}


def error_envelope(request_id: str, code: int, message: str) -> Json:
    """A refusal as it is sent."""
    return {"code": code, "message": message, "data": None, "request_id": request_id}
