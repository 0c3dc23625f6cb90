"""Who may stand around the page in a browser: the ERP's own origin and nobody else."""

from __future__ import annotations

import dataclasses
from html import escape

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug import Response

from daemon.links import issue_token
from daemon.settings import Settings
from tests.web.browsing import address, browser
from tests.web.foreign_frame import Site, erp
from tests.web.seller import NOW, Seller

__all__ = ["address", "browser", "erp"]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, erp: Site) -> Settings:
    return dataclasses.replace(settings, erp_origin=erp.origin)


@pytest.fixture
def launch(address: str, settings: Settings, seller: Seller) -> str:
    return f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}"


def framed(source: str) -> str:
    return f'<iframe src="{escape(source)}"></iframe>'


def show(site: Site, html: str) -> None:
    site.answer = Response(html, content_type="text/html")


def is_refused(page: Page, source: str) -> None:
    """Open a page and see the browser refuse what it frames."""
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(source)
    for frame in page.frames:
        assert frame.get_by_role("main").count() == 0


def test_the_erp_itself_shows_the_page(
    browser: Browser, erp: Site, launch: str
) -> None:
    show(erp, framed(launch))
    page = browser.new_page()
    page.goto(erp.origin)
    expect(page.frame_locator("iframe").get_by_role("main")).to_be_visible()


def test_an_origin_that_is_null_does_not(
    browser: Browser, erp: Site, launch: str
) -> None:
    show(erp, framed(launch))
    # Such a page comes from the ERP's address, and browsers call its origin null.
    erp.answer.headers["Content-Security-Policy"] = "sandbox allow-scripts"
    page = browser.new_page()
    is_refused(page, erp.origin)
    assert page.evaluate("origin") == "null"


def test_nor_does_one_inside_of_the_erps_own_page(
    browser: Browser, erp: Site, launch: str
) -> None:
    inner = escape(framed(launch))
    show(erp, f'<iframe sandbox="allow-scripts" srcdoc="{inner}"></iframe>')
    is_refused(browser.new_page(), erp.origin)


@pytest.mark.parametrize("path", ["/login", "/consent?state=x", "/no/such/page"])
def test_what_the_erp_never_needs_it_cannot_show(
    browser: Browser, erp: Site, address: str, seller: Seller, path: str
) -> None:
    show(erp, framed(address + path))
    is_refused(browser.new_page(), erp.origin)
