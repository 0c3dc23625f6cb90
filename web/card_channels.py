"""What each channel shows of a SKU, and why that many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from stock.models import Listing, Sku
from stock.shown import KeptBy, Shown, explain
from web.formats import number
from web.language import gettext
from web.numbers import ListingNumber, listing_numbers


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One listing: what we want, what was sent, what was read back, and why."""

    number: ListingNumber
    shown: Shown

    @property
    def listing(self) -> Listing:
        """The listing."""
        return self.number.listing

    @property
    def rules(self) -> Sequence[str]:
        """Sentences about what the number follows from."""
        return [
            *([_bundle(self.shown)] if self.shown.is_bundle else []),
            *([_warehouses(self.shown)] if self.shown.warehouses else []),
            *([_kept_back(self)] if self.shown.reckoning else []),
        ]


def channel_rows(session: Session, sku: Sku) -> Sequence[ChannelRow]:
    """Return what all listings that stand for a SKU show."""
    numbers = listing_numbers(session, [sku.id])
    shown = explain(session, [number.listing for number in numbers])
    return [ChannelRow(number, shown[number.listing.id]) for number in numbers]


def _bundle(shown: Shown) -> str:
    parts = ", ".join(f"{number(units)} × {code}" for code, units in shown.parts)
    return gettext("One of it is %(parts)s.", parts=parts)


def _warehouses(shown: Shown) -> str:
    codes = ", ".join(shown.warehouses)
    return gettext("The shop sells from %(warehouses)s only.", warehouses=codes)


def _kept_back(row: ChannelRow) -> str:
    reckoning = row.shown.reckoning
    assert reckoning is not None
    facts = {
        "kept": number(reckoning.kept_back),
        "units": number(reckoning.units),
        "buffer": number(reckoning.buffer),
        "share": number(reckoning.share),
    }
    match row.shown.kept_by:
        case KeptBy.BUFFER if row.listing.buffer is not None:
            return gettext(
                "%(kept)s of %(units)s kept back: this listing's own buffer of"
                " %(buffer)s.",
                **facts,
            )
        case KeptBy.BUFFER:
            return gettext(
                "%(kept)s of %(units)s kept back: the shop's buffer of %(buffer)s.",
                **facts,
            )
        case KeptBy.SHARE if row.listing.share is not None:
            return gettext(
                "%(kept)s of %(units)s kept back: this listing may show %(share)s%% at"
                " most.",
                **facts,
            )
        case KeptBy.SHARE:
            return gettext(
                "%(kept)s of %(units)s kept back: the shop may show %(share)s%% at"
                " most.",
                **facts,
            )
        case _:
            return gettext("Nothing is kept back.")
