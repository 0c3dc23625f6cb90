"""Names that people give on the command line or in a file, and that the books keep."""

from __future__ import annotations

import unicodedata
from typing import Any

import click

LONGEST_NAME = 100
# Controls, halves of surrogate pairs, and what turns the reading direction around: two
# names that look alike would be two.
_UNSEEN = frozenset({"Cc", "Cs"})
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def flaw_in_name(name: str, most: int = LONGEST_NAME) -> str:
    """Say why a name cannot be kept, or nothing where it can."""
    if not name.strip():
        return "is empty"
    if len(name) > most:
        return f"is longer than {most} characters"
    if any(x in _TURNS or unicodedata.category(x) in _UNSEEN for x in name):
        return "holds characters that nobody sees"
    return ""


class Name(click.ParamType[str]):
    """A name of at most 100 visible characters; anything else is wrong usage."""

    name = "name"

    def __init__(self, most: int = LONGEST_NAME) -> None:
        self._most = most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        flaw = flaw_in_name(value, self._most)
        if flaw:
            self.fail(f"{value[:40]!r} {flaw}.", param, ctx)
        return str(value)
