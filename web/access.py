"""Lets readers in: their session is a part of every address, no cookie is needed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, request

from web.desk import current_desk
from web.errors import RoleRefused
from web.permissions import Permission, needed
from web.tokens import Reader, read_session


def desk_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose pages only open with a session in their path.

    Each view is marked by ``needs`` with what its reader must be allowed to do.
    """
    blueprint = Blueprint(name, __name__, url_prefix="/desk/<access>")

    @blueprint.url_value_preprocessor
    def open_session(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        assert values is not None
        desk = current_desk()
        value = values.pop("access")
        g.reader = read_session(desk.settings, value, desk.now())
        g.access = value

    @blueprint.before_request
    def check_permission() -> None:
        # A view that nobody marked is nobody's: it is refused to all.
        demand(needed(current_app.view_functions[request.endpoint or ""]))

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


def demand(permission: Permission | None) -> None:
    """Let only go on whose role allows it.  Raises ``RoleRefused``."""
    reader = current_reader()
    if permission is None or not reader.may(permission):
        raise RoleRefused(reader.role, permission)
