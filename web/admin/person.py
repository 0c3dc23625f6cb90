"""One person: role, shops, warehouses; let out or in; a new password, a link."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.links import issue_token, open_link
from stock import levels, people
from stock.audit_log import write_audit
from stock.errors import LastAdmin
from stock.models import Person
from web.access import current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    demand_everything,
    fresh_key,
    once,
    read_fields,
    sent_key,
    stale_trouble,
    told_outcome,
)
from web.admin.people import SHOP, WAREHOUSE, Bounds, all_shops, read_bounds
from web.admin.words import said
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing
from web.language import gettext
from web.permissions import Permission, Role, needs
from web.tokens import PageKey

PASSWORD_CHARACTERS = 16

blueprint = desk_blueprint("admin_person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What is shown in one answer, and nowhere else."""

    password: str = ""
    link: str = ""


class _Oneself(Exception):
    """An administrator tried to lower or shut out the person in the mirror."""


class _ShutOut(Exception):
    """The person may not come in, so there is nothing to come in with."""


class _Overtaken(Exception):
    """Somebody else changed the person since the form was shown."""


@blueprint.get("/admin/people/<id:person_id>")
@needs(Permission.ADMINISTER)
def show_person(person_id: int) -> ResponseReturnValue:
    """Show what a person is, with a form to change it."""
    demand_everything()
    with current_desk().database.read() as session:
        return _page(session, _named(session, person_id))


@blueprint.post("/admin/people/<id:person_id>")
@needs(Permission.ADMINISTER)
def set_bounds(person_id: int) -> ResponseReturnValue:
    """Change role, shops and warehouses; open pages of the person end."""
    fields = read_fields(("role", "seen"), (SHOP, WAREHOUSE))
    with current_desk().database.read() as session:
        wanted = read_bounds(session, fields)

    def work(session: Session, person: Person) -> Outcome:
        before = bounds_of(person)
        if wanted == before:
            return {"did": "nothing"}
        if fields.get("seen", "") != mark_of(person):
            raise _Overtaken
        _check_not_oneself(person)
        actor, now = current_reader().user, current_desk().now()
        if wanted.role != before.role:
            people.set_role(session, person, wanted.role, actor=actor, now=now)
        if wanted.shops != before.shops:
            ids = wanted.shop_ids
            people.set_shops(session, person, ids, actor=actor, now=now)
        if wanted.warehouses != before.warehouses:
            places = wanted.warehouse_ids
            people.set_warehouses(session, person, places, actor=actor, now=now)
        return {"did": "saved"}

    return _change(person_id, work, typed=wanted)


@blueprint.post("/admin/people/<id:person_id>/door")
@needs(Permission.ADMINISTER)
def set_door(person_id: int) -> ResponseReturnValue:
    """Let a person in no more, or in again."""
    wanted = read_fields(("do",)).get("do", "")
    if wanted not in ("disable", "enable"):
        raise FieldsRefused("do")

    def work(session: Session, person: Person) -> Outcome:
        actor, now = current_reader().user, current_desk().now()
        if (wanted == "disable") == (person.disabled_at is not None):
            return {"did": "nothing"}
        if wanted == "disable":
            _check_not_oneself(person)
            people.disable(session, person, actor=actor, now=now)
        else:
            people.enable(session, person, actor=actor, now=now)
        return {"did": f"{wanted}d", "name": person.name}

    return _change(person_id, work)


@blueprint.post("/admin/people/<id:person_id>/password")
@needs(Permission.ADMINISTER)
def set_password(person_id: int) -> ResponseReturnValue:
    """Make a new password and show it, this once."""
    read_fields(())

    def work(session: Session, person: Person, key: PageKey) -> Outcome:
        _check_not_oneself(person)
        _check_may_enter(person)
        actor, now = current_reader().user, current_desk().now()
        people.set_password(session, person, _password(key), actor=actor, now=now)
        return {"did": "password"}

    return _show_once(person_id, work, _password_of)


@blueprint.post("/admin/people/<id:person_id>/link")
@needs(Permission.ADMINISTER)
def make_link(person_id: int) -> ResponseReturnValue:
    """Make a link that opens the page in a person's name, once and soon."""
    read_fields(())

    def work(session: Session, person: Person, _key: PageKey) -> Outcome:
        _check_not_oneself(person)
        _check_may_enter(person)
        actor, now = current_reader().user, current_desk().now()
        write_audit(session, actor, "sign-in link made", person.name, {}, now)
        return {"did": "link"}

    return _show_once(person_id, work, _link_of)


def bounds_of(person: Person) -> Bounds:
    """Return what a person is."""
    return Bounds(
        role=Role(person.role),
        shops=frozenset(person.shop_ids or ()),
        warehouses=frozenset(person.warehouse_ids or ()),
    )


