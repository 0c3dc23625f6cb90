"""The door: a short-lived token becomes a session in the path."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.board_query import FIELDS
from web.desk import current_desk
from web.tokens import exchange_token

blueprint = Blueprint("opening", __name__)


@blueprint.route("/open", methods=["GET", "POST"])
def open_page() -> ResponseReturnValue:
    """Exchange a token for the list; POST keeps it out of the frame's address.

    Fields of the list's filter go along, so that a link of the ERP can hold one.
    """
    desk = current_desk()
    given = request.form if request.method == "POST" else request.args
    access = exchange_token(desk.settings, given.get("token", ""), desk.now())
    wanted: dict[str, Any] = {name: given[name] for name in FIELDS if given.get(name)}
    return redirect(url_for("returns.show_list", access=access, **wanted), 303)
