from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from stock import kept_answers
from stock.models import KeptAnswer
from stock.session import Database
from tests.web.api.program import Program, kind_of, receipt_of
from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import Seller


def test_the_same_request_again_gets_the_same_answer_and_books_once(
    program: Program, seller: Seller, order_id: int, bell: RecordingBell
) -> None:
    first = program.book({"id": order_id}, "note-1")
    again = program.book({"id": order_id}, "note-1")

    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.location == first.location
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(seller.receipts()) == 1
    assert bell.rung == ["one", "two"]


def test_spaces_and_the_order_of_members_make_no_other_request(
    program: Program, seller: Seller, order_id: int
) -> None:
    body = receipt_of({"id": order_id})
    backwards = dict(reversed(body.items()))

    program.send("/receipts", json.dumps(body), key="k")
    again = program.send("/receipts", json.dumps(backwards, indent=3), key="k")

    assert again.status_code == 201
    assert len(seller.receipts()) == 1


def test_a_count_sent_twice_is_posted_once(program: Program, seller: Seller) -> None:
    body: dict[str, object] = {
        "document": "count",
        "by": "lan",
        "rows": [{"sku": "MUG", "warehouse": "MAIN", "quantity": 4}],
    }

    answers = [program.post("/stocktakes", body) for _ in range(2)]
    seller.order("E1", 1, ending=None)
    late = program.post("/stocktakes", body)

    assert len({x.data for x in (*answers, late)}) == 1
    assert seller.available() == 3


def test_the_same_key_for_another_body_is_refused(
    program: Program, seller: Seller, order_id: int
) -> None:
    program.book({"id": order_id}, "note-1")
    other = receipt_of({"id": order_id}, lines=[{"sku": "MUG", "good": 1}])

    answer = program.post("/receipts", other, "note-1")

    assert (answer.status_code, kind_of(answer)) == (409, "idempotency-key-reused")
    assert len(seller.receipts()) == 1


def test_the_same_key_for_another_record_is_refused(
    program: Program, seller: Seller
) -> None:
    receipts = [
        program.book({"id": seller.order(number, 3)}, number).json["id"]
        for number in ("A1", "A2")
    ]
    body = {"by": "minh", "reason": "wrong box"}

    first, other = (
        program.post(f"/receipts/{receipt}/reversal", body, "k") for receipt in receipts
    )

    assert first.status_code == 201
    assert kind_of(other) == "idempotency-key-reused"


def test_two_keys_may_use_the_same_names(
    program: Program, connect: Callable[..., Program], seller: Seller, order_id: int
) -> None:
    one = receipt_of({"id": order_id}, lines=[{"sku": "MUG", "good": 1}])
    program.post("/receipts", one, "k")

    answer = connect("other").post("/receipts", one, "k")

    assert answer.status_code == 201
    assert len(seller.receipts()) == 2


def test_what_was_refused_is_not_done_by_a_late_repetition(
    program: Program, seller: Seller
) -> None:
    body = receipt_of({"number": "LATE"})
    refused = program.post("/receipts", body, "k")
    seller.order("LATE", 3)

    late = program.post("/receipts", body, "k")
    anew = program.post("/receipts", body, "k2")

    assert (late.status_code, late.data) == (404, refused.data)
    assert kind_of(late) == "unknown-order"
    assert anew.status_code == 201


def test_a_request_that_is_not_as_described_does_not_use_its_key_up(
    program: Program, order_id: int
) -> None:
    bad = receipt_of({"id": order_id}, lines=[{"sku": "MUG", "good": True}])

    assert program.post("/receipts", bad, "k").status_code == 422
    assert program.book({"id": order_id}, "k").status_code == 201


def test_a_fault_of_ours_does_not_use_the_key_up(
    program: Program,
    seller: Seller,
    order_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr("web.api.receipts.record_receipt", break_down)
        fault = program.book({"id": order_id}, "k")

    assert (fault.status_code, kind_of(fault)) == (503, "database-away")
    assert "disk" not in fault.text
    assert program.book({"id": order_id}, "k").status_code == 201
    assert len(seller.receipts()) == 1


@pytest.fixture
def killed(
    program: Program, order_id: int, monkeypatch: pytest.MonkeyPatch
) -> TestResponse:
    """A request whose process is killed in the middle of its work."""

    def die(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("killed"))

    with monkeypatch.context() as patch:
        patch.setattr("web.api.receipts.record_receipt", die)
        patch.setattr("stock.kept_answers.let_go", lambda *_: None)
        return program.book({"id": order_id}, "k")


def test_a_twin_of_what_is_under_way_is_told_so(
    program: Program, killed: TestResponse, seller: Seller, order_id: int
) -> None:
    twin = program.book({"id": order_id}, "k")

    assert (twin.status_code, kind_of(twin)) == (409, "request-under-way")
    assert twin.headers["Retry-After"]
    assert seller.receipts() == []


def test_what_a_killed_process_left_is_taken_over(
    program: Program,
    killed: TestResponse,
    seller: Seller,
    order_id: int,
    clock: MovableClock,
) -> None:
    clock.now += kept_answers.LONGEST_WORK

    assert program.book({"id": order_id}, "k").status_code == 201
    assert len(seller.receipts()) == 1


def test_many_at_once_with_one_key_book_once(
    app: Flask, program: Program, seller: Seller, order_id: int
) -> None:
    start = threading.Barrier(6)

    def send(_: int) -> TestResponse:
        own = Program(app, program.key)
        start.wait()
        return own.book({"id": order_id}, "k")

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, range(6)))

    done = [answer for answer in answers if answer.status_code == 201]
    assert done
    assert len({answer.data for answer in done}) == 1
    assert {kind_of(x) for x in answers if x not in done} <= {"request-under-way"}
    assert len(seller.receipts()) == 1
    assert seller.available() == 9


def test_answers_are_kept_for_a_week_and_swept_then(
    program: Program,
    database: Database,
    seller: Seller,
    order_id: int,
    clock: MovableClock,
) -> None:
    first = program.book({"id": order_id}, "old")
    clock.now += kept_answers.KEPT_FOR + timedelta(seconds=1)
    program.post("/receipts", receipt_of({"number": "none"}), "new")

    with database.read() as session:
        assert session.scalar(select(func.count(KeptAnswer.id))) == 1
    # The receipt's own key outlives the answer.
    again = program.book({"id": order_id}, "old")
    assert (again.status_code, again.json) == (201, first.json)
    assert len(seller.receipts()) == 1
