"""Takes the pictures that the README shows, of a seller's desk on an ordinary day.

``python -m tests.web.screenshots`` writes them into ``docs/images`` anew; with a folder
it writes them there.  It needs Chromium, and is no test.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from daemon.links import issue_token
from daemon.settings import Settings, read_settings
from stock.models import ExpectedReturn
from stock.schema import upgrade
from stock.session import Database
from tests.web.browsing import ARGUMENTS, PHONE, find_chromium
from tests.web.conftest import RecordingBell
from tests.web.seller import NOW, Seller
from web import create_app

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOPS = {
    "Nhà Mộc": "shopee",
    "Nhà Mộc Mall": "lazada",
    "Nhà Mộc Live": "tiktok",
    "nhamoc.vn": "haravan",
}
SHIRT, BOTTLE, CANDLE = "AO-THUN-TRANG-L", "BINH-GIU-NHIET-500", "NEN-THOM-QUE"
SHIRT_BARCODE = "8936012340015"
ARTICLES = {
    SHIRT: ("Áo thun cotton trắng, cỡ L", SHIRT_BARCODE),
    BOTTLE: ("Bình giữ nhiệt inox 500 ml", "8936012340022"),
    CANDLE: ("Nến thơm quế hồi", "8936012340039"),
}
# Order, units, article, shop, carrier, tracking number, days on the way.
PARCELS = (
    ("48000771700100", 2, BOTTLE, "Nhà Mộc Mall", "Lazada Logistics", "LEX079100", 30),
    ("57680001007273101", 1, CANDLE, "Nhà Mộc Live", "J&T Express", "842179981910", 18),
    ("48000787134102", 1, BOTTLE, "Nhà Mộc Mall", "Lazada Logistics", "LEX080738", 13),
    ("261114QH104TK", 2, SHIRT, "Nhà Mộc", "SPX Express", "SPXVN06831494104", 9),
    ("261115QH105TK", 3, SHIRT, "Nhà Mộc", "SPX Express", "SPXVN06831495105", 8),
    ("261115QH106TK", 1, CANDLE, "Nhà Mộc", "SPX Express", "SPXVN06831495106", 8),
    ("261116QH107TK", 3, BOTTLE, "Nhà Mộc", "SPX Express", "SPXVN06831496107", 7),
    ("100017", 1, SHIRT, "nhamoc.vn", "GHN", "GHN7Q2W", 5),
    ("57680001007273108", 2, CANDLE, "Nhà Mộc Live", "J&T Express", "842179981988", 3),
)


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    folder = parser.parse_args().folder
    # Addresses hold sessions: they are nobody's to read.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        settings = read_settings({"TRUESTOCK_VAR": var})
        database = Database(settings.database_url)
        upgrade(database)
        seller = Seller(database, settings)
        _fill(seller)
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        with _served(settings, database) as address:
            desk = _Desk(browser, address, settings)
            _take_board(desk, folder)
            _take_sheets(desk, folder)
            _take_receipt(desk, seller, folder)
        browser.close()
        database.close()


class _Desk:
    """Opens the desk for a clerk named Lan."""

    def __init__(self, browser: Browser, address: str, settings: Settings) -> None:
        self._browser = browser
        self._address = address
        self._settings = settings

    def open(
        self, language: str, scheme: Literal["light", "dark"] = "light", *, phone: bool
    ) -> Page:
        page = self._browser.new_page(
            viewport=PHONE if phone else {"width": 1280, "height": 900},
            device_scale_factor=2 if phone else 1.5,
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        token = issue_token(self._settings, "Lan", "clerk", NOW)
        page.goto(f"{self._address}/open?token={token}")
        return page


def _take_board(desk: _Desk, folder: Path) -> None:
    page = desk.open("en", phone=False)
    page.get_by_role("link", name="English").click()
    expect(page.locator("[data-sum-of=parcels]")).to_have_text(str(len(PARCELS)))
    page.screenshot(path=folder / "board.png")


def _take_sheets(desk: _Desk, folder: Path) -> None:
    page = desk.open("vi", phone=True)
    page.get_by_role("link", name="Phiếu nhận").click()
    page.locator("#carrier").fill("SPX Express")
    page.get_by_role("button", name="Phiếu mới").click()
    _scan(page, "SPXVN06831496107", "SPXVN06831495106", "SPXVN06831495105")
    expect(page.locator("[data-parcel]")).to_have_count(3)
    _scan(page, SHIRT_BARCODE, SHIRT_BARCODE)
    answer = page.locator("[data-answer-words]")
    expect(answer).to_have_text(f"{SHIRT}: 2 còn tốt")
    expect(page.locator("[data-line-words]")).to_have_text("Đã lưu hết")
    page.screenshot(path=folder / "sheet.png")
    _take_unknown(desk, page.url.rpartition("/")[2].partition("?")[0], folder)


def _take_unknown(desk: _Desk, sheet: str, folder: Path) -> None:
    page = desk.open("vi", "dark", phone=True)
    page.get_by_role("link", name="Phiếu nhận").click()
    page.locator(f"a[href*='/sheets/{sheet}']").first.click()
    _scan(page, "SPXVN0477120093")
    expect(page.get_by_role("link", name="Nhận vào như kiện lạ")).to_be_visible()
    page.screenshot(path=folder / "sheet-dark.png")


def _take_receipt(desk: _Desk, seller: Seller, folder: Path) -> None:
    page = desk.open("vi", phone=True)
    page.set_viewport_size({"width": 390, "height": 900})
    _scan(page, "261114QH104TK")
    page.get_by_role("button", name="Hư hỏng: thêm một").click()
    page.get_by_role("button", name="Ghi phiếu nhập").click()
    seller.confirm_listings()
    expect(page.get_by_text("Đã xác nhận")).to_have_count(len(SHOPS))
    page.screenshot(path=folder / "receipt.png")


def _scan(page: Page, *codes: str) -> None:
    expect(page.locator("[autofocus]")).to_be_focused()
    for code in codes:
        page.keyboard.type(f"{code}\n")


def _fill(seller: Seller) -> None:
    for shop, channel in SHOPS.items():
        seller.open_shop(shop, channel=channel)
        for sku, (title, barcode) in ARTICLES.items():
            seller.sell(shop, sku, title, barcode)
    for sku in ARTICLES:
        seller.count(sku, 60)
    for number, units, sku, shop, carrier, tracking, _ in PARCELS:
        seller.order(number, units, sku=sku, shop=shop, tracking=tracking, note=carrier)
    # Bought by somebody who keeps it.
    seller.order(
        "261117QH111TK", 6, sku=SHIRT, shop="Nhà Mộc", fulfilment=None, ending=None
    )
    _let_time_pass(seller.database)
    seller.confirm_listings()


def _let_time_pass(database: Database) -> None:
    days = {parcel[0]: parcel[-1] for parcel in PARCELS}
    with database.write() as session:
        for item in session.scalars(select(ExpectedReturn)):
            item.opened_at = NOW - timedelta(days=days[item.channel_order_id])


@contextmanager
def _served(settings: Settings, database: Database) -> Iterator[str]:
    app = create_app(settings, database=database, bell=RecordingBell(), now=lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main()
