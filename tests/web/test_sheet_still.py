"""What a clerk looks at stays where it is, however late an answer comes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from daemon.links import issue_token
from daemon.settings import Settings
from tests.web import browsing
from tests.web.seller import BARCODE, NOW, Seller

address = browsing.address
browser = browsing.browser

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
LATE_SECONDS = 0.7
"""Browsers forgive whatever moves within half a second of a key."""

# Also what moved with the key itself: a scan is nothing but keys.
LISTEN = """
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.moved += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.parametrize(
        "size", [browsing.PHONE, DESKTOP], ids=["phone", "desktop"]
    ),
]


@pytest.fixture
def page(
    browser: Browser, address: str, settings: Settings, size: ViewportSize
) -> Iterator[Page]:
    """A new sheet, far away from its server."""
    context = browser.new_context(viewport=size, locale="vi-VN")
    page = context.new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.get_by_role("link", name="Phiếu nhận").click()
    page.get_by_role("button", name="Phiếu mới").click()
    expect(page.locator("#scan")).to_be_focused()
    context.route("**/actions", _answer_late)
    yield page
    context.close()


def _answer_late(route: Route) -> None:
    time.sleep(LATE_SECONDS)
    route.continue_()


def scan(page: Page, code: str, answer: str) -> None:
    page.keyboard.type(f"{code}\n")
    expect(page.locator("[data-answer-words]")).to_have_text(f"{code}: {answer}")


def test_no_scan_moves_what_is_in_sight(page: Page, seller: Seller) -> None:
    for n in range(4):
        seller.order(f"A{n}", 3 if n == 3 else 1, tracking=f"SPXVN{n:04d}")
    scan(page, "SPXVN0000", "1 sản phẩm")
    scan(page, "SPXVN0000", "đã có trên phiếu này, số 1")
    scan(page, "NOBODY7", "không tìm thấy")
    for n in (1, 2):
        scan(page, f"SPXVN{n:04d}", "1 sản phẩm")
    scan(page, "SPXVN0003", "3 sản phẩm")
    page.keyboard.type(f"{BARCODE}\n")
    expect(page.locator("[data-line-words]")).to_have_text("Đã lưu hết")
    expect(page.locator("[data-found]").first).to_have_text("1 còn tốt · 2 thiếu")
    newest = page.locator('[data-code="SPXVN0003"]')
    expect(newest).to_be_in_viewport()
    expect(page.locator('[data-code="SPXVN0002"]')).not_to_be_in_viewport()
    assert page.evaluate("moved") < 0.02


def test_what_is_typed_in_a_parcel_stays_when_the_next_is_scanned(
    page: Page, seller: Seller
) -> None:
    for n in range(2):
        seller.order(f"A{n}", 1, tracking=f"SPXVN{n:04d}")
    scan(page, "SPXVN0000", "1 sản phẩm")
    page.get_by_label("Ghi chú (không bắt buộc)").first.fill("Hộp móp")
    scan(page, "SPXVN0001", "1 sản phẩm")
    expect(page.locator("#parcel-1 textarea")).to_have_value("Hộp móp")
    expect(page.locator("#scan")).to_be_focused()
    assert page.evaluate("moved") < 0.02
