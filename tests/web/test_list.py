"""The list of what should come back, and each way of searching it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from stock.reports import Fulfilment
from tests.web.crawl import links_of
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


def pages_of_waiting(visitor: Visitor, first: str = "waiting") -> list[list[int]]:
    """Return the orders of each page, as links lead to them, without script."""
    pages: list[list[int]] = []
    path = visitor.desk + first
    while path and len(pages) < 9:
        links = links_of(visitor.client.get(path).text)
        ids = [x.rpartition("/orders/")[2] for x in links if "/orders/" in x]
        pages.append([int(order_id) for order_id in ids])
        path = next((x for x in links if "/waiting?" in x and "after=" in x), "")
    return pages


def test_every_order_that_waits_is_on_one_of_the_pages(
    seller: Seller, clerk: Visitor
) -> None:
    ids = [seller.order(f"W{n}", fulfilment=None) for n in range(105)]
    assert '<span class="count">105</span>' in clerk.get("waiting").text
    first, second, last = pages_of_waiting(clerk)
    assert first + second + last == ids
    assert (len(first), len(second), len(last)) == (50, 50, 5)


def test_the_orders_that_wait_longest_come_first(
    seller: Seller, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.returns.PAGE_ROWS", 2)
    ids = [seller.order(f"W{n}", fulfilment=None) for n in range(5)]
    seller.change_order("W4", updated_at=NOW - timedelta(days=30))
    seller.change_order("W0", updated_at=NOW - timedelta(days=1))
    wanted = [ids[4], ids[1], ids[2], ids[3], ids[0]]
    assert pages_of_waiting(clerk) == [wanted[:2], wanted[2:4], wanted[4:]]


def test_a_page_of_waiting_orders_goes_on_although_its_last_one_was_told_again(
    seller: Seller, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.returns.PAGE_ROWS", 2)
    ids = [seller.order(f"W{n}", fulfilment=None) for n in range(4)]
    links = links_of(clerk.get("waiting").text)
    rest = next(x for x in links if "after=" in x).removeprefix(clerk.desk)
    seller.change_order("W1", updated_at=NOW)
    assert pages_of_waiting(clerk, rest) == [[ids[2], ids[3]], [ids[1]]]


def test_orders_of_other_shops_are_on_no_page_of_those_that_wait(
    seller: Seller,
    visit: Callable[..., Visitor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.returns.PAGE_ROWS", 2)
    shops = ("one", "two") * 4
    ids = [
        seller.order(f"W{n}", fulfilment=None, shop=shop)
        for n, shop in enumerate(shops)
    ]
    pages = pages_of_waiting(visit(shops=["two"]))
    assert pages == [[ids[1], ids[3]], [ids[5], ids[7]]]


@pytest.mark.parametrize(
    ("after", "at"),
    [
        ("1", ""),
        ("1", "yesterday"),
        ("1", "0001-01-01T00:00:00+14:00"),
        ("x", "2026-11-15T09:00:00+00:00"),
        ("-1", "2026-11-15T09:00:00+00:00"),
    ],
)
def test_a_page_of_waiting_orders_that_is_none_is_the_first(
    seller: Seller, clerk: Visitor, after: str, at: str
) -> None:
    seller.order("W1", fulfilment=None)
    assert "W1" in clerk.get("waiting", after=after, at=at).text


def test_after_the_last_page_nobody_is_told_that_nothing_waits(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("W1", fulfilment=None)
    page = clerk.get("waiting", after="1", at=NOW.isoformat()).text
    assert "Đã hết danh sách" in page and "W1" not in page
