"""A cursor survives a restart, and a wrong one is refused."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pytest

from connector import PermanentError
from connector.cursors import decoded, encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    second: int
    page: str = ""

    def is_sound(self) -> bool:
        return self.second >= 0 and isinstance(self.page, str)


def cursor(written: bytes) -> str:
    return base64.urlsafe_b64encode(written).decode()


def test_a_position_comes_back_as_it_was() -> None:
    place = Place(second=7, page="ü?/+")
    assert decoded(Place, encoded(place), Place.is_sound) == place


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "7",
        "ü",
        cursor(b"\xff"),
        cursor(b"{"),
        cursor(b"null"),
        cursor(b"[7]"),
        cursor(b"{}"),
        cursor(b'{"second":7,"more":1}'),
        cursor(b'{"second":-1}'),
        cursor(b'{"second":"7"}'),
        cursor(b'{"second":7,"page":7}'),
    ],
)
def test_a_cursor_of_another_make_is_refused(wrong: str) -> None:
    with pytest.raises(PermanentError, match="not one of this channel"):
        decoded(Place, wrong, Place.is_sound)
