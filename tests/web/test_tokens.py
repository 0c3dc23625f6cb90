"""The link of our own command, keys of forms, and what never reaches the log."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.test import TestResponse

from daemon.commands import truestock
from daemon.links import issue_token, open_link
from daemon.settings import Settings
from stock import board
from stock.session import Database
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import create_app, tokens
from web.desk import utc_now
from web.errors import TokenRefused
from web.launches import LEEWAY
from web.permissions import Role
from web.sessions import exchange_token, read_session
from web.tokens import (
    Purpose,
    Reader,
    issue_form_key,
    issue_page_key,
    read_page_key,
)

LAN = Reader(user="lan", role=Role.CLERK)


def altered(settings: Settings, **changes: object) -> Settings:
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def opens(app: Flask, token: str) -> int:
    return app.test_client().get("/open", query_string={"token": token}).status_code


def signed(settings: Settings, purpose: Purpose, claims: Mapping[str, object]) -> str:
    """Sign claims that no function of ours would issue."""
    return str(tokens._serializer(settings, purpose, NOW).dumps(dict(claims)))


def test_a_link_opens_the_list_without_a_cookie(
    app: Flask, settings: Settings, seller: Seller
) -> None:
    token = issue_token(settings, "lan", "clerk", NOW)
    assert open_link(settings, token).startswith("https://stock.example.vn/open?token=")
    client = app.test_client(use_cookies=False)
    answer = client.get("/open", query_string={"token": token})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    page = client.get(answer.location)
    assert page.status_code == 200 and "lan" in page.text
    assert "Set-Cookie" not in page.headers


def test_a_link_can_be_posted_into_the_frame(app: Flask, settings: Settings) -> None:
    token = issue_token(settings, "lan", "clerk", NOW)
    assert app.test_client().post("/open", data={"token": token}).status_code == 303


def test_a_link_is_over_after_five_minutes_and_what_clocks_may_differ(
    app: Flask, settings: Settings, clock: MovableClock
) -> None:
    clock.now = NOW + timedelta(minutes=5) + LEEWAY
    assert opens(app, issue_token(settings, "lan", "clerk", NOW)) == 303
    token = issue_token(settings, "lan", "clerk", NOW)
    clock.now = NOW + timedelta(minutes=5, seconds=1) + LEEWAY
    answer = app.test_client().get("/open", query_string={"token": token})
    assert answer.status_code == 403
    assert "Liên kết này đã hết hạn" in answer.text
    clock.now = NOW - timedelta(seconds=1) - LEEWAY
    assert opens(app, token) == 403
    clock.now = NOW - LEEWAY
    assert opens(app, token) == 303


def test_each_altered_character_is_refused(
    database: Database, settings: Settings
) -> None:
    token = issue_token(settings, "lan", "viewer", NOW)
    # The last character of base64 has bits that mean nothing: it is left alone.
    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        forged = token[:place] + other + token[place + 1 :]
        with pytest.raises(TokenRefused):
            exchange_token(database, settings, forged, NOW)


def test_another_key_or_audience_is_refused(app: Flask, settings: Settings) -> None:
    other_key = altered(settings, secret_keys=("k" * 32,))
    other_place = altered(settings, base_url="https://other.example.vn")
    for issuer in (other_key, other_place):
        assert opens(app, issue_token(issuer, "lan", "clerk", NOW)) == 403


def test_keys_can_be_rotated(database: Database, settings: Settings) -> None:
    old = altered(settings, secret_keys=("o" * 32,))
    both = altered(settings, secret_keys=("n" * 32, "o" * 32))
    new = altered(settings, secret_keys=("n" * 32,))
    for reads, issues in ((both, old), (new, both)):
        token = issue_token(issues, "lan", "clerk", NOW)
        assert exchange_token(database, reads, token, NOW)
    with pytest.raises(TokenRefused):
        exchange_token(database, new, issue_token(old, "lan", "clerk", NOW), NOW)


def test_a_token_is_worth_nothing_for_another_purpose(
    app: Flask, database: Database, settings: Settings
) -> None:
    opening = issue_token(settings, "lan", "clerk", NOW)
    session = exchange_token(database, settings, opening, NOW).access
    form = issue_form_key(settings, LAN, 1, NOW)
    page = issue_page_key(settings, LAN, "people", NOW)
    for value in (session, form, page):
        assert opens(app, value) == 403
    for value in (opening, form, page):
        assert app.test_client().get(f"/desk/{value}/").status_code == 403
    for value in (opening, session, form):
        with pytest.raises(TokenRefused):
            read_page_key(settings, value, LAN, "people", NOW)
    for value in (opening, session, page):
        with pytest.raises(TokenRefused):
            tokens.read_form_key(settings, value, LAN, 1, NOW)


@pytest.mark.parametrize("name", ["user", "order", "return", "waiting", "id"])
def test_each_claim_of_a_form_is_needed(settings: Settings, name: str) -> None:
    claims: dict[str, object] = {
        "purpose": "form",
        "audience": "https://stock.example.vn",
        "user": "lan",
        "order": 1,
        "return": None,
        "waiting": 0,
        "id": "x",
    }
    full = signed(settings, Purpose.FORM, claims)
    assert tokens.read_form_key(settings, full, LAN, 1, NOW).id == "x"
    del claims[name]
    with pytest.raises(TokenRefused):
        tokens.read_form_key(
            settings, signed(settings, Purpose.FORM, claims), LAN, 1, NOW
        )


def test_the_key_of_a_page_is_for_one_person_one_page_and_some_hours(
    settings: Settings,
) -> None:
    value = issue_page_key(settings, LAN, "people", NOW)
    key = read_page_key(settings, value, LAN, "people", NOW)
    assert (key.user, key.page) == ("lan", "people") and len(key.id) >= 22
    again = issue_page_key(settings, LAN, "people", NOW)
    assert read_page_key(settings, again, LAN, "people", NOW).id != key.id
    for reader, page in ((dataclasses.replace(LAN, user="minh"), "people"), (LAN, "x")):
        with pytest.raises(TokenRefused):
            read_page_key(settings, value, reader, page, NOW)
    later = NOW + timedelta(hours=12, seconds=1)
    with pytest.raises(TokenRefused) as refused:
        read_page_key(settings, value, LAN, "people", later)
    assert refused.value.expired
    assert read_page_key(settings, value, LAN, "people", later, late=True) == key


@pytest.mark.parametrize("user", ["", " ", "a\nb", "x" * 101])
def test_a_token_is_issued_for_a_name_only(settings: Settings, user: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        issue_token(settings, user, "clerk", NOW)
    with pytest.raises(ValueError, match="boss"):
        issue_token(settings, "lan", "boss", NOW)


def test_no_secret_reaches_the_log(
    app: Flask,
    database: Database,
    settings: Settings,
    seller: Seller,
    visit: Callable[..., Visitor],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    token = issue_token(settings, "lan", "clerk", NOW)
    visitor = visit("lan")
    order_id = seller.order("A1")
    visitor.book(order_id, visitor.form(order_id))
    app.test_client().get("/open", query_string={"token": token + "x"})
    monkeypatch.setattr(board, "open_returns", None)
    assert visitor.get().status_code == 500
    assert "/desk/<access>/orders/<id:order_id>/receipt" in caplog.text
    session = visitor.desk.split("/")[2]
    assert read_session(database, session, NOW).user == "lan"
    for secret in (token, session, *settings.secret_keys):
        assert secret not in caplog.text


def test_the_environment_alone_makes_an_app(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("TRUESTOCK_VAR", str(tmp_path))
    assert create_app().test_client().get("/health").status_code == 503


def test_the_command_line_prints_a_link_that_opens(
    app: Flask,
    settings: Settings,
    seller: Seller,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRUESTOCK_VAR", str(settings.var))
    monkeypatch.setenv("TRUESTOCK_BASE_URL", settings.base_url)
    clock.now = utc_now()

    def run(user: str, role: str, *more: str) -> Result:
        command = ["token", "--user", user, "--role", role, *more]
        return CliRunner().invoke(truestock, command)

    def opened(ran: Result) -> TestResponse:
        assert ran.exit_code == 0
        link = ran.output.strip()
        return app.test_client().get(link.removeprefix(settings.base_url))

    assert opened(run("lan", "clerk")).status_code == 303
    seller.order("A1", tracking="SPX1")
    bound = ["--shop", "one", "--shop", "two", "--warehouse", "MAIN"]
    at = opened(run("lan", "clerk", *bound, "--document", "SPX1"))
    assert "q=SPX1" in at.location
    assert "printable" in str(run("", "clerk").exception)
    wrong = run("lan", "boss")
    assert wrong.exit_code == 2 and "supervisor" in wrong.output
