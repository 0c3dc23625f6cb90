"""Shops on Haravan in one running sandbox, each test with shops of its own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.haravan.driver import Receiver, Store, receiving

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The file's sandbox; what a test lets go wrong ends with it."""
    yield shared_sandbox
    requests.delete(f"{shared_sandbox.url}/_control/faults", timeout=5)
    Control(shared_sandbox.url).post("webhooks", mode="normal")


@pytest.fixture
def open_store(control: Control) -> Callable[..., Store]:
    def open_(auto_restock: str = "never", **more: Any) -> Store:
        name = f"s{next(_NUMBERS)}"
        answer = control.post(
            "haravan/shops", shop=name, auto_restock=auto_restock, **more
        )
        store = Store(control, name, answer["settings"])
        store.sell(A=5, B=5, C=5)
        return store

    return open_


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A shop whose staff never ticks the restock box; five each of three SKUs."""
    return open_store()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
