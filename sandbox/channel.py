"""What a marketplace's folder gives to the sandbox."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .listings import Listing, NewItem
from .orders import Order, Units
from .shops import Shop

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Json = dict[str, object]

PAUSE_SECONDS = "sandbox.pause_seconds"
"""Where a throttled request's environment says how long the client is to wait."""

PORT_OFFSETS = {
    "shopee": 1,
    "lazada": 2,
    "tiktok": 3,
    "tiki": 4,
    "haravan": 5,
    "shopify": 6,
    "woocommerce": 7,
}
"""Where each channel listens, counted from the control port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireAnswer:
    """An answer as this marketplace would put it on the wire."""

    status: int
    body: object


class Channel(ABC):
    """One marketplace: its wire protocol and its rules for the life of an order.

    Every method is called with the world's lock held, except the application, which
    takes it itself.
    """

    name: str
    limits_hours: bool = False
    """Whether its shops may be opened with ``requests_per_hour``."""

    @abstractmethod
    def application(self) -> WSGIApplication:
        """The wire protocol, from the root of the channel's own port."""

    @abstractmethod
    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Give a shop its credentials; the answer is what a client must be told."""

    @abstractmethod
    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put new items on offer."""

    @abstractmethod
    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders units that were already taken off the listing."""

    @abstractmethod
    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action of the buyer, the carrier or the marketplace."""

    @abstractmethod
    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop that a request names, without judging its credentials."""

    @abstractmethod
    def throttled(self) -> WireAnswer:
        """How this marketplace says that it was asked too often."""

    def throttled_at(self, environ: WSGIEnvironment) -> WireAnswer:
        """The same, where it depends on what was asked, or names the wait."""
        return self.throttled()

    @abstractmethod
    def broken(self) -> WireAnswer:
        """How this marketplace answers when its own servers fail."""

    @abstractmethod
    def token_expired(self) -> WireAnswer:
        """How this marketplace refuses a token that is no longer good."""

    @abstractmethod
    def misshapen(self) -> WireAnswer:
        """Valid JSON that looks like success and has the wrong shape."""
