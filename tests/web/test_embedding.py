"""The page in a foreign frame: as the handbook says, and as an attacker would like."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Response as Answered
from werkzeug import Request, Response
from werkzeug.serving import make_server

from daemon.settings import Settings, read_settings
from stock.session import Database
from tests.web.browsing import ARGUMENTS, find_chromium
from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from web import create_app
from web.desk import utc_now

HANDBOOK = Path(__file__).parents[2] / "docs" / "embedding.md"
KEY = base64.b64encode(b"an invented secret of 32 bytes or more").decode()

Answer = Callable[[Request], Response]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def block(language: str, holding: str) -> str:
    """Return the handbook's code block that holds some words."""
    blocks = re.findall(rf"```{language}\n(.*?)```", HANDBOOK.read_text("utf-8"), re.S)
    (found,) = [text for text in blocks if holding in text]
    return str(found)


class Site:
    """A server on a free port whose answers are said later."""

    def __init__(self, host: str) -> None:
        self.answer: Any = Response(status=404)
        self._server = make_server(
            "127.0.0.1", 0, lambda env, start: self.answer(env, start), threaded=True
        )
        self.origin = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def site(host: str) -> Iterator[Site]:
    made = Site(host)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def truestock() -> Iterator[Site]:
    with site("127.0.0.1") as made:
        yield made


@pytest.fixture
def erp() -> Iterator[Site]:
    """Another site, for a browser: a name and an address have nothing in common."""
    with site("localhost") as made:
        yield made


@pytest.fixture
def stranger() -> Iterator[Site]:
    with site("localhost") as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, truestock: Site, erp: Site) -> Settings:
    return read_settings(
        {
            "TRUESTOCK_VAR": str(tmp_path),
            "TRUESTOCK_BASE_URL": truestock.origin,
            "TRUESTOCK_ERP_ORIGIN": erp.origin,
            "TRUESTOCK_LAUNCH_KEYS": f"erp={KEY}",
        }
    )


@pytest.fixture
def served(truestock: Site, settings: Settings, database: Database) -> Site:
    bell = RecordingBell()
    truestock.answer = create_app(settings, database=database, bell=bell, now=utc_now)
    return truestock


@pytest.fixture
def context(tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that lets no third party keep cookies or anything else."""
    program = find_chromium()
    profile = tmp_path / "profile"
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    blocked = {"block_third_party_cookies": True, "cookie_controls_mode": 1}
    preferences.write_text(json.dumps({"profile": blocked}))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, args=ARGUMENTS, locale="vi-VN"
        )
        yield context
        context.close()


def sign_launches(address: str) -> Callable[..., str]:
    """Return the handbook's own signing, for a clerk."""
    namespace: dict[str, Any] = {}
    exec(block("python", "def launch_token"), namespace)
    sign = namespace["launch_token"]
    return lambda **more: str(sign(KEY, "erp", address, "lan", "clerk", **more))


def launcher(truestock: Site, heard: list[dict[str, Any]]) -> Answer:
    """Return an ERP's server with the handbook's page, which notes what it is told."""
    sign = sign_launches(truestock.origin)
    told = """<script>
        addEventListener("message", (event) => fetch("/heard", {method: "POST",
            body: JSON.stringify({origin: event.origin, ...event.data})}));
    </script></html>"""
    page = block("html", "addEventListener")
    page = page.replace("TRUESTOCK/", f"{truestock.origin}/")
    page = page.replace('"TRUESTOCK"', f'"{truestock.origin}"').replace("</html>", told)

    @Request.application
    def answer(request: Request) -> Response:
        if request.path == "/truestock-token":
            return Response(sign(document=request.args.get("document")))
        if request.path == "/heard":
            heard.append(json.loads(request.get_data()))
            return Response()
        return Response(page, content_type="text/html")

    return answer  # type: ignore[return-value]


def framed(page: Page) -> Any:
    return page.frame_locator("iframe")


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
