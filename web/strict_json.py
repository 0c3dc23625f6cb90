"""Reads JSON that programs send: strict, so that nobody is understood by half."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from web.errors import WebError
from web.routing import LARGEST_ID

MOST_DEPTH = 10

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class JsonRefused(WebError):
    """What was sent is no JSON, or says something twice; the text says which."""


def parse_json(raw: bytes) -> Any:
    """Return what JSON says, if it says it once and plainly.

    Raises ``JsonRefused``.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefused("The body is not UTF-8 text.") from None
    if _depth(text) > MOST_DEPTH:
        raise JsonRefused(f"The body nests deeper than {MOST_DEPTH} levels.")
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_name_twice,
            parse_constant=_no_constant,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg}, line {error.lineno}."
        raise JsonRefused(detail) from None
    except ValueError:
        # Python refuses to convert numbers of thousands of digits.
        raise JsonRefused("The body holds a number of absurd length.") from None


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        detail = f"An object names {named(twice)} more than once: say which is meant."
        raise JsonRefused(detail)
    return found


def _number(text: str) -> int | float:
    # JSON knows one kind of numbers, and many programs write 2 as 2.0.
    number = float(text)
    if not number.is_integer() or abs(number) > LARGEST_ID:
        return number
    try:
        # Compared exactly: what only rounds to a whole number is none.
        return int(number) if Decimal(text) == int(number) else number
    except InvalidOperation:
        raise JsonRefused("The body holds an absurd number.") from None


def _no_constant(name: str) -> Any:
    raise JsonRefused(f"{name} is no number of JSON.")


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def named(names: Iterable[str]) -> str:
    """Return some names, as far as they fit into a sentence."""
    return ", ".join(name[:40] for name in list(names)[:10])
