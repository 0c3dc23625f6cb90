"""One running sandbox for each file, a site of its own for each test."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller

_names = count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[Control]:
    control = Control(sandbox.url)
    yield control
    requests.delete(f"{sandbox.url}/_control/faults", timeout=5)
    control.post("webhooks", mode="normal")


@pytest.fixture
def open_shop(control: Control) -> Callable[..., Seller]:
    def open_(auto_restock: str = "on_cancel", **more: Any) -> Seller:
        name = f"site{next(_names)}"
        answer = control.post(
            "woocommerce/shops", shop=name, auto_restock=auto_restock, **more
        )
        return Seller(control, name, answer["settings"])

    return open_


@pytest.fixture
def seller(open_shop: Callable[..., Seller]) -> Seller:
    """A site as it comes: ten of each; A and D simple, B and C own, E of its parent."""
    shop = open_shop()
    shop.sell(A=10, B=10, C=10, D=10, E=10)
    return shop


@dataclass(frozen=True)
class Taken:
    """One delivery as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An address for webhooks that answers as it is told."""

    url: str = ""
    status: int = 200
    taken: list[Taken] = field(default_factory=list)

    @property
    def signed(self) -> list[Taken]:
        """The deliveries, without the greetings."""
        return [each for each in self.taken if "X-WC-Webhook-Topic" in each.headers]

    def wait(self, count: int, seconds: float = 4) -> list[Taken]:
        deadline = time.monotonic() + seconds
        while len(self.signed) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.signed) >= count, self.taken
        return self.signed

    def wait_all(self, count: int, seconds: float = 4) -> list[Taken]:
        deadline = time.monotonic() + seconds
        while len(self.taken) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.taken) >= count, self.taken
        return self.taken


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.status
            receiver.taken.append(Taken(dict(self.headers.items()), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/woocommerce"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
