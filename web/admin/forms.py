"""Reads an administrator's forms: no stray field, the page's key, and each one once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from stock.admin import used_forms
from web.access import current_reader
from web.desk import current_desk
from web.errors import FieldsRefused, RoleRefused, TokenRefused
from web.language import gettext
from web.permissions import Permission
from web.tokens import PageKey, issue_page_key, read_page_key

Outcome = Mapping[str, Any]

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{10,60}")


def read_fields(
    allowed: Collection[str], prefixes: Collection[str] = ()
) -> dict[str, str]:
    """Return the fields of a form.  Raises ``FieldsRefused`` for a stray one."""
    fields: dict[str, str] = {}
    for name, values in request.form.lists():
        known = name in ("key", *allowed) or name.startswith(tuple(prefixes))
        if not known or len(values) != 1:
            raise FieldsRefused(name)
        fields[name] = values[0].replace("\r\n", "\n")
    return fields


def ids_in(fields: Mapping[str, str], prefix: str) -> Collection[int]:
    """Return the record ids of the boxes that were ticked, named ``prefix`` + id."""
    found = {name.removeprefix(prefix) for name in fields if name.startswith(prefix)}
    for text in found:
        if not (text.isascii() and text.isdigit() and len(text) < 17):
            raise FieldsRefused(prefix + text)
    return sorted(int(text) for text in found)


def fresh_key(page: str) -> str:
    """Return a key for a form on this page."""
    desk = current_desk()
    return issue_page_key(desk.settings, current_reader(), page, desk.now())


def sent_key(page: str) -> PageKey | None:
    """Return the key that a form of this page came with; none if it is over."""
    desk = current_desk()
    value = request.form.get("key", "")
    try:
        return read_page_key(desk.settings, value, current_reader(), page, desk.now())
    except TokenRefused:
        return None


def once(key: PageKey, work: Callable[[Session], Outcome]) -> bool:
    """Do what a form asks for in one transaction; false when it was done before.

    What comes of it is kept, for the page that ``?told=`` opens.
    """
    desk = current_desk()

    def run(session: Session) -> bool:
        actor = current_reader().user
        if not used_forms.take_form(session, key.id, actor=actor, now=desk.now()):
            return False
        used_forms.keep_outcome(session, key.id, work(session))
        return True

    return desk.database.run(run)


def told_outcome(session: Session) -> Outcome | None:
    """Return what came of the form that the address names, to whoever sent it."""
    key = request.args.get("told", "")
    if not _KEY_ID.fullmatch(key):
        return None
    return used_forms.outcome_of(session, key, actor=current_reader().user)


def outcome_by(session: Session, key: PageKey) -> Outcome | None:
    """Return what came of the form with this key."""
    return used_forms.outcome_of(session, key.id, actor=current_reader().user)


def stale_trouble() -> str:
    """Say that a form was open for too long."""
    return gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " changed. Check it and send it again."
    )


def demand_everything() -> None:
    """Let only administrators go on who are bound to no shop and no warehouse.

    Who sees a part must not hand out the whole.  Raises ``RoleRefused``.
    """
    reader = current_reader()
    if reader.shop_ids is not None or reader.warehouse_ids is not None:
        raise RoleRefused(reader.role, Permission.ADMINISTER)
