"""A clerk at a return sheet who has no script: every step is a form of its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.web.visitor import Visitor, fields_of, text_of

_ANSWER = re.compile(r'data-tone="(\w+)".*?data-answer-words>([^<]*)<', re.DOTALL)


class SheetDesk:
    """One sheet in front of one clerk."""

    def __init__(self, visitor: Visitor, sheet_id: int | None = None) -> None:
        self.visitor = visitor
        if sheet_id is None:
            opened = visitor.post("sheets", fields_of(visitor.get("sheets").text))
            assert opened.status_code == 303, opened.text
            sheet_id = int(opened.location.split("/")[-1].split("?")[0])
        self.sheet_id = sheet_id
        self.page = visitor.get(f"sheets/{sheet_id}").text

    @property
    def path(self) -> str:
        """The sheet's address under the session."""
        return f"sheets/{self.sheet_id}"

    @property
    def text(self) -> str:
        """The page as one line."""
        return text_of(self.page)

    @property
    def answer(self) -> tuple[str, str]:
        """The tone and the words of the last scan's answer."""
        found = _ANSWER.search(self.page)
        assert found
        return found[1], text_of(found[2])

    @property
    def key(self) -> str:
        """The key of the page's forms."""
        return self.form("/scan")["key"]

    def scan(self, code: str, **fields: str) -> TestResponse:
        """Scan a code, with the parcel that is open on the page."""
        return self.send(
            f"{self.path}/scan", {**self.form("/scan"), "code": code, **fields}
        )

    def change(self, parcel_id: int, do: str, **fields: str) -> TestResponse:
        """Send a parcel's form with one of its buttons."""
        path = f"{self.path}/parcels/{parcel_id}"
        return self.send(
            path, {**self.form(f"/parcels/{parcel_id}"), "do": do, **fields}
        )

    def send(self, path: str, fields: dict[str, str]) -> TestResponse:
        """Send a form and show the page that comes back."""
        answer = self.visitor.post(path, fields)
        shown = self.visitor.follow(answer) if answer.status_code == 303 else answer
        self.page = shown.text
        return answer

    def form(self, ending: str) -> dict[str, str]:
        """Return the fields of the form whose address ends like this."""
        parser = _Forms()
        parser.feed(self.page)
        for action, fields in parser.forms:
            if action.split("?")[0].endswith(ending):
                return dict(fields)
        raise AssertionError(f"no form to {ending}")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), {}))
        elif not self.forms:
            return
        elif tag == "input" and told.get("name") and told.get("type") != "file":
            self.forms[-1][1][told["name"]] = told.get("value", "")
        elif tag == "textarea":
            self._text = told["name"]
            self.forms[-1][1][self._text] = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1][1][self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
