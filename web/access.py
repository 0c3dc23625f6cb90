"""Lets readers in: their session is a part of every address, no cookie is needed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, request

from web.asked import check_asked_once
from web.desk import current_desk
from web.errors import RecordMissing, RoleRefused
from web.permissions import Permission, needed
from web.sessions import read_session
from web.tokens import Reader


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
        g.reader = read_session(desk.database, value, desk.now())
        g.access = value

    @blueprint.before_request
    def check_permission() -> None:
        # A view that nobody marked is nobody's: it is refused to all.
        demand(needed(current_app.view_functions[request.endpoint or ""]))
        check_asked_once()

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


def check_shop(shop_id: int, kind: str = "record") -> None:
    """Let only go on who may see this shop.  Raises ``RecordMissing``.

    A stranger's record is missing, not forbidden: nobody learns that it exists.
    """
    if not current_reader().sees_shop(shop_id):
        raise RecordMissing(kind)


def check_warehouse(warehouse_id: int, kind: str = "record") -> None:
    """Let only go on who may book into this warehouse.  Raises ``RecordMissing``."""
    if not current_reader().books_into(warehouse_id):
        raise RecordMissing(kind)
