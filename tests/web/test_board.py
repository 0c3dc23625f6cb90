"""The board that stays open all day: filters in the address, deadlines, totals."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from daemon.links import issue_token
from daemon.settings import SettingError, Settings, read_settings
from stock.claims import ClaimWindows
from stock.reports import Fulfilment
from stock.session import Database
from tests.stock.plans import watched
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, text_of
from web import create_app
from web.amounts import read_amount
from web.board_query import SORTS

DELIVERED = Fulfilment.DELIVERED


def orders_of(page: TestResponse) -> list[str]:
    """Return the orders that a page lists, from top to bottom."""
    return re.findall(r'<a class="code strong stretched"[^>]*>([^<]+)</a>', page.text)


def sums_of(page: TestResponse) -> dict[str, list[str]]:
    """Return the totals that a page shows."""
    found: dict[str, list[str]] = {}
    for name, told in re.findall(
        r'<dd data-sum-of="(\w+)"[^>]*>(.*?)</dd>', page.text, re.DOTALL
    ):
        text = " ".join(re.sub(r"<[^>]+>", "", told).replace("\xa0", " ").split())
        found.setdefault(name, []).append(text)
    return found


def next_of(page: TestResponse) -> dict[str, str]:
    """Return what the link to the next page asks for."""
    (link,) = re.findall(r'href="[^"]*\?([^"]*after=[^"]*)"', page.text)
    return dict(pair.split("=", 1) for pair in link.replace("&amp;", "&").split("&"))


@pytest.fixture
def several(seller: Seller) -> Seller:
    """Three orders of two shops and channels."""
    seller.change_shop("two", channel="lazada")
    seller.order("A1", 1, tracking="T1", note="GHN")
    seller.order("A2", 3, tracking="T2", note="SPX Express", shop="two")
    seller.order("A3", 2, tracking="T3")
    seller.order("A4", fulfilment=DELIVERED, ending=None)
    seller.announce_return("A4", claim_before=NOW + timedelta(days=2))
    return seller


QUERIES: list[tuple[dict[str, str], str]] = [
    ({}, "A1 A2 A3 A4"),
    ({"channel": "lazada"}, "A2"),
    ({"shop": "one"}, "A1 A3 A4"),
    ({"shop": "one", "channel": "lazada"}, ""),
    ({"carrier": "SPX Express"}, "A2"),
    ({"carrier": "-"}, "A3 A4"),
    ({"carrier": "no such"}, ""),
    ({"days": "6"}, "A1 A2 A3"),
    ({"days": "7"}, ""),
    ({"value": "198.000"}, "A2 A3"),
    ({"value": "198000", "currency": "vnd"}, "A2 A3"),
    ({"due": "over"}, ""),
    ({"due": "near"}, "A4"),
    ({"due": "far", "shop": "one"}, "A1 A3"),
    ({"sort": "-age"}, "A4 A3 A2 A1"),
    ({"sort": "value"}, "A2 A3 A4 A1"),
    ({"sort": "-value"}, "A1 A4 A3 A2"),
    ({"sort": "claim"}, "A4 A1 A2 A3"),
    ({"sort": "carrier"}, "A3 A4 A1 A2"),
    ({"sort": "shop"}, "A2 A1 A3 A4"),
]


def test_the_address_says_what_the_board_shows(several: Seller, clerk: Visitor) -> None:
    for query, orders in QUERIES:
        page = clerk.get(**query)
        assert page.status_code == 200
        assert orders_of(page) == orders.split(), query
        for name, value in query.items():
            assert name == "currency" or f'value="{value}"' in page.text


def test_totals_are_of_the_whole_filter_in_both_languages(
    several: Seller, visit: Callable[..., Visitor], clock: MovableClock
) -> None:
    assert sums_of(visit().get()) == {
        "parcels": ["4"],
        "units": ["7"],
        "value": ["693.000 ₫"],
        "overdue": ["0"],
    }
    clock.now = NOW + timedelta(days=9)
    sums = sums_of(visit().get(lang="en", shop="one"))
    assert sums == {
        "parcels": ["3"],
        "units": ["4"],
        "value": ["₫396,000"],
        "overdue": ["3"],
    }


def test_amounts_of_two_currencies_are_never_added(
    several: Seller, clerk: Visitor
) -> None:
    several.change_order("A2", currency="USD")
    page = clerk.get()
    assert sums_of(page)["value"] == ["297.000,00 US$", "396.000 ₫"]
    asked = clerk.get(value="150000")
    assert asked.status_code == 400
    assert "Hãy chọn loại tiền" in asked.text
    assert orders_of(clerk.get(value="150000", currency="VND")) == ["A3"]


def test_a_channel_has_its_own_days_to_claim(
    several: Seller, settings: Settings, database: Database, clock: MovableClock
) -> None:
    windows = ClaimWindows(default_days=15, days_by_channel={"lazada": 8})
    own = dataclasses.replace(settings, claim_windows=windows)
    app = create_app(own, database=database, now=clock)
    page = Visitor(app, own, "lan", "clerk", NOW).get(sort="claim", lang="en")
    text = text_of(page.text)
    assert orders_of(page) == ["A2", "A4", "A1", "A3"]
    assert "2 days left" in text and "9 days left" in text
    assert text.count("estimated") == 3


def test_days_left_are_days_of_the_sellers_calendar(
    several: Seller, visit: Callable[..., Visitor], clock: MovableClock
) -> None:
    def left() -> str:
        page = visit().get(lang="en", sort="claim")
        found = re.search(r'<span class="days-left (\w+)">([^<]+)<', page.text)
        assert found is not None
        return f"{found[1]}: {found[2]}"

    # The deadline is at 16:00 of 24 November in Ho Chi Minh City.
    for hours, told in [
        (0, "near: 2 days left"),
        (-25, "far: 3 days left"),
        (8, "near: 1 day left"),
        (47, "near: Ends today"),
        (48, "over: Over since today"),
        (56, "over: 1 day over"),
    ]:
        clock.now = NOW + timedelta(hours=hours)
        assert left() == told


TROUBLES: list[tuple[dict[str, str], str]] = [
    ({"days": "-1"}, "“-1” không phải số ngày"),
    ({"days": "99999"}, "“99999” không phải số ngày"),
    ({"days": "<b>x"}, "“<b>x” không phải số ngày"),
    ({"value": "much"}, "“much” không phải số tiền"),
    ({"value": "9" * 30}, "không phải số tiền"),
    ({"shop": "three"}, "Không có gian hàng “three”"),
    ({"channel": "tiki"}, "Không có gian hàng nào trên kênh “tiki”"),
    ({"due": "x"}, "“x” không có trong danh sách này"),
    ({"sort": "x"}, "“x” không có trong danh sách này"),
    ({"currency": "XXX"}, "“XXX” không có trong danh sách này"),
]


def test_a_filter_that_cannot_be_used_says_so_beside_its_field(
    several: Seller, clerk: Visitor
) -> None:
    for query, sentence in TROUBLES:
        page = clerk.get(carrier="GHN", **query)
        assert page.status_code == 400
        assert sentence in text_of(page.text)
        assert '<details class="filter" open>' in page.text
        assert "<b>x" not in page.text
        (name,) = query
        assert f'aria-describedby="trouble-{name}"' in page.text
        assert orders_of(page) == ["A1"], "the other fields hold"
        assert clerk.get("board.csv", **query).status_code == 303


def test_odd_characters_never_break_the_board(several: Seller, clerk: Visitor) -> None:
    for name in ("carrier", "shop", "days", "value", "at", "q"):
        for text in ("\x00", "A\x00\u202e", "\U0001f600" * 200, "'; --", "１２"):
            query = {"after": "1", "sort": "carrier", name: text}
            assert clerk.get(**query).status_code < 500
            assert clerk.get("board.csv", **query).status_code < 500


def test_each_filter_in_effect_can_be_taken_off(
    several: Seller, clerk: Visitor
) -> None:
    page = clerk.get(carrier="GHN", days="5", sort="value").text
    chips = page.partition('class="chips"')[2].partition("</ul>")[0]
    assert "?days=5&amp;sort=value" in chips
    assert "?carrier=GHN&amp;sort=value" in chips
    assert "GHN" in chips and "Từ 5 ngày trở lên" in chips


def test_a_filter_goes_along_from_page_to_page(seller: Seller, clerk: Visitor) -> None:
    for number in range(52):
        seller.order(f"A{number:03d}", tracking=f"T{number}", note="GHN")
    seller.order("B1", tracking="B", note="SPX")
    for sort in SORTS:
        first = clerk.get(carrier="GHN", sort=sort)
        second = clerk.get(**next_of(first))
        shown = [*orders_of(first), *orders_of(second)]
        assert len(shown) == len(set(shown)) == 52
        assert "B1" not in shown
        assert sums_of(second) == sums_of(first)


def test_a_page_takes_as_many_statements_however_long_the_board_is(
    seller: Seller, clerk: Visitor, database: Database
) -> None:
    def statements() -> list[int]:
        counts = []
        for sort in SORTS:
            with watched(database) as seen:
                assert clerk.get(sort=sort, days="1").status_code == 200
            counts.append(len(seen))
        return counts

    seller.order("A1")
    seller.order("A2", shop="two")
    few = statements()
    for number in range(70):
        seller.order(f"B{number}", shop=("one", "two")[number % 2])
    more = statements()
    assert more == few
    assert max(more) <= 17


def test_an_article_among_few_filtered_orders_is_shown_and_not_opened(
    several: Seller, clerk: Visitor
) -> None:
    page = clerk.get(q="MUG", shop="two")
    assert page.status_code == 200
    assert orders_of(page) == ["A2"]


def test_a_filter_that_nothing_fits_says_so(several: Seller, clerk: Visitor) -> None:
    page = clerk.get(days="99")
    assert "Không có đơn nào khớp bộ lọc" in page.text
    assert sums_of(page)["parcels"] == ["0"]


def test_the_scan_field_comes_first_and_is_the_only_one_with_the_focus(
    several: Seller, clerk: Visitor
) -> None:
    page = clerk.get(days="x").text
    assert page.count("autofocus") == 1
    assert page.index('id="q"') < page.index('id="sort"')
    assert page.count("<form") == 2


def test_the_link_that_opens_the_page_may_hold_a_filter(
    several: Seller, app: Flask, settings: Settings
) -> None:
    token = issue_token(settings, "lan", "clerk", NOW)
    client = app.test_client(use_cookies=False)
    asked = {"token": token, "carrier": "GHN", "due": "far", "other": "x"}
    opened = client.get("/open", query_string=asked)
    assert opened.location.endswith("/?carrier=GHN&due=far")
    assert orders_of(client.get(opened.location)) == ["A1"]


def test_days_to_claim_are_read_from_the_environment(tmp_path: object) -> None:
    def windows(text: str) -> ClaimWindows:
        given = {"TRUESTOCK_VAR": str(tmp_path), "TRUESTOCK_CLAIM_DAYS": text}
        return read_settings(given).claim_windows

    assert windows("").of("shopee") == timedelta(days=15)
    own = windows("20, shopee = 7,lazada=30")
    days = [own.of(name).days for name in ("shopee", "lazada", "tiki")]
    assert days == [7, 30, 20]
    for wrong in ("x", "-1", "shopee=", "=x", "5,shopee=x", "99999"):
        with pytest.raises(SettingError, match="CLAIM_DAYS"):
            windows(wrong)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500000", "500000"),
        ("500.000", "500000"),
        ("1,250,000", "1250000"),
        ("1 250 000", "1250000"),
        ("49.90", "49.90"),
        ("49,9", "49.9"),
        ("1.250,50", "1250.50"),
        ("", None),
        ("-1", None),
        ("1.2.3", None),
        ("1e9", None),
        ("９", None),
        ("1000000000000000", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str | None) -> None:
    assert read_amount(text) == (None if amount is None else Decimal(amount))
