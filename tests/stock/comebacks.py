"""Parcels on their way back: told by the channel, each with its own worth and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from stock import board, orders, returns
from stock.board_place import PageEnd, end_of_page
from stock.models import Shop
from stock.reports import OrderReport, ParcelReport
from stock.selection import Selection
from stock.shops import all_shops
from tests.stock.stories import (
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    buyer_return,
    line,
    order,
    portion,
)
from tests.stock.world import NOW, World

WINDOW = timedelta(days=15)


@dataclass(frozen=True, kw_only=True)
class Comeback:
    """One order of mugs that comes back."""

    order_id: str
    days_ago: float = 1
    quantity: int = 1
    price: str = "99000"
    currency: str = "VND"
    carrier: str = "GHN"
    shop: Shop | None = None
    claim_before: datetime | None = None
    """Told by the channel, with a return of the buyer's."""


def send_back(world: World, *comebacks: Comeback) -> None:
    """Let the channels tell of parcels, each at its own time."""
    for comeback in comebacks:
        shop = comeback.shop or world.shop
        now = NOW - timedelta(days=comeback.days_ago)
        with world.database.write() as session:
            orders.take_in(session, shop, [_told(comeback)], now=now)
            if comeback.claim_before is not None:
                report = replace(
                    buyer_return(comeback.order_id, "MUG", comeback.quantity),
                    return_id=f"R-{comeback.order_id}",
                    claim_before=comeback.claim_before,
                )
                returns.take_in(session, shop, [report], now=now)


def many(world: World, count: int) -> None:
    """Let one parcel after the other come back, told in one breath."""
    told = [
        _told(Comeback(order_id=f"M{n:04d}", carrier=("GHN", "SPX")[n % 2]))
        for n in range(count)
    ]
    with world.database.write() as session:
        orders.take_in(session, world.shop, told, now=NOW)


def selected(world: World, **wishes: object) -> Selection:
    """Return a selection that knows all shops, by name, and their time to claim."""
    with world.database.read() as session:
        windows = {shop.id: WINDOW for shop in all_shops(session)}
    return Selection(**{"windows": windows, **wishes})  # type: ignore[arg-type]


def page(
    world: World,
    selection: Selection,
    *,
    limit: int = 100,
    after: PageEnd | None = None,
) -> tuple[list[str], PageEnd | None]:
    """Return a page's orders, and where it ended."""
    with world.database.read() as session:
        found = board.open_returns(
            session, selection=selection, limit=limit, after=after
        )
        end = end_of_page(found[-1].expected, selection) if found else None
        return [item.expected.channel_order_id for item in found], end


def all_pages(world: World, selection: Selection, *, limit: int) -> Sequence[str]:
    """Return the orders of all pages, one after the other."""
    names: list[str] = []
    end: PageEnd | None = None
    while True:
        found, end = page(world, selection, limit=limit, after=end)
        names += found
        if len(found) < limit:
            return names


def _told(comeback: Comeback) -> OrderReport:
    told = (
        portion(comeback.quantity, DELIVERED)
        if comeback.claim_before
        else portion(comeback.quantity, IN_TRANSIT, DELIVERY_FAILED)
    )
    sold = replace(line("MUG", told), unit_price=Decimal(comeback.price))
    parcel = ParcelReport(
        number=f"T-{comeback.order_id}", direction="forward", carrier=comeback.carrier
    )
    report = order(comeback.order_id, sold)
    return replace(report, currency=comeback.currency, parcels=(parcel,))
