"""The search syntax of ``query`` arguments."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sandbox.shopify.formats import parse_time

Row = TypeVar("Row")
Test = Callable[[str, str], bool]
Fields = Mapping[str, Test]

_TOKEN = re.compile(r"""\(|\)|(?:[^\s()"']|"[^"]*"|'[^']*')+""")
_TERM = re.compile(r"(-?)(?:(\w+):)?(>=|<=|>|<)?(.*)", re.DOTALL)


def find(
    rows: Sequence[Row], query: str | None, fields: Callable[[Row], Fields]
) -> list[Row]:
    """The rows that a query lets through.

    ``fields`` gives, for each field of a row, a test of sign and value.  A field that
    is not known is left out of the question, as Shopify does: a misspelt filter
    answers with everything.
    """
    tokens = _TOKEN.findall(query or "")
    if not tokens:
        return list(rows)
    return [row for row in rows if _Reader(tokens, fields(row)).read()]


def number(value: int) -> Test:
    """A field that holds a number."""

    def test(sign: str, wanted: str) -> bool:
        bare = wanted.rsplit("/", 1)[-1]
        return bare.isdecimal() and _compare(value, sign, int(bare))

    return test


def moment(value: float, now: float) -> Test:
    """A field that holds a time; ``now`` may be asked for by name."""

    def test(sign: str, wanted: str) -> bool:
        other = now if wanted == "now" else parse_time(wanted)
        return other is not None and _compare(value, sign, other)

    return test


def words(*values: str) -> Test:
    """A field that holds words; case does not count, and ``*`` ends a beginning."""

    def test(sign: str, wanted: str) -> bool:
        asked = wanted.casefold()
        for value in values:
            held = value.casefold()
            if held == asked:
                return True
            if asked.endswith("*") and held.startswith(asked[:-1]):
                return True
        return False

    return test


def _compare(value: float, sign: str, wanted: float) -> bool:
    if sign == ">":
        return value > wanted
    if sign == ">=":
        return value >= wanted
    if sign == "<":
        return value < wanted
    if sign == "<=":
        return value <= wanted
    return value == wanted


class _Reader:
    """Judges one row: ``OR`` binds weaker than ``AND``, which may be left out."""

    def __init__(self, tokens: Sequence[str], fields: Fields) -> None:
        self._tokens = list(tokens)
        self._fields = fields

    def read(self) -> bool:
        """Whether the row is found."""
        found = self._all()
        while self._next_is("OR"):
            # Both sides are read in any case: the reading moves on by it.
            found = self._all() or found
        return found

    def _all(self) -> bool:
        found = True
        while self._tokens and self._tokens[0] not in ("OR", ")"):
            if not self._next_is("AND"):
                found = self._one() and found
        return found

    def _one(self) -> bool:
        if self._next_is("NOT"):
            return not self._one()
        if self._next_is("("):
            found = self.read()
            self._next_is(")")
            return found
        return self._term(self._tokens.pop(0))

    def _term(self, token: str) -> bool:
        matched = _TERM.fullmatch(token)
        assert matched is not None, "the pattern fits every text"
        minus, field, sign, value = matched.groups()
        test = self._fields.get(field or "default")
        if test is None:
            return True
        return test(sign or "", value.strip("'\"")) is not bool(minus)

    def _next_is(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False
