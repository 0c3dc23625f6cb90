"""What a sheet's page does when its actions are refused, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from daemon.links import issue_token
from daemon.settings import Settings
from stock.sheets import Clerk, post_sheet
from tests.web import browsing
from tests.web.seller import NOW, Seller

address = browsing.address
browser = browsing.browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

OF_A_PROXY = (401, 402, 405, 407, 408, 409, 421, 425, 429, 451)
OF_THE_SERVER = (400, 404, 410, 413, 422)


@pytest.fixture
def page(browser: Browser, address: str, settings: Settings) -> Iterator[Page]:
    """A new sheet."""
    context = browser.new_context(viewport=browsing.PHONE, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.get_by_role("link", name="Phiếu nhận").click()
    page.get_by_role("button", name="Phiếu mới").click()
    expect(page.locator("#scan")).to_be_focused()
    yield page
    context.close()


def refuse(context: BrowserContext, status: int, kind: str = "") -> None:
    """Let every request with such an action be refused."""

    def answer(route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")
        if any(kind in ("", action["kind"]) for action in sent["actions"]):
            route.fulfill(status=status)
        else:
            route.continue_()

    context.route("**/actions", answer)


def allow(page: Page) -> None:
    page.context.unroute_all(behavior="ignoreErrors")
    page.evaluate("dispatchEvent(new Event('online'))")


def scan(page: Page, code: str) -> None:
    page.keyboard.type(f"{code}\n")


def answered(page: Page, words: str) -> None:
    expect(page.locator("[data-answer-words]")).to_have_text(words)


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-line-words]")).to_have_text(words)


def kept(page: Page) -> int:
    """Return how many actions wait in the browser."""
    names = "Object.keys(localStorage).filter((name) => name.includes('|sheet|'))"
    count: int = page.evaluate(f"{names}.length")
    return count


def test_what_a_proxy_refuses_is_kept_and_sent_again(
    page: Page, seller: Seller
) -> None:
    for status in OF_A_PROXY:
        code = f"SPX{status}"
        seller.order(f"A{status}", 1, tracking=code)
        refuse(page.context, status)
        scan(page, code)
        says(page, "Mất mạng: 1 việc đang chờ ở đây, cứ làm tiếp")
        assert kept(page) == 1
        allow(page)
        says(page, "Đã lưu hết")
        expect(page.locator(f'[data-parcel][data-code="{code}"]')).to_have_count(1)


def test_what_the_server_refuses_holds_nothing_up_and_is_told(page: Page) -> None:
    for status in OF_THE_SERVER:
        refuse(page.context, status)
        scan(page, f"SPX{status}")
        answered(page, f"Trang không gửi được: lần quét SPX{status}")
        says(page, "Đã lưu hết")
        expect(page.locator("[data-coming-code]")).to_have_count(0)
        assert kept(page) == 0
        page.context.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize(
    ("kind", "button", "what"),
    [
        ("judge", "Hư hỏng: thêm một", "số đếm của SPX000001"),
        ("post", "Ghi kiện này", "việc ghi SPX000001"),
        ("take_off", "Bỏ khỏi phiếu", "việc bỏ SPX000001 khỏi phiếu"),
    ],
)
def test_each_deed_has_words_for_people(
    page: Page, seller: Seller, kind: str, button: str, what: str
) -> None:
    seller.order("A1", 1, tracking="SPX000001")
    scan(page, "SPX000001")
    says(page, "Đã lưu hết")
    refuse(page.context, 400, kind)
    page.get_by_role("button", name=button).first.click()
    answered(page, f"Trang không gửi được: {what}")


def test_what_is_said_of_the_sheet_has_words_too(page: Page) -> None:
    refuse(page.context, 400)
    page.get_by_text("Kho, đơn vị vận chuyển và ghi chú").click()
    page.get_by_role("button", name="Lưu", exact=True).click()
    answered(page, "Trang không gửi được: thay đổi vừa rồi trên phiếu")


def test_a_closed_sheet_tells_what_it_could_not_send(
    page: Page, seller: Seller
) -> None:
    seller.order("A1", 1, tracking="SPX000001")
    scan(page, "SPX000001")
    says(page, "Đã lưu hết")
    page.context.route("**/actions", lambda route: route.abort())
    scan(page, "SPX000002")
    answered(page, "SPX000002: mất mạng, sẽ kiểm tra sau")
    post_sheet(seller.database, 1, by=Clerk("minh"), now=NOW)
    page.context.unroute_all(behavior="ignoreErrors")
    refuse(page.context, 429)
    with page.expect_response("**/actions"):
        page.reload()
    assert kept(page) == 1
    page.context.unroute_all(behavior="ignoreErrors")
    refuse(page.context, 400)
    page.reload()
    expect(page.get_by_role("alert")).to_have_text(
        "Trang không gửi được: lần quét SPX000002"
    )
    assert kept(page) == 0


def test_a_code_may_hold_what_a_pattern_would(page: Page) -> None:
    refuse(page.context, 500)
    scan(page, "A$&B$'1")
    answered(page, "A$&B$'1: mất mạng, sẽ kiểm tra sau")
    scan(page, "A$&B$'1")
    answered(page, "A$&B$'1: đã quét rồi, đang chờ mạng")
