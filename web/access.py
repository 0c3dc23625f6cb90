"""Lets readers in: their session is a part of every address, no cookie is needed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from web.desk import current_desk
from web.errors import RoleRefused, SupervisorNeeded
from web.tokens import Reader, read_session


def desk_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose pages only open with a session in their path."""
    blueprint = Blueprint(name, __name__, url_prefix="/desk/<access>")

    @blueprint.url_value_preprocessor
    def open_session(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        assert values is not None
        desk = current_desk()
        value = values.pop("access")
        g.reader = read_session(desk.settings, value, desk.now())
        g.access = value

    @blueprint.url_defaults
    def keep_session(_endpoint: str, values: dict[str, Any]) -> None:
        if "access" in g:
            values.setdefault("access", g.access)

    return blueprint


def current_reader() -> Reader:
    """Return who looks at this page."""
    reader = g.reader
    assert isinstance(reader, Reader)
    return reader


def clerk() -> Reader:
    """Return who is about to change something.  Raises ``RoleRefused``."""
    reader = current_reader()
    if not reader.role.may_book:
        raise RoleRefused(reader.role)
    return reader


def supervisor() -> Reader:
    """Return who is about to take something back.  Raises ``SupervisorNeeded``."""
    reader = current_reader()
    if not reader.role.may_reverse:
        raise SupervisorNeeded(reader.role)
    return reader
