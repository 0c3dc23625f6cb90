"""What the kit asks of a channel under test: that things can be made to happen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connector.values import ListingRef, WebhookRequest

Basket = Mapping[str, int]
"""Units by the seller's own code."""


class CannotHappen(Exception):
    """The channel does not allow this, or the world cannot bring it about.

    The rule that needed it is skipped with this text as the reason.
    """


class Fault(StrEnum):
    """What can go wrong with the next request."""

    THROTTLED = "throttled"
    """It is refused because there were too many; ``World.pause_seconds`` are asked."""
    LOST_ANSWER = "lost_answer"
    """It is carried out, and the answer never comes."""
    TOKEN_EXPIRED = "token_expired"
    """It is refused until the connector has renewed its token."""
    HTML = "html"
    """A page for people is answered, with status 200."""
    PARTLY_REFUSED = "partly_refused"
    """A write of several numbers is carried out for all but one of them."""


class World(Protocol):
    """The channel, its buyers and its carriers, for one shop.

    ``pause_seconds`` is what the channel asks for when it throttles; 0 where it names
    no time.
    """

    @property
    def pause_seconds(self) -> float: ...

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        """Offer something for sale."""

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        """Let a buyer order, and pay unless by cash on delivery; return the id."""

    def arrange(self, order_id: str) -> None:
        """Arrange the shipment: the goods are packed and await pickup."""

    def pick_up(self, order_id: str) -> None:
        """Let the carrier take the parcel."""

    def deliver(self, order_id: str) -> None:
        """Let the carrier hand the parcel to the buyer."""

    def fail_delivery(self, order_id: str) -> None:
        """Let the buyer refuse the parcel, which turns back."""

    def lose(self, order_id: str) -> None:
        """Let the carrier lose the parcel."""

    def cancel(self, order_id: str) -> None:
        """Cancel the whole order."""

    def request_return(self, order_id: str, basket: Basket) -> None:
        """Let the buyer ask to send back some of what was delivered."""

    def send_back(self, order_id: str) -> None:
        """Accept the return, and let the buyer hand the parcel to the carrier."""

    def arrive_back(self, order_id: str) -> None:
        """Let the carrier say that the seller has the returned parcel."""

    def visible_stock(self, sku: str) -> int:
        """Return the number that buyers see."""

    def stock_writes(self) -> list[tuple[str, int]]:
        """Return every stock write that the channel carried out, the oldest first."""

    def messages(self) -> list[WebhookRequest]:
        """Return what the channel has sent to our address, as it came in.

        Waits a little for the first one.  Only asked of channels with webhooks.
        """

    def cause(self, fault: Fault) -> None:
        """Let ``fault`` befall the next request."""


@runtime_checkable
class UnpaidOrders(Protocol):
    """What a world may do besides, where the channel leaves orders unpaid."""

    def place_unpaid_order(self, basket: Basket) -> str:
        """Let a buyer order without paying; return the id."""
