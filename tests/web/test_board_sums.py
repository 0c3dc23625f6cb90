"""The totals above a long board follow its page; deadlines follow the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from daemon.links import issue_token
from daemon.settings import SettingError, Settings, read_settings
from stock.session import Database
from tests.web import browsing
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import board_sums, create_app

address = browsing.address
browser = browsing.browser

SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def minh(visit: Callable[..., Visitor]) -> Visitor:
    """A supervisor, who may claim."""
    return visit("minh@example.vn", "supervisor")


def test_a_long_board_comes_without_its_totals_and_fetches_them(
    order_id: int, minh: Visitor, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'data-sum-of="units">3<' in minh.get().text
    monkeypatch.setattr(board_sums, "MOST_AT_ONCE", 0)
    page = minh.get(shop="one", lang="en").text
    assert "data-sum-of" not in page
    assert 'data-sums="' in page and "board/sums?shop=one" in page
    assert "sums=now" in page
    sums = minh.get("board/sums", shop="one", lang="en").text
    assert 'data-sum-of="units">3<' in sums and "As of 22 Nov 2026, 16:00" in sums
    assert 'data-sum-of="units">0<' in minh.get("board/sums", shop="two").text
    assert 'data-sum-of="units">3<' in minh.get(sums="now").text


def test_kept_totals_are_of_some_seconds_ago_and_of_the_readers_own_shops(
    order_id: int,
    seller: Seller,
    minh: Visitor,
    visit: Callable[..., Visitor],
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board_sums, "MOST_AT_ONCE", 0)
    bound = visit("an@example.vn", "clerk", shops=["two"])
    assert 'data-sum-of="parcels">1<' in minh.get("board/sums").text
    assert 'data-sum-of="parcels">0<' in bound.get("board/sums").text
    seller.order("A2", 1)
    assert 'data-sum-of="parcels">1<' in minh.get("board/sums", sort="value").text
    clock.now = NOW + board_sums.KEPT
    assert 'data-sum-of="parcels">2<' in minh.get("board/sums").text


def test_days_left_that_are_urgent_follow_the_settings(
    order_id: int, settings: Settings, database: Database
) -> None:
    windows = replace(settings.claim_windows, near_days=9)
    own = replace(settings, claim_windows=windows)
    app = create_app(own, database=database, now=MovableClock())
    page = Visitor(app, own, "lan", "clerk", NOW).get(due="near", lang="en")
    assert "9 days left or less" in page.text
    assert "days-left near" in page.text


def test_a_misspelt_channel_is_refused_with_the_known_ones(tmp_path: object) -> None:
    given = {"TRUESTOCK_VAR": str(tmp_path), "TRUESTOCK_CLAIM_DAYS": "15,shoppee=7"}
    with pytest.raises(SettingError, match=r"no channel 'shoppee'.*lazada, shopee"):
        read_settings(given)
    given = {"TRUESTOCK_VAR": str(tmp_path), "TRUESTOCK_CLAIM_NEAR_DAYS": "5"}
    assert read_settings(given).claim_windows.near == timedelta(days=5)
    for wrong in ("-1", "x", "99999"):
        given["TRUESTOCK_CLAIM_NEAR_DAYS"] = wrong
        with pytest.raises(SettingError, match="CLAIM_NEAR_DAYS"):
            read_settings(given)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_totals_come_into_the_page_without_moving_it(
    browser: Browser,
    address: str,
    settings: Settings,
    order_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board_sums, "MOST_AT_ONCE", 0)
    for width in (390, 1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        complaints = browsing.complaints_of(page)
        page.add_init_script(SHIFTS)
        token = issue_token(settings, "lan", "clerk", NOW)
        page.goto(f"{address}/open?token={token}")
        expect(page.locator("[data-sum-of=units]")).to_have_text("3")
        expect(page.locator(".row")).to_have_count(1)
        assert page.evaluate("window.shifted") < 0.01
        assert complaints == []
        page.close()
