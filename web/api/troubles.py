"""Answers every error under the interface's address as a problem, never as a page."""

from __future__ import annotations

import logging
import secrets
import traceback

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.routing import RequestRedirect

from stock.errors import StockError
from web.api import problems
from web.api.problems import Kind, Problem
from web.api.refusals import problem_of
from web.journal import write_entry

ADDRESS = "/api"

_KINDS: dict[int, Kind] = {
    400: problems.MALFORMED,
    401: problems.UNAUTHORIZED,
    403: problems.SCOPE_MISSING,
    404: problems.NOT_FOUND,
    405: problems.WRONG_METHOD,
    406: problems.NOT_ACCEPTABLE,
    413: problems.TOO_LARGE,
    415: problems.WRONG_MEDIA_TYPE,
    422: problems.INVALID,
    429: problems.TOO_MANY,
}
_DETAILS: dict[Kind, str] = {
    problems.NOT_FOUND: "GET /api/v1/openapi.json lists every address.",
    problems.WRONG_METHOD: "The Allow header names the methods of this address.",
    problems.TOO_LARGE: "Send less at once: 256 KiB are the most.",
    problems.TOO_MANY: "Wait as long as Retry-After says.",
}


def install_troubles(blueprint: Blueprint) -> None:
    """Let a blueprint answer its errors as problems."""
    blueprint.register_error_handler(Problem, _told)
    blueprint.register_error_handler(StockError, _refused)
    blueprint.register_error_handler(OperationalError, _database_away)
    blueprint.register_error_handler(HTTPException, answer_http)


def is_for_programs() -> bool:
    """Say whether this request's address is one of the interface."""
    return request.path == ADDRESS or request.path.startswith(f"{ADDRESS}/")


def refuse_redirection() -> None:
    """Refuse an address that is nearly one of ours, instead of sending on a page."""
    if is_for_programs() and isinstance(request.routing_exception, RequestRedirect):
        raise NotFound


def answer_http(error: HTTPException) -> Response:
    """Return an error of HTTP as a problem; so that no address leads to a page."""
    status = error.code or 500
    if isinstance(error, InternalServerError) or status >= 500:
        return _fault(error)
    kind = _KINDS.get(status)
    if kind is None:
        kind = Kind(problems.MALFORMED.slug, status, error.name)
    detail = _DETAILS.get(kind, error.description or error.name)
    return _told(Problem(kind, detail, headers=_headers(error)))


def _headers(error: HTTPException) -> dict[str, str]:
    kept = ("Allow", "Retry-After")
    return {name: value for name, value in error.get_headers() if name in kept}


def _told(problem: Problem) -> Response:
    _write(problem.kind, logging.INFO, cause=problem.kind.slug)
    return problem.response


def _refused(error: StockError) -> Response:
    problem = problem_of(error)
    return _fault(error) if problem is None else _told(problem)


def _database_away(error: OperationalError) -> Response:
    error_id = _write(problems.DATABASE_AWAY, logging.ERROR, cause=_trace(error))
    return Problem(
        problems.DATABASE_AWAY,
        "Wait a moment and send the same request again, with the same Idempotency-Key:"
        " it is done once.",
        {"error_id": error_id},
        {"Retry-After": "5"},
    ).response


def _fault(error: Exception) -> Response:
    cause = getattr(error, "original_exception", None) or error
    error_id = _write(problems.INTERNAL, logging.ERROR, cause=_trace(cause))
    return Problem(
        problems.INTERNAL,
        f"Send it again with the same Idempotency-Key; if it stays, report {error_id}.",
        {"error_id": error_id},
    ).response


def _write(kind: Kind, level: int, *, cause: str) -> str:
    error_id = secrets.token_hex(4)
    rule = request.url_rule
    write_entry(
        "refused",
        level=level,
        error=error_id,
        status=kind.status,
        page=rule.rule if rule else "",
        cause=cause,
    )
    return error_id


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
