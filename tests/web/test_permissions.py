"""Every page says what its reader must be allowed to do."""

from __future__ import annotations

import pytest
from flask import Flask

from web.permissions import PERMISSIONS, Permission, Role, needed


def test_each_page_behind_the_door_names_its_permission(app: Flask) -> None:
    behind = {r.endpoint for r in app.url_map.iter_rules() if "access" in r.arguments}

    assert len(behind) > 10
    assert [x for x in behind if needed(app.view_functions[x]) is None] == []


def test_each_page_that_changes_something_asks_for_more_than_looking(
    app: Flask,
) -> None:
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "access" in rule.arguments and "POST" in (rule.methods or ())
    }

    assert changing
    assert [
        x for x in changing if needed(app.view_functions[x]) is Permission.LOOK
    ] == []


@pytest.mark.parametrize("role", Role)
def test_each_role_may_at_least_look(role: Role) -> None:
    assert Permission.LOOK in PERMISSIONS[role]
