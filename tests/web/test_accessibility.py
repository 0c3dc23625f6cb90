"""Every page, in both colour schemes, both languages and two widths, under axe.

Each of the four pairs of scheme and language reads each page: a colour is the scheme's,
and how much room words take is the language's, but a state may show in one pair alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize

from daemon.settings import Settings
from stock.session import Database
from tests.web import browsing
from tests.web.pages import Address, all_pages
from tests.web.twins import Twin

address = browsing.address
browser = browsing.browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PHONE = browsing.PHONE
DESK: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
GRAVE = ("serious", "critical")

FIND_VIOLATIONS = """
  () => axe.run({ resultTypes: ["violations"] }).then((found) => found.violations
    .map(({ id, impact, nodes }) => ({
      id, impact, where: nodes.map((node) => `${node.target} ${node.html}`),
    })))
"""

FIND_WIDE = """
  () => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 120))
"""

# A thumb needs 44 pixels of whatever takes the tap: of a box, a round button or a file
# its label, of a link that is stretched over its row that row, of everything else the
# thing itself.  Only a link that is a part of a running text is as high as its line.
FIND_LOW = """
  () => {
    const taps = "button, select, textarea, summary, a[href], input:not([type=hidden])";
    const isText = (element) => element.matches("a")
      && getComputedStyle(element).display === "inline" && !isStretched(element);
    const isStretched = (element) =>
      getComputedStyle(element, "::after").position === "absolute";
    const target = (element) => {
      if (element.matches("[type=checkbox], [type=radio], [type=file]"))
        return element.labels[0] ?? element;
      return isStretched(element) ? element.offsetParent : element;
    };
    const isSeen = (element) => {
      const box = element.getBoundingClientRect();
      return element.checkVisibility({ visibilityProperty: true })
        && box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0;
    };
    return [...document.querySelectorAll(taps)]
      .filter((element) => !isText(element))
      .map(target)
      .filter(isSeen)
      .map((element) => [element, element.getBoundingClientRect().height])
      .filter(([, height]) => Math.round(height) < 44)
      .map(([element, height]) => `${height} ${element.outerHTML.slice(0, 120)}`);
  }
"""


@pytest.fixture
def pages(app: Flask, database: Database, settings: Settings) -> list[Address]:
    twin = Twin(app, database, settings, "apple")
    twin.live()
    return all_pages(app, database, twin)


def test_everybody_can_use_every_page(
    browser: Browser, address: str, pages: list[Address]
) -> None:
    troubles = [
        f"{shown.endpoint}, {trouble}"
        for page, language in _readers(browser)
        for shown in pages
        for trouble in _troubles(page, address + shown.path, language)
    ]
    assert not troubles, "\n" + "\n".join(dict.fromkeys(troubles))


def _readers(browser: Browser) -> Iterator[tuple[Page, str]]:
    """Yield who reads each language, in a light room and in a dark one."""
    for scheme, language in product(SCHEMES, ("vi", "en")):
        context = browser.new_context(
            color_scheme=scheme, locale=language, reduced_motion="reduce"
        )
        page = context.new_page()
        yield page, language
        context.close()


def _troubles(page: Page, address: str, language: str) -> Iterator[str]:
    page.set_viewport_size(PHONE)
    mark = "&" if "?" in address else "?"
    answer = page.goto(f"{address}{mark}lang={language}")
    assert answer is not None
    if answer.status != 200 and "/open" not in address:
        yield f"answered {answer.status}"
    assert page.locator("html").get_attribute("lang") == language
    page.evaluate(AXE_SCRIPT)
    yield from _troubles_of_width(page, "phone")
    page.set_viewport_size(DESK)
    yield from _troubles_of_width(page, "desk")


def _troubles_of_width(page: Page, width: str) -> Iterator[str]:
    for element in page.evaluate(FIND_WIDE):
        yield f"wider than a {width}: {element}"
    # A thumb's too where it is wide: tablets are, and so are screens that are touched.
    for element in page.evaluate(FIND_LOW):
        yield f"{width}: too low for a thumb: {element}"
    for found in page.evaluate(FIND_VIOLATIONS):
        if found["impact"] in GRAVE:
            for where in found["where"]:
                yield f"{width}: {found['id']}: {where}"
