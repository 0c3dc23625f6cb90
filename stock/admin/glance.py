"""How each shop is doing: what is owed, what is due and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from stock.admin import unmapped
from stock.models import (
    Drift,
    InboxMessage,
    Listing,
    RefundDue,
    RefundDueState,
    SetAside,
    Shop,
)
from stock.offers import owes_push
from stock.scope import among


class DueWork(StrEnum):
    """A kind of work that waits to be done."""

    ROUND = "round"
    COMPARISON = "comparison"
    MESSAGES = "messages"
    REFUNDS = "refunds"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopGlance:
    """One shop, and what stands open there."""

    shop: Shop
    owed: int
    """Listings whose channel has not heard our newest number."""
    set_aside: int
    unmapped: int
    due: DueWork | None
    """The oldest work that is due."""
    due_since: datetime | None

    @property
    def read_up_to(self) -> datetime:
        """Up to when all changes of orders have been read."""
        shop = self.shop
        if shop.orders_cursor is None and shop.orders_sweep_at is not None:
            return shop.orders_sweep_at
        return shop.orders_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How all shops together are doing."""

    oldest: ShopGlance | None
    """The shop with the oldest due work."""
    open_drifts: int
    phantom_units: int


def glances(
    session: Session, shop_ids: Collection[int] | None, *, now: datetime
) -> Sequence[ShopGlance]:
    """Return how each shop is doing that a person may see, by name."""
    shops = session.scalars(
        select(Shop)
        .where(among(Shop.id, shop_ids))
        .options(joinedload(Shop.warehouse))
        .order_by(Shop.name)
    ).all()
    owed = _owed(session, shop_ids)
    aside = _aside(session, shop_ids)
    missing = unmapped.how_many_by_shop(session, shop_ids)
    waiting = _waiting(session, shop_ids)
    found = []
    for shop in shops:
        due, since = _oldest(shop, waiting[shop.id], now)
        found.append(
            ShopGlance(
                shop=shop,
                owed=owed.get(shop.id, 0),
                set_aside=aside.get(shop.id, 0),
                unmapped=missing.get(shop.id, 0),
                due=due,
                due_since=since,
            )
        )
    return found


def health(
    session: Session, shop_ids: Collection[int] | None, shops: Sequence[ShopGlance]
) -> Health:
    """Return how these shops are doing together."""
    late = [one for one in shops if one.due_since is not None]
    seen = among(Listing.shop_id, shop_ids)
    open_drifts = session.scalar(
        select(func.count())
        .select_from(Drift)
        .join(Listing, Listing.id == Drift.listing_id)
        .where(Drift.settled_at.is_(None), seen)
    )
    phantoms = session.scalar(select(func.sum(Listing.phantom_units)).where(seen))
    return Health(
        oldest=min(late, key=lambda one: one.due_since or one.read_up_to, default=None),
        open_drifts=open_drifts or 0,
        phantom_units=int(phantoms or 0),
    )


def _owed(session: Session, shop_ids: Collection[int] | None) -> Mapping[int, int]:
    rows = session.execute(
        select(Listing.shop_id, func.count())
        .where(owes_push(), among(Listing.shop_id, shop_ids))
        .group_by(Listing.shop_id)
    )
    return {shop_id: count for shop_id, count in rows}


def _aside(session: Session, shop_ids: Collection[int] | None) -> Mapping[int, int]:
    rows = session.execute(
        select(SetAside.shop_id, func.count())
        .where(among(SetAside.shop_id, shop_ids))
        .group_by(SetAside.shop_id)
    )
    return {shop_id: count for shop_id, count in rows}


def _waiting(
    session: Session, shop_ids: Collection[int] | None
) -> Mapping[int, Mapping[DueWork, datetime | None]]:
    # A look into each shop's end of the index, not a walk through all messages.
    message = (
        select(func.min(InboxMessage.received_at))
        .where(InboxMessage.shop_id == Shop.id, InboxMessage.done_at.is_(None))
        .scalar_subquery()
    )
    refund = (
        select(func.min(func.coalesce(RefundDue.due_at, RefundDue.opened_at)))
        .where(RefundDue.shop_id == Shop.id)
        .where(RefundDue.state == RefundDueState.OWED)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Shop.id, message, refund).where(among(Shop.id, shop_ids))
    )
    return {
        shop_id: {DueWork.MESSAGES: told, DueWork.REFUNDS: owed}
        for shop_id, told, owed in rows
    }


def _oldest(
    shop: Shop, waiting: Mapping[DueWork, datetime | None], now: datetime
) -> tuple[DueWork | None, datetime | None]:
    since: dict[DueWork, datetime | None] = {
        DueWork.ROUND: shop.sync_due_at,
        DueWork.COMPARISON: shop.reconcile_due_at,
        **waiting,
    }
    late = {work: at for work, at in since.items() if at is not None and at <= now}
    if not late:
        return None, None
    work = min(late, key=lambda one: late[one])
    return work, late[work]
