"""Requests and answers of the WordPress REST server, its errors among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.channel import Json

from .site import Site


class WireError(Exception):
    """An error as WordPress answers it: a code, a message and data with the status.

    ``data`` that is no object carries no status, and then the answer is a 500.
    """

    def __init__(
        self, code: str, message: str, status: int, data: object | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.data: object = {"status": status} if data is None else data

    @property
    def body(self) -> Json:
        """The error as it is sent."""
        return {"code": self.code, "message": self.message, "data": self.data}


def invalid_id(resource: str, status: int = 404) -> WireError:
    """No row of this number; updates say 400 where reads say 404."""
    return WireError(f"woocommerce_rest_{resource}_invalid_id", "Invalid ID.", status)


def no_route() -> WireError:
    """A path that nothing answers."""
    return WireError(
        "rest_no_route",
        "No route was found matching the URL and request method.",
        404,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A success; lists say how long they are in headers."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the check of its credentials.

    ``site`` is a copy when a fault wants success without effect; ``fails_in_part`` is
    true when a fault wants the first row of a batch refused.
    """

    site: Site
    method: str
    path: str
    query: Mapping[str, object]
    body: Mapping[str, object]
    fails_in_part: bool

    @property
    def given(self) -> Mapping[str, object]:
        """Every parameter; the body wins over the query."""
        return {**self.query, **self.body}

    @property
    def label(self) -> str:
        """The request in a word, for the list of stock writes."""
        return f"{self.method} {self.path}"
