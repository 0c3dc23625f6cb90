"""What the interface for programs refuses: kinds of problems, each documented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from flask import Response

DOCUMENTATION = "/docs/api.md"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; ``slug`` never changes, programs compare it."""

    slug: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The type, as RFC 9457 names it: where it is explained."""
        return f"{DOCUMENTATION}#{self.slug}"


MALFORMED = Kind("malformed-request", 400, "The body cannot be read")
KEY_MISSING = Kind("idempotency-key-missing", 400, "The request names no key")
UNAUTHORIZED = Kind("unauthorized", 401, "No valid key was shown")
SCOPE_MISSING = Kind("scope-missing", 403, "The key does not allow this")
NOT_FOUND = Kind("not-found", 404, "There is no such address")
UNKNOWN_CURSOR = Kind("unknown-cursor", 404, "No page goes by this cursor")
UNKNOWN_ORDER = Kind("unknown-order", 404, "There is no such order")
UNKNOWN_RECEIPT = Kind("unknown-receipt", 404, "There is no such return receipt")
UNKNOWN_RETURN = Kind("unknown-return", 404, "There is no such expected return")
UNKNOWN_SHOP = Kind("unknown-shop", 404, "There is no such shop")
UNKNOWN_SKU = Kind("unknown-sku", 404, "There is no such SKU")
UNKNOWN_STOCKTAKE = Kind("unknown-stocktake", 404, "There is no such stocktake")
UNKNOWN_WAREHOUSE = Kind("unknown-warehouse", 404, "There is no such warehouse")
WRONG_METHOD = Kind("method-not-allowed", 405, "This address does not take the method")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "Answers are JSON")
ALREADY_REVERSED = Kind("already-reversed", 409, "The receipt was reversed before")
AMBIGUOUS = Kind("ambiguous-reference", 409, "Several orders go by this number")
INSUFFICIENT = Kind("insufficient-stock", 409, "The units are not there")
KEY_REUSED = Kind("idempotency-key-reused", 409, "The key names another request")
NEVER_LEFT = Kind("never-left", 409, "Nothing of the order has left")
NOTHING_TO_REVERSE = Kind("nothing-to-reverse", 409, "The receipt put nothing back")
RECEIPT_TOO_LARGE = Kind("receipt-too-large", 409, "More units than are out")
SAME_PERSON = Kind("same-person", 409, "A reversal takes a second person")
STOCKTAKE_REFUSED = Kind("stocktake-refused", 409, "Some rows cannot be counted")
UNDER_WAY = Kind("request-under-way", 409, "The same request is being worked on")
UNITS_GONE = Kind("units-gone", 409, "The receipt's units are no longer there")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
WRONG_MEDIA_TYPE = Kind("unsupported-media-type", 415, "Bodies are JSON")
INVALID = Kind("invalid-request", 422, "The request is not as documented")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests")
INTERNAL = Kind("internal-error", 500, "Something went wrong here, not with you")
DATABASE_AWAY = Kind("database-away", 503, "The database does not answer")

KINDS: Sequence[Kind] = tuple(
    kind for kind in tuple(globals().values()) if isinstance(kind, Kind)
)
"""All of them, by status."""

Facts = Mapping[str, object]


@dataclass(eq=False)
class Problem(Exception):
    """A request was refused; nothing was written.

    ``detail`` names the thing and the way out, ``facts`` are for programs.
    """

    kind: Kind
    detail: str
    facts: Facts = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        Exception.__init__(self, self.detail)

    @property
    def body(self) -> str:
        """The problem as JSON."""
        document = {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.facts,
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    @property
    def response(self) -> Response:
        """The problem as an answer."""
        answer = Response(self.body, self.kind.status, content_type=MEDIA_TYPE)
        answer.headers.update(self.headers)
        return answer


def invalid(detail: str, errors: Sequence[Mapping[str, str]]) -> Problem:
    """Return the problem of a request that is not as documented."""
    return Problem(INVALID, detail, {"errors": list(errors)})
