"""People: adding them, what they may, shutting them out, passwords and links."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask

from stock import people
from stock.models import Person, Role
from stock.session import Database
from tests.web.admin_forms import fill, form_of, log_of, send, words_of
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web.admin.person import mark_of
from web.tokens import Reader, issue_page_key

ADMIN = "minh@example.vn"
PAGE = "admin/people"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PASSWORD = re.compile(r'secret-text">([^<]+)<')
LINK = re.compile(r">(https://stock.example.vn/open[^<]+)<")


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    return visit(ADMIN, "admin")


@pytest.fixture
def lan(seller: Seller, database: Database) -> str:
    """The page of a clerk who is named here."""
    return add(database, "lan", Role.CLERK)


def add(database: Database, name: str, role: Role) -> str:
    with database.write() as session:
        added = people.add_person(session, name=name, role=role, actor="x", now=NOW)
        return f"{PAGE}/{added.id}"


def person(database: Database, name: str) -> Person:
    with database.read() as session:
        return people.named_person(session, name)


def test_a_person_is_added_with_role_shops_and_warehouses(
    admin: Visitor, database: Database
) -> None:
    fields = fill(admin, PAGE, PAGE, name="Nhung", role="supervisor")
    fields |= {"shop-2": "on", "warehouse-1": "on"}
    page = admin.follow(admin.post(PAGE, fields))
    assert "Đã thêm Nhung" in page.text
    added = person(database, "nhung")
    assert (added.role, added.shop_ids, added.warehouse_ids) == (
        Role.SUPERVISOR,
        [2],
        [1],
    )
    admin.follow(admin.post(PAGE, fields))
    assert log_of(database) == [(ADMIN, "person added", "Nhung")]


@SQLITE
@pytest.mark.parametrize(
    ("name", "told"),
    [("LAN", "Đã có người tên “LAN”"), (" ", "Tên có từ 1 đến 100 ký tự")],
)
def test_a_name_that_cannot_be_gets_a_sentence(
    admin: Visitor, lan: str, name: str, told: str
) -> None:
    answer = send(admin, PAGE, PAGE, name=name, role="viewer")
    assert answer.status_code == 409 and told in words_of(answer.text)
    assert form_of(answer.text, PAGE)["role"] == "viewer"


@SQLITE
@pytest.mark.parametrize(
    "changes", [{"role": "owner"}, {"shop-99": "on"}, {"warehouse-x": "on"}]
)
def test_a_made_up_bound_is_refused(
    admin: Visitor, database: Database, changes: dict[str, str]
) -> None:
    assert send(admin, PAGE, PAGE, name="Nhung", **changes).status_code == 400
    assert log_of(database) == []


def test_a_change_of_role_ends_the_persons_pages(
    admin: Visitor, lan: str, visit: Callable[..., Visitor], database: Database
) -> None:
    open_page = visit("lan", "clerk")
    assert open_page.get().status_code == 200
    page = admin.follow(send(admin, lan, lan, role="viewer", **{"shop-1": "on"}))
    assert "Đã lưu" in page.text
    assert (person(database, "lan").role, person(database, "lan").shop_ids) == (
        Role.VIEWER,
        [1],
    )
    assert open_page.get().status_code == 403
    assert [action for _, action, _ in log_of(database)[1:]] == [
        "role set",
        "shops set",
    ]


def test_of_two_who_change_a_person_the_second_sees_the_first(
    admin: Visitor, lan: str, database: Database
) -> None:
    late = fill(admin, lan, lan, role="admin")
    send(admin, lan, lan, role="viewer")
    answer = admin.post(lan, late)
    assert answer.status_code == 409
    assert "Có người vừa sửa người dùng này" in words_of(answer.text)
    assert person(database, "lan").role == Role.VIEWER


def test_who_is_disabled_cannot_come_in_until_enabled(
    admin: Visitor, lan: str, visit: Callable[..., Visitor], database: Database
) -> None:
    open_page = visit("lan", "clerk")
    page = admin.follow(send(admin, lan, f"{lan}/door", do="disable"))
    assert "lan không vào được nữa" in words_of(page.text)
    assert open_page.get().status_code == 403
    with pytest.raises(AssertionError):
        visit("lan", "clerk")
    keys = form_of(page.text, f"{lan}/door")
    for door in ("password", "link"):
        assert admin.post(f"{lan}/{door}", keys).status_code == 409
    admin.follow(send(admin, lan, f"{lan}/door", do="enable"))
    assert visit("lan", "clerk").get().status_code == 200
    assert person(database, "lan").password_hash is None


def test_an_administrator_changes_everybody_but_himself(
    seller: Seller, database: Database, visit: Callable[..., Visitor]
) -> None:
    add(database, "hoa", Role.ADMIN)
    own = add(database, ADMIN, Role.ADMIN)
    admin = visit(ADMIN.upper(), "admin")
    page = admin.get(own).text
    assert "Đây là chính bạn" in page and "/door" not in page
    for ending, change in (
        ("", {"role": "viewer"}),
        ("/door", {"do": "disable"}),
        ("/password", {}),
        ("/link", {}),
    ):
        key = {"key": _key(admin, own)}
        bounds = {"seen": _mark(database, ADMIN)} if ending == "" else {}
        answer = admin.post(own + ending, key | bounds | change)
        assert answer.status_code == 409, ending
        assert "Đây là chính bạn" in words_of(answer.text)
    found = person(database, ADMIN)
    assert (found.role, found.disabled_at) == (Role.ADMIN, None)
    assert found.password_hash is None


def test_the_last_administrator_stays_one(admin: Visitor, database: Database) -> None:
    last = add(database, "hoa", Role.ADMIN)
    for ending, changes in (("", {"role": "clerk"}), ("/door", {"do": "disable"})):
        answer = send(admin, last, last + ending, **changes)
        assert answer.status_code == 409
        assert "quản trị viên cuối cùng" in words_of(answer.text)
    assert person(database, "hoa").role == Role.ADMIN


def test_a_new_password_is_shown_once_and_opens_the_page(
    admin: Visitor, lan: str, app: Flask, database: Database
) -> None:
    fields = fill(admin, lan, f"{lan}/password")
    first, again = (admin.post(f"{lan}/password", fields) for _ in range(2))
    (password,) = PASSWORD.findall(first.text)
    assert PASSWORD.findall(again.text) == [password]
    assert len(password) >= 16
    assert first.headers["Cache-Control"] == "no-store"
    assert password not in admin.get(lan).text
    assert password not in admin.get("admin/log").text
    entered = app.test_client(use_cookies=False).post(
        "/login",
        data={"name": "lan", "password": password},
        headers={"Origin": "http://localhost"},
    )
    assert entered.status_code == 303
    actions = [action for _, action, _ in log_of(database)]
    assert actions.count("password set") == 1


def test_a_link_opens_the_page_once_in_the_persons_name(
    admin: Visitor, lan: str, app: Flask, database: Database
) -> None:
    answer = send(admin, lan, f"{lan}/link")
    (link,) = LINK.findall(answer.text)
    parts = urlsplit(link)
    client = app.test_client(use_cookies=False)
    opened = client.get(f"{parts.path}?{parts.query}")
    assert opened.status_code == 303
    page = client.get(opened.location)
    assert "lan" in page.text and "Nhân viên kho" in page.text
    assert client.get(f"{parts.path}?{parts.query}").status_code == 403
    assert (ADMIN, "sign-in link made", "lan") in log_of(database)


def _key(admin: Visitor, path: str) -> str:
    """Return a key for a person's page, whose forms are not shown to that person."""
    desk = admin.client.application.extensions["truestock"]
    reader = Reader(user=ADMIN, role=Role.ADMIN)
    return issue_page_key(desk.settings, reader, path, NOW)


def _mark(database: Database, name: str) -> str:
    return mark_of(person(database, name))
