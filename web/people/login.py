"""Signing in with a name and a password, for those who come from no ERP."""

from __future__ import annotations

from math import ceil

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from stock.errors import LoginRefused, TooManyLogins
from stock.logins import log_in, prove
from stock.person_sessions import end_session
from web.access import desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused
from web.headers import never_framed
from web.language import gettext
from web.people.addresses import asking_address
from web.people.origins import check_origin
from web.permissions import Permission, needs

_FIELDS = ("name", "password")

blueprint = Blueprint("login", __name__)
inside = desk_blueprint("sign_out")


@blueprint.get("/login")
def show_form() -> ResponseReturnValue:
    """Ask for name and password."""
    never_framed()
    return _page()


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    """Open the page for whoever knows a person's password."""
    never_framed()
    check_origin()
    for field, values in request.form.lists():
        if field not in _FIELDS or len(values) != 1:
            raise FieldsRefused(field)
    name, password = (request.form.get(field, "") for field in _FIELDS)
    desk = current_desk()
    now = desk.now()
    try:
        proof = prove(
            desk.database,
            name=name,
            password=password,
            address=asking_address(),
            now=now,
        )
        access = desk.database.run(
            lambda session: log_in(session, proof, password, now=now)
        )
    except LoginRefused:
        sentence = gettext(
            "Name and password do not belong together. Check both and try again."
        )
        return _page(name, sentence, status=403)
    except TooManyLogins as refusal:
        return _wait(name, refusal)
    return redirect(url_for("returns.show_list", access=access), 303)


@inside.post("/sign-out")
@needs(Permission.OWN_ACCOUNT)
def leave() -> ResponseReturnValue:
    """End the session; its address opens nothing any more."""
    current_desk().database.run(lambda session: end_session(session, g.access))
    return redirect(url_for("login.show_form"), 303)


def too_many(refusal: TooManyLogins) -> str:
    """Say for how long nobody may try again."""
    minutes = ceil((refusal.until - current_desk().now()).total_seconds() / 60)
    return gettext(
        "Too many tries. Wait %(minutes)s minutes, then try again.",
        minutes=max(1, minutes),
    )


def _wait(name: str, refusal: TooManyLogins) -> Response:
    answer = _page(name, too_many(refusal), status=429)
    left = (refusal.until - current_desk().now()).total_seconds()
    answer.headers["Retry-After"] = str(max(1, ceil(left)))
    return answer


def _page(name: str = "", trouble: str = "", *, status: int = 200) -> Response:
    page = render_template("people/login.html", name=name[:100], trouble=trouble)
    return make_response(page, status)
