"""The operations of the interface: what each takes, gives, and demands.

One table serves the requests and writes the OpenAPI document, so they cannot differ.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from sqlalchemy.orm import Session

from daemon.settings import Settings
from stock.models.keys import Scope
from web.api.callers import Caller
from web.api.problems import Kind
from web.api.shapes import Answer, Body, Query

Given = TypeVar("Given", bound=Answer)
Function = TypeVar("Function", bound=Callable[..., Any])

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as an operation sees it."""

    session: Session
    caller: Caller
    now: datetime
    settings: Settings
    operation: str
    request_key: str = ""
    """Names the request for good among those of all keys; only where it writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(Generic[Given]):
    """What a request made."""

    answer: Given
    place: Mapping[str, Any]
    """The parts of the address under which it can be read."""
    document: str
    by: str
    """Who answers for it, as the program says."""
    sku_ids: Sequence[int]
    """SKUs whose numbers may be others now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that programs can ask for."""

    name: str
    method: str
    path: str
    subject: str
    scope: Scope | None
    """``None``: nobody has declared who may, so nobody may."""
    summary: str
    description: str
    run: Callable[..., Any]
    query: type[Query] | None
    body: type[Body] | None
    answer: type[Answer]
    read_by: str
    """The operation that reads what this one makes; empty where it makes nothing."""
    refusals: Sequence[Kind]
    """Kinds of problems besides those that every operation has."""

    @property
    def creates(self) -> bool:
        """Whether it writes, once for each Idempotency-Key."""
        return bool(self.read_by)

    @property
    def places(self) -> Sequence[str]:
        """The names of what varies in the path."""
        return _PLACE.findall(self.path)


OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str,
    path: str,
    *,
    subject: str,
    scope: Scope | None = None,
    read_by: str = "",
    refusals: Sequence[Kind] = (),
) -> Callable[[Function], Function]:
    """Make a function an operation; its annotations say what it takes and gives."""

    def declare(function: Function) -> Function:
        hints = get_type_hints(function)
        summary, _, description = (inspect.getdoc(function) or "").partition("\n\n")
        name = function.__name__
        OPERATIONS[name] = Operation(
            name=name,
            method=method,
            path=path,
            subject=subject,
            scope=scope,
            summary=" ".join(summary.split()).rstrip("."),
            description=description,
            run=function,
            query=hints.get("query"),
            body=hints.get("body"),
            answer=_answer(hints["return"]),
            read_by=read_by,
            refusals=refusals,
        )
        return function

    return declare


def _answer(hint: Any) -> type[Answer]:
    given: type[Answer] = get_args(hint)[0] if get_origin(hint) is Created else hint
    return given
