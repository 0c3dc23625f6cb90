"""REST's errors, and the reading of a call's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.channel import Json
from sandbox.shopify.graph.session import Session


class RestError(Exception):
    """A refusal with its status and what stands under ``errors``."""

    def __init__(self, status: int, errors: object) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = errors


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the check of its token."""

    session: Session
    query: Mapping[str, str]
    body: Mapping[str, object]
    numbers: Mapping[str, int]

    def section(self, name: str) -> Mapping[str, object]:
        """The object that a body wraps its fields in."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise RestError(400, {name: "Required parameter missing or invalid"})
        return value

    def whole(self, name: str, source: Mapping[str, object] | None = None) -> int:
        """A required whole number in the body."""
        value = (self.body if source is None else source).get(name)
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RestError(400, {name: "Required parameter missing or invalid"})
        return value


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A success; ``links`` are the page infos of the neighbouring pages."""

    body: Json
    status: int = 200
    links: Mapping[str, str] = field(default_factory=dict)


def not_found() -> RestError:
    """A thing that is not here."""
    return RestError(404, "Not Found")
