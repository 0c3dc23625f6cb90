"""The result page: the ledger, the ERP's number, and each channel's."""

from __future__ import annotations

import pytest

from stock.models import ShopState
from tests.web.seller import Seller
from tests.web.visitor import Visitor, text_of


@pytest.fixture
def result(seller: Seller, clerk: Visitor) -> str:
    """The path of the result of three units received; seven were on the shelf."""
    order_id = seller.order("A1", 3)
    seller.confirm_listings()
    answer = clerk.book(order_id, clerk.form(order_id))
    return "receipts/" + answer.location.rpartition("/")[2]


def states(clerk: Visitor, result: str) -> list[str]:
    told = clerk.get(f"{result}/numbers").json
    assert told is not None
    return [listing["state"] for listing in told["listings"]]


def test_the_result_shows_the_numbers_before_and_after(
    seller: Seller, clerk: Visitor, result: str
) -> None:
    page = text_of(clerk.get(result).text)
    assert "7 →</span> <strong>10</strong>" in page
    assert "+3" in page
    assert "ERP: tồn trong kho MAIN" in page


def test_later_movements_leave_the_result_as_it_was(
    seller: Seller, clerk: Visitor, result: str
) -> None:
    seller.order("A2", 2, ending=None)
    page = text_of(clerk.get(result).text)
    assert "7 →</span> <strong>10</strong>" in page


def test_channels_go_from_sending_to_sent_to_confirmed(
    seller: Seller, clerk: Visitor, result: str
) -> None:
    assert states(clerk, result) == ["sending", "sending"]
    assert "Đang gửi" in clerk.get(result).text
    assert 'http-equiv="refresh"' in clerk.get(result).text
    seller.push_listings()
    assert states(clerk, result) == ["sent", "sent"]
    seller.confirm_listings()
    assert states(clerk, result) == ["confirmed", "confirmed"]
    told = clerk.get(f"{result}/numbers").json
    assert told is not None and told["settled"] is True
    assert told["listings"][0]["quantity"] == 10
    assert 'http-equiv="refresh"' not in clerk.get(result).text


def test_a_paused_shop_says_why(seller: Seller, clerk: Visitor, result: str) -> None:
    seller.change_shop(
        "two", state=ShopState.PAUSED, last_error="AuthorizationLost: token gone"
    )
    assert states(clerk, result) == ["sending", "paused"]
    page = text_of(clerk.get(result).text)
    assert "Gian hàng tạm dừng" in page
    assert "Số sẽ được gửi khi gian hàng chạy lại. Người bán phải cấp quyền lại" in page
    assert "token gone" not in page


def test_a_viewer_may_read_a_result(
    seller: Seller, clerk: Visitor, result: str
) -> None:
    assert "lan@example.vn" in clerk.get(result).text


def test_an_article_that_was_never_counted_waits_for_the_stocktake(
    seller: Seller, clerk: Visitor
) -> None:
    seller.sell("one", "NEW")
    order_id = seller.order("A1", 1, sku="NEW")
    answer = clerk.book(order_id, clerk.form(order_id))
    result = "receipts/" + answer.location.rpartition("/")[2]
    assert states(clerk, result) == ["uncounted"]
