"""Every page that the app shows to people, with records that fill it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote_plus

from flask import Flask

from stock import shops
from stock.admin import consents
from stock.session import Database
from tests.web.crawl import FILLED, crawl, forms_of, links_of
from tests.web.seller import NOW
from tests.web.twins import Twin
from tests.web.visitor import Visitor

MOST_OF_ONE_PAGE = 2
"""So many records of one kind are shown: states of an order look different."""
STATE = "asked-by-us"

FOR_MACHINES = frozenset(
    {
        "api_documentation",
        "api.openapi",
        "board_file.download",
        "claim_lists.download",
        "health.health",
        "hooks.answer",
        "photos.show_photo",
        "photos.show_small",
        "results.show_numbers",
        "sheets.show_numbers",
        "static",
    }
)
"""They answer files and JSON."""

PIECES = frozenset(
    {"board_sums.show_sums", "sheets.show_asked", "sheets.show_parcel_result"}
)
"""They have no page of their own: a script puts them into one."""

BEFORE_THE_DOOR = {
    "consent.show": f"/consent?code=x&state={STATE}",
    "login.show_form": "/login",
    "opening.open_page": "/open?token=x",
}
"""Pages that need no session."""

_SHEET = re.compile(r"/sheets/\d+$")


@dataclass(frozen=True, slots=True)
class Address:
    """One page with its records."""

    endpoint: str
    path: str


def all_pages(app: Flask, database: Database, twin: Twin) -> list[Address]:
    """Return every page there is, some of them with several records.

    Raises ``AssertionError`` naming the pages that no address is known of.
    """
    _ask_for_access(database, twin)
    _scan_what_nobody_knows(twin)
    pages = [Address(name, path) for name, path in BEFORE_THE_DOOR.items()]
    starts = [*_with_receipts(twin), *twin.starts, "sheets", "orphans", ""]
    pages += _found(app, twin.visitor("admin"), starts)
    everybody = twin.visitor("admin", bound=False, name="somebody")
    person = f"admin/people/{twin.values['person_id']}"
    trial = f"set-aside/tries/{twin.values['trial_id']}"
    alone = ["admin/people", person, "admin/log", trial]
    pages += _found(app, everybody, alone, follow=False)
    pages.append(Address("password.show_form", _signed_in(app, twin) + "password"))
    missing = page_endpoints(app) - {page.endpoint for page in pages}
    assert not missing, (
        f"no link leads to {sorted(missing)}: let Twin.live in tests/web/twins.py make"
        " a record with such a link, or name its address in tests/web/pages.py"
    )
    return pages


def page_endpoints(app: Flask) -> set[str]:
    """Return the views that answer pages."""
    others = FOR_MACHINES | PIECES
    assert others <= app.view_functions.keys(), others - app.view_functions.keys()
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith("/api/v1/")
        and rule.endpoint not in others
    }


def _ask_for_access(database: Database, twin: Twin) -> None:
    with database.write() as session:
        shop = shops.find_shop(session, twin.shop)
        consents.ask(session, shop, actor="somebody", now=NOW, state=STATE)


def _scan_what_nobody_knows(twin: Twin) -> None:
    """Leave a question open on the sheet that is still being filled."""
    clerk = twin.visitor("clerk")
    listed = links_of(clerk.get("sheets").text)
    sheet = next(link for link in listed if _SHEET.search(link))
    (scan,) = (
        form
        for form in forms_of(clerk.client.get(sheet).text)
        if form.path.endswith("/scan")
    )
    asked = clerk.client.post(scan.path, data={**scan.fields, "code": "nobody"})
    assert asked.status_code < 400, asked.text


def _signed_in(app: Flask, twin: Twin) -> str:
    """Return the desk of somebody who has a password."""
    entered = app.test_client(use_cookies=False).post(
        "/login",
        data={"name": f"{twin.word} person", "password": f"{twin.word} password"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert entered.status_code == 303, entered.text
    return str(entered.location)


def _with_receipts(twin: Twin) -> list[str]:
    return [
        f"orders/{twin.order_id(name)}" for name in ("back", "undone", "lost", "open")
    ]


def _found(
    app: Flask, visitor: Visitor, starts: list[str], *, follow: bool = True
) -> list[Address]:
    pages = page_endpoints(app)
    seen: Counter[str] = Counter()
    found = []
    for path, endpoint in crawl(app, visitor, starts, follow=follow).addresses.items():
        if endpoint not in pages or FILLED in unquote_plus(path):
            continue
        seen[endpoint] += 1
        if seen[endpoint] <= MOST_OF_ONE_PAGE:
            found.append(Address(endpoint, visitor.desk + path))
    return found
