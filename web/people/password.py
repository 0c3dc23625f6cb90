"""Changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from stock.errors import LoginRefused, TooManyLogins, WeakPassword
from stock.logins import change_password, prove
from stock.passwords import SHORTEST_PASSWORD
from stock.people import judge_password
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing
from web.headers import never_framed
from web.language import gettext
from web.people.addresses import asking_address
from web.people.login import too_many
from web.permissions import Permission, needs

_FIELDS = ("old", "new", "again")

blueprint = desk_blueprint("password")


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What is wrong with each field."""

    old: str = ""
    new: str = ""
    again: str = ""


@blueprint.get("/password")
@needs(Permission.OWN_ACCOUNT)
def show_form() -> ResponseReturnValue:
    """Ask for the old password and the new one, twice."""
    _check_has_password()
    return _page()


@blueprint.post("/password")
@needs(Permission.OWN_ACCOUNT)
def change() -> ResponseReturnValue:
    """Change the password; every other session of the person ends."""
    _check_has_password()
    for field, values in request.form.lists():
        if field not in _FIELDS or len(values) != 1:
            raise FieldsRefused(field)
    old, new, again = (request.form.get(field, "") for field in _FIELDS)
    user = current_reader().user
    if trouble := _weakness(user, new):
        return _page(Troubles(new=trouble), status=400)
    if new != again:
        return _page(
            Troubles(again=gettext("The two are not the same. Type it again.")),
            status=400,
        )
    return _change(user, old, new)


def _change(user: str, old: str, new: str) -> ResponseReturnValue:
    desk = current_desk()
    now = desk.now()
    try:
        proof = prove(
            desk.database,
            name=user,
            password=old,
            address=asking_address(),
            now=now,
        )
        access = desk.database.run(
            lambda session: change_password(session, proof, new, now=now)
        )
    except LoginRefused:
        wrong = gettext("That is not your password. Nothing was changed.")
        return _page(Troubles(old=wrong), status=403)
    except TooManyLogins as refusal:
        return _page(Troubles(old=too_many(refusal)), status=429)
    return redirect(url_for("returns.show_list", access=access), 303)


def _check_has_password() -> None:
    never_framed()
    if current_reader().person_id is None:
        raise RecordMissing("password")


def _weakness(user: str, password: str) -> str:
    try:
        judge_password(user, password)
    except WeakPassword as refusal:
        return gettext(
            "A password has %(least)s to %(most)s characters and is not your name.",
            least=refusal.least,
            most=refusal.most,
        )
    return ""


def _page(troubles: Troubles | None = None, *, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "people/password.html",
        troubles=troubles or Troubles(),
        shortest=SHORTEST_PASSWORD,
    )
    return page, status
