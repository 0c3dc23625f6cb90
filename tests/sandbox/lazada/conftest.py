"""One running sandbox for each file, and a shop of its own for each test."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.lazada.driver import Seller


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture(scope="module")
def shop_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def open_shop(control: Control, shop_numbers: Iterator[int]) -> Callable[..., Seller]:
    def open_(**more: Any) -> Seller:
        name = f"s{next(shop_numbers)}"
        answer = control.post("lazada/shops", shop=name, **more)
        return Seller(control, name, answer["settings"])

    return open_


@pytest.fixture
def seller(open_shop: Callable[..., Seller]) -> Seller:
    """A shop that never restocks by itself and lists three SKUs, five of each."""
    shop = open_shop(auto_restock="never")
    shop.sell(A=5, B=5, C=5)
    return shop
