"""How much of our stock each shop and each listing may show, as people decide it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from stock.errors import StockError
from stock.models import Listing, Shop, ShopWarehouse, Warehouse


class InvalidAllotment(StockError):
    """A buffer below zero, or a share outside of 0 to 100 percent."""

    def __init__(self, name: str, value: int, allowed: str) -> None:
        self.name = name
        self.value = value
        super().__init__(f"{name} {value} is not possible: it must be {allowed}")


def allot_shop(
    session: Session, shop: Shop, *, buffer: int | None = None, share: int | None = None
) -> None:
    """Set what a shop's listings keep back; ``None`` leaves it as it is.

    Holds for each listing that has no number of its own.  All listings of the shop owe
    a push afterwards.  Raises ``InvalidAllotment``.
    """
    _check(buffer, share)
    if buffer is not None:
        shop.buffer = buffer
    if share is not None:
        shop.share = share
    _tell_again(session, shop)


def allot_listing(
    session: Session, listing: Listing, *, buffer: int | None, share: int | None
) -> None:
    """Set what one listing keeps back; ``None`` means: as its shop.

    Raises ``InvalidAllotment``.
    """
    _check(buffer, share)
    listing.buffer = buffer
    listing.share = share
    listing.wanted_version += 1
    session.flush()


def pause_listing(session: Session, listing: Listing) -> None:
    """Leave the channel's number of a listing to the seller; orders are followed."""
    listing.paused = True
    session.flush()


def resume_listing(session: Session, listing: Listing) -> None:
    """Send our number of a paused listing again, at once."""
    listing.paused = False
    listing.wanted_version += 1
    listing.due_at = None
    session.flush()


def sell_from(session: Session, shop: Shop, warehouses: Sequence[Warehouse]) -> None:
    """Let a shop show the units of these warehouses; none named means all."""
    session.execute(delete(ShopWarehouse).where(ShopWarehouse.shop_id == shop.id))
    for warehouse_id in {warehouse.id for warehouse in warehouses}:
        session.add(ShopWarehouse(shop_id=shop.id, warehouse_id=warehouse_id))
    _tell_again(session, shop)


def sells_from(session: Session, shop: Shop) -> Sequence[Warehouse]:
    """Return the warehouses that a shop names; none means all."""
    return session.scalars(
        select(Warehouse)
        .join(ShopWarehouse, ShopWarehouse.warehouse_id == Warehouse.id)
        .where(ShopWarehouse.shop_id == shop.id)
        .order_by(Warehouse.id)
    ).all()


def _tell_again(session: Session, shop: Shop) -> None:
    session.flush()
    session.execute(
        update(Listing)
        .where(Listing.shop_id == shop.id)
        .values(wanted_version=Listing.wanted_version + 1, due_at=None)
        .execution_options(synchronize_session=False)
    )


def _check(buffer: int | None, share: int | None) -> None:
    if buffer is not None and buffer < 0:
        raise InvalidAllotment("buffer", buffer, "0 units or more")
    if share is not None and not 0 <= share <= 100:
        raise InvalidAllotment("share", share, "0 to 100 percent")
