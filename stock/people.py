"""Knows the people: what they are, what they are bound to, who may come in.

Each change is noted in the audit log in its actor's name, and ends the sessions of the
person whom it is about: what they may do is written in their sessions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from stock.audit_log import write_audit
from stock.errors import (
    LastAdmin,
    NameRefused,
    PersonExists,
    UnknownPerson,
    WeakPassword,
)
from stock.models import Person, PersonSession, Role, Shop, Warehouse
from stock.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
from stock.scope import among

LONGEST_NAME = 100


def is_same_person(one: str, other: str) -> bool:
    """Say whether two names mean one person, in whatever case or spacing."""
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """Return what all spellings of a name have in common."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_name(name: str) -> bool:
    """Say whether a person may be called that."""
    return bool(name.strip()) and len(name) <= LONGEST_NAME and name.isprintable()


def judge_password(name: str, password: str) -> None:
    """Say whether a person may have this password.  Raises ``WeakPassword``."""
    is_long = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    if not is_long or is_same_person(name, password):
        raise WeakPassword(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)


def find_person(session: Session, name: str) -> Person | None:
    """Return the person of this name, in any spelling."""
    if not is_name(name):
        return None
    query = select(Person).where(Person.plain_name == plain_name(name))
    return session.scalar(query)


def named_person(session: Session, name: str) -> Person:
    """Return the person of this name, in any spelling.  Raises ``UnknownPerson``."""
    person = find_person(session, name)
    if person is None:
        raise UnknownPerson(name)
    return person


def list_people(session: Session) -> Sequence[Person]:
    """Return everybody, by name."""
    return session.scalars(select(Person).order_by(Person.plain_name)).all()


def add_person(
    session: Session,
    *,
    name: str,
    role: Role,
    actor: str,
    now: datetime,
    password: str | None = None,
    shop_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
) -> Person:
    """Add somebody.  Raises ``NameRefused``, ``PersonExists``, ``WeakPassword``.

    Without a password a person only comes in from the ERP, and no launch gives more
    than what is noted here.
    """
    name = name.strip()
    if not is_name(name):
        raise NameRefused(name)
    if find_person(session, name) is not None:
        raise PersonExists(name)
    person = Person(
        name=name,
        plain_name=plain_name(name),
        role=role,
        password_hash=None if password is None else _hashed(name, password),
        shop_ids=_listed(shop_ids),
        warehouse_ids=_listed(warehouse_ids),
        added_at=now,
    )
    session.add(person)
    detail = {
        "role": str(role),
        "shops": _shop_names(session, shop_ids),
        "warehouses": _warehouse_codes(session, warehouse_ids),
    }
    write_audit(session, actor, "person added", name, detail, now)
    # Who came in by a launch before has a session without these bounds.
    end_sessions(session, person)
    return person


def set_role(
    session: Session, person: Person, role: Role, *, actor: str, now: datetime
) -> None:
    """Make a person something else.  Raises ``LastAdmin``."""
    if role is not Role.ADMIN:
        _keep_an_admin(session, person)
    detail = {"from": str(person.role), "to": str(role)}
    person.role = role
    _changed(session, person, "role set", detail, actor, now)


def set_shops(
    session: Session,
    person: Person,
    shop_ids: Collection[int] | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Bind a person to shops; None: all of them, the future ones too."""
    before = _shop_names(session, person.shop_ids)
    person.shop_ids = _listed(shop_ids)
    detail = {"from": before, "to": _shop_names(session, shop_ids)}
    _changed(session, person, "shops set", detail, actor, now)


def set_warehouses(
    session: Session,
    person: Person,
    warehouse_ids: Collection[int] | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Bind a person to warehouses; None: all of them, the future ones too."""
    before = _warehouse_codes(session, person.warehouse_ids)
    person.warehouse_ids = _listed(warehouse_ids)
    detail = {"from": before, "to": _warehouse_codes(session, warehouse_ids)}
    _changed(session, person, "warehouses set", detail, actor, now)


def set_password(
    session: Session, person: Person, password: str, *, actor: str, now: datetime
) -> None:
    """Give a person a new password.  Raises ``WeakPassword``."""
    person.password_hash = _hashed(person.name, password)
    _changed(session, person, "password set", {}, actor, now)


def disable(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """Let a person in no more, by whatever door.  Raises ``LastAdmin``."""
    _keep_an_admin(session, person)
    person.disabled_at = person.disabled_at or now
    _changed(session, person, "person disabled", {}, actor, now)


def enable(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """Let a person in again."""
    person.disabled_at = None
    _changed(session, person, "person enabled", {}, actor, now)


def end_sessions(session: Session, person: Person) -> None:
    """End whatever pages are open in a person's name."""
    session.execute(
        delete(PersonSession).where(PersonSession.plain_name == person.plain_name)
    )


def _changed(
    session: Session,
    person: Person,
    action: str,
    detail: dict[str, str],
    actor: str,
    now: datetime,
) -> None:
    end_sessions(session, person)
    write_audit(session, actor, action, person.name, detail, now)


def _hashed(name: str, password: str) -> str:
    judge_password(name, password)
    return hash_password(password)


def _keep_an_admin(session: Session, person: Person) -> None:
    if person.role != Role.ADMIN or person.disabled_at is not None:
        return
    others = select(func.count()).where(
        Person.role == Role.ADMIN,
        Person.disabled_at.is_(None),
        Person.id != person.id,
    )
    if not session.scalar(others):
        raise LastAdmin(person.name)


def _listed(ids: Collection[int] | None) -> list[int] | None:
    return None if ids is None else sorted(set(ids))


def _shop_names(session: Session, ids: Collection[int] | None) -> str:
    if ids is None:
        return "*"
    found = select(Shop.name).where(among(Shop.id, ids)).order_by(Shop.name)
    return ", ".join(session.scalars(found))


def _warehouse_codes(session: Session, ids: Collection[int] | None) -> str:
    if ids is None:
        return "*"
    found = (
        select(Warehouse.code).where(among(Warehouse.id, ids)).order_by(Warehouse.code)
    )
    return ", ".join(session.scalars(found))
