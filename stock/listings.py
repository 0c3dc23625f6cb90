"""What was said to each channel about a listing, and what the channel shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from stock.models import Drift, Listing, ListingComponent, ListingState, Shop
from stock.offers import Owed, numbers


def record_push(session: Session, pushed: Owed, *, now: datetime) -> None:
    """Acknowledge that the channel took this version's number."""
    listing = session.get_one(Listing, pushed.listing_id)
    if pushed.version < listing.pushed_version:
        # A late answer: the channel was told something newer meanwhile.
        return
    listing.pushed_version = pushed.version
    listing.pushed_quantity = pushed.quantity
    listing.pushed_at = now
    listing.failures = 0
    listing.last_error = ""
    listing.due_at = None


def record_failure(
    session: Session, pushed: Owed, *, error: str, due_at: datetime
) -> None:
    """Keep owing a push, not before ``due_at``; ``error`` is for people."""
    listing = session.get_one(Listing, pushed.listing_id)
    listing.failures += 1
    listing.last_error = error[:500]
    listing.due_at = due_at


def record_seen(
    session: Session,
    listing_id: int,
    quantity: int,
    *,
    now: datetime,
    orders_read_at: datetime | None = None,
) -> bool:
    """Note the number read back from the channel; say whether it drifted from ours.

    A number above ours is phantom units: written down, counted, and the listing owes
    its push again at once.  One below ours may be a sale that was not read yet, so it
    counts only when the next look, after the orders were read, shows it again.
    ``orders_read_at`` is when the shop's orders were last read, all of them; without it
    they count as read.
    """
    listing = session.get_one(Listing, listing_id)
    is_low_again = _is_low_again(session, listing, quantity, orders_read_at)
    listing.seen_quantity = quantity
    listing.seen_at = now
    listing.doubted = False
    wanted = numbers(session, [listing_id]).get(listing_id)
    if wanted is None or listing.pushed_version < listing.wanted_version:
        return False
    if quantity == wanted.quantity:
        _settle_drift(session, listing, now)
        return False
    if quantity < wanted.quantity and not is_low_again:
        listing.low_seen = quantity
        listing.doubted = True
        return False
    _open_drift(session, listing, wanted.quantity, quantity, now)
    listing.wanted_version += 1
    listing.due_at = None
    return True


def _is_low_again(
    session: Session, listing: Listing, quantity: int, orders_read_at: datetime | None
) -> bool:
    """Say whether a number was seen before, and no sale that we read explains it."""
    if listing.low_seen != quantity or listing.seen_at is None:
        return False
    were_read = orders_read_at is None or listing.seen_at < orders_read_at
    return were_read or _is_drifting(session, listing)


def _is_drifting(session: Session, listing: Listing) -> bool:
    known = session.scalar(
        select(Drift.id)
        .where(Drift.listing_id == listing.id)
        .where(Drift.settled_at.is_(None))
    )
    return known is not None


def _settle_drift(session: Session, listing: Listing, now: datetime) -> None:
    listing.confirmed_version = listing.pushed_version
    listing.low_seen = None
    session.execute(
        update(Drift)
        .where(Drift.listing_id == listing.id)
        .where(Drift.settled_at.is_(None))
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _open_drift(
    session: Session, listing: Listing, ours: int, theirs: int, now: datetime
) -> None:
    if not _is_drifting(session, listing):
        session.add(Drift(listing_id=listing.id, seen_at=now, ours=ours, theirs=theirs))
        listing.phantom_units += max(0, theirs - ours)


def record_missing(session: Session, listing_id: int) -> None:
    """Note that the channel does not know the listing any more."""
    listing = session.get_one(Listing, listing_id)
    listing.doubted = False
    listing.last_error = "the channel does not show this listing"


def doubt(session: Session, shop_id: int, sku_ids: Collection[int]) -> None:
    """Note that a shop's channel may have restocked these SKUs by itself."""
    affected = select(ListingComponent.listing_id).where(
        ListingComponent.sku_id.in_(sku_ids)
    )
    session.execute(
        update(Listing)
        .where(Listing.shop_id == shop_id)
        .where(Listing.state == ListingState.MAPPED)
        .where(Listing.id.in_(affected))
        .values(doubted=True)
        .execution_options(synchronize_session=False)
    )


def doubt_items(
    session: Session, shop: Shop, item_ids: Collection[str]
) -> Collection[str]:
    """Note that a channel speaks of new numbers of items; return those we know.

    An item may be named by one of its variants.
    """
    named = and_(
        Listing.shop_id == shop.id,
        or_(Listing.item_id.in_(item_ids), Listing.variant_id.in_(item_ids)),
    )
    known = session.execute(select(Listing.item_id, Listing.variant_id).where(named))
    session.execute(
        update(Listing)
        .where(named)
        .where(Listing.state == ListingState.MAPPED)
        .values(doubted=True)
        .execution_options(synchronize_session=False)
    )
    return set(item_ids) & {name for pair in known for name in pair}


def doubted(
    session: Session, shop: Shop, *, after_id: int, limit: int
) -> Sequence[Listing]:
    """Return listings whose number on the channel should be read back, by id."""
    return session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(Listing.doubted)
        .where(~Listing.paused)
        .where(Listing.id > after_id)
        .order_by(Listing.id)
        .limit(limit)
    ).all()


def mapped_listings(
    session: Session, shop: Shop, *, after_id: int, limit: int
) -> Sequence[Listing]:
    """Return mapped listings of a shop by id, for reading them back in slices.

    Paused ones are left in peace.
    """
    return session.scalars(
        select(Listing)
        .where(_is_compared(shop))
        .where(Listing.id > after_id)
        .order_by(Listing.id)
        .limit(limit)
    ).all()


def count_mapped(session: Session, shop: Shop) -> int:
    """Count what ``mapped_listings`` returns in all its slices."""
    return session.scalar(select(func.count()).where(_is_compared(shop))) or 0


def _is_compared(shop: Shop) -> ColumnElement[bool]:
    return and_(
        Listing.shop_id == shop.id,
        Listing.state == ListingState.MAPPED,
        ~Listing.paused,
    )
