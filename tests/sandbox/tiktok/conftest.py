"""Shops of TikTok Shop in one running sandbox, each test with shops of its own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.tiktok.driver import Shop

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def _running() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def sandbox(_running: Sandbox) -> Iterator[Sandbox]:
    yield _running
    requests.delete(f"{_running.url}/_control/faults", timeout=5)
    Control(_running.url).post("webhooks", mode="normal")


@pytest.fixture
def open_tiktok(control: Control) -> Callable[..., Shop]:
    def open_(**more: Any) -> Shop:
        name = f"s{next(_NUMBERS)}"
        answer = control.post("tiktok/shops", shop=name, **more)
        return Shop(control, name, answer["settings"])

    return open_


@pytest.fixture
def shop(open_tiktok: Callable[..., Shop]) -> Shop:
    """A shop that never restocks by itself and lists three SKUs, five of each."""
    opened = open_tiktok(auto_restock="never")
    opened.sell(A=5, B=5, C=5)
    return opened
