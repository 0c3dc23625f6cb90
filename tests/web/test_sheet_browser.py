"""A clerk fills sheets in with a scanner, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from daemon.links import issue_token
from daemon.settings import Settings
from stock.sheets import Action, Clerk, Open, Put, apply_actions, post_sheet
from tests.web import browsing
from tests.web.browsing import complaints_of
from tests.web.seller import BARCODE, NOW, Seller

address = browsing.address
browser = browsing.browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Opens = Callable[..., Page]

LISTEN = """
  window.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.heard.push(this.frequency.value);
    return start.apply(this, when);
  };
  window.moved = 0;
  new PerformanceObserver((list) => {
    // Also what moved with a key: a scan is nothing but keys.
    for (const entry of list.getEntries()) window.moved += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def opens(browser: Browser, address: str, settings: Settings) -> Iterator[Opens]:
    """Opens the list of sheets for a person, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def open_sheets(user: str = "lan", *, script: bool = True) -> Page:
        context = browser.new_context(
            viewport=browsing.PHONE,
            locale="vi-VN",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"{address}/open?token={issue_token(settings, user, 'clerk', NOW)}")
        page.get_by_role("link", name="Phiếu nhận").click()
        return page

    yield open_sheets
    for context in contexts:
        context.close()


def new_sheet(page: Page) -> Page:
    page.get_by_role("button", name="Phiếu mới").click()
    expect(page.locator("#scan")).to_be_focused()
    return page


def scan(page: Page, *codes: str) -> None:
    for code in codes:
        page.keyboard.type(f"{code}\n")


def answered(page: Page, words: str) -> None:
    expect(page.locator("[data-answer-words]")).to_have_text(words)


def saved(page: Page) -> None:
    expect(page.locator("[data-line-words]")).to_have_text("Đã lưu hết")


def heard(page: Page) -> list[float]:
    tones: list[float] = page.evaluate("heard.splice(0)")
    return tones


def test_forty_parcels_are_scanned_judged_and_posted(
    opens: Opens, seller: Seller
) -> None:
    seller.count("MUG", 100)
    for n in range(40):
        seller.order(f"A{n}", 3 if n == 39 else 1, tracking=f"SPXVN{n:04d}")
    before = seller.available()
    page = new_sheet(opens())
    complaints = complaints_of(page)

    scan(page, "SPXVN0000")
    answered(page, "SPXVN0000: 1 sản phẩm")
    known = heard(page)
    field = page.locator("#scan").bounding_box()
    scan(page, "SPXVN0000")
    answered(page, "SPXVN0000: đã có trên phiếu này, số 1")
    twice = heard(page)
    scan(page, "NOBODY7")
    answered(page, "NOBODY7: không tìm thấy")
    assert len({tuple(tones) for tones in (known, twice, heard(page))}) == 3
    expect(page.get_by_role("link", name="Nhận vào như kiện lạ")).to_be_visible()

    # As fast as the scanner can: nobody waits for an answer.
    scan(page, *(f"SPXVN{n:04d}" for n in range(1, 40)))
    expect(page.locator("[data-parcel]")).to_have_count(40)
    answered(page, "SPXVN0039: 3 sản phẩm")
    scan(page, BARCODE, BARCODE)
    answered(page, "MUG: 2 còn tốt")
    page.get_by_role("button", name="Hư hỏng: thêm một").first.click()
    expect(page.locator("[data-parcel] [data-found]").first).to_have_text(
        "1 còn tốt · 1 hư hỏng · 1 thiếu"
    )
    saved(page)
    expect(page.locator("[data-totals]")).to_have_text(
        "40 còn tốt · 1 hư hỏng · 1 thiếu"
    )
    expect(page.locator("#scan")).to_be_focused()
    assert page.evaluate("moved") < 0.02
    assert page.locator("#scan").bounding_box()["width"] == field["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("link", name="Ghi cả phiếu").click()
    expect(page.locator(".total")).to_have_text("40 còn tốt · 1 hư hỏng · 1 thiếu")
    expect(page.get_by_role("button", name="Ghi 40 kiện")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu S000001")
    assert (seller.available(), len(seller.receipts())) == (before + 40, 40)
    labels = page.locator("[data-label]")
    expect(labels).to_have_text(["Đang gửi", "Đang gửi"])
    seller.confirm_listings()
    expect(labels).to_have_text(["Đã xác nhận", "Đã xác nhận"])
    assert complaints == []


def test_a_connection_that_dies_loses_nothing_and_does_nothing_twice(
    opens: Opens, seller: Seller
) -> None:
    for n in range(4):
        seller.order(f"A{n}", 2, tracking=f"SPXVN{n:04d}")
    page = new_sheet(opens())
    scan(page, "SPXVN0000")
    answered(page, "SPXVN0000: 2 sản phẩm")
    saved(page)

    # The server does what it is asked, but its answer never arrives.
    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    page.context.route("**/actions", swallow)
    scan(page, "SPXVN0001", "SPXVN0002")
    page.locator("#parcel-1 summary").click()
    page.get_by_role("button", name="Mất: thêm một").click()
    page.get_by_role("button", name="Ghi kiện này").click()
    expect(page.locator("[data-line-words]")).to_have_text(
        "Mất mạng: 4 việc đang chờ ở đây, cứ làm tiếp"
    )
    assert "mất mạng, sẽ kiểm tra sau" in page.locator("[data-answer]").inner_text()
    sheet, context = page.url, page.context
    page.close()

    page = context.new_page()
    page.goto(sheet)
    scan(page, "SPXVN0003", "SPXVN0003")
    answered(page, "SPXVN0003: đã quét rồi, đang chờ mạng")
    # An item of a parcel of which the page knows nothing yet.
    scan(page, BARCODE)
    context.unroute_all(behavior="ignoreErrors")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    expect(page.locator("[data-parcel]")).to_have_count(4)
    expect(page.locator("[data-coming-code]")).to_have_count(0)
    (receipt,) = seller.receipts()
    assert [(line.good, line.lost) for line in receipt.lines] == [(1, 1)]
    counted = page.locator('[data-code="SPXVN0003"] [data-found]')
    expect(counted).to_have_text("1 còn tốt · 1 thiếu")
    saved(page)
    page.reload()
    expect(counted).to_have_text("1 còn tốt · 1 thiếu")
    expect(page.locator("[data-parcel]")).to_have_count(4)
    expect(page.locator("[data-coming-code]")).to_have_count(0)
    assert (
        page.evaluate("Object.keys(localStorage).filter((n) => n.includes('sheet'))")
        == []
    )


def test_the_second_clerk_is_told_who_was_faster(opens: Opens, seller: Seller) -> None:
    seller.order("A1", 3, tracking="SPX000001")
    lan, minh = new_sheet(opens("lan")), new_sheet(opens("minh"))
    scan(lan, "SPX000001")
    answered(lan, "SPX000001: 3 sản phẩm")
    scan(minh, "SPX000001")
    answered(minh, "SPX000001: lan đang giữ trên phiếu S000001")
    minh.get_by_role("link", name="Mở phiếu S000001").click()
    expect(minh.get_by_role("button", name="Ghi kiện này")).to_be_visible()

    lan.get_by_role("button", name="Mất: thêm một").click()
    saved(lan)
    minh.get_by_role("button", name="Hư hỏng: thêm một").click()
    expect(minh.get_by_role("alert").filter(has_text="lan")).to_contain_text(
        "lan vừa sửa kiện này."
    )
    expect(minh.locator("[data-found]")).to_have_text("2 còn tốt · 1 mất")
    minh.get_by_role("button", name="Nhập lại số tôi đếm").click()
    expect(minh.locator("[data-found]")).to_have_text("2 còn tốt · 1 hư hỏng")
    saved(minh)
    minh.get_by_role("button", name="Ghi kiện này").click()
    answered(minh, "SPX000001: đã ghi phiếu nhập R000001")
    lan.get_by_role("button", name="Ghi kiện này").click()
    expect(lan.locator("[data-answer-words]")).to_contain_text(
        "minh đã ghi kiện này rồi, phiếu nhập R000001."
    )
    assert len(seller.receipts()) == 1


def test_the_keyboard_alone_does_everything(opens: Opens, seller: Seller) -> None:
    seller.order("A1", 3, tracking="SPX000001")
    page = opens()
    expect(page.get_by_role("button", name="Phiếu mới")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#scan")).to_be_focused()
    scan(page, "SPX000001")
    answered(page, "SPX000001: 3 sản phẩm")
    for _ in range(20):
        if page.evaluate("document.activeElement.dataset.condition") == "damaged":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    found = page.locator("[data-found]")
    expect(found).to_have_text("2 còn tốt · 1 hư hỏng")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(found).to_have_text("1 còn tốt · 2 hư hỏng")
    expect(page.locator("#scan")).to_be_focused()
    saved(page)
    for _ in range(30):
        if page.evaluate("document.activeElement.matches('[data-to-post]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ghi 1 kiện")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu S000001")
    assert [(x.good, x.damaged) for x in seller.receipts()[0].lines] == [(1, 2)]


def test_a_scan_finds_its_way_from_wherever_the_focus_is(
    opens: Opens, seller: Seller
) -> None:
    for n in range(1, 5):
        seller.order(f"A{n}", 1, tracking=f"SPX{n:06d}")
    page = new_sheet(opens())
    scan(page, "SPX000001")
    answered(page, "SPX000001: 1 sản phẩm")
    note = page.get_by_label("Ghi chú (không bắt buộc)").first
    note.fill("Hộp móp")
    scan(page, "SPX000002")
    answered(page, "SPX000002: 1 sản phẩm")
    expect(page.locator("#parcel-1 textarea")).to_have_value("Hộp móp")
    page.get_by_label("Hư hỏng", exact=True).first.focus()
    scan(page, "SPX000003")
    answered(page, "SPX000003: 1 sản phẩm")
    expect(page.locator("#parcel-2 [data-found]")).to_have_text("1 còn tốt")
    page.get_by_role("button", name="Ghi kiện này").focus()
    scan(page, "SPX000004")
    answered(page, "SPX000004: 1 sản phẩm")
    saved(page)
    assert seller.receipts() == []


def test_the_sound_can_be_switched_off_for_good(opens: Opens, seller: Seller) -> None:
    page = new_sheet(opens())
    page.get_by_role("button", name="Âm thanh").click()
    heard(page)
    scan(page, "NOBODY7")
    answered(page, "NOBODY7: không tìm thấy")
    page.reload()
    expect(page.get_by_text("NOBODY7: không tìm thấy")).to_be_visible()
    scan(page, "NOBODY8")
    answered(page, "NOBODY8: không tìm thấy")
    assert heard(page) == []


def test_without_script_each_step_is_a_form(opens: Opens, seller: Seller) -> None:
    seller.order("A1", 2, tracking="SPX000001")
    page = opens(script=False)
    page.get_by_role("button", name="Phiếu mới").click()
    for code in ("SPX000001", BARCODE):
        page.locator("#scan").fill(code)
        page.locator("#scan").press("Enter")
    answered(page, "MUG: 1 còn tốt")
    page.get_by_label("Hư hỏng", exact=True).fill("1")
    page.get_by_label("Thiếu", exact=True).fill("0")
    page.get_by_role("button", name="Lưu", exact=True).first.click()
    expect(page.locator("[data-found]")).to_have_text("1 còn tốt · 1 hư hỏng")
    page.get_by_role("link", name="Ghi cả phiếu").click()
    page.get_by_role("button", name="Ghi 1 kiện").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu S000001")
    assert seller.available() == 9


def test_what_comes_too_late_for_a_posted_sheet_is_told(
    opens: Opens, seller: Seller
) -> None:
    seller.order("A1", 1, tracking="SPX000001")
    seller.order("A2", 1, tracking="SPX000002")
    page = new_sheet(opens())
    scan(page, "SPX000001")
    saved(page)
    page.context.route("**/actions", lambda route: route.abort())
    scan(page, "SPX000002")
    answered(page, "SPX000002: mất mạng, sẽ kiểm tra sau")
    post_sheet(seller.database, 1, by=Clerk("minh"), now=NOW)
    page.context.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(page.get_by_role("alert")).to_have_text(
        "SPX000002: Phiếu S000001 đã ghi rồi. Hãy mở phiếu mới."
    )


def test_a_session_that_is_over_keeps_what_waits(opens: Opens, seller: Seller) -> None:
    seller.order("A1", 1, tracking="SPX000001")
    page = new_sheet(opens())
    page.context.route("**/actions", lambda route: route.fulfill(status=403))
    scan(page, "SPX000001")
    expect(page.locator("[data-line-words]")).to_have_text(
        "Phiên đã hết: 1 việc đang chờ ở đây. Mở lại trang để gửi đi"
    )
    page.get_by_role("link", name="Phiếu nhận", exact=True).click()
    expect(page.get_by_text("1 việc đang chờ trong trình duyệt này")).to_be_visible()
    page.context.unroute_all(behavior="ignoreErrors")
    page.get_by_role("link", name="S000001").click()
    saved(page)
    expect(page.locator("[data-parcel]")).to_have_count(1)


def test_forty_parcels_are_four_pages_of_paper(opens: Opens, seller: Seller) -> None:
    actions: list[Action] = [Open(id="open", warehouse_id=1)]
    seller.count("MUG", 100)
    for n in range(40):
        seller.order(f"2611140KX{n:05d}", 1, tracking=f"SPXVN{n:010d}")
        actions.append(Put(id=f"put-{n}", sheet="open", code=f"SPXVN{n:010d}"))
    apply_actions(seller.database, actions, by=Clerk("lan"), now=NOW)
    page = opens()
    page.get_by_role("link", name="S000001").click()
    page.get_by_role("link", name="In phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Phiếu nhận hàng hoàn S000001"
    )
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 4
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="In", exact=True)).to_be_hidden()
