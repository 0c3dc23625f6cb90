"""What one listing may show of our stock, as a person decides it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import allotments
from stock.admin.hand_mapping import ListingChanged, name_of
from stock.audit_log import write_audit
from stock.models import Listing


def set_listing_rules(
    session: Session,
    listing: Listing,
    *,
    buffer: int | None,
    share: int | None,
    paused: bool,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Change what differs; say whether anything did.  ``None`` means: as its shop.

    ``seen`` marks the rules that the person looked at.  Raises ``InvalidAllotment``,
    and ``ListingChanged`` when they are others by now.
    """
    session.execute(
        select(Listing.id).where(Listing.id == listing.id).with_for_update()
    )
    session.refresh(listing)
    before = _told(listing)
    is_new = (buffer, share, paused) != (listing.buffer, listing.share, listing.paused)
    if is_new and seen is not None and seen != rules_mark(listing):
        raise ListingChanged(name_of(listing))
    if (buffer, share) != (listing.buffer, listing.share):
        allotments.allot_listing(session, listing, buffer=buffer, share=share)
    if paused and not listing.paused:
        allotments.pause_listing(session, listing)
    if listing.paused and not paused:
        allotments.resume_listing(session, listing)
    after = _told(listing)
    detail = {
        name: f"{before[name]} → {after[name]}"
        for name in before
        if before[name] != after[name]
    }
    if not detail:
        return False
    told = f"{listing.shop.name} · {name_of(listing)}"[:200]
    write_audit(session, actor, "listing rules set", told, detail, now)
    return True


def rules_mark(listing: Listing) -> str:
    """Return a short mark of a listing's rules; other rules, another mark."""
    return "|".join(_told(listing).values())


def _told(listing: Listing) -> dict[str, str]:
    return {
        "buffer": "as shop" if listing.buffer is None else str(listing.buffer),
        "share": "as shop" if listing.share is None else str(listing.share),
        "paused": "yes" if listing.paused else "no",
    }
