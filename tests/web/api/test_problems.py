"""Whatever goes wrong under the interface's address is told as a problem."""

from __future__ import annotations

import inspect
import json

import pytest
from flask import Flask, url_for
from sqlalchemy.exc import OperationalError

from stock import errors
from stock.errors import StockError
from tests.web.api.program import Program, kind_of, receipt_of
from tests.web.seller import Seller
from web.api.problems import KINDS
from web.api.refusals import _TELLERS

OURS = {
    errors.UnguardedWrite,
    errors.ForbiddenTransfer,
    errors.LeaseLost,
    errors.VaultError,
}
"""Faults of ours: a program can do nothing about them."""
OF_DOORS = (
    "AlreadyReversed",
    "AmbiguousReference",
    "EmptyReceipt",
    "IdempotencyConflict",
    "InsufficientStock",
    "InvalidQuantity",
    "NeverLeft",
    "NothingToReverse",
    "ReasonMissing",
    "ReceiptTooLarge",
    "SamePerson",
    "UnitsGone",
    "UnknownOrder",
    "UnknownReceipt",
    "UnknownShop",
    "UnknownSku",
    "UnknownWarehouse",
    "UnreadableReport",
)


@pytest.mark.parametrize("name", OF_DOORS)
def test_each_error_of_a_door_is_a_problem_of_its_own(name: str) -> None:
    assert getattr(errors, name) in _TELLERS


def test_what_a_door_in_use_here_may_raise_is_in_the_table() -> None:
    doors = ("receipts", "reversals", "stocktakes", "parcels", "levels", "guard")
    raised = set()
    for door in doors:
        module = __import__(f"stock.{door}", fromlist=[door])
        raised |= {
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, StockError) and kind is not StockError
        }

    assert raised - OURS <= set(_TELLERS)


def test_no_address_under_the_interface_leads_to_a_page(
    program: Program, app: Flask
) -> None:
    expected = {
        "/api": (404, "not-found"),
        "/api/": (404, "not-found"),
        "/api/v1": (404, "not-found"),
        "/api/v2/orders": (404, "not-found"),
        "/api/v1/orders/": (404, "not-found"),
        "/api/v1//orders": (404, "not-found"),
        "/api/v1/orders/0": (404, "not-found"),
        "/api/v1/orders/-1": (404, "not-found"),
        "/api/v1/orders/x": (404, "not-found"),
        f"/api/v1/orders/{2**53}": (404, "not-found"),
        "/api/v1/orders/1?lang=en": (422, "invalid-request"),
        "/api/v1/orders/1": (404, "unknown-order"),
        "/api/v1/receipts/1": (404, "unknown-receipt"),
        "/api/v1/stocktakes/9": (404, "unknown-stocktake"),
        "/api/v1/receipts/1/reversal": (405, "method-not-allowed"),
    }
    for address, told in expected.items():
        answer = program.client.get(address, headers=program.headers)
        assert (answer.status_code, kind_of(answer)) == told, address
        assert "<" not in answer.text


def test_a_method_that_is_not_taken_is_told_with_those_that_are(
    program: Program,
) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = program.client.open(
            "/api/v1/receipts", method=method, headers=program.headers
        )
        assert (answer.status_code, kind_of(answer)) == (405, "method-not-allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_who_takes_no_json_is_told_so(program: Program) -> None:
    refused = ("text/html", "application/xml;q=0.9", "application/json;q=0")
    accepted = ("", "*/*", "application/*", "application/json", "text/html, */*;q=0.1")
    for types, status in ((refused, 406), (accepted, 200)):
        for accept in types:
            answer = program.client.get(
                "/api/v1/shops", headers=program.headers | {"Accept": accept}
            )
            assert answer.status_code == status, accept


def test_a_body_that_is_not_said_to_be_json_is_refused(
    program: Program, seller: Seller, order_id: int
) -> None:
    for sent in ("", "text/plain", "application/x-www-form-urlencoded", "text/json"):
        answer = program.send("/receipts", "{}", Content_Type=sent)
        assert (answer.status_code, kind_of(answer)) == (415, "unsupported-media-type")


def test_a_body_with_its_charset_is_json(program: Program, order_id: int) -> None:
    answer = program.send(
        "/receipts",
        json.dumps(receipt_of({"id": order_id})),
        Content_Type="application/json; charset=utf-8",
    )

    assert answer.status_code == 201


def test_a_body_that_is_too_large_is_refused(program: Program) -> None:
    answer = program.send("/receipts", b" " * (256 * 1024 + 1))

    assert (answer.status_code, kind_of(answer)) == (413, "body-too-large")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> str:
    """Something that breaks inside an operation; its text must stay inside."""
    canary = "canary-in-a-traceback"

    def break_down(*_: object) -> None:
        raise RuntimeError(canary)

    monkeypatch.setattr("web.api.named.find_receipt", break_down)
    return canary


def test_a_fault_of_ours_is_told_without_its_inside(
    program: Program, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    answer = program.get("/receipts/1")

    assert (answer.status_code, kind_of(answer)) == (500, "internal-error")
    assert broken not in answer.text
    assert broken in caplog.text
    assert answer.json["error_id"] in caplog.text


def test_an_error_that_nobody_foresaw_is_a_fault_of_ours(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise errors.UnguardedWrite("stock_level", "UPDATE")

    monkeypatch.setattr("web.api.named.find_receipt", refuse)

    assert kind_of(program.get("/receipts/1")) == "internal-error"


def test_a_database_that_is_away_is_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("password=canary"))

    monkeypatch.setattr("web.api.callers.find_key", away)
    answer = program.get("/shops")

    assert (answer.status_code, kind_of(answer)) == (503, "database-away")
    assert "canary" not in answer.text
    assert answer.headers["Retry-After"]


def test_answers_carry_the_protective_headers_and_no_language(
    program: Program,
) -> None:
    for path in ("/shops", "/orders/1", "/openapi.json"):
        headers = program.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "Content-Language" not in headers
        assert "Set-Cookie" not in headers


def test_problems_are_told_in_english_whatever_the_page_speaks(
    program: Program, app: Flask
) -> None:
    answer = program.client.get(
        "/api/v1/orders/1", headers=program.headers | {"Accept-Language": "vi"}
    )

    assert "There is no such order" in answer.text
    with app.test_request_context("/?lang=en"):
        assert url_for("api.list_shops", _external=False).startswith("/api/v1/shops")


def test_pages_go_on_answering_with_pages(program: Program) -> None:
    answer = program.client.get("/nowhere")

    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")


def test_no_two_kinds_of_problems_have_one_name() -> None:
    slugs = [kind.slug for kind in KINDS]

    assert len(slugs) == len(set(slugs))
    assert [kind.status for kind in KINDS] == sorted(kind.status for kind in KINDS)
