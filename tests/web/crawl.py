"""Finds every address and every form that a person comes upon, page after page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask

from tests.web.visitor import Visitor

MOST_PAGES = 400
MOST_VARIANTS = 2
"""So many queries of one address are tried: a filter has more than anybody needs."""
FILLED = "filled in"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is posted, filled in as if its reader were in a hurry."""

    path: str
    fields: Mapping[str, str]
    files: Sequence[str] = ()
    has_button: bool = True
    """Whether a reader can send it at all."""


@dataclass(slots=True)
class Found:
    """What somebody came upon."""

    addresses: dict[str, str] = field(default_factory=dict)
    """Paths with queries, below the desk, each with its endpoint."""
    forms: list[tuple[str, Form]] = field(default_factory=list)
    """With their endpoints; paths below the desk."""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._path: str | None = None
        self._is_post = self._has_button = False
        self._fields: dict[str, str] = {}
        self._files: list[str] = []
        self._buttons: list[tuple[str, str]] = []
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href"):
            self.links.append(told["href"])
        elif tag == "img" and told.get("src"):
            self.links.append(told["src"])
        elif tag == "form":
            self._is_post = told.get("method", "").lower() == "post"
            self._path = told.get("action", "")
            self._fields, self._files, self._buttons = {}, [], []
            self._has_button = False
        elif tag == "button" and not told.get("name"):
            is_sending = told.get("type", "submit") == "submit"
            self._has_button |= is_sending and "disabled" not in told
        elif self._path is not None and told.get("name"):
            self._take(tag, told)
        elif tag == "option" and self._select:
            is_first = not self._fields.get(self._select)
            if is_first or "selected" in told:
                self._fields[self._select] = told.get("value", "")

    def _take(self, tag: str, told: Mapping[str, str]) -> None:
        name, kind = told["name"], told.get("type", "text")
        match tag, kind:
            case "button", _:
                self._buttons.append((name, told.get("value", "")))
            case "input", "file":
                self._files.append(name)
            case "input", "submit":
                self._buttons.append((name, told.get("value", "")))
            case "input", "radio":
                if "checked" in told or name not in self._fields:
                    self._fields[name] = told.get("value", "on")
            case "input", "checkbox":
                self._fields[name] = told.get("value", "on")
            case "input", "hidden":
                self._fields[name] = told.get("value", "")
            case "input", _:
                self._fields[name] = told.get("value") or FILLED
            case "textarea", _:
                self._text, self._fields[name] = name, ""
            case "select", _:
                self._select, self._fields[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self._fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            self._fields[self._text] = self._fields[self._text] or FILLED
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "form" and self._path is not None:
            if not self._is_post:
                self.links.append(f"{self._path}?{urlencode(self._fields)}")
                self._path = None
                return
            for button in self._buttons or [("", "")]:
                fields = {**self._fields, button[0]: button[1]}
                fields.pop("", None)
                files, has_button = tuple(self._files), self._has_button
                has_button |= bool(self._buttons)
                self.forms.append(Form(self._path, fields, files, has_button))
            self._path = None


def links_of(page: str) -> list[str]:
    """Return where a page's links and pictures lead."""
    return _read(page).links


def forms_of(page: str) -> list[Form]:
    """Return a page's forms that are posted, one for each of their buttons."""
    return _read(page).forms


def crawl(
    app: Flask, visitor: Visitor, starts: Iterable[str], *, follow: bool = True
) -> Found:
    """Follow every link from some pages on; nothing is sent."""
    found = Found()
    seen: Counter[str] = Counter()
    waiting = list(starts)
    pages = 0
    while waiting and pages < MOST_PAGES:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if address in found.addresses or seen[parts.path] >= MOST_VARIANTS:
            continue
        seen[parts.path] += 1
        found.addresses[address] = endpoint_of(app, visitor.desk + parts.path, "GET")
        pages += 1
        answer = visitor.client.get(
            visitor.desk + parts.path, query_string=dict(parse_qsl(parts.query))
        )
        body = answer.data
        if answer.location:
            waiting.extend(_below(visitor, [answer.location]))
        if "text/html" not in (answer.content_type or ""):
            continue
        page = _read(body.decode())
        if follow:
            waiting.extend(_below(visitor, page.links))
        for form in page.forms:
            (path,) = _below(visitor, [form.path]) or [""]
            endpoint = endpoint_of(app, visitor.desk + path, "POST")
            found.forms.append((endpoint, replace(form, path=path)))
    return found


def endpoint_of(app: Flask, path: str, method: str) -> str:
    """Return which view answers an address."""
    adapter = app.url_map.bind("localhost")
    return str(adapter.match(urlsplit(path).path, method=method)[0])


def _below(visitor: Visitor, links: Iterable[str]) -> list[str]:
    """Return the links that lead below the reader's desk, without it."""
    return [
        link.removeprefix(visitor.desk).partition("#")[0]
        for link in links
        if link.startswith(visitor.desk) and "lang=" not in link
    ]


def _read(page: str) -> _Page:
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser


__all__ = ["FILLED", "Form", "Found", "crawl", "endpoint_of", "forms_of", "links_of"]
