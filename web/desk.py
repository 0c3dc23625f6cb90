"""What every page needs at hand: settings, database, bell and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, current_app

from daemon.bell import Bell
from daemon.settings import Settings
from stock.session import Database

Clock = Callable[[], datetime]

_EXTENSION = "truestock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The outside of one running web page."""

    settings: Settings
    database: Database
    bell: Bell
    now: Clock


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def install_desk(app: Flask, desk: Desk) -> None:
    """Give an application its desk."""
    app.extensions[_EXTENSION] = desk


def current_desk() -> Desk:
    """Return the desk of the application that answers this request."""
    desk = current_app.extensions[_EXTENSION]
    assert isinstance(desk, Desk)
    return desk
