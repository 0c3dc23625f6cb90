"""How far each channel is in hearing our numbers: sending, sent, confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from stock import levels, offers
from stock.models import Listing, ListingState, ShopState
from web.access import current_reader
from web.error_words import Noted, listing_error, shop_error
from web.language import gettext, lazy_gettext


class PushState(StrEnum):
    """What is known of one listing's number on its channel."""

    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    PAUSED = "paused"
    UNCOUNTED = "uncounted"
    KEPT_OUT = "kept_out"
    LEFT_ALONE = "left_alone"

    @property
    def is_final(self) -> bool:
        """Whether nothing will change without somebody acting elsewhere."""
        return self in (
            PushState.CONFIRMED,
            PushState.UNCOUNTED,
            PushState.KEPT_OUT,
            PushState.LEFT_ALONE,
        )


_LABELS = {
    PushState.SENDING: lazy_gettext("Sending"),
    PushState.SENT: lazy_gettext("Sent"),
    PushState.CONFIRMED: lazy_gettext("Confirmed"),
    PushState.PAUSED: lazy_gettext("Shop paused"),
    PushState.UNCOUNTED: lazy_gettext("Not counted yet"),
    PushState.KEPT_OUT: lazy_gettext("Kept out"),
    PushState.LEFT_ALONE: lazy_gettext("Listing paused"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingNumber:
    """One listing's number, and how far its channel is."""

    listing: Listing
    quantity: int | None
    state: PushState

    @property
    def label(self) -> str:
        """The state in a word."""
        return str(_LABELS[self.state])

    @property
    def detail(self) -> str:
        """Why it is so, where that is not plain."""
        return _detail(self)

    @property
    def trouble(self) -> Noted | None:
        """What keeps the channel from our number, where something was noted."""
        return _trouble(self)

    def as_json(self) -> dict[str, object]:
        """Return what the result page's script shows."""
        return {
            "id": self.listing.id,
            "quantity": self.quantity,
            "state": self.state,
            "label": self.label,
            "detail": self.detail,
        }


def listing_numbers(
    session: Session, sku_ids: Sequence[int]
) -> Sequence[ListingNumber]:
    """Return the numbers of the listings that stand for any of these SKUs.

    Of the shops that the reader may see.
    """
    found = levels.listings_of(session, sku_ids, shop_ids=current_reader().shop_ids)
    wanted = offers.numbers(session, [listing.id for listing in found])
    return [
        ListingNumber(
            listing=listing,
            quantity=wanted[listing.id].quantity if listing.id in wanted else None,
            state=_state(listing, is_counted=listing.id in wanted),
        )
        for listing in found
    ]


def is_settled(numbers: Sequence[ListingNumber]) -> bool:
    """Say whether every channel that can has confirmed its number."""
    return all(number.state.is_final for number in numbers)


def _state(listing: Listing, *, is_counted: bool) -> PushState:
    if listing.state != ListingState.MAPPED:
        return PushState.KEPT_OUT
    if listing.paused:
        return PushState.LEFT_ALONE
    if not is_counted:
        return PushState.UNCOUNTED
    if listing.confirmed_version >= listing.wanted_version:
        return PushState.CONFIRMED
    if listing.shop.state != ShopState.ACTIVE:
        return PushState.PAUSED
    if listing.pushed_version >= listing.wanted_version:
        return PushState.SENT
    return PushState.SENDING


def _detail(number: ListingNumber) -> str:
    shown, trouble = number.listing.seen_quantity, number.trouble
    match number.state:
        case PushState.PAUSED:
            once_back = gettext("The number is sent once the shop is back.")
            return f"{once_back} {trouble.sentence}" if trouble else once_back
        case PushState.UNCOUNTED:
            return gettext("The channel hears of it after the first stocktake.")
        case PushState.LEFT_ALONE:
            return gettext("Somebody paused it: the channel keeps the number it has.")
        case PushState.KEPT_OUT:
            return gettext("The channel keeps its own stock for this listing.")
        case PushState.SENDING if trouble:
            return trouble.sentence
        case PushState.SENDING | PushState.SENT if (
            shown is not None
            and number.quantity is not None
            and shown > number.quantity
        ):
            return gettext(
                "The shop still shows %(shown)s: phantom stock, being corrected.",
                shown=shown,
            )
        case _:
            return ""


def _trouble(number: ListingNumber) -> Noted | None:
    listing = number.listing
    match number.state:
        case PushState.PAUSED if listing.shop.last_error:
            return shop_error(listing.shop.last_error)
        case PushState.SENDING if listing.failures and listing.last_error:
            return listing_error(listing.last_error)
        case _:
            return None
