"""A program of an ERP's developers: it has a key and speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from flask import Flask
from werkzeug.test import TestResponse

from daemon.settings import Settings
from stock import keys, levels, shops
from stock.models.keys import Scope
from stock.session import Database
from tests.web.seller import NOW

ADDRESS = "/api/v1"
LINES: list[dict[str, object]] = [{"sku": "MUG", "good": 2, "damaged": 1}]


def make_key(
    database: Database,
    settings: Settings,
    *,
    name: str = "erp",
    scopes: Collection[Scope] = tuple(Scope),
    shop_names: Collection[str] | None = None,
    codes: Collection[str] | None = None,
) -> str:
    """Make a key and return it."""
    with database.write() as session:
        return keys.add_key(
            session,
            settings.secret_keys,
            name=name,
            scopes=scopes,
            actor="admin",
            now=NOW,
            shop_ids=None
            if shop_names is None
            else [shops.find_shop(session, shop).id for shop in shop_names],
            warehouse_ids=None
            if codes is None
            else [levels.find_warehouse(session, code).id for code in codes],
        ).text


class Heard(TestResponse):
    """An answer as tests look at it: its JSON may be anything."""

    @property
    def json(self) -> Any:
        """What the body says."""
        return self.get_json()


class Program:
    """Sends requests with one key."""

    def __init__(self, app: Flask, key: str) -> None:
        self.client = app.test_client(use_cookies=False)
        self.key = key
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, /, **query: object) -> Heard:
        """Read."""
        answer = self.client.get(
            ADDRESS + path, query_string=query or None, headers=self.headers
        )
        return cast(Heard, answer)

    def read(self, path: str, /, **query: object) -> Any:
        """Read what must be there."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Mapping[str, object], key: str = "first") -> Heard:
        """Write, under an Idempotency-Key."""
        return self.send(path, json.dumps(body), key=key)

    def send(
        self, path: str, body: str | bytes, *, key: str = "first", **headers: str
    ) -> Heard:
        """Send a body as it is."""
        told = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self.client.post(
            ADDRESS + path,
            data=body,
            headers=self.headers
            | told
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        return cast(Heard, answer)

    def book(self, order: Mapping[str, object], key: str = "first") -> Heard:
        """Book a receipt of two good cups and a broken one."""
        return self.post("/receipts", receipt_of(order), key)

    def pages(self, path: str, /, **query: object) -> Iterator[list[dict[str, Any]]]:
        """Read all pages of a list."""
        cursor = None
        while True:
            more: dict[str, object] = {"cursor": cursor} if cursor else {}
            page = self.read(path, **query, **more)
            yield page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def all(self, path: str, /, **query: object) -> list[dict[str, Any]]:
        """Read all items of a list."""
        return [item for page in self.pages(path, **query) for item in page]


def receipt_of(order: Mapping[str, object], **more: object) -> dict[str, object]:
    """Return the body of a receipt."""
    return {
        "order": order,
        "warehouse": "MAIN",
        "by": "lan@example.vn",
        "lines": LINES,
        **more,
    }


def kind_of(answer: TestResponse) -> str:
    """Return which kind of problem an answer tells, and that it is one."""
    assert answer.content_type == "application/problem+json", answer.text
    told = cast(Heard, answer).json
    assert told["status"] == answer.status_code
    assert told["detail"]
    place, _, kind = told["type"].partition("#")
    assert place == "/docs/api.md"
    return str(kind)
