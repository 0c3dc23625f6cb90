"""The page in a foreign frame: as the handbook says, and as an attacker would like."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Response as Answered
from werkzeug import Response

from tests.web import foreign_frame
from tests.web.foreign_frame import Site, framed, launcher, sign_launches
from tests.web.seller import Seller

truestock = foreign_frame.truestock
erp = foreign_frame.erp
stranger = foreign_frame.stranger
settings = foreign_frame.settings
served = foreign_frame.served
context = foreign_frame.context

FRAMING = ("Content-Security-Policy", "X-Frame-Options")

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def _tells(answer: Answered, what: str) -> bool:
    """Say whether the ERP has noted that it was told something."""
    told = answer.request.post_data or ""
    return answer.url.endswith("/heard") and what in told


def test_the_handbooks_page_books_a_receipt_without_any_cookie(
    context: BrowserContext, served: Site, erp: Site, seller: Seller
) -> None:
    seller.order("2611140KX8F2QM", 3)
    heard: list[dict[str, Any]] = []
    erp.answer = launcher(served, heard)
    page = context.new_page()
    page.goto(f"{erp.origin}/returns?document=2611140KX8F2QM")

    frame = framed(page)
    expect(frame.get_by_role("heading", name="Phiếu nhập hàng hoàn")).to_be_visible()
    inner = page.frames[1]
    kept = "() => { try { return localStorage.length } catch (no) { return no.name } }"
    assert inner.evaluate(kept) == "SecurityError", "third parties may keep things here"
    with page.expect_response(lambda answer: _tells(answer, "receipt.posted")):
        frame.get_by_role("button", name="Ghi phiếu nhập").click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu nhập")

    assert seller.available() == 10
    assert context.cookies() == []
    assert "token" not in inner.url
    assert [x for x in heard if x["type"] == "receipt.posted"] == [
        {
            "origin": served.origin,
            "truestock": 1,
            "type": "receipt.posted",
            "receipt": "R000001",
            "order": "2611140KX8F2QM",
            "shop": "one",
            "warehouse": "MAIN",
        }
    ]


def test_the_frame_is_as_high_as_the_page_in_it(
    context: BrowserContext, served: Site, erp: Site, seller: Seller
) -> None:
    heard: list[dict[str, Any]] = []
    erp.answer = launcher(served, heard)
    page = context.new_page()
    page.goto(erp.origin)
    expect(framed(page).get_by_role("main")).to_be_visible()
    fits = """() => {
        const frame = document.querySelector("iframe");
        return frame.style.height.endsWith("px") && frame.offsetHeight > 100;
    }"""
    page.wait_for_function(fits)
    inner = page.frames[1]
    scrolls = "() => document.documentElement.scrollHeight > innerHeight + 1"
    inner.wait_for_function(f"!({scrolls})()")


def test_the_same_launch_opens_once(
    context: BrowserContext, served: Site, seller: Seller
) -> None:
    token = sign_launches(served.origin)()
    page = context.new_page()
    assert page.request.post(f"{served.origin}/open", form={"token": token}).ok
    second = page.request.post(f"{served.origin}/open", form={"token": token})
    assert second.status == 403


def attack(stranger: Site, html: str) -> None:
    stranger.answer = Response(html, content_type="text/html")


@pytest.mark.parametrize("around", ["{truestock}", "{erp}"])
def test_a_stranger_cannot_show_the_page_nor_the_erp_around_it(
    context: BrowserContext,
    served: Site,
    erp: Site,
    stranger: Site,
    seller: Seller,
    around: str,
) -> None:
    heard: list[dict[str, Any]] = []
    erp.answer = launcher(served, heard)
    token = sign_launches(served.origin)()
    source = around.format(
        truestock=f"{served.origin}/open?token={token}", erp=f"{erp.origin}/returns"
    )
    attack(
        stranger,
        f"""<iframe src="{source}"></iframe><script>
        window.stolen = [];
        addEventListener("message", (event) => stolen.push(event.data));
        </script>""",
    )
    page = context.new_page()
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(stranger.origin)
    page.wait_for_timeout(1500)

    for frame in page.frames[1:]:
        if not frame.url.startswith(erp.origin):
            assert frame.get_by_role("main").count() == 0
    assert page.evaluate("stolen") == []
    assert heard == []


def test_a_strangers_form_changes_nothing(
    context: BrowserContext, served: Site, stranger: Site, seller: Seller
) -> None:
    order_id = seller.order("A1", 3)
    page = context.new_page()
    token = sign_launches(served.origin)()
    page.goto(f"{served.origin}/open?token={token}")
    desk = re.sub(r"\?.*", "", page.url)
    # Even one who knew the session's address has no form's key.
    attack(
        stranger,
        f"""<form method="post" action="{desk}orders/{order_id}/receipt">
        <input name="key" value="guessed"><input name="good-1" value="3">
        </form><script>document.forms[0].submit()</script>""",
    )
    page.goto(stranger.origin)
    page.wait_for_url(f"{served.origin}/**")

    assert seller.available() == 7


def test_what_the_page_tells_is_addressed_to_the_erp_alone(
    context: BrowserContext, served: Site, stranger: Site, seller: Seller
) -> None:
    """A browser that let a stranger frame the page would still tell it nothing."""
    seller.order("A1", 3)
    token = sign_launches(served.origin)(document="A1")
    attack(
        stranger,
        f"""<iframe src="{served.origin}/open?token={token}"></iframe><script>
        window.stolen = [];
        addEventListener("message", (event) => stolen.push(event.data));
        </script>""",
    )
    served.answer = _framed_by_anybody(served.answer)
    page = context.new_page()
    page.goto(stranger.origin)
    frame = framed(page)
    frame.get_by_role("button", name="Ghi phiếu nhập").click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Đã ghi phiếu nhập")
    page.wait_for_timeout(500)

    assert page.evaluate("stolen") == []


def _framed_by_anybody(app: Any) -> Any:
    def serve(environ: Any, start: Any) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [x for x in headers if x[0] not in FRAMING], *more)

        return app(environ, begin)

    return serve
