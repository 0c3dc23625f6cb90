"""Where a channel's number was not ours, and how many phantom units were caught."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.models import Drift, Listing, ListingComponent, Shop
from stock.scope import among


@dataclass(frozen=True, slots=True)
class Drifted:
    """One time that a channel's number was not ours."""

    drift: Drift
    listing: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """The phantom units that were taken off one shop again, since it was added."""

    channel: str
    shop: str
    units: int


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of drifts, newest first."""

    drifted: Sequence[Drifted]
    next_before: int | None
    """Where the next slice goes on; ``None`` at the first drift of all."""


def drifts_page(
    session: Session,
    *,
    shop: str = "",
    shop_ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int,
) -> Page:
    """Return a slice of drifts, of one shop or of all among these, newest first."""
    # Numbers first: to sort whole rows of a shop that drifts often would be slow.
    newest = select(Drift.id).order_by(Drift.id.desc()).limit(limit + 1)
    if shop or shop_ids is not None:
        of_shop = select(Listing.id).where(among(Listing.shop_id, shop_ids))
        if shop:
            of_shop = of_shop.join(Shop).where(Shop.name == shop)
        newest = newest.where(Drift.listing_id.in_(of_shop))
    if before is not None:
        newest = newest.where(Drift.id < before)
    query = (
        select(Drift, Listing)
        .join(Listing, Listing.id == Drift.listing_id)
        .where(Drift.id.in_(select(newest.subquery().c.id)))
        .options(
            joinedload(Listing.shop),
            selectinload(Listing.components).joinedload(ListingComponent.sku),
        )
        .order_by(Drift.id.desc())
    )
    found = [Drifted(drift, listing) for drift, listing in session.execute(query)]
    shown = found[:limit]
    more = len(found) > limit
    return Page(shown, next_before=shown[-1].drift.id if more else None)


def phantom_units(
    session: Session, *, shop_ids: Collection[int] | None = None
) -> Sequence[Caught]:
    """Return the phantom units caught in each shop, shops without any included."""
    rows = session.execute(
        select(
            Shop.channel,
            Shop.name,
            func.coalesce(func.sum(Listing.phantom_units), 0),
        )
        .outerjoin(Listing, Listing.shop_id == Shop.id)
        .where(among(Shop.id, shop_ids))
        .group_by(Shop.id)
        .order_by(Shop.channel, Shop.name)
    )
    return [
        Caught(channel=channel, shop=shop, units=int(units))
        for channel, shop, units in rows
    ]


def open_drifts(session: Session, listing_ids: Collection[int]) -> Mapping[int, Drift]:
    """Return the drifts that are not put back yet, by listing."""
    found = session.scalars(
        select(Drift)
        .where(Drift.listing_id.in_(listing_ids))
        .where(Drift.settled_at.is_(None))
        .order_by(Drift.id)
    )
    return {drift.listing_id: drift for drift in found}
