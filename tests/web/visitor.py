"""A person in front of the page: opens a link, reads forms, fills them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from html import unescape
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

from daemon.links import issue_token
from daemon.settings import Settings


class Visitor:
    """One browser with one session; it keeps no cookies."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        user: str,
        role: str,
        now: datetime,
        *,
        shops: Sequence[str] = (),
        warehouses: Sequence[str] = (),
    ) -> None:
        self.client = app.test_client(use_cookies=False)
        self.user = user
        token = issue_token(
            settings, user, role, now, shops=shops, warehouses=warehouses
        )
        opened = self.client.get(f"/open?token={token}")
        assert opened.status_code == 303, opened.text
        self.desk = opened.location

    def get(self, path: str = "", **query: str) -> TestResponse:
        """Open a page under the session; redirects are not followed."""
        return self.client.get(self.desk + path, query_string=query)

    def post(self, path: str, fields: dict[str, str]) -> TestResponse:
        """Send a form."""
        return self.client.post(self.desk + path, data=fields)

    def form(self, order_id: int, **query: str) -> dict[str, str]:
        """Return the fields of an order's receipt form, as they are preset."""
        page = self.get(f"orders/{order_id}/receipt", **query)
        assert page.status_code == 200
        return fields_of(page.text)

    def book(self, order_id: int, fields: dict[str, str]) -> TestResponse:
        """Send an order's receipt form."""
        return self.post(f"orders/{order_id}/receipt", fields)

    def follow(self, answer: TestResponse) -> TestResponse:
        """Open the page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.location)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "input" and told.get("name"):
            self.fields[told["name"]] = told.get("value", "")
        elif tag == "textarea":
            self._text = told["name"]
            self.fields[self._text] = ""
        elif tag == "select":
            self._select = told["name"]
        elif tag == "option" and self._select and "selected" in told:
            self.fields[self._select] = told["value"]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None


def fields_of(page: str) -> dict[str, str]:
    """Return what a page's form would send if nobody touched it."""
    parser = _Fields()
    parser.feed(page)
    return {k: v for k, v in parser.fields.items() if k not in ("q", "lang")}


def tells(page: str, code: str) -> bool:
    """Return whether a page says this code, not only inside a random token."""
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", page) is not None


def text_of(page: str) -> str:
    """Return a page as one line of text, for finding sentences in it."""
    return " ".join(unescape(page).split())


def quantity_field(fields: dict[str, str], condition: str) -> str:
    """Return the name of a form's first field for this condition."""
    return next(name for name in fields if name.startswith(condition))


def with_quantities(
    fields: dict[str, str], good: str, damaged: str = "0", lost: str = "0"
) -> dict[str, str]:
    """Return a form with the quantities of its only line filled in."""
    given = {"good": good, "damaged": damaged, "lost": lost}
    return fields | {quantity_field(fields, c): given[c] for c in given}
