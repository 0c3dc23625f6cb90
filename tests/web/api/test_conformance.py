"""Requests that a generator makes from the description, and what must hold of answers.

Valid requests are done or told about the books; invalid ones are refused; every answer
is of a status, a type and a schema that the description names; nothing is a fault.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from werkzeug.serving import make_server

from tests.web.api.program import Program
from tests.web.seller import Seller
from web.api.operations import OPERATIONS

EXAMPLES = 8


def config(key: str) -> SchemathesisConfig:
    """Return how to test: always the same requests, all checks, a bounded number."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 4,
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {
                "deterministic": True,
                "max-examples": EXAMPLES,
                "no-shrink": True,
                "database": "none",
            },
            "phases": {
                "coverage": {"generate-duplicate-query-parameters": True},
                "stateful": {"enabled": True, "generation": {"max-examples": 8}},
            },
        }
    )


def test_the_running_application_is_what_its_description_says(
    app: Flask, program: Program, seller: Seller
) -> None:
    for number in ("A1", "A2"):
        seller.order(number, 3, tracking=f"SPX-{number}")
    program.book({"number": "A1"})
    with _served(app) as address:
        schema = schemathesis.openapi.from_url(
            f"{address}/api/v1/openapi.json", config=config(program.key)
        )
        told, asked, statuses = _run(schema)

    assert told == [], "\n".join(told)
    assert set(asked) == {f"{x.method} {x.path}" for x in OPERATIONS.values()}
    assert {200, 201, 400, 401, 404, 405, 409, 415, 422} <= set(statuses)


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _run(schema: Any) -> tuple[list[str], Counter[str], Counter[int]]:
    troubles: list[str] = []
    asked: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            troubles.append(repr(event))
        if not isinstance(event, events.ScenarioFinished):
            continue
        if event.status is Status.ERROR:
            troubles.append(f"{event.label}: {event.status}")
        for case_id, interaction in event.recorder.interactions.items():
            if interaction.response is not None:
                statuses[interaction.response.status_code] += 1
                asked[event.recorder.cases[case_id].value.operation.label] += 1
        for case_id, checks in event.recorder.checks.items():
            for check in checks:
                if check.status is Status.FAILURE:
                    troubles.append(_told(event, case_id, check))
    return troubles, asked, statuses


def _told(event: events.ScenarioFinished, case_id: str, check: Any) -> str:
    """Say what failed, with the request and the answer."""
    asked = event.recorder.interactions[case_id]
    answer = asked.response
    return (
        f"{check.name}: {asked.request.method} {asked.request.uri}"
        f" {asked.request.body!r} -> {answer and answer.text}"
    )
