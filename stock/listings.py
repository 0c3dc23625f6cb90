"""What each shop lists: mapping to SKUs, the number we want, what the channel shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from stock.models import (
    Drift,
    Listing,
    ListingComponent,
    ListingState,
    Shop,
    Sku,
    StockLevel,
)
from stock.readable import readable_listing
from stock.reports import ListingReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A listing that owes a push, with the number as it is now."""

    listing_id: int
    item_id: str
    variant_id: str
    version: int
    quantity: int
    seen_quantity: int | None


def import_listings(
    session: Session, shop: Shop, reports: Sequence[ListingReport], *, now: datetime
) -> Mapping[str, int]:
    """Bring listings up to the shop's catalogue and map them by SKU.

    A seller code that no SKU has becomes a SKU; nothing is sent to the channel for it
    before it was counted.  Mappings made by hand are kept.  Returns how many listings
    are in each state.
    """
    reports = [readable_listing(report) for report in reports]
    known = {(x.item_id, x.variant_id): x for x in _listings(session, shop, reports)}
    states: Counter[str] = Counter()
    for report in reports:
        listing = known.get((report.item_id, report.variant_id))
        if listing is None:
            listing = Listing(
                shop_id=shop.id,
                item_id=report.item_id,
                variant_id=report.variant_id,
                state=ListingState.UNMAPPED,
                components=[],
            )
            session.add(listing)
            known[report.item_id, report.variant_id] = listing
        listing.channel_sku = report.sku[:100]
        listing.title = report.title[:300]
        listing.seen_quantity = report.quantity
        listing.seen_at = now
        if not listing.components:
            _map_by_sku(session, listing, report)
        states[listing.state] += 1
    session.flush()
    return states


def map_listing(
    session: Session, listing: Listing, components: Mapping[int, int]
) -> None:
    """Let a listing stand for these units per SKU id, in a person's name."""
    for component in list(listing.components):
        if component.sku_id not in components:
            session.delete(component)
    kept = {component.sku_id: component for component in listing.components}
    for sku_id, quantity in components.items():
        if sku_id in kept:
            kept[sku_id].quantity = quantity
        else:
            listing.components.append(
                ListingComponent(sku_id=sku_id, quantity=quantity)
            )
    listing.state = ListingState.MAPPED
    listing.wanted_version += 1
    session.flush()


def owes_push() -> ColumnElement[bool]:
    """The condition that a listing's channel has not heard our newest number.

    Nothing is said about a listing whose SKUs were not all counted.
    """
    uncounted = (
        select(ListingComponent.sku_id)
        .join(Sku, Sku.id == ListingComponent.sku_id)
        .where(ListingComponent.listing_id == Listing.id)
        .where(Sku.counted_at.is_(None))
        .exists()
    )
    return and_(
        Listing.state == ListingState.MAPPED,
        Listing.pushed_version < Listing.wanted_version,
        ~uncounted,
    )


def owed(session: Session, shop: Shop, *, now: datetime, limit: int) -> Sequence[Owed]:
    """Return listings that owe a push, with their numbers as they are at this moment.

    The version is read together with the number, so that acknowledging it later never
    claims more than was sent.  Listings of SKUs that were never counted owe nothing.
    """
    rows = session.execute(
        _numbers()
        .where(Listing.shop_id == shop.id)
        .where(owes_push())
        .where(or_(Listing.due_at.is_(None), Listing.due_at <= now))
        .order_by(Listing.id)
        .limit(limit)
    )
    return [Owed(**row._mapping) for row in rows]


