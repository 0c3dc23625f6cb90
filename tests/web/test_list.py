"""The list of what should come back, and each way of searching it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stock.reports import Fulfilment
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.visitor import Visitor, text_of


def test_the_list_shows_what_should_come_back_oldest_first(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("A1", 2, tracking="SPX1")
    seller.order("A2", 3, tracking="SPX2")
    page = text_of(clerk.get().text)
    assert page.index("A1") < page.index("A2")
    for told in ("SPX1", "Cốc sứ trắng", "198.000", "6 ngày", "Đang giao hàng"):
        assert told in page


def test_a_claim_deadline_that_is_near_is_said_in_words(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("A1", fulfilment=Fulfilment.DELIVERED, ending=None)
    seller.announce_return("A1", claim_before=NOW + timedelta(days=2))
    page = text_of(clerk.get().text)
    assert "Sắp hết hạn khiếu nại: 24/11/2026" in page
    assert 'class="deadline near"' in page


@pytest.mark.parametrize(
    "code",
    ["A1", "a1", "SPX-TRACK-1", "spx-track-1", "MUG", BARCODE, " A1\r", "\x1dA1"],
)
def test_a_search_that_means_one_order_opens_its_form(
    seller: Seller, clerk: Visitor, code: str
) -> None:
    order_id = seller.order("A1", tracking="SPX-TRACK-1")
    answer = clerk.get(q=code)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/orders/{order_id}/receipt")


def test_a_return_id_opens_the_form_of_its_order(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", fulfilment=Fulfilment.DELIVERED, ending=None)
    seller.announce_return("A1")
    assert clerk.get(q="RMA-A1").location.endswith(f"/orders/{order_id}/receipt")


def test_a_search_that_means_several_orders_lists_them(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("A1")
    seller.order("A2")
    page = clerk.get(q="MUG")
    assert page.status_code == 200
    assert "A1" in page.text and "A2" in page.text


def test_one_parcel_of_two_orders_lists_both(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1", tracking="SPX-BOTH")
    seller.order("A2", tracking="SPX-BOTH", ending=None)
    page = clerk.get(q="SPX-BOTH")
    assert page.status_code == 200
    assert "A1" in page.text and "A2" in page.text
    assert "Chưa có yêu cầu hoàn" in page.text


def test_a_parcel_that_came_before_the_channels_word_opens_its_form(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("A1", 2, tracking="SPX1", ending=None)
    page = clerk.follow(clerk.get(q="SPX1"))
    assert "Sàn chưa báo hoàn cho đơn này" in page.text
    assert 'value="2"' in page.text


@pytest.mark.parametrize(
    "code", ["SPX999", "<b>x</b>", "'; --", "%", "１２３", "x" * 150]
)
def test_a_search_without_a_hit_says_so_and_keeps_the_code(
    seller: Seller, clerk: Visitor, code: str
) -> None:
    seller.order("A1")
    page = clerk.get(q=code)
    assert page.status_code == 200
    assert f"Không tìm thấy “{code[:100]}”" in text_of(page.text)
    assert "<b>x" not in page.text


@pytest.mark.parametrize("code", ["\x00", "A\x001\u202e", "\ud83d\ude00" * 3, "  "])
def test_odd_characters_never_break_a_search(
    seller: Seller, clerk: Visitor, code: str
) -> None:
    answer = clerk.get(q=code.encode("utf-16", "surrogatepass").decode("utf-16"))
    assert answer.status_code in (200, 303)


def test_the_list_goes_on_by_page(seller: Seller, clerk: Visitor) -> None:
    for number in range(51):
        seller.order(f"A{number:03d}")
    first = clerk.get()
    assert "A049" in first.text and "A050" not in first.text
    assert "after=50" in first.text
    second = clerk.get(after="50")
    assert "A050" in second.text and "A049" not in second.text


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "１", ""])
def test_a_page_that_is_no_number_is_the_first(
    seller: Seller, clerk: Visitor, after: str
) -> None:
    seller.order("A1")
    assert "A1" in clerk.get(after=after).text


def test_an_empty_list_explains_itself(seller: Seller, clerk: Visitor) -> None:
    assert "tồn kho ảo" in clerk.get().text


def test_orders_that_wait_for_a_decision_have_their_own_list(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("W1", fulfilment=None)
    assert '<span class="count">1</span>' in clerk.get().text
    page = clerk.get("waiting").text
    assert "W1" in page and "Chưa rõ hàng ở đâu" in page
