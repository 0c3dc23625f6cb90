"""Tells a supervisor whether this process can serve people."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from stock.schema import is_current
from web.desk import current_desk

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Answer 200 when the database answers and has this version's tables."""
    try:
        ready = is_current(current_desk().database)
    except SQLAlchemyError:
        ready = False
    return {"ok": ready}, 200 if ready else 503
