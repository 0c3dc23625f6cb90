"""Why a number is what it is: every movement of a SKU, with its paper."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from stock.card import Entry, hold_still, movements_page
from stock.levels import all_warehouses
from stock.models.keys import Scope
from stock.papers import PaperKind, PaperTrail
from stock.rules import RULES
from stock.shops import all_shops
from stock.transfers import Place
from web.api.cursors import read_cursor, write_cursor
from web.api.named import named_sku
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SKU
from web.api.shapes import (
    Answer,
    AskedMoment,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Page,
    Quantity,
    Units,
)


class MovementPlace(Answer):
    """A bucket in a warehouse."""

    bucket: str
    warehouse: str


class Paper(Answer):
    """What a movement followed from."""

    kind: PaperKind
    id: Identifier | None = Field(
        description="Of the order, receipt or stocktake; null for another paper."
    )
    name: str
    order_id: Identifier | None


class Movement(Answer):
    """Units that were moved; never changed, never deleted."""

    id: Identifier
    posted_at: Moment
    what: str = Field(description="Its name in the rule book, such as `restock`.")
    quantity: Quantity
    source: MovementPlace
    target: MovementPlace
    available_change: Units
    available_after: Units = Field(description="Free to sell, in all warehouses.")
    paper: Paper | None = Field(
        description="Null where it is of a shop that the key does not see."
    )
    by: str | None
    reason: str | None


class Movements(Page):
    """A page of movements."""

    items: list[Movement]


class MovementQuery(ListQuery):
    """Which movements."""

    sku: Code = Field(description="The code of the SKU.")
    until: AskedMoment | None = Field(
        default=None, description="Leaves out what was posted later."
    )


@operation(
    "GET",
    "/movements",
    subject="stock",
    scope=Scope.STOCK_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SKU),
)
def list_movements(call: Call, query: MovementQuery) -> Movements:
    """List a SKU's movements, the newest first"""
    before = read_cursor(call, query)
    hold_still(call.session)
    found = movements_page(
        call.session,
        named_sku(call, query.sku),
        until=query.until,
        before=before[0] if before else None,
        limit=query.limit,
    )
    warehouses = {x.id: x.code for x in all_warehouses(call.session)}
    seen = {x.name for x in all_shops(call.session) if call.caller.sees_shop(x.id)}
    more = found.next_before
    return Movements(
        items=[_movement(entry, warehouses, seen) for entry in found.entries],
        next_cursor=write_cursor(call, query, more) if more else None,
    )


def _movement(
    entry: Entry, warehouses: Mapping[int, str], seen_shops: set[str]
) -> Movement:
    movement = entry.movement
    order = entry.trail.order
    is_seen = order is None or order.shop in seen_shops
    return Movement(
        id=movement.id,
        posted_at=movement.posted_at,
        what=RULES[movement.source.bucket, movement.target.bucket].name,
        quantity=movement.quantity,
        source=_place(movement.source, warehouses),
        target=_place(movement.target, warehouses),
        available_change=entry.change,
        available_after=entry.available,
        paper=_paper(entry.trail) if is_seen else None,
        by=movement.actor if is_seen else None,
        reason=movement.reason if is_seen else None,
    )


def _place(place: Place, warehouses: Mapping[int, str]) -> MovementPlace:
    return MovementPlace(bucket=place.bucket, warehouse=warehouses[place.warehouse_id])


def _paper(trail: PaperTrail) -> Paper:
    return Paper(
        kind=trail.kind,
        id=trail.record_id,
        name=trail.name,
        order_id=trail.order.id if trail.order else None,
    )
