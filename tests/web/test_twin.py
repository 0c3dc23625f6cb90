"""Two shops alike: whoever is bound to one sees and changes nothing of the other.

Every address is tried, also those that somebody will add later.  Links and forms are
found by following them; what no link leads to is put together from the records of the
other shop.  A route that cannot be tried fails the test until a table below knows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask

from daemon.settings import Settings
from stock.session import Database
from tests.web.crawl import FILLED, Form, crawl, endpoint_of
from tests.web.twin_world import (
    World,
    changes_of_theirs,
    desk_rules,
    leaks,
    made_up,
    make_world,
    names_a_record,
    send,
    words_of,
)
from tests.web.twins import Twin
from web import access, tokens

NEEDS_NO_SESSION = frozenset(
    {
        "api_documentation",
        "api.openapi",
        "consent.show",
        "consent.take",
        "health.health",
        "hooks.answer",
        "hooks.receive",
        "login.enter",
        "login.show_form",
        "opening.open_page",
        "static",
    }
)
"""Everybody may come here: nothing of a shop is shown."""

BODIES: Mapping[str, Mapping[str, str]] = {
    "admin_shop_access.answer": {"answer": "https://stock.example.vn/consent?code=x"},
    "claims.hold_on": {"version": "1"},
    "password.change": {"old": FILLED, "new": FILLED, "again": FILLED},
    "sign_out.leave": {},
}
"""What is sent to routes whose form no page shows to the other shop's people."""

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where one database is enough: forms are many, and what they ask is the same."""

_CHANGING = re.compile(
    r'(name="(?:key|photo_key)" value|data-key)="[^"]*"|<span class="code">[0-9a-f]{8}<'
)
"""Keys, and the numbers of error pages: new at each rendering."""


@pytest.fixture
def any_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every form's key for the reader's own: only who may see what counts."""
    verify = tokens._verify

    def lenient(*args: Any, **keywords: Any) -> dict[str, Any]:
        user = access.current_reader().user
        return {**verify(*args, **keywords), "user": user}

    monkeypatch.setattr(tokens, "_verify", lenient)


def test_every_route_is_known(app: Flask) -> None:
    open_to_all = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "access" not in rule.arguments and not rule.rule.startswith("/api/v1/")
    }
    assert open_to_all <= NEEDS_NO_SESSION, (
        "say in NEEDS_NO_SESSION of tests/web/test_twin.py why everybody may come:"
        f" {open_to_all - NEEDS_NO_SESSION}"
    )


def test_nothing_of_the_other_shop_is_shown(
    app: Flask, database: Database, settings: Settings
) -> None:
    world = make_world(app, database, settings)
    reader = world.reader()
    for path in all_addresses(world):
        parts = urlsplit(path)
        answer = reader.client.get(
            reader.desk + parts.path, query_string=dict(parse_qsl(parts.query))
        )
        assert not leaks(world, answer, words_of(path)), path
        if names_a_record(world, path, "GET"):
            assert answer.status_code in (403, 404), (path, answer.status_code)
        assert answer.status_code < 500, path
    assert changes_of_theirs(world) == []
    # Otherwise this would prove nothing: the other shop itself does see all that.
    reader = world.theirs.visitor("admin")
    shown = [
        leaks(world, reader.client.get(reader.desk + path), words_of(path))
        for path in world.addresses
    ]
    assert sum(shown) > 40


def test_no_list_is_other_for_what_another_shop_has(
    app: Flask, database: Database, settings: Settings
) -> None:
    ours = Twin(app, database, settings, "apple")
    ours.live()
    reader = ours.visitor("admin")
    paths = [
        rule.rule.removeprefix("/desk/<access>/")
        for rule in desk_rules(app, "GET")
        if rule.arguments == {"access"}
    ]
    paths += [
        f"?{urlencode({name: value})}"
        for name, value in (("q", "apple-mug"), ("sort", "value"), ("sort", "claim"))
    ]
    assert len(paths) > 10

    def pages() -> dict[str, str]:
        return {
            path: _CHANGING.sub("", reader.client.get(reader.desk + path).text)
            for path in paths
        }

    alone = pages()
    Twin(app, database, settings, "zebra").live()
    for path, page in pages().items():
        assert page == alone[path], path


@SQLITE
def test_nothing_of_the_other_shop_is_changed(
    app: Flask, database: Database, settings: Settings, any_key: None
) -> None:
    world = make_world(app, database, settings)
    _check_script(world)
    _check_our_forms(world)
    _check_their_forms(world)


