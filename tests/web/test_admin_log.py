"""The audit log: shown by person and action, cut by key, and never changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from stock import people
from stock.audit_log import write_audit
from stock.models import AuditEntry, Role
from stock.session import Database
from tests.web.admin_forms import log_of, words_of
from tests.web.ledger import counting
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web.admin.audit_words import ACTIONS

PAGE = "admin/log"


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    return visit("minh", "admin")


def note(database: Database, actor: str, action: str, count: int = 1) -> None:
    with database.write() as session:
        for _ in range(count):
            detail = {"from": "clerk", "to": "viewer"}
            write_audit(session, actor, action, "lan", detail, NOW)


def test_an_entry_says_who_did_what_to_whom_and_when(
    admin: Visitor, database: Database
) -> None:
    note(database, "hoa", "role set")
    told = words_of(admin.get(PAGE, lang="en").text)
    assert (
        "hoa 22 Nov 2026, 16:00 Changed a role lan"
        " Before Warehouse clerk After Viewer" in told
    )


def test_sign_ins_are_written_down_and_names_that_nobody_has_are_not(
    admin: Visitor, app: Flask, database: Database
) -> None:
    with database.write() as session:
        people.add_person(
            session,
            name="hoa",
            role=Role.CLERK,
            password="a long enough one",
            actor="minh",
            now=NOW,
        )
    for name, password in (
        ("my-password-in-the-wrong-field", "x"),
        ("hoa", "a wrong one"),
        ("hoa", "a long enough one"),
    ):
        app.test_client(use_cookies=False).post(
            "/login",
            data={"name": name, "password": password},
            headers={"Origin": "http://localhost"},
        )
    assert log_of(database)[1:] == [
        ("", "sign-in refused", ""),
        ("hoa", "sign-in refused", ""),
        ("hoa", "signed in", ""),
    ]
    assert "hoa 16:00 22/11/2026 Đăng nhập" in words_of(admin.get(PAGE).text)


def test_the_address_narrows_by_person_and_by_action(
    admin: Visitor, database: Database
) -> None:
    note(database, "hoa", "role set")
    note(database, "hoa", "password set")
    note(database, "lan", "role set")

    def shown(**query: str) -> int:
        return admin.get(PAGE, **query).text.count('id="entry-')

    assert shown() == 3
    assert shown(person="hoa") == 2
    assert shown(action="role set") == 2
    assert shown(person="hoa", action="role set") == 1
    assert shown(person="nobody") == 0
    assert "Không tìm thấy" in admin.get(PAGE, person="nobody").text


def test_long_logs_are_cut_by_key_and_cost_no_more(
    admin: Visitor, database: Database
) -> None:
    note(database, "hoa", "role set")
    with counting(database) as few:
        admin.get(PAGE)
    note(database, "hoa", "role set", 120)
    with counting(database) as many:
        page = admin.get(PAGE, person="hoa").text
    assert len(few) == len(many)
    assert page.count('id="entry-') == 50
    assert "person=hoa&amp;before=72" in page
    assert admin.get(PAGE, before="72").text.count('id="entry-') == 50
    assert admin.get(PAGE, before="22").text.count('id="entry-') == 21


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(actor="nobody"),
        delete(AuditEntry),
        text("UPDATE audit_entry SET detail = '{}'"),
        text("DELETE FROM audit_entry WHERE id = 1"),
    ],
)
def test_what_was_written_down_stays(
    seller: Seller, database: Database, statement: object
) -> None:
    note(database, "hoa", "role set")
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(statement)  # type: ignore[call-overload]
    with database.read() as session:
        assert session.get_one(AuditEntry, 1).actor == "hoa"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_entry_cannot_be_replaced(seller: Seller, database: Database) -> None:
    note(database, "hoa", "role set")
    row = {"id": 1, "at": NOW, "actor": "x", "action": "x", "object": "", "detail": {}}
    replacing = insert(AuditEntry).prefix_with("OR REPLACE").values(row)
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(replacing)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_action_has_a_word(admin: Visitor, database: Database) -> None:
    for action in ACTIONS:
        note(database, "hoa", action)
    page = words_of(admin.get(PAGE).text)
    assert [code for code in ACTIONS if f"16:00 22/11/2026 {code} " in page] == []
