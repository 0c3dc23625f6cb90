"""Reads one of several forms on a page, fills it in and sends it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from stock.audit_log import list_audit
from stock.session import Database
from tests.web.visitor import Visitor, text_of

_TAG = re.compile(r"<[^>]+>")


class _Forms(HTMLParser):
    """Collects the forms of a page as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._fields: dict[str, str] | None = None
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method") == "post":
            self._fields = {}
            self.forms.append((told.get("action", ""), self._fields))
        elif self._fields is None:
            return
        elif tag == "input" and told.get("name"):
            if told.get("type") == "checkbox":
                if "checked" in told:
                    self._fields[told["name"]] = "on"
            else:
                self._fields[told["name"]] = told.get("value", "")
        elif tag == "textarea" and told.get("name"):
            self._text = told["name"]
            self._fields[self._text] = ""
        elif tag == "select":
            self._select = told["name"]
        elif tag == "option" and self._select and "selected" in told:
            self._fields[self._select] = told["value"]

    def handle_data(self, data: str) -> None:
        if self._text and self._fields is not None:
            self._fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "form":
            self._fields = None


def form_of(page: str, ending: str) -> dict[str, str]:
    """Return the fields of the first form to be posted whose address ends like that."""
    parser = _Forms()
    parser.feed(page)
    for address, fields in parser.forms:
        if urlsplit(unescape(address)).path.endswith(ending):
            return fields
    raise AssertionError(f"no form for {ending}")


def fill(visitor: Visitor, path: str, ending: str, **changes: str) -> dict[str, str]:
    """Open a page and return one of its forms, filled in."""
    page = visitor.get(path)
    assert page.status_code == 200, page.text
    return form_of(page.text, ending) | changes


def send(visitor: Visitor, path: str, ending: str, **changes: str) -> TestResponse:
    """Open a page and send one of its forms to ``ending`` below the desk."""
    return visitor.post(ending, fill(visitor, path, ending, **changes))


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return text_of(_TAG.sub(" ", page))


def log_of(database: Database) -> list[tuple[str, str, str]]:
    """Return actor, action and object of the whole log, oldest first."""
    with database.read() as session:
        found = list_audit(session, limit=1000)
    return [(x.actor, x.action, x.object) for x in reversed(found)]
