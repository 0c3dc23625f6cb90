"""Scanner and keyboard alone, with the page in an ERP's frame on another site."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web import foreign_frame
from tests.web.foreign_frame import Site, framed, launcher
from tests.web.seller import BARCODE, Seller

truestock = foreign_frame.truestock
erp = foreign_frame.erp
settings = foreign_frame.settings
served = foreign_frame.served
context = foreign_frame.context

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def page(context: BrowserContext, served: Site, erp: Site) -> Page:
    """An ERP's page that has just opened ours; nobody has touched anything yet."""
    erp.answer = launcher(served, [])
    page = context.new_page()
    page.goto(erp.origin)
    return page


def heading(page: Page, name: str) -> None:
    expect(framed(page).get_by_role("heading", level=1)).to_contain_text(name)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it is reached."""
    frame = page.frames[1]
    for _ in range(40):
        if frame.evaluate(f'document.activeElement.matches("{selector}")'):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab reaches {selector}")


def test_the_first_scan_and_two_enters_book_a_receipt(
    page: Page, seller: Seller
) -> None:
    seller.order("2611140KX8F2QM", 3)
    expect(framed(page).locator("#q")).to_be_focused()
    page.keyboard.type("2611140KX8F2QM\n")
    heading(page, "Phiếu nhập hàng hoàn")
    expect(framed(page).locator("#scan")).to_be_focused()
    page.keyboard.press("Enter")
    heading(page, "Đã ghi phiếu nhập")
    assert seller.available() == 10


def test_a_sheet_is_filled_in_and_posted(page: Page, seller: Seller) -> None:
    seller.order("A1", 2, tracking="SPX000001")
    frame = framed(page)
    expect(frame.locator("#q")).to_be_focused()
    tab_to(page, "a[href$='/sheets']")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name="Phiếu mới")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("#scan")).to_be_focused()
    for code in ("SPX000001", BARCODE):
        page.keyboard.type(f"{code}\n")
        expect(frame.locator("[data-line-words]")).to_have_text("Đã lưu hết")
        expect(frame.locator("[data-parcel]")).to_have_count(1)
    expect(frame.locator("[data-found]")).to_have_text("1 còn tốt · 1 thiếu")
    tab_to(page, "[data-to-post]")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name="Ghi 1 kiện")).to_be_focused()
    page.keyboard.press("Enter")
    heading(page, "Đã ghi phiếu S000001")
    assert seller.available() == 9


def test_the_page_takes_no_focus_that_is_elsewhere(
    context: BrowserContext, served: Site, erp: Site, seller: Seller
) -> None:
    """An ERP that has a field of its own keeps it until it gives the focus away."""
    page_around = foreign_frame.launch_page().replace(
        "frame.contentWindow.focus()", "0"
    )
    page_around = page_around.replace("<iframe", '<input id="own" autofocus><iframe')
    erp.answer = launcher(served, [], page_around)
    page = context.new_page()
    page.goto(erp.origin)
    expect(framed(page).get_by_role("main")).to_be_visible()
    page.frames[1].wait_for_function("document.readyState === 'complete'")
    page.keyboard.type("note")
    expect(page.locator("#own")).to_have_value("note")
    page.evaluate("document.querySelector('iframe').focus()")
    expect(framed(page).locator("#q")).to_be_focused()
