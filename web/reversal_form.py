"""What the page that reverses a receipt shows, and what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from stock import levels, offers
from stock.models import Listing, Receipt
from stock.people import is_same_person
from stock.receipt_history import Held, SkuChange, held_now
from stock.reversals import LONGEST_REASON, Taking, takings
from stock.transfers import Bucket
from web.access import current_reader
from web.language import gettext
from web.permissions import Permission
from web.typed import holds_control_characters


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingAfter:
    """What a listing shows now and after the reversal; nothing if uncounted."""

    listing: Listing
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuPreview:
    """What the reversal takes of one SKU, and which channels will hear of it."""

    change: SkuChange
    lost: int
    """Units that stay booked as lost."""
    listings: Sequence[ListingAfter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A receipt's reversal before it is posted."""

    skus: Sequence[SkuPreview]
    obstacles: Sequence[str]
    """Sentences that say why it cannot be posted as things stand."""


def may_be_reversed(receipt: Receipt) -> bool:
    """Say whether this reader could take a receipt back; not whether all is there."""
    return _is_for_supervisors(receipt) and not _is_own(receipt)


def needs_another(receipt: Receipt) -> bool:
    """Say whether this reader could take a receipt back, had it been another's."""
    return _is_for_supervisors(receipt) and _is_own(receipt)


def preview(session: Session, receipt: Receipt) -> Preview:
    """Return what the reversal of a receipt would do at this moment."""
    taken = takings(session, receipt)
    held = held_now(session, receipt, [taking.sku.id for taking in taken])
    listings = _listings_after(session, receipt, taken)
    skus = [
        SkuPreview(
            change=_change(taking, held[taking.sku.id]),
            lost=taking.lost,
            listings=[x for x in listings if _stands_for(x.listing, taking.sku.id)],
        )
        for taking in taken
    ]
    return Preview(skus=skus, obstacles=_obstacles(receipt, taken))


def reason_trouble(reason: str) -> str:
    """Say what is wrong with a reason, if something is."""
    if not reason.strip():
        return gettext("Write why the receipt is wrong. Nothing was changed.")
    if len(reason.strip()) > LONGEST_REASON:
        return gettext(
            "The reason has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(reason.strip()),
            most=LONGEST_REASON,
        )
    if holds_control_characters(reason):
        return gettext(
            "The reason has invisible control characters. Delete it and type it again."
        )
    return ""


def _is_for_supervisors(receipt: Receipt) -> bool:
    return (
        current_reader().may(Permission.REVERSE)
        and current_reader().books_into(receipt.warehouse_id)
        and receipt.reversal is None
        and any(line.good or line.damaged for line in receipt.lines)
    )


def _is_own(receipt: Receipt) -> bool:
    return is_same_person(receipt.actor, current_reader().user)


def _change(taking: Taking, held: Held) -> SkuChange:
    return SkuChange(
        sku=taking.sku,
        good=taking.good,
        damaged=taking.damaged,
        lost=0,
        before=held,
        after=Held(
            available=held.available - taking.good,
            on_hand=held.on_hand - taking.good - taking.damaged,
        ),
    )


def _listings_after(
    session: Session, receipt: Receipt, taken: Sequence[Taking]
) -> Sequence[ListingAfter]:
    less = {(x.sku.id, receipt.warehouse_id): x.good for x in taken if x.good}
    found = levels.listings_of(
        session,
        sorted(sku_id for sku_id, _ in less),
        shop_ids=current_reader().shop_ids,
    )
    ids = [listing.id for listing in found]
    now = offers.numbers(session, ids)
    then = offers.numbers(session, ids, less=less)
    return [
        ListingAfter(
            listing=listing,
            before=now[listing.id].quantity if listing.id in now else None,
            after=then[listing.id].quantity if listing.id in then else None,
        )
        for listing in found
    ]


def _stands_for(listing: Listing, sku_id: int) -> bool:
    return sku_id in {part.sku_id for part in listing.components}


def _obstacles(receipt: Receipt, taken: Sequence[Taking]) -> Sequence[str]:
    if _is_own(receipt):
        return [
            gettext(
                "You booked this receipt yourself. A second person must reverse it."
            )
        ]
    if not any(taking.good or taking.damaged for taking in taken):
        return [
            gettext(
                "This receipt booked lost units only. Those stay lost: there is nothing"
                " to take back from the shelf."
            )
        ]
    return [_short(receipt, taking) for taking in taken if taking.short]


def _short(receipt: Receipt, taking: Taking) -> str:
    if taking.short is Bucket.AVAILABLE:
        return gettext(
            "%(sku)s: of %(asked)s units only %(held)s are still free to sell in"
            " %(warehouse)s, the others were sold again. Nothing was changed: correct"
            " the number with a stocktake.",
            sku=taking.sku.code,
            asked=taking.good,
            held=max(0, taking.available),
            warehouse=receipt.warehouse.code,
        )
    return gettext(
        "%(sku)s: of %(asked)s damaged units only %(held)s are still in %(warehouse)s,"
        " the others were repaired or scrapped. Nothing was changed.",
        sku=taking.sku.code,
        asked=taking.damaged,
        held=taking.held_damaged,
        warehouse=receipt.warehouse.code,
    )
