"""Serves operations: reads in one view of the database, writes once for each key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, url_for
from sqlalchemy.orm import Session

from stock import kept_answers
from stock.audit_log import write_audit
from stock.errors import StockError
from stock.kept_answers import Answered, Asked, Claim
from web.api.callers import current_caller
from web.api.operations import Call, Created, Operation
from web.api.problems import MEDIA_TYPE, Problem
from web.api.reading import (
    JSON_TYPE,
    canonical,
    check_acceptable,
    read_body,
    read_query,
    read_request_key,
    refuse_query,
)
from web.api.refusals import problem_of
from web.api.shapes import Body, Query
from web.desk import current_desk
from web.records import shops_listing

REPLAYED = "Idempotent-Replayed"
WRITTEN = "done by program"
"""How the audit log names what a key's program wrote."""


def view_of(operation: Operation) -> Callable[..., Response]:
    """Return the view that serves an operation."""

    def serve(**places: Any) -> Response:
        check_acceptable()
        query = _asked(operation)
        if operation.creates:
            return _create(operation, places, query)
        return _read(operation, places, query)

    return serve


def _asked(operation: Operation) -> Query | None:
    if operation.query is None:
        refuse_query()
        return None
    return read_query(operation.query)


def _read(
    operation: Operation, places: Mapping[str, Any], query: Query | None
) -> Response:
    with current_desk().database.read() as session:
        answer = _run(operation, _call(operation, session), places, query, None)
    return Response(answer.model_dump_json(), content_type=JSON_TYPE)


def _create(
    operation: Operation, places: Mapping[str, Any], query: Query | None
) -> Response:
    assert operation.body is not None
    request_key = read_request_key()
    body = read_body(operation.body)
    desk = current_desk()
    asked = Asked(
        api_key_id=current_caller().key_id,
        request_key=request_key,
        content=_content(operation, places, body),
    )
    held = desk.database.run(lambda s: kept_answers.claim(s, asked, desk.now()))
    if isinstance(held, Answered):
        return _response(held, replayed=True)
    answered = None
    try:
        answered = _work(operation, places, query, body, asked, held)
    finally:
        if answered is None:
            # Nothing was done and nobody was told: it can be tried again at once.
            desk.database.run(lambda session: kept_answers.let_go(session, held))
    return _response(answered)


def _work(
    operation: Operation,
    places: Mapping[str, Any],
    query: Query | None,
    body: Body,
    asked: Asked,
    held: Claim,
) -> Answered:
    desk = current_desk()

    def work(session: Session) -> tuple[Answered, list[str]]:
        call = _call(operation, session, asked)
        created: Created[Any] = _run(operation, call, places, query, body)
        answered = Answered(
            status=201,
            body=created.answer.model_dump_json(),
            location=url_for(f".{operation.read_by}", **created.place),
        )
        kept_answers.keep(session, held, answered)
        write_audit(
            session,
            call.caller.name,
            WRITTEN,
            created.document,
            {"by": created.by},
            call.now,
        )
        return answered, list(shops_listing(session, created.sku_ids))

    try:
        answered, shops = desk.database.run(work)
    except (StockError, Problem) as error:
        problem = error if isinstance(error, Problem) else problem_of(error)
        if problem is None:
            raise
        # What was refused stays refused, or a late repetition would do it after all.
        answered = Answered(status=problem.kind.status, body=problem.body)
        desk.database.run(lambda session: kept_answers.keep(session, held, answered))
        return answered
    for shop in shops:
        desk.bell.ring(shop)
    return answered


def _run(
    operation: Operation,
    call: Call,
    places: Mapping[str, Any],
    query: Query | None,
    body: Body | None,
) -> Any:
    given = {"query": query, "body": body}
    named = {name: value for name, value in given.items() if value is not None}
    return operation.run(call, **places, **named)


def _call(operation: Operation, session: Session, asked: Asked | None = None) -> Call:
    desk = current_desk()
    return Call(
        session=session,
        caller=current_caller(),
        now=desk.now(),
        settings=desk.settings,
        operation=operation.name,
        request_key=_door_key(asked) if asked else "",
    )


def _door_key(asked: Asked) -> str:
    digest = hashlib.sha256(asked.request_key.encode()).hexdigest()
    return f"api:{asked.api_key_id}:{digest}"


def _content(operation: Operation, places: Mapping[str, Any], body: Body) -> str:
    document = {
        "operation": operation.name,
        "places": {name: str(value) for name, value in places.items()},
        "body": body.model_dump(mode="json"),
    }
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def _response(answered: Answered, *, replayed: bool = False) -> Response:
    is_problem = answered.status >= 400
    answer = Response(
        answered.body,
        answered.status,
        content_type=MEDIA_TYPE if is_problem else JSON_TYPE,
    )
    if answered.location:
        answer.headers["Location"] = answered.location
    if replayed:
        answer.headers[REPLAYED] = "true"
    return answer
