"""The drift board: where a channel's number was not ours, and what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from stock import listings
from stock.models import Drift
from stock.offers import numbers
from stock.session import Database
from tests.web.ledger import change_listing, counting, listing_of
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, text_of

ROW = re.compile(r'<li class="row drift-row".*?</li>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def rows(page: str) -> list[str]:
    """Return the rows of a page as lines of text."""
    return [text_of(TAG.sub(" ", found)) for found in ROW.findall(page)]


def headline(page: str) -> str:
    """Return the figures at the top."""
    (box,) = re.findall(r'<dl class="card-units caught">(.*?)</dl>', page, re.DOTALL)
    return text_of(TAG.sub(" ", box))


@pytest.fixture
def see(seller: Seller, database: Database) -> Callable[..., None]:
    """Lets a shop show a number for MUG after it was told ours."""

    def look(shop: str, quantity: int, minutes: int = 0) -> None:
        found = listing_of(database, shop)
        with database.write() as session:
            listings.record_push(session, numbers(session, [found])[found], now=NOW)
            now = NOW + timedelta(minutes=minutes)
            listings.record_seen(session, found, quantity, now=now)

    return look


def test_a_drift_shows_ours_theirs_since_when_and_what_was_done(
    seller: Seller, see: Callable[..., None], clerk: Visitor
) -> None:
    see("one", 13)
    see("two", 11, minutes=1)
    see("one", 10, minutes=2)
    page = clerk.get("drift").text
    newer, older = rows(page)
    assert newer == (
        "Cốc sứ trắng MUG Shopee · two Số của ta 10 Số của sàn 11 Tồn ảo +1"
        " từ 16:01 22/11/2026 Đang sửa lại"
    )
    assert older == (
        "Cốc sứ trắng MUG Shopee · one Số của ta 10 Số của sàn 13 Tồn ảo +3"
        " từ 16:00 22/11/2026 Đã sửa lại lúc 16:02 22/11/2026"
    )
    assert "/stock/MUG" in page
    assert headline(page) == "Tồn ảo đã chặn 4 Shopee 4"


def test_phantom_units_are_summed_by_channel(
    seller: Seller, see: Callable[..., None], clerk: Visitor
) -> None:
    seller.change_shop("two", channel="lazada")
    see("one", 12)
    see("one", 10)
    see("one", 15)
    see("two", 11)
    told = "Tồn ảo đã chặn 8 Shopee 7 Lazada 1"
    assert headline(clerk.get("drift").text) == told
    assert headline(clerk.get("drift", shop="two").text) == told


def test_a_number_below_ours_is_no_phantom(
    seller: Seller, see: Callable[..., None], clerk: Visitor
) -> None:
    see("one", 4)
    see("one", 4)
    page = clerk.get("drift").text
    assert "Thiếu −6" in rows(page)[0]
    assert headline(page) == "Tồn ảo đã chặn 0 Shopee 0"


@pytest.mark.parametrize(
    ("listing", "shop", "told"),
    [
        ({"paused": True}, {}, "Để nguyên: đã có người tạm ngừng"),
        ({"state": "unmapped"}, {}, "không còn gắn với SKU nào"),
        ({}, {"state": "paused"}, "Chờ gian hàng hoạt động lại"),
        ({"failures": 2, "last_error": "HTTP 500"}, {}, "Sàn chưa nhận số."),
    ],
)
def test_a_drift_that_stays_says_why(
    seller: Seller,
    database: Database,
    see: Callable[..., None],
    clerk: Visitor,
    listing: dict[str, object],
    shop: dict[str, object],
    told: str,
) -> None:
    see("one", 13)
    change_listing(database, listing_of(database, "one"), **listing)
    seller.change_shop("one", **shop)
    assert told in rows(clerk.get("drift").text)[0]


def test_the_shop_in_the_address_filters(
    seller: Seller, see: Callable[..., None], clerk: Visitor
) -> None:
    see("one", 13)
    see("two", 11)
    page = clerk.get("drift", shop="two").text
    assert [("two" in row) for row in rows(page)] == [True]
    assert 'drift?shop=two" aria-current="page"' in page


def test_an_unknown_shop_is_not_found_and_shows_the_way_out(
    seller: Seller, see: Callable[..., None], clerk: Visitor
) -> None:
    see("one", 13)
    for shop in ("nobody", "<b>x</b>", "\x00one\x00two", "x" * 300):
        page = clerk.get("drift", shop=shop)
        assert page.status_code == 404, shop
        assert "Không có gian hàng" in page.text and rows(page.text) == []
        assert "<b>x" not in page.text and "Mọi gian hàng" in page.text


def write_drifts(database: Database, count: int, shops: tuple[str, ...]) -> None:
    """Write settled drifts, each with a number of its own, the shops in turn."""
    ids = [listing_of(database, shop) for shop in shops]
    with database.write() as session:
        values = [
            {
                "listing_id": ids[n % len(ids)],
                "seen_at": NOW + timedelta(seconds=n),
                "ours": 10,
                "theirs": 10_000 + n,
                "settled_at": NOW,
            }
            for n in range(count)
        ]
        session.execute(insert(Drift), values)


@pytest.mark.parametrize(("shop", "expected"), [("", 120), ("two", 60)])
def test_pages_neither_repeat_nor_skip_a_drift(
    seller: Seller, database: Database, clerk: Visitor, shop: str, expected: int
) -> None:
    write_drifts(database, 120, ("one", "two"))
    seen: list[int] = []
    address = f"{clerk.desk}drift" + (f"?shop={shop}" if shop else "")
    while address:
        page = clerk.client.get(address).text
        shown = re.findall(r"<dd>(1\d\.\d{3})</dd>", page)
        seen += [int(n.replace(".", "")) for n in shown]
        more = re.findall(r'class="more"><a class="button" href="([^"]+)"', page)
        address = more[0].replace("&amp;", "&") if more else ""
        write_drifts(database, 1, ("two",))
    wanted = [n for n in range(119, -1, -1) if not shop or n % 2]
    assert seen == [10_000 + n for n in wanted]
    assert len(seen) == expected


def test_the_board_asks_as_little_of_2000_drifts_as_of_10(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    def asked(**query: str) -> int:
        with counting(database) as sent:
            assert clerk.get("drift", **query).status_code == 200
        return len(sent)

    write_drifts(database, 10, ("one", "two"))
    few = asked(), asked(shop="two")
    write_drifts(database, 1990, ("one", "two"))
    assert (asked(), asked(shop="two")) == few
    assert max(few) <= 6


def test_a_board_without_drifts_explains_itself(seller: Seller, clerk: Visitor) -> None:
    assert "Mọi số trên sàn đều khớp" in clerk.get("drift").text
    page = clerk.get("drift", lang="en").text
    assert "Every number was ours" in page and "Phantom units caught" in page


def test_the_board_is_reached_from_every_page(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor]
) -> None:
    for visitor in (clerk, visit("kim", "viewer")):
        page = visitor.get().text
        assert "/drift" in page and '/stock"' in page
        assert visitor.get("drift").status_code == 200
