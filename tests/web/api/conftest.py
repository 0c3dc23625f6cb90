"""Programs with keys, over the seller of the pages' tests."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest
from flask import Flask

from daemon.settings import Settings
from stock.models.keys import Scope
from stock.session import Database
from tests.web.api.program import Program, make_key
from tests.web.seller import Seller

Connect = Callable[..., Program]


@pytest.fixture
def connect(
    app: Flask, database: Database, settings: Settings, seller: Seller
) -> Connect:
    """Gives a program a key of its own."""

    def give(
        name: str,
        *,
        scopes: Collection[Scope] = tuple(Scope),
        shops: Collection[str] | None = None,
        warehouses: Collection[str] | None = None,
    ) -> Program:
        return Program(
            app,
            make_key(
                database,
                settings,
                name=name,
                scopes=scopes,
                shop_names=shops,
                codes=warehouses,
            ),
        )

    return give


@pytest.fixture
def program(connect: Connect) -> Program:
    """One that may do everything."""
    return connect("erp")
