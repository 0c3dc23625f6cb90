"""Brings in a shop's catalogue and says which SKUs each listing stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.models import Listing, ListingComponent, ListingState, Shop, Sku
from stock.readable import readable_listing
from stock.reports import ListingReport


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
        listing.barcode = report.barcode[:100]
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


def listings_of_shop(session: Session, shop: Shop) -> Sequence[Listing]:
    """Return all of a shop's listings with what they stand for."""
    return session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .order_by(Listing.item_id, Listing.variant_id)
        .options(
            selectinload(Listing.components).joinedload(ListingComponent.sku),
            joinedload(Listing.shop),
        )
    ).all()


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
