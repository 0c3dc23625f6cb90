"""Sellers of Tiki in one running sandbox, each test with sellers of its own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop

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
def open_tiki(control: Control) -> Callable[..., Shop]:
    def open_(stock: dict[str, int] | None = None, **more: Any) -> Shop:
        name = f"s{next(_NUMBERS)}"
        answer = control.post("tiki/shops", shop=name, **more)
        shop = Shop(control, name, answer["settings"])
        if stock:
            shop.sell(stock)
        return shop

    return open_


@pytest.fixture
def shop(open_tiki: Callable[..., Shop]) -> Shop:
    """A seller whose reserve is released as Tiki documents it, ten of each SKU."""
    skus = ("A", "B", "ODF-A", "SD-A", "FBT-A")
    return open_tiki(dict.fromkeys(skus, 10), auto_restock="on_cancel")
