"""Requests and errors as Tiki reads and writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.channel import Json

from .accounts import Account, Token


class WireError(Exception):
    """A refusal: an HTTP status and sentences under ``errors``."""

    def __init__(self, status: int, *sentences: str) -> None:
        super().__init__(*sentences)
        self.status = status
        self.sentences = sentences

    @property
    def body(self) -> Json:
        """The refusal as it is sent."""
        return {"errors": list(self.sentences)}


Answer = Json | list[Json]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the check of its token.

    ``applies`` is false when a fault wants success without effect, ``fails_in_part``
    when it wants the first row of a batch refused.
    """

    label: str
    place: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: Mapping[str, object]
    token: Token
    now: float
    wall: float
    applies: bool
    fails_in_part: bool

    @property
    def account(self) -> Account:
        """The seller whose token it is."""
        assert self.token.account is not None, "only a seller's calls ask for it"
        return self.token.account

    def text(self, name: str) -> str:
        """A query parameter, empty when it was left out."""
        values = self.query.get(name, [])
        return values[0] if values else ""

    def words(self, name: str) -> list[str]:
        """The values of a parameter that is joined by commas."""
        joined = ",".join(self.query.get(name, []))
        return [word.strip() for word in joined.split(",") if word.strip()]

    def number(self, name: str, default: int) -> int:
        """A whole number above zero in the query."""
        text = self.text(name) or str(default)
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise WireError(400, f"{name} must be greater than 0")
        return int(text)

    def flag(self, name: str) -> bool | None:
        """True, false, or not asked for."""
        text = self.text(name).lower()
        if text not in ("", "true", "false", "1", "0"):
            raise WireError(400, f"{name} must be a boolean")
        return None if not text else text in ("true", "1")


def whole(row: Mapping[str, object], name: str) -> int:
    """A whole number of a JSON object."""
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WireError(400, f"{name} must be an integer")
    return value


def rows(body: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """A list of objects in a JSON object."""
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise WireError(400, f"{name} must be a list of objects")
    return value
