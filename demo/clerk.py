"""A clerk at the form: opens the link, scans a number, books what is in the parcel."""

from __future__ import annotations

from html.parser import HTMLParser

import requests


class ClerkFailed(Exception):
    """The page did not let the clerk go on; the text says where."""


class Clerk:
    """Uses the page as a browser without script would."""

    def __init__(self, link: str) -> None:
        self._browser = requests.Session()
        # A connection kept open while the story goes on may be closed by the server
        # in the moment it is used again.
        self._browser.headers["Connection"] = "close"
        self._desk = self._get(link).url

    def receive(self, scanned: str, *, good: int, damaged: int = 0) -> str:
        """Scan a number, book its units, and return the result page.

        A channel may tell each unit in a line of its own: each line is filled up to
        what the form says is out, good units first.
        """
        page = self._get(self._desk, {"q": scanned})
        form = _Form()
        form.feed(page.text)
        if not form.fields:
            raise ClerkFailed(f"scanning {scanned} opened no receipt form")
        for name in [x for x in form.fields if x.startswith("good-")]:
            out = int(form.fields[name])
            whole = min(good, out)
            broken = min(damaged, out - whole)
            form.fields[name] = str(whole)
            form.fields[name.replace("good-", "damaged-")] = str(broken)
            good, damaged = good - whole, damaged - broken
        answer = self._browser.post(page.url, form.fields, timeout=10)
        if not answer.ok or answer.url == page.url:
            raise ClerkFailed(f"the form was not taken: {answer.status_code}")
        return answer.url

    def sees_confirmed(self, page: str, quantity: int) -> bool:
        """Say whether the result page shows this number as confirmed everywhere."""
        told = self._get(f"{page}/numbers").json()
        return bool(told["listings"]) and all(
            listing["state"] == "confirmed" and listing["quantity"] == quantity
            for listing in told["listings"]
        )

    def _get(self, url: str, query: dict[str, str] | None = None) -> requests.Response:
        answer = self._browser.get(url, params=query, timeout=10)
        if not answer.ok:
            raise ClerkFailed(f"a page answered {answer.status_code}")
        return answer


class _Form(HTMLParser):
    """Collects the fields of the form that is sent by POST, as a browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post"
        elif not self._inside:
            return
        elif tag == "input" and given.get("type") not in ("submit", "button"):
            self._add(given.get("name", ""), given.get("value", ""))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and ("selected" in given or not self._chosen()):
            self._add(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._add(given.get("name", ""), "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _chosen(self) -> bool:
        return self._select in self.fields

    def _add(self, name: str, value: str) -> None:
        if name:
            self.fields[name] = value
