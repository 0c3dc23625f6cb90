"""How much long work there will be, where that is known or can be guessed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from daemon.commands.terminal import Bars
from daemon.office import Office
from daemon.shift import Progress
from stock import listings, shops
from stock.models import Listing, Order, Shop

_LONG = timedelta(days=1)
"""What changed in less time than this is read in a moment."""


def known_listings(office: Office, shop_name: str) -> int:
    """Return how many of a shop's listings we have met."""
    with office.database.read() as session:
        shop = shops.find_shop(session, shop_name)
        counted = select(func.count()).where(Listing.shop_id == shop.id)
        return session.scalar(counted) or 0


def compared_listings(office: Office, shop_name: str) -> int:
    """Return how many of a shop's listings are compared with its channel."""
    with office.database.read() as session:
        shop = shops.find_shop(session, shop_name)
        return listings.count_mapped(session, shop)


def guessing_orders(office: Office, shop_name: str, bars: Bars) -> Progress:
    """Return what tells ``bars``, which then guess how many orders there will be.

    No channel says so beforehand.  A shop's first reading goes from the oldest change
    to the newest, so as much of the orders is read as of the time.
    """
    with office.database.read() as session:
        shop = shops.find_shop(session, shop_name)
        before = _orders(session, shop)
    now = office.now()
    if shop.last_sync_at is not None or now - shop.orders_since < _LONG:
        return bars
    done = before

    def tell(what: str, advance: int) -> None:
        nonlocal done
        bars(what, advance)
        if what != "orders":
            return
        done += advance
        with office.database.read() as session:
            read_until = _read_until(session, shop)
        part = _part(shop.orders_since, read_until, now)
        if part:
            bars.expect(what, round(done / part), done=done)

    return tell


def _orders(session: Session, shop: Shop) -> int:
    counted = select(func.count()).where(Order.shop_id == shop.id)
    return session.scalar(counted) or 0


def _read_until(session: Session, shop: Shop) -> datetime | None:
    # Not the newest change: a message may have told of that one before its turn.
    last = select(Order.updated_at).where(Order.shop_id == shop.id)
    return session.scalar(last.order_by(Order.id.desc()).limit(1))


def _part(since: datetime, until: datetime | None, now: datetime) -> float:
    """Return which part of the time is behind us."""
    if until is None:
        return 0.0
    return min(max((until - since) / (now - since), 0.0), 1.0)
