"""A shop's first reading: however many pages it has, few are held at a time."""

from __future__ import annotations

import weakref
from dataclasses import fields
from datetime import timedelta

import pytest

from connector.values import ChannelOrder, Page
from tests.daemon.desk import Desk
from tests.daemon.scripted import Script, ScriptedConnector, sold

PAGES, ON_A_PAGE = 30, 5
HELD_PAGES = 2
"""The page that was taken in, until the next one has come in its place."""


class Watched(ChannelOrder):
    """An order that one can see go."""


class Pages:
    """A channel with many pages of orders, each made when it is asked for."""

    def __init__(self) -> None:
        self.most_held = 0
        self._made: list[weakref.ref[Watched]] = []

    def read(self, cursor: str | None) -> Page[ChannelOrder]:
        number = int(cursor or 0) + 1
        orders = tuple(self._order() for _ in range(ON_A_PAGE))
        held = sum(order() is not None for order in self._made)
        self.most_held = max(self.most_held, held)
        return Page(items=orders, next_cursor=str(number) if number < PAGES else None)

    def _order(self) -> ChannelOrder:
        plain = sold(f"{len(self._made):08}", age=timedelta(hours=2))
        order = Watched(**{f.name: getattr(plain, f.name) for f in fields(plain)})
        self._made.append(weakref.ref(order))
        return order


@pytest.fixture
def pages(script: Script, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """The scripted shop, whose orders come in pages."""
    given = Pages()
    monkeypatch.setattr(
        ScriptedConnector,
        "read_orders",
        lambda _self, *, since, cursor=None: given.read(cursor),
    )
    return given


def test_pages_that_were_taken_in_are_let_go(desk: Desk, pages: Pages) -> None:
    desk.sync()

    assert len(desk.orders()) == PAGES * ON_A_PAGE
    assert 0 < pages.most_held <= HELD_PAGES * ON_A_PAGE
