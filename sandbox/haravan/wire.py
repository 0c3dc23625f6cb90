"""Haravan's answers and refusals, and the reading of a call's parameters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from .formats import read_timestamp
from .store import Store

MOST_PER_PAGE = 50

Row = TypeVar("Row")


class WireError(Exception):
    """A refusal: a status and what stands behind ``errors``, text or fields."""

    def __init__(self, status: int, errors: object) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = errors


def bad_request(sentence: str) -> WireError:
    """A request that was not understood."""
    return WireError(400, sentence)


def not_found() -> WireError:
    """A path or a resource that is not here."""
    return WireError(404, "Not Found")


def invalid(name: str, sentence: str) -> WireError:
    """A body that was understood and cannot be carried out."""
    return WireError(422, {name: [sentence]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A success; ``body`` is the whole answer."""

    body: object
    status: int = 200


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the checks of token, scope and rate.

    ``fails_in_part`` wants the first row of a batch left undone.
    """

    store: Store
    query: Mapping[str, str]
    body: Mapping[str, object] = field(repr=False)
    request_id: str
    fails_in_part: bool = False

    def text(self, name: str) -> str:
        """A query parameter; empty when it was left out."""
        return self.query.get(name, "").strip()

    def whole(self, name: str, default: int, least: int = 0) -> int:
        """A whole number in the query."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit()) or int(text) < least:
            raise bad_request(f"{name} must be a number of {least} or more")
        return int(text)

    def moment(self, name: str) -> int | None:
        """A time in the query, in milliseconds."""
        text = self.text(name)
        if not text:
            return None
        moment = read_timestamp(text)
        if moment is None:
            raise bad_request(f"{name} must be a time as in 2021-10-20T14:07:45.084Z")
        return moment

    def numbers(self, name: str, most: int) -> list[int]:
        """Comma-joined numbers in the query, ``most`` at the most."""
        parts = [part.strip() for part in self.text(name).split(",") if part.strip()]
        if len(parts) > most:
            raise bad_request(f"{name} takes {most} values at the most")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise bad_request(f"{name} must hold numbers")
        return [int(part) for part in parts]

    def choice(self, name: str, words: Collection[str], default: str) -> str:
        """One of a fixed set of words in the query."""
        text = self.text(name) or default
        if text not in words:
            raise bad_request(f"{name} must be one of {', '.join(words)}")
        return text

    def part(self, name: str) -> Mapping[str, object]:
        """The object in which a body wraps what it sends."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise bad_request(f"{name} is required")
        return value

    def page(self, rows: Sequence[Row], most: int = MOST_PER_PAGE) -> list[Row]:
        """The page that was asked for; a limit that is too large is cut."""
        limit = min(self.whole("limit", most, least=1), most)
        start = (self.whole("page", 1, least=1) - 1) * limit
        return list(rows[start : start + limit])


def is_within(least: int | None, moment: int, most: int | None) -> bool:
    """Whether a time is between two bounds, both of them included."""
    return (least is None or moment >= least) and (most is None or moment <= most)


def flag(sent: Mapping[str, object], name: str) -> bool | None:
    """True, false, or nothing when it was left out."""
    value = sent.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise invalid(name, "must be true or false")


def words(sent: Mapping[str, object], name: str) -> str | None:
    """A text, or nothing when it was left out."""
    value = sent.get(name)
    if value is None or isinstance(value, str):
        return value
    raise invalid(name, "must be a text")


def rows(sent: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """A list of objects; empty when it was left out."""
    value = sent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise invalid(name, "must be a list of objects")
    return value


def number(sent: Mapping[str, object], name: str) -> int:
    """A whole number, written as one or as text."""
    value = sent.get(name)
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(name, "must be a whole number")
    return value


def money(sent: Mapping[str, object], name: str) -> Decimal | None:
    """An amount above nothing, as a number or as text; nothing when left out."""
    value = sent.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise invalid(name, "must be an amount")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise invalid(name, "must be an amount") from None
    if not amount.is_finite() or amount < 0:
        raise invalid(name, "must be an amount")
    return amount
