"""Lists what stands for no SKU yet, in slices by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from stock.models import Listing, ListingComponent, Shop
from stock.models.catalogue import UNMAPPED
from stock.scope import among

MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of listings, longest known first."""

    listings: Sequence[Listing]
    next_after: int | None


def unmapped_page(
    session: Session,
    *,
    shop_ids: Collection[int] | None = None,
    shop_id: int | None = None,
    search: str = "",
    after: int = 0,
    limit: int,
) -> Page:
    """Return listings without a SKU, of the shops that a person may see."""
    # As literal text: the database uses the small index only for this very condition.
    query = select(Listing.id).where(text(UNMAPPED)).where(Listing.id > after)
    query = query.where(among(Listing.shop_id, shop_ids))
    return _page(session, _narrowed(query, shop_id, search), limit)


def listings_page(
    session: Session,
    *,
    shop_ids: Collection[int] | None = None,
    shop_id: int | None = None,
    search: str,
    after: int = 0,
    limit: int,
) -> Page:
    """Return listings of any state whose number, code or title holds each word."""
    query = select(Listing.id).where(Listing.id > after)
    query = query.where(among(Listing.shop_id, shop_ids))
    return _page(session, _narrowed(query, shop_id, search), limit)


def how_many_by_shop(
    session: Session, shop_ids: Collection[int] | None
) -> Mapping[int, int]:
    """Count the listings without a SKU by shop; shops without any are left out."""
    rows = session.execute(
        select(Listing.shop_id, func.count())
        .where(text(UNMAPPED))
        .where(among(Listing.shop_id, shop_ids))
        .group_by(Listing.shop_id)
    )
    return {shop_id: count for shop_id, count in rows}


def find(session: Session, listing_id: int) -> Listing | None:
    """Return one listing with its shop and what it stands for."""
    return session.scalar(
        select(Listing).where(Listing.id == listing_id).options(*_loaded())
    )


def shops_seen(session: Session, shop_ids: Collection[int] | None) -> Sequence[Shop]:
    """Return the shops that a person may see, by name."""
    seen = select(Shop).where(among(Shop.id, shop_ids)).order_by(Shop.name)
    return session.scalars(seen).all()


def _narrowed(query: Select[int], shop_id: int | None, search: str) -> Select[int]:
    if shop_id is not None:
        query = query.where(Listing.shop_id == shop_id)
    return query.where(*map(_holds, search.split()[:MOST_WORDS]))


def _page(session: Session, ids: Select[int], limit: int) -> Page:
    wanted = ids.order_by(Listing.id).limit(limit + 1).subquery()
    found = session.scalars(
        select(Listing)
        .where(Listing.id.in_(select(wanted.c.id)))
        .options(*_loaded())
        .order_by(Listing.id)
    ).all()
    shown = found[:limit]
    return Page(shown, shown[-1].id if len(found) > limit else None)


def _loaded() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Listing.shop),
        selectinload(Listing.components).joinedload(ListingComponent.sku),
    )


def _holds(word: str) -> ColumnElement[bool]:
    spellings = sorted({word, word.upper(), word.lower(), word.capitalize()})
    columns = (Listing.title, Listing.channel_sku, Listing.item_id, Listing.barcode)
    return or_(
        *(
            column.contains(spelling, autoescape=True)
            for column in columns
            for spelling in spellings
        )
    )