def mark_of(person: Person) -> str:
    """Return a short mark of what a person is; something else, another mark."""
    told = f"{person.role}|{person.shop_ids}|{person.warehouse_ids}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _change(
    person_id: int,
    work: Callable[[Session, Person], Outcome],
    *,
    typed: Bounds | None = None,
) -> ResponseReturnValue:
    """Do what a form asks for and show the page again with what came of it."""
    demand_everything()
    key = sent_key(_page_of(person_id))
    if key is None:
        return _refused(person_id, stale_trouble(), typed, 400)
    try:
        once(key, lambda session: work(session, _locked(session, person_id)))
    except (_Oneself, _Overtaken, _ShutOut, LastAdmin) as refusal:
        kept = None if isinstance(refusal, _Overtaken) else typed
        return _refused(person_id, _sentence(refusal), kept, 409)
    return redirect(url_for(".show_person", person_id=person_id, told=key.id), 303)


def _show_once(
    person_id: int,
    work: Callable[[Session, Person, PageKey], Outcome],
    secret: Callable[[Person, PageKey], Secret],
) -> ResponseReturnValue:
    """Do what a form asks for and show the secret in the answer, and nowhere else."""
    demand_everything()
    key = sent_key(_page_of(person_id))
    if key is None:
        return _refused(person_id, stale_trouble(), None, 400)
    try:
        once(key, lambda session: work(session, _locked(session, person_id), key))
    except (_Oneself, _ShutOut) as refusal:
        return _refused(person_id, _sentence(refusal), None, 409)
    with current_desk().database.read() as session:
        person = _named(session, person_id)
        return _page(session, person, secret=secret(person, key))


def _refused(
    person_id: int, trouble: str, typed: Bounds | None, status: int
) -> ResponseReturnValue:
    with current_desk().database.read() as session:
        person = _named(session, person_id)
        return _page(session, person, typed=typed, trouble=trouble, status=status)


def _page(
    session: Session,
    person: Person,
    *,
    typed: Bounds | None = None,
    trouble: str = "",
    secret: Secret | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    desk = current_desk()
    page = render_template(
        "admin/person.html",
        person=person,
        bounds=typed or bounds_of(person),
        seen=mark_of(person),
        shops=all_shops(session),
        warehouses=levels.all_warehouses(session),
        roles=list(Role),
        is_oneself=_is_oneself(person),
        trouble=trouble,
        secret=secret or Secret(),
        login_address=desk.settings.base_url + url_for("login.show_form", lang=None),
        told=said(told_outcome(session)) if request.method == "GET" else "",
        key=fresh_key(_page_of(person.id)),
    )
    return page, status


def _named(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise RecordMissing("person")
    return person


def _locked(session: Session, person_id: int) -> Person:
    # All administrators, in one sequence: of two who lower each other at the same
    # moment, the second sees what the first has done.
    admins = select(Person).where(Person.role == Role.ADMIN).order_by(Person.id)
    session.scalars(admins.with_for_update()).all()
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise RecordMissing("person")
    return person


def _page_of(person_id: int) -> str:
    return f"admin/people/{person_id}"


def _is_oneself(person: Person) -> bool:
    return people.is_same_person(person.name, current_reader().user)


def _check_not_oneself(person: Person) -> None:
    if _is_oneself(person):
        raise _Oneself


def _check_may_enter(person: Person) -> None:
    if person.disabled_at is not None:
        raise _ShutOut


def _sentence(refusal: _Oneself | _Overtaken | _ShutOut | LastAdmin) -> str:
    match refusal:
        case _Oneself():
            return gettext(
                "That is you. Ask another administrator, so that nobody is shut out by"
                " accident."
            )
        case _ShutOut():
            return gettext("This person may not come in. Enable them before.")
        case LastAdmin():
            return gettext(
                "This is the last administrator. Make somebody else one before."
            )
        case _:
            return gettext(
                "Somebody has changed this person meanwhile. Nothing of yours was"
                " saved. These are the values of now."
            )


def _password(key: PageKey) -> str:
    # Made from the form's key: a double click shows the one that was set.
    secret = current_desk().settings.secret_keys[0].encode()
    made = hmac.digest(secret, f"password {key.id}".encode(), hashlib.sha256)
    text = base64.b32encode(made).decode().lower()[:PASSWORD_CHARACTERS]
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _password_of(_person: Person, key: PageKey) -> Secret:
    return Secret(password=_password(key))


def _link_of(person: Person, _key: PageKey) -> Secret:
    return Secret(link=_link(person))


def _link(person: Person) -> str:
    desk = current_desk()
    token = issue_token(desk.settings, person.name, Role(person.role), desk.now())
    return open_link(desk.settings, token)
