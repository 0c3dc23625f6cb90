"""Maps listings in a person's name: one SKU, several of one, a bundle, or a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import mapping
from stock.admin.shop_states import read_soon
from stock.audit_log import write_audit
from stock.errors import StockError
from stock.models import Listing, ListingState, Sku
from stock.terms import plain_code

MOST_COMPONENTS = 30
LONGEST_CODE = 100
LONGEST_NAME = 300


class ListingChanged(StockError):
    """Somebody else mapped a listing since it was looked at."""

    def __init__(self, listing: str) -> None:
        self.listing = listing
        super().__init__(f"somebody changed listing {listing} meanwhile")


class SkuExists(StockError):
    """There is a SKU of this code, in this or another spelling."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"there is a SKU {code!r} already")


class CodeRefused(StockError):
    """A code is blank, too long, or holds nothing that could be told apart."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"{code!r} is no code for a SKU")


def fingerprint(listing: Listing) -> str:
    """Return a short mark of what a listing stands for; another mapping, another mark.

    Its components must be loaded, or loadable.
    """
    parts = sorted((part.sku_id, part.quantity) for part in listing.components)
    told = f"{listing.state}|{parts}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def map_by_hand(
    session: Session,
    listing: Listing,
    components: Mapping[int, int],
    *,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Let a listing stand for units per SKU id; orders that wait for it flow at once.

    ``seen`` is the fingerprint that the person looked at.  The same mapping again does
    nothing.  Raises ``ListingChanged``.
    """
    session.execute(
        select(Listing.id).where(Listing.id == listing.id).with_for_update()
    )
    session.refresh(listing)
    session.expire(listing, ["components"])
    before = _stands_for(listing)
    now_there = {part.sku_id: part.quantity for part in listing.components}
    if listing.state == ListingState.MAPPED and now_there == dict(components):
        return
    if seen is not None and fingerprint(listing) != seen:
        raise ListingChanged(name_of(listing))
    mapping.map_listing(session, listing, components)
    session.expire(listing, ["components"])
    read_soon(listing.shop, now)
    session.flush()
    detail = {"stands for": f"{before or '–'} → {_stands_for(listing)}"[:900]}
    told = f"{listing.shop.name} · {name_of(listing)}"[:200]
    write_audit(session, actor, "listing mapped", told, detail, now)


def make_sku(
    session: Session, *, code: str, name: str, barcode: str, actor: str, now: datetime
) -> Sku:
    """Make a SKU; no channel hears of it before it was counted.

    Raises ``SkuExists`` for a code that is there in any spelling, ``CodeRefused``.
    """
    code = code.strip()
    if not plain_code(code) or len(code) > LONGEST_CODE or not code.isprintable():
        raise CodeRefused(code)
    known = session.scalar(select(Sku.code).where(Sku.code == code))
    if known is not None:
        raise SkuExists(known)
    sku = Sku(
        code=code, name=name.strip()[:LONGEST_NAME], barcode=barcode.strip()[:100]
    )
    session.add(sku)
    session.flush()
    write_audit(session, actor, "SKU made", code, {"name": sku.name}, now)
    return sku


def name_of(listing: Listing) -> str:
    """Return a listing's number as commands and people name it."""
    return f"{listing.item_id}:{listing.variant_id}".rstrip(":")


def _stands_for(listing: Listing) -> str:
    return " + ".join(f"{x.sku.code}*{x.quantity}" for x in listing.components)
