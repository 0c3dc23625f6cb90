"""Seller accounts: adding them, their sealed settings, and the lease on their work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from stock import leases
from stock.errors import LeaseLost, StockError, UnknownShop
from stock.models import (
    Consent,
    InboxMessage,
    Listing,
    RefundMode,
    Shop,
    ShopState,
    Warehouse,
)
from stock.offers import owes_push
from stock.vault import Vault

QUEUE_TROUBLE = "message queue: "
"""Begins the note of a trouble for which nothing else at the shop has to wait."""


class ShopExists(StockError):
    """A shop of this name is connected already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a shop {name!r} already")


def add_shop(
    session: Session,
    vault: Vault,
    *,
    name: str,
    channel: str,
    external_id: str,
    settings: Mapping[str, Any],
    now: datetime,
    orders_since: datetime,
    refunds: RefundMode = RefundMode.CHANNEL,
) -> Shop:
    """Connect a shop; orders changed since ``orders_since`` will be read.

    ``refunds`` says who gives a buyer's money back.

    Raises ``ShopExists``.
    """
    if session.scalar(select(Shop.id).where(Shop.name == name)) is not None:
        raise ShopExists(name)
    warehouse = session.scalars(select(Warehouse).order_by(Warehouse.id)).first()
    if warehouse is None:
        raise StockError("the database has no warehouse: run `init` first")
    shop = Shop(
        name=name,
        channel=channel,
        external_id=external_id,
        warehouse_id=warehouse.id,
        sealed_settings=vault.seal(f"shop:{name}", settings),
        state=ShopState.ACTIVE,
        refunds=refunds,
        added_at=now,
        orders_since=orders_since,
        returns_since=orders_since,
        sync_due_at=now,
        reconcile_due_at=now,
    )
    session.add(shop)
    session.flush()
    return shop


def find_shop(session: Session, name: str) -> Shop:
    """Return the shop of this name.  Raises ``UnknownShop``."""
    shop = session.scalar(select(Shop).where(Shop.name == name))
    if shop is None:
        raise UnknownShop(name)
    return shop


def all_shops(session: Session) -> Sequence[Shop]:
    """Return all shops, by name."""
    return session.scalars(select(Shop).order_by(Shop.name)).all()


def read_settings(session: Session, vault: Vault, name: str) -> dict[str, Any]:
    """Open a shop's settings."""
    shop = find_shop(session, name)
    return vault.open(f"shop:{name}", shop.sealed_settings)


def rotate_settings(
    session: Session,
    vault: Vault,
    name: str,
    stale: Mapping[str, Any],
    renew: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    gives_access: bool = True,
) -> dict[str, Any]:
    """Replace ``stale`` settings, once, whoever asks; the caller commits at once.

    A shop that waited for access goes on with it, unless it is not ``gives_access``.

    Holds the shop's row while ``renew`` runs, so that two workers cannot both use a
    single-use token.  When somebody was faster, theirs is returned.
    """
    shop = session.scalar(select(Shop).where(Shop.name == name).with_for_update())
    if shop is None:
        raise UnknownShop(name)
    current = vault.open(f"shop:{name}", shop.sealed_settings)
    if current != dict(stale):
        return current
    renewed = dict(renew(current))
    shop.sealed_settings = vault.seal(f"shop:{name}", renewed)
    if gives_access and shop.state == ShopState.PAUSED:
        shop.state = ShopState.ACTIVE
    return renewed


def due_shops(session: Session, now: datetime) -> Sequence[Shop]:
    """Return the active shops with work to do, longest overdue first.

    Due are: a sync or a reconcile whose time has come, pushes that are owed, and
    messages that nobody has followed up.  A shop that must wait is not due before.
    Where a seller has just given access, the shop is due in whatever state it is.
    """
    owing = (
        select(Listing.id)
        .where(Listing.shop_id == Shop.id)
        .where(owes_push())
        .where(or_(Listing.due_at.is_(None), Listing.due_at <= now))
        .exists()
    )
    told = (
        select(InboxMessage.id)
        .where(InboxMessage.shop_id == Shop.id)
        .where(InboxMessage.done_at.is_(None))
        .exists()
    )
    answered = (
        select(Consent.shop_id)
        .where(Consent.shop_id == Shop.id)
        .where(Consent.sealed_answer.is_not(None))
        .exists()
    )
    works = and_(
        Shop.state == ShopState.ACTIVE,
        or_(
            Shop.last_error == "",
            Shop.last_error.startswith(QUEUE_TROUBLE),
            Shop.sync_due_at <= now,
        ),
        or_(Shop.sync_due_at <= now, Shop.reconcile_due_at <= now, owing, told),
    )
    return session.scalars(
        select(Shop)
        .where(or_(Shop.lease_until.is_(None), Shop.lease_until < now))
        .where(or_(works, answered))
        .order_by(Shop.sync_due_at)
    ).all()


def must_wait(shop: Shop, now: datetime) -> bool:
    """Say whether a shop waits as its channel asked, also with what it owes."""
    is_held_up = shop.last_error and not shop.last_error.startswith(QUEUE_TROUBLE)
    return bool(is_held_up) and shop.sync_due_at > now


def take_lease(session: Session, name: str) -> str | None:
    """Claim a shop's work for half a minute; ``None`` while somebody else has it."""
    return leases.take(session, Shop, Shop.name == name)


def keep_lease(session: Session, name: str, token: str) -> None:
    """Go on holding a lease.  Raises ``LeaseLost`` when somebody took over.

    Called in the same transaction as the work, it fences that work: a holder who
    slept too long cannot commit.
    """
    if not leases.keep(session, Shop, Shop.name == name, token):
        raise LeaseLost(f"somebody else works on shop {name!r}")


def release_lease(session: Session, name: str, token: str) -> None:
    """Give a lease back; nothing happens when it was lost."""
    leases.release(session, Shop, Shop.name == name, token)


def owed_pushes(session: Session, shop: Shop) -> int:
    """Count the listings whose channel has not heard our newest number."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Listing)
            .where(Listing.shop_id == shop.id)
            .where(owes_push())
        )
        or 0
    )
