"""The order page: where units are, the timeline, and a person's decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from tests.web.visitor import Visitor, fields_of, text_of


@pytest.fixture
def waiting_id(seller: Seller) -> int:
    """An order of two units that ended nobody knows where."""
    return seller.order("W1", 2, fulfilment=None)


def decide(
    visitor: Visitor, order_id: int, answer: str, key: str | None = None
) -> tuple[int, str]:
    page = visitor.get(f"orders/{order_id}").text
    fields = {"key": key or fields_of(page)["key"], "answer": answer}
    told = visitor.post(f"orders/{order_id}/decide", fields)
    return told.status_code, text_of(told.text)


def test_an_order_shows_units_money_parcels_and_history(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", 3, tracking="SPX1", note="SPX Express")
    clerk.book(order_id, clerk.form(order_id))
    page = text_of(clerk.get(f"orders/{order_id}").text)
    for told in ("SPX1", "SPX Express", "297.000", "Đã hoàn tiền", "R00000", "Nhật ký"):
        assert told in page
    assert page.index("Đang giao hàng</span>") < page.index("Nhật ký")
    assert page.rindex("Sàn báo hoàn tiền") < page.rindex("Đã ghi phiếu nhập")


def test_times_are_in_the_sellers_zone(seller: Seller, clerk: Visitor) -> None:
    order_id = seller.order("A1")
    assert "16:00 13/11/2026" in clerk.get(f"orders/{order_id}").text


def test_units_still_here_go_back_to_stock(
    seller: Seller, clerk: Visitor, waiting_id: int, bell: RecordingBell
) -> None:
    page = text_of(clerk.get(f"orders/{waiting_id}").text)
    assert "Vẫn còn ở đây: trả 2 sản phẩm về tồn kho" in page
    assert decide(clerk, waiting_id, "here")[0] == 303
    assert seller.available() == 10
    assert bell.rung == ["one", "two"]
    assert "Hàng vẫn còn trong kho" in clerk.get(f"orders/{waiting_id}").text


def test_units_that_are_gone_are_expected_back(
    seller: Seller, clerk: Visitor, waiting_id: int
) -> None:
    assert decide(clerk, waiting_id, "gone")[0] == 303
    assert seller.available() == 8
    assert "W1" in clerk.get().text


def test_a_decision_is_made_once(
    seller: Seller, clerk: Visitor, waiting_id: int
) -> None:
    key = fields_of(clerk.get(f"orders/{waiting_id}").text)["key"]
    decide(clerk, waiting_id, "here", key)
    status, page = decide(clerk, waiting_id, "gone", key)
    assert status == 409
    assert "đã được quyết định" in page
    assert seller.available() == 10


def test_a_decision_about_other_units_than_shown_is_refused(
    seller: Seller, clerk: Visitor, waiting_id: int
) -> None:
    other_id = seller.order("W2", 1, fulfilment=None)
    key = fields_of(clerk.get(f"orders/{other_id}").text)["key"]
    assert decide(clerk, waiting_id, "here", key)[0] == 409
    assert seller.available() == 7


@pytest.mark.parametrize("answer", ["", "maybe"])
def test_another_answer_is_refused(
    seller: Seller, clerk: Visitor, waiting_id: int, answer: str
) -> None:
    assert decide(clerk, waiting_id, answer)[0] == 400


def test_a_viewer_may_not_decide(
    seller: Seller, visit: Callable[..., Visitor], waiting_id: int
) -> None:
    viewer = visit("kim", "viewer")
    assert 'name="answer"' not in viewer.get(f"orders/{waiting_id}").text
    fields = {"key": "x", "answer": "here"}
    answer = viewer.post(f"orders/{waiting_id}/decide", fields)
    assert answer.status_code == 403
