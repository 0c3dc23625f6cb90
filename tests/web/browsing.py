"""A real browser in front of the app: fixtures that tests import by name."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from daemon.links import issue_token
from daemon.settings import Settings
from tests.web.seller import NOW

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30_000
"""Milliseconds: a test says what comes, never how soon; machines are busy at times."""

expect.set_options(timeout=PATIENCE)


def find_chromium() -> str:
    """Return the program; without one the test is skipped, or fails where CI is set."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    return program


@pytest.fixture
def browser() -> Iterator[Browser]:
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def open_desk(browser: Browser, address: str, settings: Settings) -> Page:
    """Open the board as a clerk, on a phone."""
    page = browser.new_page(viewport=PHONE, locale="vi-VN")
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    return page


def complaints_of(page: Page) -> list[str]:
    """Return the list that the page's errors and warnings will be put into.

    What the browser merely notes is left out: a scanner that types before the field has
    its focus makes it say that it need not set the focus any more.
    """
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
