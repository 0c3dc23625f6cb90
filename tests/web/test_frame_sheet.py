"""A sheet in an ERP's frame, in a browser that lets the frame keep nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.web import foreign_frame
from tests.web.foreign_frame import Site, framed, launcher
from tests.web.seller import Seller

truestock = foreign_frame.truestock
erp = foreign_frame.erp
settings = foreign_frame.settings
served = foreign_frame.served
context = foreign_frame.context

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

KEEPS_NOTHING = "Trình duyệt này không lưu được: đừng đóng trang cho đến khi có mạng"
ONE_WAITS = f"Mất mạng: 1 việc đang chờ ở đây, cứ làm tiếp. {KEEPS_NOTHING}"


@pytest.fixture
def heard() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def page(
    context: BrowserContext,
    served: Site,
    erp: Site,
    seller: Seller,
    heard: list[dict[str, Any]],
) -> Page:
    """An ERP's page with a new sheet in its frame; three parcels are on their way."""
    for n in range(3):
        seller.order(f"A{n}", 1, tracking=f"SPX00{n}")
    erp.answer = launcher(served, heard)
    page = context.new_page()
    page.goto(erp.origin)
    frame = framed(page)
    frame.get_by_role("link", name="Phiếu nhận").click()
    frame.get_by_role("button", name="Phiếu mới").click()
    expect(frame.locator("#scan")).to_be_focused()
    return page


def scan(page: Page, code: str) -> None:
    page.keyboard.type(f"{code}\n")


def says(page: Page, words: str) -> None:
    expect(framed(page).locator("[data-line-words]")).to_have_text(words)


def test_what_is_done_is_sent_and_told(
    page: Page, seller: Seller, heard: list[dict[str, Any]]
) -> None:
    frame = framed(page)
    scan(page, "SPX000")
    says(page, "Đã lưu hết")
    scan(page, "SPX001")
    expect(frame.locator("[data-parcel]")).to_have_count(2)
    says(page, "Đã lưu hết")
    frame.get_by_role("button", name="Ghi kiện này").click()
    expect(frame.locator("[data-booked]")).to_have_count(1)
    assert [receipt.number for receipt in seller.receipts()] == ["R000001"]
    page.wait_for_timeout(500)
    assert [
        (told["receipt"], told["sheet"])
        for told in heard
        if told["type"] == "receipt.posted"
    ] == [("R000001", "S000001")]
    # Room for the next parcel must not feed on the frame that grows with it.
    assert page.evaluate("document.querySelector('iframe').offsetHeight") < 2000


def test_a_dead_line_is_announced_and_what_waited_is_sent_later(
    page: Page, context: BrowserContext
) -> None:
    frame = framed(page)
    scan(page, "SPX000")
    says(page, "Đã lưu hết")
    context.set_offline(True)
    says(page, f"Mất mạng. {KEEPS_NOTHING}")
    scan(page, "SPX001")
    says(page, ONE_WAITS)
    context.set_offline(False)
    says(page, "Đã lưu hết")
    expect(frame.locator("[data-parcel]")).to_have_count(2)
    expect(frame.locator("[data-coming-code]")).to_have_count(0)


def test_closing_asks_first_while_something_waits(
    page: Page, context: BrowserContext
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    context.route("**/actions", lambda route: route.abort())
    scan(page, "SPX000")
    says(page, ONE_WAITS)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    context.unroute_all(behavior="ignoreErrors")
    page.frames[1].evaluate("dispatchEvent(new Event('online'))")
    says(page, "Đã lưu hết")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_a_session_that_is_over_promises_nothing(
    page: Page, context: BrowserContext
) -> None:
    context.route("**/actions", lambda route: route.fulfill(status=403))
    scan(page, "SPX000")
    says(
        page,
        "Phiên đã hết và trình duyệt này không lưu được gì:"
        " hãy ghi lại 1 việc đang chờ ra giấy rồi mở lại trang",
    )
