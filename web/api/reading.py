"""Reads requests: what is not exactly as documented is refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
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
from web.strict_json import JsonRefused, named, parse_json

JSON_TYPE = "application/json"
LARGEST_BODY_BYTES = 256 * 1024
KEY_HEADER = "Idempotency-Key"
KEY_PATTERN = r"^[A-Za-z0-9._:/+=-]{1,128}$"
MOST_ERRORS = 50
VARIANT = "<"
"""Begins the names of variants of a value; they are no part of what was sent."""

_WORDS = {"extra_forbidden": "is not known here", "missing": "is missing"}

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
        raise invalid(f"{named(twice)}: send each parameter once.", errors)
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
        raise invalid(f"{named(names)}: this takes no parameters.", errors)


def read_body(model: type[Sent]) -> Sent:
    """Return what the body says.  Raises ``Problem``."""
    if request.mimetype != JSON_TYPE:
        detail = f"Send the body as JSON, with the header Content-Type: {JSON_TYPE}."
        raise Problem(WRONG_MEDIA_TYPE, detail)
    try:
        return model.model_validate(parse_json(_raw_body()))
    except JsonRefused as error:
        raise Problem(MALFORMED, f"{error}") from None
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


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as one text, however it was spaced and ordered."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
