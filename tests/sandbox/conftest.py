"""A running sandbox for each test, on free ports."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control, Seller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    return Control(sandbox.url)


@pytest.fixture
def open_shop(control: Control) -> Callable[..., Seller]:
    def open_(name: str = "s1", **more: Any) -> Seller:
        answer = control.post("shopee/shops", shop=name, **more)
        return Seller(control, name, answer["settings"])

    return open_


@pytest.fixture
def seller(open_shop: Callable[..., Seller]) -> Seller:
    """A shop that never restocks by itself and lists three SKUs, five of each."""
    shop = open_shop(auto_restock="never")
    shop.sell(A=5, B=5, C=5)
    return shop
