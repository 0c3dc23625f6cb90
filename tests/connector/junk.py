"""Junk in a channel's answers: any value in any place of any of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from connector import ConnectorError

Place = tuple[Any, ...]
"""The keys and numbers that lead from an answer to a value within it."""

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        10**15,
        10**30,
        "",
        "-",
        "null",
        "null-null",
        "text",
        "canceled",
        "CANCELLED",
        "\x00\ud800",
        "１２",
        "0001-01-01 00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        [],
        [None],
        [[]],
        ["x"],
        {},
        {"id": {}},
        {"nodes": [5]},
        {"code": 1},
        {"code": "x"},
        {"error": "x"},
        {"errors": ["x"]},
        {"error": {"message": 5}},
        [{}],
        [{"key": ["x"], "value": 1}],
    ]
)


def junk_settings(examples: int) -> settings:
    """Return what hypothesis is told for tests that draw junk by ``st.data()``."""
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Go through all places of an answer, the whole of it first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def spoilt(value: Any, path: Place, junk: Any) -> Any:
    """Return an answer with junk at one place."""
    if not path:
        return junk
    changed = copy.copy(value)
    changed[path[0]] = spoilt(value[path[0]], path[1:], junk)
    return changed


def spoil_some(data: st.DataObject, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a channel's answers with junk in one to three places of them."""
    bodies = dict(answers)
    for _ in range(data.draw(st.integers(1, 3))):
        call = data.draw(st.sampled_from(sorted(bodies)))
        path = data.draw(st.sampled_from(list(places(bodies[call]))))
        bodies[call] = spoilt(bodies[call], path, data.draw(JUNK))
    return bodies


def endure(use: Callable[[], object]) -> None:
    """Use a connector: it may raise errors of its own alone, and they tell no secret.

    Secrets of a test are called canaries.
    """
    try:
        use()
    except ConnectorError as error:
        assert "canary" not in str(error)
