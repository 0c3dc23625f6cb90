"""Reading parameters as WordPress validates them: every complaint at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.channel import Json

from .times import parse_moment
from .wire import WireError

_TRUE = ("true", "1")
_FALSE = ("false", "0", "")


class Parameters:
    """Typed readings; call ``check`` once everything was read."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given
        self._details: dict[str, Json] = {}

    def check(self) -> None:
        """Refuse the request if any reading failed."""
        if not self._details:
            return
        names = ", ".join(self._details)
        data = {
            "status": 400,
            "params": {name: each["message"] for name, each in self._details.items()},
            "details": self._details,
        }
        raise WireError(
            "rest_invalid_param", f"Invalid parameter(s): {names}", 400, data
        )

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self._given.get(name, default)
        return value if isinstance(value, str) else default

    def strict_text(self, name: str) -> str | None:
        """A text if it was sent; a number is none."""
        value = self._given.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong_type(name, "string")
            return None
        return value

    def whole(
        self, name: str, default: int, least: int | None = None, most: int | None = None
    ) -> int:
        """A whole number, written as number or text."""
        if name not in self._given:
            return default
        number = as_whole(self._given[name])
        if number is None:
            self._wrong_type(name, "integer")
            return default
        if least is not None and most is not None and not least <= number <= most:
            self._out_of_bounds(
                name,
                f"{name} must be between {least} (inclusive) and {most} (inclusive)",
            )
        elif least is not None and number < least:
            self._out_of_bounds(
                name, f"{name} must be greater than or equal to {least}"
            )
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false, written as such, as text or as a digit."""
        if name not in self._given:
            return default
        value = self._given[name]
        if isinstance(value, bool):
            return value
        if str(value).lower() in (*_TRUE, *_FALSE):
            return str(value).lower() in _TRUE
        self._wrong_type(name, "boolean")
        return default

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """One of a set of words."""
        value = self._given.get(name)
        if name not in self._given:
            return default
        if value not in options:
            self._not_among(name, name, options)
            return default
        return str(value)

    def choices(
        self, name: str, options: Sequence[str], default: Sequence[str]
    ) -> list[str]:
        """A list of words, as an array or with commas."""
        if name not in self._given:
            return list(default)
        words = as_list(self._given[name])
        for index, word in enumerate(words):
            if word not in options:
                self._not_among(name, f"{name}[{index}]", options)
        return words

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers, as an array or with commas."""
        found: list[int] = []
        for index, word in enumerate(as_list(self._given.get(name, []))):
            number = as_whole(word)
            if number is None:
                self._wrong_type(name, "integer", f"{name}[{index}]")
            else:
                found.append(number)
        return found

    def moment(self, name: str) -> datetime | None:
        """A date to filter by, without a zone."""
        value = self._given.get(name)
        if value is None:
            return None
        moment = parse_moment(str(value))
        if moment is None:
            self._complain(name, "rest_invalid_date", "Invalid date.", None)
        return moment

    def _wrong_type(self, name: str, kind: str, shown: str | None = None) -> None:
        shown = shown or name
        message = f"{shown} is not of type {kind}."
        self._complain(name, "rest_invalid_type", message, {"param": shown})

    def _out_of_bounds(self, name: str, message: str) -> None:
        self._complain(name, "rest_out_of_bounds", message, None)

    def _not_among(self, name: str, shown: str, options: Sequence[str]) -> None:
        message = f"{shown} is not one of {_listed(options)}."
        self._complain(name, "rest_not_in_enum", message, None)

    def _complain(self, name: str, code: str, message: str, data: object) -> None:
        self._details.setdefault(name, {"code": code, "message": message, "data": data})


def as_whole(value: object) -> int | None:
    """A whole number as PHP takes one: 5, 5.0 and "5", but not 1.5."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | str):
        try:
            number = float(value)
        except ValueError:
            return None
        return int(number) if number.is_integer() else None
    return None


def as_list(value: object) -> list[str]:
    """A list, an array of PHP, or a text with commas or blanks between."""
    if isinstance(value, Mapping):
        return [str(each) for each in value.values()]
    if isinstance(value, list):
        return [str(each) for each in value]
    return [word for word in re.split(r"[\s,]+", str(value)) if word]


def _listed(options: Sequence[str]) -> str:
    *first, last = options
    joiner = ", and " if len(options) > 2 else " and "
    return joiner.join((", ".join(first), last)) if first else last
