"""The kit against Shopee as the sandbox plays it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import ClassVar

import pytest

from connector import Connector, HintKind, MemorySettings, Transport, WebhookRequest
from connector.conformance import ConnectorConformance
from connector.conformance.sandbox import SandboxWorld
from connector.shopee import ShopeeConnector

CHECKOUT = Path(__file__).parents[2]
shop_numbers = count(1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def control_url() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = process.stdout.readline().split()
    addresses = dict(word.split("=", 1) for word in ready if "=" in word)
    assert "control" in addresses, f"the sandbox did not start: {ready}"
    yield addresses["control"]
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


class TestShopee(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[SandboxWorld]:
        shop = f"shop{next(shop_numbers)}"
        world = SandboxWorld(control_url, "shopee", shop, fault_match="/api/v2/")
        yield world
        world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Connector:
        return opened(world, {})

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Connector:
        return opened(world, {"partner_key": "0" * 64})


def test_tokens_are_renewed_once_when_many_ask(control_url: str) -> None:
    shop = f"shop{next(shop_numbers)}"
    world = SandboxWorld(control_url, "shopee", shop, fault_match="/api/v2/")
    first = opened(world, {"access_token_expires_at": now().isoformat()})
    before = first.settings.read()["refresh_token"]
    shops = [
        ShopeeConnector(first.settings, Transport(requests_per_second=1000), now)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(lambda one: one.identify().name, shops))
    for one in (first, *shops):
        one.transport.close()
    assert names == [shop] * 6
    assert first.settings.read()["refresh_token"] != before


class Inbox(BaseHTTPRequestHandler):
    """Keeps what is pushed, and answers as Shopee wants it: at once and empty."""

    kept: ClassVar[Queue[WebhookRequest]] = Queue()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        host = self.headers["Host"]
        request = WebhookRequest(
            url=f"http://{host}{self.path}", headers=dict(self.headers), body=body
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.kept.put(request)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_push_of_the_sandbox_is_verified(
    control_url: str,
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    serving = Thread(target=server.serve_forever)
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}/hooks/shopee"
    shop = f"shop{next(shop_numbers)}"
    try:
        world = SandboxWorld(control_url, "shopee", shop, webhook_url=url)
        world.add_item("A", 5)
        order_id = world.place_order({"A": 1})
        connector = opened(world, {})
        hints = connector.read_webhook(Inbox.kept.get(timeout=10))
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert [(hint.kind, hint.order_id) for hint in hints] == [
        (HintKind.ORDER, order_id)
    ]


def opened(world: SandboxWorld, changes: dict[str, str]) -> ShopeeConnector:
    entered = {**world.settings, **changes}
    settings = MemorySettings(ShopeeConnector.prepare_settings(entered, now()))
    transport = Transport(requests_per_second=1000, deadline_seconds=3)
    return ShopeeConnector(settings, transport, now)
