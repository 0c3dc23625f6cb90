"""Markup in everything that others write: a browser shows it and runs none of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from daemon.links import issue_token
from daemon.settings import Settings
from stock import mapping, set_aside, shops
from stock.models import SetAsideReason, ShopState
from stock.reports import ListingReport
from stock.session import Database
from tests.web import browsing
from tests.web.browsing import complaints_of
from tests.web.ledger import change_listing, listing_of
from tests.web.seller import NOW, Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.test_answers import PAYLOADS
from tests.web.visitor import Visitor

address = browsing.address
browser = browsing.browser

LIVE = '<img src="x" onerror="alert(1)">'
FOREIGN = "img[src=x], svg[onload], [onerror], main script, iframe, object, embed"
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error("violation", event.violatedDirective, event.blockedURI))"""

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def admin(app: Flask, settings: Settings, seller: Seller) -> Visitor:
    return Visitor(app, settings, "boss", "admin", NOW)


@pytest.fixture
def order_ids(seller: Seller, database: Database) -> Sequence[int]:
    """Orders, articles, troubles and a listing whose every text is markup."""
    for number, payload in enumerate(PAYLOADS):
        seller.sell("one", payload, payload, f"{payload}{number}")
        seller.count(payload, 3)
        change_listing(
            database,
            listing_of(database, "one", payload),
            failures=1,
            last_error=payload,
        )
        keep_aside(database, payload)
    seller.change_shop("two", state=ShopState.PAUSED, last_error=payload)
    seller.order("W1", fulfilment=None, reason=PAYLOADS[0], note=PAYLOADS[1])
    return [
        seller.order(x, 2, sku=x, tracking=f"{x}T", reason=x, note=x) for x in PAYLOADS
    ]


def keep_aside(database: Database, payload: str) -> None:
    with database.write() as session:
        shop = shops.find_shop(session, "one")
        without_sku = ListingReport(
            item_id=f"{payload}L", variant_id="", sku="", title=payload, quantity=1
        )
        mapping.import_listings(session, shop, [without_sku], now=NOW)
        set_aside.put_aside(
            session,
            shop,
            kind="order",
            record_id=f"{payload}A",
            reason=SetAsideReason.UNKNOWN_STATUS,
            detail=payload,
            now=NOW,
        )


def book(admin: Visitor, order_id: int, note: str) -> None:
    booked = admin.book(order_id, admin.form(order_id) | {"note": note})
    assert booked.status_code == 303, booked.text


def watched(browser: Browser, complaints: list[str]) -> Page:
    page = browser.new_page(locale="vi-VN")
    page.add_init_script(TELL_VIOLATIONS)

    def dismiss(dialog) -> None:  # type: ignore[no-untyped-def]
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    return page


def test_no_text_of_others_runs_in_a_browser(
    browser: Browser,
    address: str,
    settings: Settings,
    admin: Visitor,
    order_ids: Sequence[int],
) -> None:
    book(admin, order_ids[0], PAYLOADS[0])
    desk = SheetDesk(admin)
    words = {"note": PAYLOADS[1], "carrier": PAYLOADS[2], "warehouse": "1"}
    desk.send(f"{desk.path}/describe", {**desk.form("/describe"), **words})
    desk.scan(f"{PAYLOADS[1]}T")

    complaints: list[str] = []
    page = watched(browser, complaints)
    told = complaints_of(page)
    page.goto(f"{address}/open?token={issue_token(settings, 'boss', 'admin', NOW)}")
    inside = page.url.split("?")[0]
    pages = [
        *("", "waiting", "sheets", f"{desk.path}/print", "stock", "drift", "orphans"),
        *("claims", "admin/shops", "admin/listings", "set-aside", "receipts/1"),
        *(f"orders/{order_ids[0]}", f"orders/{order_ids[1]}/receipt", desk.path),
    ]
    for path in pages:
        answer = page.goto(inside + path)
        assert answer is not None and answer.status == 200, path
        assert page.locator(FOREIGN).count() == 0, path
    for payload in PAYLOADS:
        page.goto(inside + "stock")
        page.locator("input[type=search]").first.fill(payload)
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text(payload)
        assert page.locator(FOREIGN).count() == 0, payload
    play_the_sheet(page, inside + desk.path)
    assert complaints + told == []

    page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", LIVE)
    page.wait_for_function("() => document.images.length > 0")
    expect(page.locator(FOREIGN)).to_have_count(1)
    page.wait_for_timeout(200)
    assert any("violation" in one for one in told), "this test would see nothing"


def play_the_sheet(page: Page, sheet: str) -> None:
    """Scan what is known and what is not: the page's script puts the answers in."""
    page.goto(sheet)
    for payload in PAYLOADS[2:]:
        page.locator("#scan").fill(f"{payload}T")
        page.keyboard.press("Enter")
    page.locator("#scan").fill(f"{PAYLOADS[1]}unknown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-parcel]")).to_have_count(len(PAYLOADS) - 1)
    expect(page.locator("[data-question]")).to_have_count(1)
    assert page.locator(FOREIGN).count() == 0
