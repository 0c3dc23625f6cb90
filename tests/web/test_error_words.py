"""What went wrong at a channel: a sentence for all, the noted text for experts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import ModuleType

import pytest

import connector.errors
import stock.errors
from connector.errors import ConnectorError
from connector.rejections import not_found
from daemon.decisions import told
from stock import set_aside, shops
from stock.models import (
    Listing,
    Order,
    OrderEvent,
    RefundDue,
    SetAsideReason,
    Shop,
    ShopState,
)
from stock.models.orders import RefundDueState
from stock.session import Database
from tests.web.ledger import listing_of
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, text_of

RAW = "HTTP 500 canary"
NO_WORDS = "Có lỗi. Quản trị viên phải xem."

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def errors_of(module: ModuleType) -> list[type[Exception]]:
    found = vars(module).values()
    return [x for x in found if inspect.isclass(x) and issubclass(x, Exception)]


@pytest.mark.parametrize(
    "kind", [*errors_of(connector.errors), *errors_of(stock.errors)]
)
def test_every_error_that_can_stop_a_shop_has_its_words(
    kind: type[Exception], seller: Seller, visit: Callable[..., Visitor]
) -> None:
    error = kind.__new__(kind)
    seller.change_shop("one", failures=1, last_error=told(error))
    page = text_of(visit("boss", "admin").get("admin/shops").text)
    assert "shop-error" in page and NO_WORDS not in page
    assert kind.__name__ not in page or not isinstance(error, ConnectorError)


def test_what_has_no_class_still_has_a_sentence(
    seller: Seller, visit: Callable[..., Visitor]
) -> None:
    seller.change_shop("one", failures=1, last_error=RAW)
    page = visit("boss", "admin").get("admin/shops").text
    assert NO_WORDS in page and f'lang="en">{RAW}<' in page


def test_a_queue_that_cannot_be_read_is_said_as_such(
    seller: Seller, visit: Callable[..., Visitor]
) -> None:
    noted = f"{shops.QUEUE_TROUBLE}PermanentError: {RAW}"
    seller.change_shop("one", last_error=noted)
    page = visit("boss", "admin").get("admin/shops").text
    assert "Không đọc được hàng đợi tin của sàn." in page and RAW in page


@pytest.fixture
def trouble(seller: Seller, database: Database) -> int:
    """An order with a refused refund; no channel has taken the number of its SKU."""
    seller.change_shop(
        "two", state=ShopState.PAUSED, last_error=f"OutcomeUnknown: {RAW}"
    )
    order_id = seller.order("A1", 2)
    with database.write() as session:
        listing = session.get_one(Listing, listing_of(database, "one"))
        listing.failures, listing.last_error = 1, RAW
        order = session.get_one(Order, order_id)
        session.add(
            RefundDue(
                shop_id=order.shop_id,
                order_id=order.id,
                key="k",
                amount=Decimal(99000),
                currency="VND",
                quantities={},
                state=RefundDueState.REFUSED,
                opened_at=NOW - timedelta(hours=1),
                last_error=RAW,
            )
        )
        session.add(
            OrderEvent(
                order_id=order.id,
                happened_at=NOW,
                kind="refund_refused",
                detail=RAW,
                actor="truestock",
            )
        )
        shop = session.get_one(Shop, order.shop_id)
        aside = not_found("B1", "Shopee")
        set_aside.put_aside(
            session,
            shop,
            kind="order",
            record_id="B1",
            reason=SetAsideReason.UNREADABLE,
            detail=aside.detail,
            now=NOW,
        )
    return order_id


PAGES = {
    "stock/MUG": (
        "Sàn chưa nhận số. Hệ thống gửi lại.",
        "Không nhận được trả lời của sàn.",
    ),
    "orders/{order}": ("Sàn không hoàn khoản này: phải có người xem.",),
    "set-aside": ("Sàn không còn biết đến nó.",),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["viewer", "clerk", "supervisor", "admin"])
def test_a_clerk_reads_the_sentence_and_who_answers_for_it_the_rest(
    trouble: int, visit: Callable[..., Visitor], page: str, role: str
) -> None:
    answer = visit("somebody", role).get(page.format(order=trouble))
    assert answer.status_code == 200
    for sentence in PAGES[page]:
        assert sentence in text_of(answer.text)
    raw = "Shopee does not know it" if page == "set-aside" else RAW
    if role in ("viewer", "clerk"):
        assert raw not in answer.text
    else:
        assert f'lang="en">{raw}<' in answer.text


def test_the_result_of_a_receipt_tells_the_sentence_alone(
    trouble: int, clerk: Visitor
) -> None:
    booked = clerk.book(trouble, clerk.form(trouble))
    for page in (clerk.follow(booked).text, clerk.get("receipts/1/numbers").text):
        assert RAW not in page
    assert "Sàn chưa nhận số." in clerk.follow(booked).text


def test_our_own_english_is_said_in_the_readers_language(
    seller: Seller, visit: Callable[..., Visitor]
) -> None:
    seller.change_shop("one", state=ShopState.PAUSED, last_error="PermanentError: x")
    admin = visit("boss", "admin")
    page = text_of(admin.get("admin/shops", lang="en").text)
    assert "The channel refused. An administrator must look." in page
    assert "Sàn đã từ chối." in text_of(admin.get("admin/shops").text)
