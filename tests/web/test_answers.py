"""Headers on every answer, error pages, and text that is never markup."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable

import pytest
from flask import Flask

from daemon.links import issue_token
from daemon.settings import Settings
from stock import board
from stock.reports import Fulfilment
from stock.session import Database
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import LARGEST_REQUEST_BYTES, create_app

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none';"
    " frame-ancestors "
)
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}",
    "</title><svg onload=alert(1)>",
]


NEVER_SHOWN_IN_THE_ERP = (
    "/login",
    "/health",
    "/consent",
    "/hooks/nobody",
    "/api/v1/openapi.json",
    "/no/such/page",
    "/opening",
)


def break_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_keywords: object) -> None:
        raise RuntimeError("canary\n\x1b[31mred 2026 ERROR forged line")

    monkeypatch.setattr(board, "open_returns", fail)


@pytest.fixture
def statuses(
    clerk: Visitor, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], dict[str, str]]:
    """Gives the headers of an answer with a status."""

    def headers(status: int) -> dict[str, str]:
        client = clerk.client
        match status:
            case 500:
                break_the_list(monkeypatch)
                answer = clerk.get()
            case 400:
                answer = clerk.book(seller.order("A1"), {"odd": "x"})
            case 405:
                answer = client.delete("/health")
            case 413:
                answer = client.post("/open", data=b"x" * (LARGEST_REQUEST_BYTES + 1))
            case _:
                path = {200: clerk.desk, 303: clerk.desk + "?q=A1", 403: "/open"}
                seller.order("A1")
                answer = client.get(path.get(status, "/no/such/page"))
        assert answer.status_code == status
        return dict(answer.headers)

    return headers


@pytest.mark.parametrize("path", NEVER_SHOWN_IN_THE_ERP)
def test_nothing_but_the_desk_shows_in_a_frame(clerk: Visitor, path: str) -> None:
    policy = clerk.client.get(path).headers["Content-Security-Policy"]
    assert policy == POLICY + "'none'"


@pytest.mark.parametrize("status", [200, 303, 400, 403, 404, 405, 413, 500])
def test_every_answer_has_the_protective_headers(
    statuses: Callable[[int], dict[str, str]], status: int
) -> None:
    headers = statuses(status)
    # Of these two the address is none of the desk: the ERP never shows it.
    ancestors = "'none'" if status in (404, 405) else "https://erp.example.vn"
    assert headers["Content-Security-Policy"] == POLICY + ancestors
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert "X-Frame-Options" not in headers
    assert "Set-Cookie" not in headers


def test_without_an_erp_nobody_may_frame_the_page(
    settings: Settings, database: Database
) -> None:
    alone = dataclasses.replace(settings, erp_origin=None)
    app = create_app(alone, database=database)
    answer = app.test_client().get("/open")
    assert answer.headers["Content-Security-Policy"] == POLICY + "'none'"


def test_pages_have_no_script_or_style_of_their_own(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1")
    for path in ("", "waiting", f"orders/{order_id}", f"orders/{order_id}/receipt"):
        page = clerk.get(path).text
        assert "style=" not in page and "<style" not in page
        assert page.count("<script") == page.count('<script src="/static/')
        assert " on" not in page.replace(" on hand", "").split("<body>")[0]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_others_is_never_markup(
    seller: Seller, clerk: Visitor, payload: str
) -> None:
    seller.sell("one", payload[:100], payload, payload)
    order_id = seller.order(
        payload, 2, sku=payload, tracking=payload, reason=payload, note=payload
    )
    fields = clerk.form(order_id) | {"note": payload}
    pages = [clerk.get(path) for path in ("", f"orders/{order_id}/receipt")]
    pages.append(clerk.get(q=payload + "x"))
    pages.append(clerk.book(order_id, fields | {"warehouse": payload}))
    pages.append(clerk.book(order_id, fields | {"scan": payload + "x"}))
    pages.append(clerk.follow(clerk.book(order_id, fields)))
    pages.append(clerk.get(f"orders/{order_id}"))
    for page in pages:
        assert page.status_code < 500
        for piece in ("<script>alert", "<img src=x", "<svg onload", ">49<"):
            assert piece not in page.text
        # Inside an attribute a quote would end it; outside it is only text.
        if '"' in payload or "'" in payload:
            assert payload not in page.text


def test_an_error_of_ours_gives_a_number_and_no_trace(
    seller: Seller,
    clerk: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="truestock.web")
    break_the_list(monkeypatch)
    page = clerk.get()
    assert page.status_code == 500
    assert "Hệ thống gặp lỗi" in page.text
    assert "canary" not in page.text and "Traceback" not in page.text
    (entry,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert "\n" not in entry and "\x1b" not in entry
    told = json.loads(entry.partition(" ")[2])
    assert told["error"] in page.text
    assert "canary" in told["cause"]


def test_a_forged_line_cannot_enter_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app.test_client().get("/x%0a2026 ERROR forged%1b[31m")
    for record in caplog.records:
        assert "\n" not in record.getMessage() and "\x1b" not in record.getMessage()


def test_error_pages_speak_the_readers_language(app: Flask) -> None:
    client = app.test_client()
    assert "Không có trang này" in client.get("/nowhere").text
    assert "There is no such page" in client.get("/nowhere?lang=en").text
    assert "Không có trang này" in client.get("/nowhere?lang=xx").text


def test_many_fields_are_refused(seller: Seller, clerk: Visitor) -> None:
    order_id = seller.order("A1")
    fields = {f"f{number}": "x" for number in range(30_000)}
    assert clerk.book(order_id, fields).status_code in (400, 413)


def test_health_needs_the_database_and_its_tables(
    app: Flask, settings: Settings, tmp_path: object
) -> None:
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json) == (200, {"ok": True})
    for url in (f"sqlite:///{tmp_path}/empty.db", "sqlite:////no/such/folder/x.db"):
        away = create_app(settings, database=Database(url)).test_client()
        assert (away.get("/health").status_code) == 503


def test_a_database_that_is_away_says_so(settings: Settings) -> None:
    database = Database("sqlite:////no/such/folder/x.db")
    app = create_app(settings, database=database, now=lambda: NOW)
    client = app.test_client()
    token = issue_token(settings, "lan", "clerk", NOW)
    for path in (f"/open?token={token}", f"/desk/{'x' * 32}/"):
        page = client.get(path)
        assert page.status_code == 503
        assert "Cơ sở dữ liệu không trả lời" in page.text


@pytest.mark.parametrize(
    ("fulfilment", "word"),
    [
        (Fulfilment.AWAITING_PICKUP, "Chờ lấy hàng"),
        (Fulfilment.IN_TRANSIT, "Đang giao hàng"),
        (Fulfilment.DELIVERED, "Đã giao hàng"),
        (Fulfilment.NOT_SHIPPED, "Chưa giao hàng"),
    ],
)
def test_statuses_have_the_words_of_the_trade(
    seller: Seller, clerk: Visitor, fulfilment: Fulfilment, word: str
) -> None:
    order_id = seller.order("A1", fulfilment=fulfilment, ending=None)
    assert word in clerk.get(f"orders/{order_id}").text
