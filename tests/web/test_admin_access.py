"""Giving a shop access again: the link, the way back, and the pasted answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from daemon.settings import Settings
from stock import shops
from stock.admin import consents
from stock.models import ShopState
from stock.session import Database
from stock.vault import Vault
from tests.web.admin_forms import fill, form_of, log_of, send, words_of
from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor

ADMIN = "minh@example.vn"
SHOP = "admin/shops/3"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LINK = re.compile(r'href="(https://[^"]+)" target="_blank"')
SHOPEE: dict[str, Any] = {
    "partner_id": 11,
    "partner_key": "k" * 40,
    "shop_id": 7,
    "base_url": "https://partner.example.vn",
}
TIKI: dict[str, Any] = {
    "client_id": "c1",
    "client_secret": "s1",
    "base_url": "https://api.example.vn",
    "app": "public",
}


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    seller.open_shop("three", **SHOPEE)
    lost = "AuthenticationError: revoked"
    seller.change_shop("three", state=ShopState.PAUSED, last_error=lost)
    return visit(ADMIN, "admin")


def ask(admin: Visitor) -> tuple[str, str]:
    """Ask for access; return the channel's link and the state in it."""
    page = send(admin, SHOP, f"{SHOP}/access")
    assert page.status_code == 200, page.text
    (found,) = LINK.findall(page.text)
    link = unescape(found)
    (back,) = parse_qs(urlsplit(link).query)["redirect"]
    (state,) = parse_qs(urlsplit(back).query)["state"]
    assert back.startswith("https://stock.example.vn/consent?")
    return link, state


def waiting(database: Database, settings: Settings) -> dict[str, str] | None:
    """Return the answer that a worker will exchange."""
    vault = Vault(settings.credentials_keys)
    with database.read() as session:
        shop = shops.find_shop(session, "three")
        found = consents.waiting_answer(session, vault, shop)
        return dict(found[0]) if found else None


def test_the_seller_comes_back_and_the_answer_waits_sealed_for_a_worker(
    admin: Visitor,
    app: Flask,
    database: Database,
    settings: Settings,
    bell: RecordingBell,
) -> None:
    link, state = ask(admin)
    assert urlsplit(link).netloc == "partner.example.vn"
    back = {"code": "one-time-code", "shop_id": "7", "state": state}
    stranger = app.test_client(use_cookies=False)
    asked = stranger.get("/consent", query_string=back)
    assert "three" in asked.text and waiting(database, settings) is None

    taken = stranger.post("/consent", data=form_of(asked.text, ""))
    assert taken.status_code == 200 and "one-time-code" not in taken.text
    assert waiting(database, settings) == back
    assert bell.rung == ["three"]
    with database.read() as session:
        due = [shop.name for shop in shops.due_shops(session, NOW)]
        sealed = consents.newest(session, shops.find_shop(session, "three"))
        assert sealed is not None and sealed.sealed_answer is not None
        assert b"one-time-code" not in sealed.sealed_answer
    assert "three" in due
    assert log_of(database) == [
        (ADMIN, "access asked", "three"),
        (ADMIN, "access answered", "three"),
    ]
    assert "Đang kiểm tra trả lời với sàn" in words_of(admin.get(SHOP).text)


def test_the_address_can_be_pasted_where_the_way_back_is_shut(
    admin: Visitor, database: Database, settings: Settings
) -> None:
    _, state = ask(admin)
    pasted = f"https://elsewhere.example/?code=abc&shop_id=7&state={state}"
    page = admin.follow(send(admin, SHOP, f"{SHOP}/answer", answer=pasted))
    assert "Đang kiểm tra trả lời với sàn" in words_of(page.text)
    assert waiting(database, settings) == {
        "code": "abc",
        "shop_id": "7",
        "state": state,
    }


@SQLITE
@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("hello", 400),
        ("https://x.example/?code=a&state=another", 409),
        ("https://x.example/?code=" + "a" * 5000, 409),
    ],
)
def test_an_answer_that_is_none_is_refused_and_stays_in_the_field(
    admin: Visitor,
    database: Database,
    settings: Settings,
    typed: str,
    status: int,
) -> None:
    ask(admin)
    answer = send(admin, SHOP, f"{SHOP}/answer", answer=typed)
    assert answer.status_code == status
    assert form_of(answer.text, "/answer")["answer"] == typed
    assert waiting(database, settings) is None


@SQLITE
def test_a_stranger_without_the_state_gets_nothing_in(
    admin: Visitor, app: Flask, database: Database, settings: Settings
) -> None:
    ask(admin)
    stranger = app.test_client(use_cookies=False)
    for state in ("", "guess"):
        given = {"code": "evil", "shop_id": "7", "state": state}
        assert stranger.get("/consent", query_string=given).status_code == 404
        assert stranger.post("/consent", data=given).status_code == 404
    assert waiting(database, settings) is None


def test_a_newer_link_and_an_hour_end_the_older_one(
    admin: Visitor, app: Flask, clock: MovableClock
) -> None:
    _, old = ask(admin)
    _, new = ask(admin)
    client = app.test_client(use_cookies=False)
    assert client.get("/consent", query_string={"state": old}).status_code == 404
    assert client.get("/consent", query_string={"state": new}).status_code == 200
    clock.now = NOW + timedelta(hours=1, seconds=1)
    assert client.get("/consent", query_string={"state": new}).status_code == 404


def test_a_double_click_asks_once(admin: Visitor, database: Database) -> None:
    fields = fill(admin, SHOP, f"{SHOP}/access")
    links = {
        LINK.findall(admin.post(f"{SHOP}/access", fields).text)[0] for _ in range(2)
    }
    assert len(links) == 1 and len(log_of(database)) == 1


def test_the_channels_refusal_is_told(
    admin: Visitor, database: Database, settings: Settings
) -> None:
    ask(admin)
    with database.write() as session:
        shop = shops.find_shop(session, "three")
        consents.settle(session, shop, error="the code is over", now=NOW)
    told = words_of(admin.get(SHOP, lang="en").text)
    assert "The channel gave no access. Make a new link. the code is over" in told
    assert log_of(database)[-1] == (ADMIN, "access refused", "three")


@SQLITE
def test_settings_that_make_no_link_are_named(admin: Visitor, seller: Seller) -> None:
    answer = send(admin, "admin/shops/1", "admin/shops/1/access")
    assert answer.status_code == 409
    assert "base_url is missing" in words_of(answer.text)


@SQLITE
def test_a_channel_without_such_a_page_says_so(admin: Visitor, seller: Seller) -> None:
    seller.open_shop("web", channel="woocommerce")
    page = admin.get("admin/shops/4").text
    assert "Sàn này không có trang cấp quyền" in page
    assert "/access" not in page


def test_asking_alone_never_lets_a_paused_shop_go_on(
    admin: Visitor, seller: Seller
) -> None:
    seller.open_shop("tiki", channel="tiki", **TIKI)
    seller.change_shop("tiki", state=ShopState.PAUSED, last_error="x")
    before = seller.shop("tiki").sealed_settings
    assert send(admin, "admin/shops/4", "admin/shops/4/access").status_code == 200
    shop = seller.shop("tiki")
    assert shop.state == ShopState.PAUSED
    assert shop.sealed_settings != before
