"""One receipt in a real browser: two times Enter, and the channels confirm."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from daemon.links import issue_token
from daemon.settings import Settings
from tests.web import browsing
from tests.web.browsing import PHONE, complaints_of, open_desk
from tests.web.seller import NOW, Seller

address = browsing.address
browser = browsing.browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_receipt_takes_two_enters_and_shows_the_channels_confirm(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.order("2611140KX8F2QM", 3)
    seller.confirm_listings()
    page = open_desk(browser, address, settings)
    complaints = complaints_of(page)

    page.keyboard.type("2611140KX8F2QM\n")
    expect(page.get_by_role("heading", name="Phiếu nhập hàng hoàn")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("3 còn tốt")
    expect(page.locator("#scan")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu nhập")
    labels = page.locator("[data-label]")
    expect(labels).to_have_text(["Đang gửi", "Đang gửi"])
    assert seller.available() == 10

    seller.confirm_listings()
    expect(labels).to_have_text(["Đã xác nhận", "Đã xác nhận"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.context.cookies() == []
    assert complaints == []


def test_what_a_scanner_types_beside_the_field_is_not_lost(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.order("2611140KX8F2QM", 1)
    page = open_desk(browser, address, settings)
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate("document.activeElement === document.body")

    page.keyboard.type("2611140KX8F2QM\n")
    expect(page.get_by_role("heading", name="Phiếu nhập hàng hoàn")).to_be_visible()


def test_one_tap_takes_a_damaged_unit_from_the_good_ones(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.order("A1", 3)
    page = open_desk(browser, address, settings)
    page.keyboard.type("A1\n")
    page.get_by_role("button", name="Hư hỏng: thêm một").click()
    expect(page.get_by_label("Còn tốt", exact=True)).to_have_value("2")
    expect(page.get_by_label("Hư hỏng", exact=True)).to_have_value("1")
    page.get_by_label("Còn tốt", exact=True).fill("9")
    expect(page.locator("[data-sum]")).to_have_text("Nhiều hơn 3 đang ở ngoài kho")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44 and box["width"] >= 44


def test_units_told_line_by_line_are_one_set_of_fields(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.count("MUG", 20)
    seller.order_units("A1", *["MUG"] * 12)
    page = open_desk(browser, address, settings)
    page.keyboard.type("A1\n")
    expect(page.locator("fieldset")).to_have_count(1)
    expect(page.locator("[data-total]")).to_have_text("12 còn tốt")
    for name in ("Hư hỏng: thêm một", "Hư hỏng: thêm một", "Mất: thêm một"):
        page.get_by_role("button", name=name).click()
    expect(page.locator("[data-total]")).to_have_text("9 còn tốt · 2 hư hỏng · 1 mất")

    page.get_by_label("Còn tốt", exact=True).fill("10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("MUG: bạn nhập 13 nhưng chỉ còn")
    good = page.get_by_label("Còn tốt", exact=True)
    expect(good).to_be_focused()
    assert page.locator("fieldset.wrong [data-sum]").inner_text() == (
        "Nhiều hơn 12 đang ở ngoài kho"
    )

    # What stands there is selected once the script runs, and typed over.
    page.wait_for_function("""() => {
        const { selectionStart, selectionEnd, value } = document.activeElement;
        return selectionStart === 0 && selectionEnd === value.length;
    }""")
    page.keyboard.type("9\n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu nhập")
    expect(page.locator("section.sku")).to_have_count(1)
    expect(page.locator(".sku-counts")).to_have_text("9 còn tốt · 2 hư hỏng · 1 mất")


def test_an_open_board_takes_in_what_is_new_and_leaves_the_scan_field_alone(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.order("A1", 1)
    page = browser.new_page(viewport=PHONE, locale="vi-VN")
    page.clock.install()
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.keyboard.type("26111")
    seller.order("A2", 1)
    page.clock.fast_forward(61_000)
    expect(page.get_by_role("link", name="A2")).to_be_visible()
    expect(page.locator('[data-sum-of="parcels"]')).to_have_text("2")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("26111")


def test_the_filter_works_without_script(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> None:
    seller.order("A1", 1, tracking="T1", note="GHN")
    seller.order("A2", 2, tracking="T2", note="SPX")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.locator("summary").click()
    page.get_by_label("Đơn vị vận chuyển").select_option("SPX")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("link", name="A2")).to_be_visible()
    expect(page.get_by_role("link", name="A1", exact=True)).to_have_count(0)
    assert "carrier=SPX" in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp CSV").click()
    assert download.value.suggested_filename == "returns-2026-11-22.csv"
    context.close()
