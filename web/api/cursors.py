"""Cursors: where a page ended, signed, and good for the same list alone."""

from __future__ import annotations

import hashlib
from typing import Any

from itsdangerous import BadData
from itsdangerous.url_safe import URLSafeSerializer

from web.api.operations import Call
from web.api.problems import UNKNOWN_CURSOR, Problem
from web.api.shapes import ListQuery


def read_cursor(call: Call, query: ListQuery) -> list[Any] | None:
    """Return where the page before ended.  Raises ``Problem``."""
    if query.cursor is None:
        return None
    try:
        found = _serializer(call).loads(query.cursor)
    except BadData:
        found = None
    if not isinstance(found, list) or found[:1] != [_list(call, query)]:
        raise Problem(
            UNKNOWN_CURSOR,
            "This cursor is not of this list with these filters."
            " Begin again without a cursor.",
        )
    return found[1:]


def write_cursor(call: Call, query: ListQuery, *place: object) -> str:
    """Return the cursor of a page that ended at a place."""
    signed = _serializer(call).dumps([_list(call, query), *place])
    return signed if isinstance(signed, str) else signed.decode()


def _list(call: Call, query: ListQuery) -> str:
    asked = query.model_dump_json(exclude={"limit", "cursor"})
    return hashlib.sha256(f"{call.operation} {asked}".encode()).hexdigest()[:16]


def _serializer(call: Call) -> URLSafeSerializer:
    return URLSafeSerializer(
        # The last one signs here, the first one in our settings.
        list(reversed(call.settings.secret_keys)),
        salt="truestock api cursor",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
