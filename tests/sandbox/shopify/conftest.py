"""Shops on Shopify, on one sandbox for each file."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.shopify.driver import Store

_names = itertools.count(1)


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The file's sandbox; what a test lets go wrong ends with it."""
    yield shared_sandbox
    requests.delete(f"{shared_sandbox.url}/_control/faults", timeout=5)


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox for a test that moves the clock, which would touch the others."""
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def open_store(control: Control) -> Callable[..., Store]:
    def open_(**more: Any) -> Store:
        return open_in(control, **more)

    return open_


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A shop whose staff never ticks the restock box once goods have left."""
    return stocked(open_store(auto_restock="never"))


@pytest.fixture
def own_store(own_sandbox: Sandbox) -> Store:
    """The same, where the clock may be moved."""
    return stocked(open_in(Control(own_sandbox.url), auto_restock="never"))


def open_in(control: Control, **more: Any) -> Store:
    name = f"shop {next(_names)}"
    answer = control.post("shopify/shops", shop=name, **more)
    return Store(control, name, answer["settings"])


def stocked(store: Store) -> Store:
    store.sell(A=5, B=5, C=5)
    return store