def numbers(session: Session, listing_ids: Sequence[int]) -> Mapping[int, Owed]:
    """Return the number each listing should show; uncounted ones are left out."""
    rows = session.execute(_numbers().where(Listing.id.in_(listing_ids)))
    return {row.listing_id: Owed(**row._mapping) for row in rows}


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
    session: Session, listing_id: int, quantity: int, *, now: datetime
) -> bool:
    """Note the number read back from the channel; say whether it drifted from ours.

    A number above ours is phantom units: written down, counted, and the listing owes
    its push again at once.  One below ours may be a sale that was not read yet, so it
    counts only when the next look, after the orders were read, shows it again.
    """
    listing = session.get_one(Listing, listing_id)
    listing.seen_quantity = quantity
    listing.seen_at = now
    listing.doubted = False
    wanted = numbers(session, [listing_id]).get(listing_id)
    if wanted is None or listing.pushed_version < listing.wanted_version:
        return False
    if quantity == wanted.quantity:
        _settle_drift(session, listing, now)
        return False
    if quantity < wanted.quantity and listing.low_seen != quantity:
        listing.low_seen = quantity
        listing.doubted = True
        return False
    _open_drift(session, listing, wanted.quantity, quantity, now)
    listing.wanted_version += 1
    listing.due_at = None
    return True


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
    known = session.scalar(
        select(Drift.id)
        .where(Drift.listing_id == listing.id)
        .where(Drift.settled_at.is_(None))
    )
    if known is None:
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


def doubted(
    session: Session, shop: Shop, *, after_id: int, limit: int
) -> Sequence[Listing]:
    """Return listings whose number on the channel should be read back, by id."""
    return session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(Listing.doubted)
        .where(Listing.id > after_id)
        .order_by(Listing.id)
        .limit(limit)
    ).all()


def mapped_listings(
    session: Session, shop: Shop, *, after_id: int, limit: int
) -> Sequence[Listing]:
    """Return mapped listings of a shop by id, for reading them back in slices."""
    return session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(Listing.state == ListingState.MAPPED)
        .where(Listing.id > after_id)
        .order_by(Listing.id)
        .limit(limit)
    ).all()


def find_listing(
    session: Session, shop: Shop, item_id: str, variant_id: str
) -> Listing | None:
    """Return one listing of a shop."""
    return session.scalar(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(Listing.item_id == item_id)
        .where(Listing.variant_id == variant_id)
        .options(selectinload(Listing.components))
    )


def _numbers() -> Select[int, str, str, int, Any, int | None]:
    held = (
        select(func.coalesce(func.sum(StockLevel.available), 0))
        .where(StockLevel.sku_id == ListingComponent.sku_id)
        .scalar_subquery()
    )
    # An oversold SKU is shown as sold out: channels know no negative numbers.
    whole = case((held > 0, held // ListingComponent.quantity), else_=0)
    return (
        select(
            Listing.id.label("listing_id"),
            Listing.item_id,
            Listing.variant_id,
            Listing.wanted_version.label("version"),
            func.min(whole).label("quantity"),
            Listing.seen_quantity,
        )
        .join(ListingComponent, ListingComponent.listing_id == Listing.id)
        .join(Sku, Sku.id == ListingComponent.sku_id)
        .where(Listing.state == ListingState.MAPPED)
        .group_by(Listing.id)
        .having(func.count() == func.count(Sku.counted_at))
    )


def _listings(
    session: Session, shop: Shop, reports: Sequence[ListingReport]
) -> Sequence[Listing]:
    return session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(Listing.item_id.in_({r.item_id for r in reports}))
        .options(selectinload(Listing.components))
    ).all()


def _map_by_sku(session: Session, listing: Listing, report: ListingReport) -> None:
    code = report.sku.strip()
    if report.fulfilled_by_channel:
        listing.state = ListingState.IGNORED
    elif not code:
        listing.state = ListingState.UNMAPPED
    else:
        candidates = _candidates(session, code)
        exact = [sku for sku in candidates if sku.code == code]
        if len(candidates) > 1 and not exact:
            listing.state = ListingState.AMBIGUOUS
            return
        sku = (exact or candidates or [_new_sku(session, code, report)])[0]
        if report.barcode and not sku.barcode:
            sku.barcode = report.barcode[:100]
        map_listing(session, listing, {sku.id: 1})


def _candidates(session: Session, code: str) -> list[Sku]:
    found = session.scalars(
        select(Sku).where(func.lower(Sku.code) == code.lower()).order_by(Sku.id)
    )
    return list(found)


def _new_sku(session: Session, code: str, report: ListingReport) -> Sku:
    sku = Sku(code=code[:100], name=report.title[:300], barcode=report.barcode[:100])
    session.add(sku)
    session.flush()
    return sku
