"""A program that is bound to one shop reads and changes nothing of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from daemon.settings import Settings
from stock.models.keys import Scope
from stock.session import Database
from tests.web.api.program import Program, make_key
from tests.web.twin_world import (
    MOST,
    World,
    changes_of_theirs,
    leaks,
    make_world,
    words_of,
)

API_VALUES: Mapping[str, str] = {
    "order_id": "order_id",
    "receipt_id": "receipt_id",
    "stocktake_id": "stocktake_id",
    "sku": "code",
}
"""The API's names of parameters, by those of the pages."""


def make_program(world: World, settings: Settings) -> Program:
    """Return a program that is bound to the first shop."""
    key = make_key(
        world.database,
        settings,
        name="ours",
        scopes=tuple(Scope),
        shop_names=[world.ours.shop],
        codes=[world.ours.warehouse],
    )
    return Program(world.app, key)


def api_bodies(world: World) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return what programs send to make something, about the second shop."""
    theirs = world.theirs
    lines = [{"sku": theirs.sku, "good": 1}]
    orders: list[dict[str, Any]] = [
        {"id": int(x)} for x in sorted(world.values["order_id"])
    ] + [{"shop": theirs.shop, "number": f"{theirs.word}-open"}]
    return {
        "api.create_receipt": [
            {
                "order": order,
                "warehouse": warehouse,
                "by": "lan",
                "lines": lines,
            }
            for order in orders
            for warehouse in (theirs.warehouse, world.ours.warehouse)
        ],
        "api.create_reversal": [{"by": "boss", "reason": "x"}],
        "api.create_stocktake": [
            {
                "document": "x",
                "by": "lan",
                "rows": [{"sku": sku, "warehouse": warehouse, "quantity": 5}],
            }
            for sku, warehouse in (
                (theirs.sku, theirs.warehouse),
                (theirs.sku, world.ours.warehouse),
                (world.ours.sku, theirs.warehouse),
            )
        ],
    }


def test_no_program_reads_or_changes_anything_of_the_other_shop(
    app: Flask, database: Database, settings: Settings
) -> None:
    world = make_world(app, database, settings)
    program = make_program(world, settings)
    bodies = api_bodies(world)
    for rule in world.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.endpoint == "api.openapi":
            continue
        for path in _api_paths(world, rule):
            if "GET" in (rule.methods or ()):
                for query in _api_queries(world, rule):
                    answer = program.client.get(
                        path, query_string=query, headers=program.headers
                    )
                    assert not leaks(world, answer, words_of(path, query)), path
                    if rule.arguments:
                        assert answer.status_code == 404, path
            if "POST" not in (rule.methods or ()):
                continue
            assert rule.endpoint in bodies, (
                f"{rule.rule}: say in api_bodies of {__file__} what is sent there"
            )
            for number, body in enumerate(bodies[rule.endpoint]):
                answer = program.post(
                    path.removeprefix("/api/v1"), body, key=f"{rule.endpoint}{number}"
                )
                assert 400 <= answer.status_code < 500, (path, body, answer.text)
                sent = [*words_of(path), world.theirs.sku, world.theirs.shop]
                sent += [world.theirs.warehouse, f"{world.theirs.word}-open"]
                assert not leaks(world, answer, sent), (path, answer.text)
                assert changes_of_theirs(world) == [], (path, body)


def _api_queries(world: World, rule: Rule) -> list[dict[str, str]]:
    if rule.arguments:
        return [{}]
    return [{}, {"shop": world.theirs.shop}, {"limit": "200"}]


def _api_paths(world: World, rule: Rule) -> list[str]:
    names = sorted(rule.arguments)
    for name in names:
        assert API_VALUES.get(name) in world.values, (
            f"{rule.rule}: say in API_VALUES of {__file__} what a {name} is"
        )
    choices = product(*(sorted(world.values[API_VALUES[name]]) for name in names))
    adapter = world.app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))
        for values in islice(choices, MOST)
    ]
