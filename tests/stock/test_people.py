"""People, what they are bound to, and the log of who changed that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from stock import people
from stock.audit_log import list_audit, write_audit
from stock.errors import (
    LastAdmin,
    NameRefused,
    PersonExists,
    UnknownPerson,
    WeakPassword,
)
from stock.models import Person, Role, Warehouse
from stock.scope import among
from stock.session import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def add(session: Session, name: str, role: Role = Role.CLERK, **about: Any) -> Person:
    return people.add_person(
        session, name=name, role=role, actor="minh", now=NOW, **about
    )


def by(
    change: Callable[..., None], session: Session, person: Person, *values: object
) -> None:
    change(session, person, *values, actor="minh", now=NOW)


def test_a_person_is_one_in_every_spelling(database: Database) -> None:
    with database.write() as session:
        lan = add(session, " Nguyễn  Lan ")
    with database.write() as session:
        for spelling in ("nguyễn lan", "NGUYỄN LAN", "Nguyễn Lan"):
            assert people.named_person(session, spelling).id == lan.id
            with pytest.raises(PersonExists):
                add(session, spelling)
        assert people.find_person(session, "nguyen lan") is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 101, "\ud800"])
def test_what_is_no_name_names_nobody(database: Database, name: str) -> None:
    with database.write() as session:
        with pytest.raises(NameRefused):
            add(session, name)
        assert people.find_person(session, name) is None
        with pytest.raises(UnknownPerson):
            people.named_person(session, name)


@pytest.mark.parametrize("password", ["", "123456789", "x" * 201, "LAN@example.vn"])
def test_a_weak_password_is_refused(database: Database, password: str) -> None:
    with database.write() as session:
        with pytest.raises(WeakPassword):
            add(session, "lan@example.vn", password=password)
        lan = add(session, "lan@example.vn")
        with pytest.raises(WeakPassword):
            by(people.set_password, session, lan, password)
        assert lan.password_hash is None


def test_the_last_administrator_stays_one(database: Database) -> None:
    with database.write() as session:
        lan, minh = add(session, "lan", Role.ADMIN), add(session, "minh", Role.ADMIN)
        by(people.disable, session, lan)
        with pytest.raises(LastAdmin):
            by(people.disable, session, minh)
        with pytest.raises(LastAdmin):
            by(people.set_role, session, minh, Role.SUPERVISOR)
        by(people.set_role, session, minh, Role.ADMIN)
        by(people.enable, session, lan)
        by(people.set_role, session, minh, Role.VIEWER)
        assert (lan.role, minh.role) == (Role.ADMIN, Role.VIEWER)


def test_bounds_are_kept_and_none_is_all(database: Database) -> None:
    with database.write() as session:
        lan = add(session, "lan", shop_ids=[], warehouse_ids=[1, 1])
        hoa = add(session, "hoa")
    with database.write() as session:
        kept = people.list_people(session)
        assert [x.name for x in kept] == ["hoa", "lan"]
        assert (kept[1].shop_ids, kept[1].warehouse_ids) == ([], [1])
        assert (kept[0].shop_ids, kept[0].warehouse_ids) == (None, None)
        # "All" is no JSON null, which no condition would find.
        is_null = text("SELECT count(*) FROM person WHERE shop_ids IS NULL")
        assert session.scalar(is_null) == 1
        by(people.set_warehouses, session, kept[1], None)
        by(people.set_shops, session, kept[0], [])
    assert (lan.name, hoa.name) == ("lan", "hoa")


def test_each_change_is_noted_with_who_did_it(database: Database) -> None:
    with database.write() as session:
        lan = add(session, "lan", password="an invented password")
        by(people.set_role, session, lan, Role.SUPERVISOR)
        by(people.set_shops, session, lan, [])
        by(people.set_warehouses, session, lan, [1])
        by(people.set_password, session, lan, "another invented one")
        by(people.disable, session, lan)
        by(people.enable, session, lan)
    with database.read() as session:
        log = list(reversed(list_audit(session)))
    assert {(x.actor, x.object) for x in log} == {("minh", "lan")}
    assert [(x.action, x.detail) for x in log] == [
        ("person added", {"role": "clerk", "shops": "*", "warehouses": "*"}),
        ("role set", {"from": "clerk", "to": "supervisor"}),
        ("shops set", {"from": "*", "to": ""}),
        ("warehouses set", {"from": "*", "to": "MAIN"}),
        ("password set", {}),
        ("person disabled", {}),
        ("person enabled", {}),
    ]


def test_the_log_is_read_in_pages_and_by_who_and_what(database: Database) -> None:
    with database.write() as session:
        for number in range(5):
            actor = "lan" if number % 2 else "minh"
            write_audit(session, actor, f"did {number}", "it", {"n": str(number)}, NOW)
    with database.read() as session:
        first = list_audit(session, limit=2)
        second = list_audit(session, limit=2, before_id=first[-1].id)
        assert [x.action for x in [*first, *second]] == [
            "did 4",
            "did 3",
            "did 2",
            "did 1",
        ]
        assert [x.action for x in list_audit(session, actor="lan")] == [
            "did 3",
            "did 1",
        ]
        assert [x.actor for x in list_audit(session, action="did 2")] == ["minh"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'somebody else'",
        "DELETE FROM audit_entry",
    ],
)
def test_nobody_edits_the_log(database: Database, statement: str) -> None:
    with database.write() as session:
        entry = write_audit(session, "lan", "did", "it", {}, NOW)
    with (
        pytest.raises(DBAPIError, match="the audit log is history"),
        database.write() as session,
    ):
        session.execute(text(statement))
    with database.read() as session:
        assert [x.id for x in list_audit(session)] == [entry.id]


def test_a_condition_on_no_ids_is_false_and_on_none_is_true(
    database: Database,
) -> None:
    with database.read() as session:
        query = session.query(Warehouse.code)
        assert query.where(among(Warehouse.id, None)).count() == 1
        assert query.where(among(Warehouse.id, [])).count() == 0
        assert query.where(among(Warehouse.id, {1, 2})).count() == 1
