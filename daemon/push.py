"""Tells a channel our numbers, and looks whether it shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome
from daemon.pull import orders_read_at
from daemon.shift import Shift
from stock import listings, offers
from stock.models import Listing, Shop
from stock.offers import Owed

REFUSED_WAIT = timedelta(hours=1)
LATER_WAIT = timedelta(minutes=15)
UNKNOWN_WAIT = timedelta(seconds=5)
READ_BACK_WAIT = timedelta(seconds=45)
"""A write without an answer may still land: look after it had the time."""
READ_BATCH = 50

log = structlog.get_logger(__name__)


def push(shift: Shift) -> int:
    """Send every number that is owed; return how many the channel took.

    Each number is read at the moment of sending.  Ends when a fresh look finds nothing
    due.  Raises ``ConnectorError`` when the channel cannot be reached; what was not
    acknowledged stays owed.
    """
    taken = 0
    batch = shift.connector.capabilities.write_batch
    while not shift.is_over:
        owed = shift.read(
            lambda session, shop: offers.owed(
                session, shop, now=shift.office.now(), limit=batch
            )
        )
        if not owed:
            return taken
        taken += _send(shift, owed)
    return taken


def verify_doubted(shift: Shift) -> None:
    """Read back, once each, the listings whose channel may have changed its number."""
    last_id = 0
    while not shift.is_over:
        refs = shift.read(partial(_doubted, after_id=last_id))
        if not refs:
            return
        read_back(shift, refs)
        last_id = max(refs)


def read_back(shift: Shift, refs: dict[int, ListingRef]) -> int:
    """Compare what the channel shows with our numbers; return how many differ.

    A difference is written down and owes a push.
    """
    return len(_compare(shift, refs))


def _compare(shift: Shift, refs: dict[int, ListingRef]) -> set[int]:
    shown = shift.connector.read_stock(list(refs.values()))

    def note(session: Session, shop: Shop) -> set[int]:
        drifted = set()
        read_at = orders_read_at(shop)
        for listing_id, ref in refs.items():
            if ref not in shown:
                listings.record_missing(session, listing_id)
            elif listings.record_seen(
                session,
                listing_id,
                shown[ref],
                now=shift.office.now(),
                orders_read_at=read_at,
            ):
                drifted.add(listing_id)
        return drifted

    drifted = shift.write(note)
    if drifted:
        log.warning("drift", shop=shift.shop_name, listings=len(drifted))
    return drifted


def refs_of(found: Iterable[Listing]) -> dict[int, ListingRef]:
    """Return how the channel names listings, by our ids."""
    return {listing.id: _ref(listing) for listing in found}


def look_soon(shop: Shop, now: datetime) -> None:
    """Let the shop be compared once a write without an answer had time to land."""
    soon = now + READ_BACK_WAIT
    if not now < shop.reconcile_due_at < soon:
        shop.reconcile_due_at = soon


def _doubted(session: Session, shop: Shop, *, after_id: int) -> dict[int, ListingRef]:
    found = listings.doubted(session, shop, after_id=after_id, limit=READ_BATCH)
    return refs_of(found)


def _send(shift: Shift, owed: Sequence[Owed]) -> int:
    updates = [
        StockUpdate(
            listing=_ref(o),
            quantity=o.quantity,
            expected=o.seen_quantity,
        )
        for o in owed
    ]
    results = shift.connector.write_stock(updates)
    shift.write(lambda session, shop: _record(shift, session, shop, owed, results))
    told = list(zip(owed, results, strict=True))
    accepted = [o for o, r in told if r.outcome is WriteOutcome.ACCEPTED]
    stale = [o for o, r in told if r.outcome is WriteOutcome.STALE]
    if accepted or stale:
        # An acceptance is a word; what buyers see is the fact.  The same look renews
        # an expectation that was stale.
        refs = {o.listing_id: _ref(o) for o in accepted + stale}
        drifted = _compare(shift, refs)
        _let_settle(shift, [o for o in accepted if o.listing_id in drifted])
    shift.progress("listings", len(owed))
    return len(accepted)


def _let_settle(shift: Shift, sent: Sequence[Owed]) -> None:
    # Sending again at once would hammer a channel that is slow or stubborn.
    due_at = shift.office.now() + UNKNOWN_WAIT

    def wait(session: Session, _shop: Shop) -> None:
        for one in sent:
            listings.record_failure(
                session,
                one,
                error="the channel took the number and shows another",
                due_at=due_at,
            )

    if sent:
        shift.write(wait)


def _record(
    shift: Shift,
    session: Session,
    shop: Shop,
    owed: Sequence[Owed],
    results: Sequence[StockResult],
) -> None:
    now = shift.office.now()
    waits = {
        WriteOutcome.REFUSED: REFUSED_WAIT,
        WriteOutcome.LATER: LATER_WAIT,
        WriteOutcome.UNKNOWN: UNKNOWN_WAIT,
        WriteOutcome.STALE: timedelta(0),
    }
    for sent, result in zip(owed, results, strict=True):
        if result.outcome is WriteOutcome.ACCEPTED:
            listings.record_push(session, sent, now=now)
            continue
        if result.outcome is WriteOutcome.UNKNOWN:
            look_soon(shop, now)
        listings.record_failure(
            session,
            sent,
            error=result.detail or result.outcome.value,
            due_at=now + waits[result.outcome],
        )
        log.warning(
            "push_failed",
            shop=shift.shop_name,
            listing=sent.listing_id,
            outcome=result.outcome.value,
            detail=result.detail,
        )


def _ref(listing: Listing | Owed) -> ListingRef:
    return ListingRef(item_id=listing.item_id, variant_id=listing.variant_id)