def _check_their_forms(world: World) -> None:
    """Send the forms of the second shop in our names, then in theirs."""
    checked: set[str] = set()
    tried = all_forms(world)
    assert len({endpoint for endpoint, _ in tried}) > 20
    for endpoint, form in tried:
        # Each time anew: one of them signs out.
        answer = send(world.reader(), form)
        assert answer.status_code < 500, (endpoint, form)
        assert not leaks(world, answer, words_of(form.path, form.fields)), endpoint
        if names_a_record(world, form.path, "POST"):
            assert answer.status_code in (403, 404), (endpoint, answer.status_code)
        if endpoint not in checked:
            assert changes_of_theirs(world) == [], (endpoint, form)
        checked.add(endpoint)
    assert changes_of_theirs(world) == []
    refused: dict[str, set[int]] = {}
    for endpoint, form in tried:
        sent = send(world.theirs.visitor("admin"), form)
        refused.setdefault(endpoint, set()).add(sent.status_code)
    # Otherwise the test above would prove nothing.
    never = [name for name, found in refused.items() if found <= {403, 404}]
    assert set(never) <= {name for name in refused if name.startswith("admin_p")} | {
        "password.change"
    }


def _check_our_forms(world: World) -> None:
    """Name records of the second shop in our own forms."""
    found = crawl(world.app, world.reader(), [""])
    assert len(found.forms) > 20
    sent: list[str] = []
    for endpoint, form in found.forms:
        for fields in _naming_theirs(world, form.fields):
            answer = send(world.reader(), Form(form.path, fields, form.files))
            assert answer.status_code < 500, (endpoint, fields)
            sent += words_of(form.path, fields)
            assert not leaks(world, answer, sent), endpoint
        assert changes_of_theirs(world) == [], (endpoint, form)


def _naming_theirs(world: World, fields: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield a form with records of the second shop in its place of ours."""
    kinds = {"order": "order_id", "parcel": "parcel_id", "listing": "listing_id"}
    kinds |= {"shop": "shop_id", "return": "return_id", "sheet": "sheet_id"}
    spelled = {
        name: value.replace(world.ours.word, world.theirs.word)
        for name, value in fields.items()
    }
    yield {
        name: f"{world.theirs.word}-open" if value == FILLED else value
        for name, value in spelled.items()
    }
    yield {
        name: f"{world.theirs.sku}" if value == FILLED else value
        for name, value in spelled.items()
    }
    for number in range(3):
        changed = dict(fields)
        for name in fields:
            kind = next((k for stem, k in kinds.items() if stem in name), None)
            known = sorted(world.values.get(kind or "", ()), key=int)
            if kind and known:
                changed[name] = known[number % len(known)]
        if changed != fields:
            yield changed


def _check_script(world: World) -> None:
    """Let the script of a sheet name the second shop's records."""
    own = crawl(world.app, world.reader(), ["sheets"]).forms
    keys = {
        form.path.split("/")[1]: form.fields["key"]
        for name, form in [*own, *world.forms]
        if name == "sheets.scan"
    }
    actions = _actions(world)
    assert len(keys) > 1 and len(actions) > 5
    for sheet_id, key in keys.items():
        body = {"key": key, "actions": actions}
        reader = world.reader()
        answer = reader.client.post(
            f"{reader.desk}sheets/{sheet_id}/actions",
            data=json.dumps(body),
            content_type="application/json",
        )
        is_theirs = sheet_id in world.values["sheet_id"]
        assert answer.status_code == (404 if is_theirs else 200), answer.text
        assert not leaks(world, answer, ["zebra-open"]), sheet_id
        assert changes_of_theirs(world) == [], sheet_id


def _actions(world: World) -> list[dict[str, object]]:
    put: dict[str, object] = {
        "kind": "put",
        "code": "zebra-open",
        "order": None,
        "again": False,
    }
    orders = [int(x) for x in sorted(world.values["order_id"])]
    parcels = [int(x) for x in sorted(world.values["parcel_id"])]
    rows: list[dict[str, object]] = [put, *({**put, "order": x} for x in orders)]
    for parcel in parcels:
        judged = {"kind": "judge", "parcel": parcel, "units": {}, "note": "x"}
        rows += [{**judged, "version": 1}]
        rows += [
            {"kind": kind, "parcel": parcel, "version": version}
            for kind in ("take_off", "post")
            for version in (1, 2)
        ]
    return [{"id": f"action {n}", **row} for n, row in enumerate(rows)]


def all_addresses(world: World) -> list[str]:
    reached = {endpoint_of(world.app, f"/desk/x/{x}", "GET") for x in world.addresses}
    others = [
        path
        for rule in desk_rules(world.app, "GET")
        if rule.endpoint not in reached
        for path in made_up(world, rule)
    ]
    return [*world.addresses, *others]


def all_forms(world: World) -> list[tuple[str, Form]]:
    shown = {endpoint for endpoint, _ in world.forms}
    forms = list(world.forms)
    for rule in desk_rules(world.app, "POST"):
        if rule.endpoint in shown or rule.endpoint == "sheets.take_actions":
            continue
        assert rule.endpoint in BODIES, (
            f"{rule.rule}: no page shows the other shop's people a form for it. Let"
            " Twin.live in tests/web/twins.py make a record whose page does, or say in"
            " BODIES of tests/web/test_twin.py what is sent there."
        )
        forms += [
            (rule.endpoint, Form(path, {"key": "", **BODIES[rule.endpoint]}))
            for path in made_up(world, rule)
        ]
    return forms
