"""Every route and every role: who may not is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from daemon.settings import Settings
from stock.session import Database
from tests.web.crawl import Form, crawl, endpoint_of
from tests.web.twin_world import World, desk_rules, dump, made_up, make_world, send
from tests.web.twins import Twin
from tests.web.visitor import Visitor, text_of
from web.permissions import PERMISSIONS, Permission, Role, needed

REFUSED = "với vai trò"
"""What a page holds that says what a role may not."""


def requests(world: World) -> Iterator[tuple[str, str, str]]:
    """Yield method, endpoint and address of each route, with records that are there."""
    shown = {endpoint_of(world.app, f"/desk/x/{x}", "GET"): x for x in world.addresses}
    filled = {endpoint: form.path for endpoint, form in world.forms}
    for method, known in (("GET", shown), ("POST", filled)):
        for rule in desk_rules(world.app, method):
            path = known.get(rule.endpoint) or made_up(world, rule)[0]
            yield method, rule.endpoint, path


def is_refused(visitor: Visitor, method: str, path: str) -> bool:
    if method == "GET":
        answer = visitor.client.get(visitor.desk + path, buffered=True)
    else:
        answer = send(visitor, Form(path, {}))
    is_role = answer.status_code == 403 and REFUSED in text_of(answer.text)
    assert answer.status_code < 500 or is_role, (method, path)
    return is_role


def test_each_route_refuses_the_roles_that_may_not_and_no_other(
    app: Flask, database: Database, settings: Settings
) -> None:
    world = make_world(app, database, settings)
    tried = list(requests(world))
    assert len(tried) > 70
    before = dump(database)
    allowed = []
    for role in Role:
        for method, endpoint, path in tried:
            permission = needed(app.view_functions[endpoint])
            may = permission in PERMISSIONS[role]
            visitor = world.theirs.visitor(role, bound=False, name=f"a {role}")
            if may and method == "POST":
                allowed.append((role, endpoint, path))
                continue
            if endpoint == "reversals.show_reversal":
                # Everybody may look at one that is done; to begin one is asked there.
                continue
            assert is_refused(visitor, method, path) is not may, (role, endpoint)
    assert dump(database) == before
    for role, endpoint, path in allowed:
        visitor = world.theirs.visitor(role, bound=False, name=f"a {role}")
        assert not is_refused(visitor, "POST", path), (role, endpoint)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_page_offers_a_form_that_its_reader_may_not_send(
    app: Flask, database: Database, settings: Settings
) -> None:
    twin = Twin(app, database, settings, "zebra")
    twin.live()
    for role in Role:
        found = crawl(app, twin.visitor(role), [""])
        for endpoint, form in found.forms:
            permission = needed(app.view_functions[endpoint])
            may = permission in PERMISSIONS[role]
            assert may or not form.has_button, (role, endpoint, form.path)


def test_each_role_may_what_the_one_below_may() -> None:
    below: frozenset[Permission] = frozenset()
    for role in Role:
        assert below < PERMISSIONS[role]
        below = PERMISSIONS[role]
