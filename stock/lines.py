"""Turns reported lines into lines in units of our SKUs, through the shop's listings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, selectinload

from stock.models import Listing, ListingState, Order, OrderLine, Shop
from stock.position import LineFacts, LinePosition, delivered, ended, left, position
from stock.reports import LineReport, OrderReport

ListingKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A reported line whose listing stands for no SKU of ours."""

    line: LineReport

    def __str__(self) -> str:
        listing = f"{self.line.item_id}:{self.line.variant_id}".rstrip(":")
        return f"listing {listing} (SKU {self.line.sku!r}) is not mapped"


def find_listings(
    session: Session, shop: Shop, reports: Iterable[OrderReport]
) -> Mapping[ListingKey, Listing]:
    """Return the listings that these orders name, with their components."""
    keys = {(line.item_id, line.variant_id) for r in reports for line in r.lines}
    if not keys:
        return {}
    found = session.scalars(
        select(Listing)
        .where(Listing.shop_id == shop.id)
        .where(tuple_(Listing.item_id, Listing.variant_id).in_(sorted(keys)))
        .options(selectinload(Listing.components))
    )
    return {(listing.item_id, listing.variant_id): listing for listing in found}


def merge_lines(
    order: Order,
    report: OrderReport,
    listings: Mapping[ListingKey, Listing],
    *,
    warehouse_id: int,
    newest: bool,
    left_before: Mapping[str, int],
) -> Sequence[Unmapped]:
    """Bring an order's lines up to what a report says; return those not mapped.

    An older report only adds to what has left.  ``left_before`` holds what had been
    told about lines while they were not mapped.
    """
    unmapped = []
    for line in report.lines:
        known = [x for x in order.lines if x.channel_line_id == line.line_id]
        if not known:
            known = _open_lines(order, line, listings, warehouse_id)
            for opened in known:
                opened.left = left_before.get(line.line_id, 0) * opened.units
        if not known:
            unmapped.append(Unmapped(line))
        for order_line in known:
            _merge_line(order_line, line, newest=newest)
    return unmapped


def facts_of(line: OrderLine) -> LineFacts:
    """Return all that is known about a line."""
    return LineFacts(
        quantity=line.quantity,
        left=line.left,
        ended_left=line.ended_left,
        ended_here=line.ended_here,
        ended_unknown=line.ended_unknown,
        kept=line.kept,
    )


def settle_position(line: OrderLine) -> LinePosition:
    """Work out where a line's units belong and note what people should look at."""
    target = position(facts_of(line))
    line.coming_back = target.coming_back
    line.waiting = target.waiting
    return target


def _open_lines(
    order: Order,
    line: LineReport,
    listings: Mapping[ListingKey, Listing],
    warehouse_id: int,
) -> list[OrderLine]:
    listing = listings.get((line.item_id, line.variant_id))
    if listing is None or listing.state != ListingState.MAPPED:
        return []
    opened = [
        OrderLine(
            channel_line_id=line.line_id,
            item_id=line.item_id,
            variant_id=line.variant_id,
            sku_id=component.sku_id,
            warehouse_id=warehouse_id,
            units=component.quantity,
            title=line.title[:300],
            unit_price=line.unit_price,
            quantity=0,
            left=0,
            delivered=0,
            ended_left=0,
            ended_here=0,
            ended_unknown=0,
            kept=0,
        )
        for component in listing.components
    ]
    order.lines.extend(opened)
    return opened


def _merge_line(order_line: OrderLine, line: LineReport, *, newest: bool) -> None:
    units = order_line.units
    order_line.left = max(order_line.left, left(line.portions) * units)
    if newest or order_line.quantity == 0:
        order_line.quantity = line.quantity * units
        order_line.delivered = delivered(line.portions) * units
        order_line.ended_left = ended(line.portions, True) * units
        order_line.ended_here = ended(line.portions, False) * units
        order_line.ended_unknown = ended(line.portions, None) * units
