"""Changing one's own password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from stock import logins, passwords, people
from stock.models import AuditEntry, Person, Role
from stock.session import Database
from tests.web.seller import NOW
from tests.web.visitor import Visitor, text_of

PASSWORD = "an invented long password"
MOST_FOR_NAME = 3
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little effort, and shut out sooner than people are."""
    monkeypatch.setattr(passwords, "_HASHER", QUICK)
    nobody = QUICK.hash("nobody")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
    monkeypatch.setattr(logins, "MOST_FOR_NAME", MOST_FOR_NAME)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.fixture
def lan(database: Database) -> Person:
    with database.write() as session:
        return people.add_person(
            session,
            name="Lan",
            role=Role.CLERK,
            actor="minh",
            now=NOW,
            password=PASSWORD,
        )


def sign_in(client: FlaskClient, password: str = PASSWORD) -> TestResponse:
    return client.post(
        "/login",
        data={"name": "Lan", "password": password},
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def change(
    client: FlaskClient, inside: str, old: str, new: str, again: str = ""
) -> TestResponse:
    fields = {"old": old, "new": new, "again": again or new}
    return client.post(inside + "password", data=fields)


def test_a_changed_password_signs_out_everywhere_else(
    client: FlaskClient, database: Database, lan: Person
) -> None:
    inside, elsewhere = (sign_in(client).location for _ in range(2))
    changed = change(client, inside, PASSWORD, "a whole new password")
    assert changed.status_code == 303
    assert client.get(changed.location).status_code == 200
    for gone in (inside, elsewhere):
        assert client.get(gone).status_code == 403
    assert sign_in(client).status_code == 403
    assert sign_in(client, password="a whole new password").status_code == 303
    with database.read() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "password set")
        ).one()
    assert (entry.actor, entry.object, entry.detail) == ("Lan", "Lan", {})


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "told"),
    [
        ("wrong", "a whole new password", "", 403, "không phải mật khẩu của bạn"),
        (PASSWORD, "short", "", 400, "từ 10 đến 200 ký tự"),
        (PASSWORD, "x" * 201, "", 400, "từ 10 đến 200 ký tự"),
        (PASSWORD, "a whole new password", "another one", 400, "không giống nhau"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    client: FlaskClient,
    lan: Person,
    old: str,
    new: str,
    again: str,
    status: int,
    told: str,
) -> None:
    inside = sign_in(client).location
    answer = change(client, inside, old, new, again)
    assert answer.status_code == status and told in text_of(answer.text)
    assert new not in answer.text and PASSWORD not in answer.text
    assert client.get(inside).status_code == 200
    assert sign_in(client).status_code == 303


def test_guessing_ones_way_to_a_new_password_is_counted(
    client: FlaskClient, lan: Person
) -> None:
    inside = sign_in(client).location
    for _ in range(MOST_FOR_NAME):
        tried = change(client, inside, "wrong", "a whole new password")
        assert tried.status_code == 403
    assert change(client, inside, PASSWORD, "a whole new password").status_code == 429


def test_who_came_from_the_erp_has_no_password_to_change(
    visit: Callable[..., Visitor], database: Database
) -> None:
    visitor = visit("lan")
    assert visitor.get("password").status_code == 404
    fields = {"old": "", "new": "a whole new password", "again": "a whole new password"}
    assert visitor.post("password", fields).status_code == 404
