"""The door: a short-lived token becomes a session in the path."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.asked import check_asked_once
from web.board_query import FIELDS
from web.desk import current_desk
from web.language import asked_language
from web.sessions import exchange_token

blueprint = Blueprint("opening", __name__)


@blueprint.route("/open", methods=["GET", "POST"])
def open_page() -> ResponseReturnValue:
    """Exchange a token for the list; POST keeps it out of the frame's address.

    Fields of the list's filter go along, so that a link of the ERP can hold one.  A
    document in the token is searched for: the one order it means opens by itself.
    """
    if request.method == "HEAD":
        # Mail and chat programs try links before a person does; a token works once.
        return ""
    check_asked_once()
    desk = current_desk()
    given = request.form if request.method == "POST" else request.args
    opened = exchange_token(
        desk.database, desk.settings, given.get("token", ""), desk.now()
    )
    wanted: dict[str, Any] = {name: given[name] for name in FIELDS if given.get(name)}
    if opened.launch.document:
        wanted["q"] = opened.launch.document
    if opened.launch.language and not asked_language():
        wanted["lang"] = opened.launch.language
    return redirect(url_for("returns.show_list", access=opened.access, **wanted), 303)
