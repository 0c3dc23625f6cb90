"""Reads requests: what is not exactly as documented is refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from web.api.problems import (
    KEY_MISSING,
    MALFORMED,
    MEDIA_TYPE,
    NOT_ACCEPTABLE,
    WRONG_MEDIA_TYPE,
    Problem,
    invalid,
)
from web.api.shapes import Body, Query
from web.routing import LARGEST_ID

JSON_TYPE = "application/json"
LARGEST_BODY_BYTES = 256 * 1024
MOST_DEPTH = 10
KEY_HEADER = "Idempotency-Key"
KEY_PATTERN = r"^[A-Za-z0-9._:/+=-]{1,128}$"
MOST_ERRORS = 50
VARIANT = "<"
"""Begins the names of variants of a value; they are no part of what was sent."""

_WORDS = {"extra_forbidden": "is not known here", "missing": "is missing"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")

Asked = TypeVar("Asked", bound=Query)
Sent = TypeVar("Sent", bound=Body)


def check_acceptable() -> None:
    """Refuse whoever does not take JSON.  Raises ``Problem``."""
    accepted = request.accept_mimetypes
    if accepted.provided and not accepted.best_match((JSON_TYPE, MEDIA_TYPE)):
        detail = f"Answers come as {JSON_TYPE}; the Accept header leaves that out."
        raise Problem(NOT_ACCEPTABLE, detail)


def read_query(model: type[Asked]) -> Asked:
    """Return what the address asks for.  Raises ``Problem``."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        errors = [{"parameter": x, "detail": "comes more than once"} for x in twice]
        raise invalid(f"{_named(twice)}: send each parameter once.", errors)
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        errors = [
            {"parameter": ".".join(map(str, e["loc"])), "detail": _words(e)}
            for e in _errors(error)
        ]
        raise invalid(_summary(errors, "parameter"), errors) from None


def refuse_query() -> None:
    """Refuse parameters where there are none.  Raises ``Problem``."""
    if request.args:
        names = list(request.args)
        errors = [{"parameter": x, "detail": "is not known here"} for x in names]
        raise invalid(f"{_named(names)}: this takes no parameters.", errors)


def read_body(model: type[Sent]) -> Sent:
    """Return what the body says.  Raises ``Problem``."""
    if request.mimetype != JSON_TYPE:
        detail = f"Send the body as JSON, with the header Content-Type: {JSON_TYPE}."
        raise Problem(WRONG_MEDIA_TYPE, detail)
    try:
        return model.model_validate(parse_json(_raw_body()))
    except ValidationError as error:
        errors = [
            {"pointer": _pointer(e["loc"]), "detail": _words(e)} for e in _errors(error)
        ]
        raise invalid(_summary(errors, "pointer"), errors) from None


def read_request_key() -> str:
    """Return the key that names the request.  Raises ``Problem``."""
    key = request.headers.get(KEY_HEADER, "")
    if not key:
        raise Problem(
            KEY_MISSING,
            f"Send the header {KEY_HEADER} with a value of your own for each thing"
            " that you want done, such as the id of your document. Sent again with it,"
            " the request is answered again and done once.",
        )
    if not re.fullmatch(KEY_PATTERN[1:-1], key, re.ASCII):
        detail = "1 to 128 letters, digits and any of . _ : / + = -, sent once"
        error = {"header": KEY_HEADER, "detail": detail}
        raise invalid(f"{KEY_HEADER}: {detail}.", [error])
    return key


def _raw_body() -> bytes:
    request.max_content_length = LARGEST_BODY_BYTES
    return request.get_data(cache=False)


def parse_json(raw: bytes) -> Any:
    """Return what JSON says, if it says it once and plainly.  Raises ``Problem``."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(MALFORMED, "The body is not UTF-8 text.") from None
    if _depth(text) > MOST_DEPTH:
        raise Problem(MALFORMED, f"The body nests deeper than {MOST_DEPTH} levels.")
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_name_twice,
            parse_constant=_no_constant,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg}, line {error.lineno}."
        raise Problem(MALFORMED, detail) from None
    except ValueError:
        # Python refuses to convert numbers of thousands of digits.
        raise Problem(MALFORMED, "The body holds a number of absurd length.") from None


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        detail = f"An object names {_named(twice)} more than once: say which is meant."
        raise Problem(MALFORMED, detail)
    return found


def _number(text: str) -> int | float:
    # JSON knows one kind of numbers, and many programs write 2 as 2.0.
    number = float(text)
    if not number.is_integer() or abs(number) > LARGEST_ID:
        return number
    try:
        # Compared exactly: what only rounds to a whole number is none.
        return int(number) if Decimal(text) == int(number) else number
    except InvalidOperation:
        raise Problem(MALFORMED, "The body holds an absurd number.") from None


def _no_constant(name: str) -> Any:
    raise Problem(MALFORMED, f"{name} is no number of JSON.")


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _errors(error: ValidationError) -> Iterable[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)[
        :MOST_ERRORS
    ]


def _words(error: ErrorDetails) -> str:
    return _WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))


def _pointer(place: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in place if not str(part).startswith(VARIANT)]
    return "#" + "".join(
        "/" + part.replace("~", "~0").replace("/", "~1")[:100] for part in parts
    )


def _summary(errors: list[dict[str, str]], name: str) -> str:
    first = errors[0]
    more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
    return f"{first[name][:100]}: {first['detail']}.{more}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(name[:40] for name in list(names)[:10])


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as one text, however it was spaced and ordered."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
