"""An ERP's page around ours, on another site: fixtures that tests import by name."""

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
from playwright.sync_api import BrowserContext, Page, sync_playwright
from werkzeug import Request, Response
from werkzeug.serving import make_server

from daemon.settings import Settings, read_settings
from stock.session import Database
from tests.web.browsing import ARGUMENTS, find_chromium
from tests.web.conftest import RecordingBell
from web import create_app
from web.desk import utc_now

HANDBOOK = Path(__file__).parents[2] / "docs" / "embedding.md"
KEY = base64.b64encode(b"an invented secret of 32 bytes or more").decode()

Answer = Callable[[Request], Response]


def blocks(language: str) -> list[str]:
    """Return the handbook's code blocks in a language."""
    found = re.findall(rf"```{language}\n(.*?)```", HANDBOOK.read_text("utf-8"), re.S)
    return [str(text) for text in found]


def block(language: str, holding: str) -> str:
    """Return the handbook's code block that holds some words."""
    (found,) = [text for text in blocks(language) if holding in text]
    return found


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


def launch_page() -> str:
    """Return the handbook's page that launches ours."""
    return block("html", 'addEventListener("message"')


def launcher(
    truestock: Site, heard: list[dict[str, Any]], page: str | None = None
) -> Answer:
    """Return an ERP's server with a launch page, which notes what it is told."""
    sign = sign_launches(truestock.origin)
    told = """<script>
        addEventListener("message", (event) => fetch("/heard", {method: "POST",
            body: JSON.stringify({origin: event.origin, ...event.data})}));
    </script></html>"""
    page = launch_page() if page is None else page
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
