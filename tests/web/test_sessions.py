"""The session in the path: whose it is, and every way in which it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.links import issue_token
from daemon.settings import Settings
from stock import people
from stock.models import Person, PersonSession, Role
from stock.session import Database
from tests.web.conftest import MovableClock
from tests.web.ledger import counting
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, text_of, with_quantities


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def rows(database: Database) -> list[PersonSession]:
    with database.read() as session:
        return list(session.scalars(select(PersonSession)))


def test_a_session_is_over_after_twelve_hours(
    seller: Seller, clerk: Visitor, clock: MovableClock
) -> None:
    clock.now = NOW + timedelta(hours=12)
    assert clerk.get().status_code == 200
    clock.now = NOW + timedelta(hours=12, seconds=1)
    answer = clerk.get()
    assert answer.status_code == 403
    assert "Phiên làm việc đã hết" in answer.text


def test_what_was_typed_when_the_session_was_over_is_shown_again(
    seller: Seller, clerk: Visitor, clock: MovableClock, order_id: int
) -> None:
    fields = with_quantities(clerk.form(order_id), "2", damaged="1x")
    typed = fields | {"note": "Hộp móp <b>\ndòng hai"}
    clock.now = NOW + timedelta(hours=13)
    answer = clerk.book(order_id, typed)
    page = text_of(answer.text)
    assert answer.status_code == 403 and seller.receipts() == []
    assert "Phiên làm việc đã hết" in page and "Lần gửi này không ghi gì" in page
    assert "MUG Còn tốt 2 · Hư hỏng 1x" in words_of(answer.text)
    assert "Hộp móp &lt;b&gt;\ndòng hai</textarea>" in answer.text and "A1" in page


def test_nothing_is_shown_again_without_a_key_of_ours(
    seller: Seller, clerk: Visitor, clock: MovableClock, order_id: int
) -> None:
    other = clerk.form(seller.order("A2", 1))["key"]
    fields = clerk.form(order_id) | {"note": "planted"}
    clock.now = NOW + timedelta(hours=13)
    for key in ("", "guessed", fields["key"][:-2], other):
        answer = clerk.book(order_id, fields | {"key": key})
        assert answer.status_code == 403
        assert "planted" not in answer.text and "MUG" not in answer.text
    odd = clerk.book(order_id, fields | {"odd": "planted"})
    assert odd.status_code == 403 and "planted" not in odd.text
    long = clerk.book(order_id, fields | {"note": "x" * 300_000})
    assert long.status_code == 403


def test_a_session_is_a_secret_that_the_database_does_not_hold(
    database: Database, clerk: Visitor
) -> None:
    secret = clerk.desk.split("/")[2]
    (row,) = rows(database)
    # 24 bytes of chance; the path holds nothing that means anything.
    assert len(secret) == 32 and "." not in secret
    kept = [str(value) for value in vars(row).values()]
    assert not any(secret in value for value in kept)
    assert clerk.client.get(f"/desk/{row.digest}/").status_code == 403


def test_a_session_is_new_at_each_launch_whatever_was_asked_for_before(
    app: Flask, settings: Settings, seller: Seller
) -> None:
    client = app.test_client()
    planted = "A" * 32
    assert client.get(f"/desk/{planted}/").status_code == 403
    token = issue_token(settings, "lan", "clerk", NOW)
    opened = client.get("/open", query_string={"token": token, "access": planted})
    assert planted not in opened.location
    assert client.get(f"/desk/{planted}/").status_code == 403


def test_over_sessions_are_swept_when_somebody_comes(
    database: Database, visit: Callable[..., Visitor], clock: MovableClock
) -> None:
    visit("lan")
    visit("minh")
    clock.now = NOW + timedelta(hours=13)
    visit("hoa")
    assert [row.user for row in rows(database)] == ["hoa"]


CHANGES: dict[str, Callable[[Session, Person], None]] = {
    "disabled": lambda session, lan: people.disable(
        session, lan, actor="minh", now=NOW
    ),
    "role": lambda session, lan: people.set_role(
        session, lan, Role.VIEWER, actor="minh", now=NOW
    ),
    "shops": lambda session, lan: people.set_shops(
        session, lan, [], actor="minh", now=NOW
    ),
    "warehouses": lambda session, lan: people.set_warehouses(
        session, lan, [], actor="minh", now=NOW
    ),
    "password": lambda session, lan: people.set_password(
        session, lan, "a whole new password", actor="minh", now=NOW
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whoever_is_changed_is_out_at_once(
    database: Database, seller: Seller, visit: Callable[..., Visitor], what: str
) -> None:
    with database.write() as session:
        people.add_person(session, name="Lan", role=Role.CLERK, actor="minh", now=NOW)
    lan, other = visit("lan"), visit("hoa")
    assert lan.get().status_code == 200
    with database.write() as session:
        CHANGES[what](session, people.named_person(session, "LAN"))
    assert lan.get().status_code == 403
    assert other.get().status_code == 200


def test_who_is_noted_for_the_first_time_is_out_at_once_too(
    database: Database, seller: Seller, visit: Callable[..., Visitor]
) -> None:
    lan = visit("Lan")
    with database.write() as session:
        people.add_person(session, name="lan", role=Role.VIEWER, actor="minh", now=NOW)
    assert lan.get().status_code == 403


def test_whose_session_it_is_takes_one_statement(
    database: Database, seller: Seller, visit: Callable[..., Visitor]
) -> None:
    for number in range(30):
        visit(f"person {number}")
    clerk = visit("lan")
    with counting(database) as run:
        clerk.get("stock")
    about_sessions = [text for text in run if "person_session" in text]
    assert len(about_sessions) == 1 and "digest" in about_sessions[0]
