"""Signing in with a password, out again, and who only guesses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from daemon.settings import Settings
from stock import logins, passwords, people
from stock.models import FailedLogin, Person, Role
from stock.session import Database
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, tells, text_of
from web import create_app

PASSWORD = "an invented long password"
FROM_US = {"Sec-Fetch-Site": "same-origin"}
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


MOST_FOR_NAME = 3
MOST_FOR_ADDRESS = 6


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shut out sooner than people are."""
    monkeypatch.setattr(logins, "MOST_FOR_NAME", MOST_FOR_NAME)
    monkeypatch.setattr(logins, "MOST_FOR_ADDRESS", MOST_FOR_ADDRESS)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little effort here; one test uses what people get."""
    monkeypatch.setattr(passwords, "_HASHER", QUICK)
    nobody = QUICK.hash("nobody")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.fixture
def lan(database: Database) -> Person:
    return add(database, "Lan", role=Role.CLERK, password=PASSWORD)


def add(database: Database, name: str, **about: Any) -> Person:
    with database.write() as session:
        return people.add_person(session, name=name, actor="minh", now=NOW, **about)


def sign_in(
    client: FlaskClient,
    name: str = "Lan",
    password: str = PASSWORD,
    *,
    headers: dict[str, str] | None = None,
    address: str = "203.0.113.7",
) -> TestResponse:
    return client.post(
        "/login",
        data={"name": name, "password": password},
        headers=FROM_US if headers is None else headers,
        environ_base={"REMOTE_ADDR": address},
    )


def person_of(database: Database, name: str = "Lan") -> Person:
    with database.read() as session:
        return people.named_person(session, name)


def test_name_and_password_open_the_page_in_any_spelling_of_the_name(
    client: FlaskClient, lan: Person, seller: Seller
) -> None:
    opened = sign_in(client, " LAN ")
    assert opened.status_code == 303 and "Set-Cookie" not in opened.headers
    page = client.get(opened.location)
    assert page.status_code == 200 and "Lan" in page.text


def test_what_somebody_may_see_is_what_is_noted_of_them(
    client: FlaskClient, database: Database, seller: Seller
) -> None:
    seller.order("A1", shop="one")
    seller.order("B1", shop="two")
    shop_ids = [seller.shop("two").id]
    add(database, "Hoa", role=Role.VIEWER, password=PASSWORD, shop_ids=shop_ids)
    page = client.get(sign_in(client, "Hoa").location).text
    assert tells(page, "B1") and not tells(page, "A1")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("Lan", "another long password"),
        ("Lan", ""),
        ("Nobody", PASSWORD),
        ("", PASSWORD),
        ("", ""),
        ("Lan\x00", PASSWORD),
        ("x" * 5000, "y" * 5000),
        ("Erp", PASSWORD),
        ("Gone", PASSWORD),
    ],
)
def test_all_that_is_wrong_gets_the_same_answer(
    client: FlaskClient, database: Database, lan: Person, name: str, password: str
) -> None:
    add(database, "Erp", role=Role.ADMIN)
    add(database, "Gone", role=Role.CLERK, password=PASSWORD)
    with database.write() as session:
        gone = people.named_person(session, "Gone")
        people.disable(session, gone, actor="minh", now=NOW)
    answer = sign_in(client, name, password)
    assert answer.status_code == 403 and "Location" not in answer.headers
    assert "Tên và mật khẩu không khớp" in answer.text
    assert PASSWORD not in answer.text


def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_is(
    client: FlaskClient, database: Database, lan: Person, monkeypatch: Any
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(hasher: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(kept.rpartition("$")[0].rpartition("$")[0])
        return bool(verify(hasher, kept, password))

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for name in ("Lan", "Nobody"):
        sign_in(client, name, "another long password")
    # The same algorithm with the same effort, once each.
    assert len(checked) == 2 and checked[0] == checked[1]


def test_hashes_are_of_todays_strength(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kept = passwords.hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_password(kept, PASSWORD)
    assert not passwords.is_password(kept, PASSWORD + "x")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(QUICK.hash(PASSWORD))


def test_a_hash_of_earlier_days_is_renewed_when_its_owner_comes(
    client: FlaskClient, database: Database, lan: Person
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with database.write() as session:
        people.named_person(session, "Lan").password_hash = old
    sign_in(client, password="another long password")
    assert person_of(database).password_hash == old
    assert sign_in(client).status_code == 303
    assert person_of(database).password_hash != old
    assert sign_in(client).status_code == 303


def test_a_name_is_shut_after_some_tries_and_opens_again_later(
    client: FlaskClient, lan: Person, clock: MovableClock
) -> None:
    for number in range(MOST_FOR_NAME):
        tried = sign_in(client, password="wrong", address=f"198.51.100.{number}")
        assert tried.status_code == 403
    shut = sign_in(client, address="198.51.100.200")
    assert shut.status_code == 429
    assert "15 phút" in text_of(shut.text) and shut.headers["Retry-After"] == "900"
    clock.now = NOW + timedelta(minutes=14, seconds=59)
    assert sign_in(client).status_code == 429
    clock.now = NOW + timedelta(minutes=15)
    assert sign_in(client).status_code == 303


def test_a_name_that_nobody_has_is_shut_alike(client: FlaskClient) -> None:
    statuses = [
        sign_in(client, "Nobody", address=f"198.51.100.{number}").status_code
        for number in range(MOST_FOR_NAME + 1)
    ]
    assert statuses == [403] * MOST_FOR_NAME + [429]


def test_an_address_is_shut_whatever_names_it_tries(
    client: FlaskClient, lan: Person
) -> None:
    for number in range(MOST_FOR_ADDRESS):
        assert sign_in(client, f"name {number}").status_code == 403
    assert sign_in(client).status_code == 429
    assert sign_in(client, address="198.51.100.1").status_code == 303


def test_the_whole_network_of_an_ipv6_address_counts_as_one(
    client: FlaskClient, lan: Person
) -> None:
    for number in range(MOST_FOR_ADDRESS):
        address = f"2001:db8:1:2::{number:x}"
        assert sign_in(client, f"name {number}", address=address).status_code == 403
    assert sign_in(client, address="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(client, address="2001:db8:1:3::1").status_code == 303


def test_who_comes_in_is_not_counted(client: FlaskClient, lan: Person) -> None:
    for _ in range(MOST_FOR_ADDRESS + 5):
        assert sign_in(client).status_code == 303
    for _ in range(3):
        for _ in range(MOST_FOR_NAME - 1):
            sign_in(client, password="wrong")
        assert sign_in(client, address="198.51.100.1").status_code == 303


def test_what_was_counted_is_swept(
    client: FlaskClient, database: Database, clock: MovableClock
) -> None:
    for number in range(4):
        sign_in(client, f"name {number}", address=f"198.51.100.{number}")
    clock.now = NOW + timedelta(hours=1)
    sign_in(client, "last")
    with database.read() as session:
        kept = session.scalars(select(FailedLogin)).all()
    assert len(kept) == 2 and all("last" not in row.subject for row in kept)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://stock.example.vn"}, 403),
        ({"Origin": "https://stock.example.vn"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "https://erp.example.vn"}, 403),
        ({"Origin": "https://stock.example.vn.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_our_own_page_signs_somebody_in(
    client: FlaskClient, lan: Person, headers: dict[str, str], status: int
) -> None:
    assert sign_in(client, headers=headers).status_code == status


def test_pages_about_passwords_are_never_framed(
    client: FlaskClient, lan: Person
) -> None:
    inside = sign_in(client).location
    for answer in (
        client.get("/login"),
        sign_in(client, password="wrong"),
        sign_in(client, headers={}),
        client.get(inside + "password"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'none'")
        assert answer.headers["Cache-Control"] == "no-store"
    # The browser must tell the form's origin, and nothing else tells a secret.
    assert client.get("/login").headers["Referrer-Policy"] == "same-origin"
    page = client.get(inside)
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_what_a_password_opened_stands_in_a_window_of_its_own(
    client: FlaskClient, lan: Person, visit: Callable[..., Visitor]
) -> None:
    page = client.get(sign_in(client).location)
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert "data-erp-origin" not in page.text
    from_erp = visit().get()
    assert "erp.example.vn" in from_erp.headers["Content-Security-Policy"]
    assert "data-erp-origin" in from_erp.text


def test_signing_out_ends_the_session(
    client: FlaskClient, lan: Person, visit: Callable[..., Visitor]
) -> None:
    inside, elsewhere = (sign_in(client).location for _ in range(2))
    page = client.get(inside).text
    assert "Đăng xuất" in page
    left = client.post(inside + "sign-out")
    assert (left.status_code, left.location) == (303, "/login")
    assert client.get(inside).status_code == 403
    assert client.post(inside + "sign-out").status_code == 403
    assert client.get(elsewhere).status_code == 200
    assert "Đăng xuất" not in visit().get().text


def test_no_field_is_taken_that_the_form_does_not_have(
    client: FlaskClient, lan: Person
) -> None:
    fields = {"name": "Lan", "password": PASSWORD, "role": "admin"}
    assert client.post("/login", data=fields, headers=FROM_US).status_code == 400
    twice = {"name": ["Lan", "Minh"], "password": PASSWORD}
    assert client.post("/login", data=twice, headers=FROM_US).status_code == 400
    assert client.get("/login?name=Lan&password=" + PASSWORD).status_code == 200


def test_somebody_changed_while_the_password_is_compared_stays_out(
    client: FlaskClient,
    database: Database,
    lan: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compare = passwords.is_password

    def disable_meanwhile(kept: str | None, password: str) -> bool:
        with database.write() as session:
            person = people.named_person(session, "Lan")
            people.disable(session, person, actor="minh", now=NOW)
        return compare(kept, password)

    monkeypatch.setattr(logins, "is_password", disable_meanwhile)
    assert sign_in(client).status_code == 403


def test_what_breaks_while_a_password_is_judged_lets_nobody_in(
    client: FlaskClient, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_keywords: object) -> None:
        raise RuntimeError("broken")

    for broken in ("_count", "is_password", "_proven", "start_session"):
        with monkeypatch.context() as patch:
            patch.setattr(logins, broken, fail)
            answer = sign_in(client)
        assert answer.status_code == 500 and "Location" not in answer.headers, broken


@pytest.mark.parametrize(
    ("proxies", "forwarded", "shut"),
    [
        (0, "192.0.2.{n}", True),
        (1, "192.0.2.{n}", False),
        (1, "192.0.2.{n}, 203.0.113.7", True),
        (2, "192.0.2.{n}, 203.0.113.7", False),
    ],
)
def test_only_as_many_proxies_are_believed_as_are_configured(
    settings: Settings,
    database: Database,
    proxies: int,
    forwarded: str,
    shut: bool,
) -> None:
    trusting = dataclasses.replace(settings, proxies=proxies)
    client = create_app(trusting, database=database, now=lambda: NOW).test_client()
    statuses = [
        sign_in(
            client,
            f"name {n}",
            headers={**FROM_US, "X-Forwarded-For": forwarded.format(n=n)},
        ).status_code
        for n in range(MOST_FOR_ADDRESS + 1)
    ]
    assert statuses[-1] == (429 if shut else 403)


def test_no_answer_repeats_the_host_that_a_stranger_claims(
    client: FlaskClient, lan: Person, clerk: Visitor
) -> None:
    lies = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
    }
    for answer in (
        client.get("/login", headers=lies),
        client.get("/nowhere", headers=lies),
        client.get(clerk.desk, headers=lies),
        client.post(clerk.desk + "sign-out", headers=lies),
    ):
        told = answer.text + str(answer.headers)
        assert "evil.example" not in told and "gopher" not in told
