"""Lets people in by password, and slows down who guesses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, literal, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from stock.audit_log import write_audit
from stock.errors import LoginRefused, TooManyLogins
from stock.models import FailedLogin, Person, Role
from stock.passwords import hash_password, is_outdated, is_password
from stock.people import find_person, plain_name, set_password
from stock.person_sessions import Grant, start_session
from stock.session import Database

WINDOW = timedelta(minutes=15)
MOST_FOR_NAME = 10
MOST_FOR_ADDRESS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Somebody knew a person's password a moment ago."""

    name: str
    kept: str = field(repr=False)
    """The hash that it was compared with."""
    subjects: Sequence[str]
    """What the try was counted for."""


def prove(
    database: Database, *, name: str, password: str, address: str, now: datetime
) -> Proof:
    """Compare a password, as slowly for a name that nobody has.

    Each try counts before it is judged, so that many at once gain nothing; a good one
    is taken back later.  The comparison happens outside any transaction.  Raises
    ``TooManyLogins`` or ``LoginRefused``, which says nothing of what was wrong.
    """
    by_name = _subject("name", plain_name(name))
    by_address = _subject("address", address)
    limits = ((by_name, MOST_FOR_NAME), (by_address, MOST_FOR_ADDRESS))
    until = database.run(lambda session: _count(session, limits, now))
    if until is not None:
        raise TooManyLogins(until)
    with database.read() as session:
        person = find_person(session, name)
        kept = _kept(person)
    if not is_password(kept, password) or kept is None:
        # A name that nobody has is not written down: it may be somebody's password.
        known = person.name if person else ""
        database.run(lambda s: write_audit(s, known, "sign-in refused", "", {}, now))
        raise LoginRefused
    return Proof(name=name, kept=kept, subjects=(by_name, by_address))


def log_in(session: Session, proof: Proof, password: str, *, now: datetime) -> str:
    """Return the secret of a new session for who has proven to be a person.

    Raises ``LoginRefused`` when the person was disabled or changed meanwhile.
    """
    person = _proven(session, proof)
    if is_outdated(proof.kept):
        person.password_hash = hash_password(password)
    write_audit(session, person.name, "signed in", "", {}, now)
    return start_session(session, _grant(person), now=now)


def change_password(
    session: Session, proof: Proof, password: str, *, now: datetime
) -> str:
    """Give a person the password that they chose; return the secret of a new session.

    All others of theirs end.  Raises ``LoginRefused`` and ``WeakPassword``.
    """
    person = _proven(session, proof)
    set_password(session, person, password, actor=person.name, now=now)
    return start_session(session, _grant(person), now=now)


def _proven(session: Session, proof: Proof) -> Person:
    person = find_person(session, proof.name)
    if person is None or _kept(person) != proof.kept:
        raise LoginRefused
    _take_back(session, proof.subjects)
    return person


def _kept(person: Person | None) -> str | None:
    if person is None or person.disabled_at is not None:
        return None
    return person.password_hash


def _grant(person: Person) -> Grant:
    return Grant(
        user=person.name,
        role=Role(person.role),
        shop_ids=_frozen(person.shop_ids),
        warehouse_ids=_frozen(person.warehouse_ids),
        person_id=person.id,
    )


def _count(
    session: Session, limits: Sequence[tuple[str, int]], now: datetime
) -> datetime | None:
    """Count one try for each subject; return until when one of them is shut out."""
    session.execute(delete(FailedLogin).where(FailedLogin.forgotten_at <= now))
    shut_until = None
    for subject, most in limits:
        failures, forgotten_at = _count_one(session, subject, now)
        if failures > most:
            shut_until = max(shut_until or forgotten_at, forgotten_at)
    return shut_until


def _count_one(session: Session, subject: str, now: datetime) -> tuple[int, datetime]:
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    counted = (
        insert(FailedLogin)
        .values(subject=subject, failures=1, forgotten_at=now + WINDOW)
        .on_conflict_do_update(
            index_elements=[FailedLogin.subject],
            set_={"failures": FailedLogin.failures + literal(1)},
        )
        .returning(FailedLogin.failures, FailedLogin.forgotten_at)
    )
    failures, forgotten_at = session.execute(counted).one()
    return failures, forgotten_at


def _take_back(session: Session, subjects: Sequence[str]) -> None:
    by_name, by_address = subjects
    session.execute(delete(FailedLogin).where(FailedLogin.subject == by_name))
    session.execute(
        update(FailedLogin)
        .where(FailedLogin.subject == by_address, FailedLogin.failures > 0)
        .values(failures=FailedLogin.failures - 1)
    )


def _subject(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def _frozen(ids: list[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
