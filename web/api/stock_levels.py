"""How many units of what are where."""

from __future__ import annotations

from pydantic import Field

from stock.card import Units as UnitsByBucket
from stock.card import hold_still, shelves_of, total
from stock.feeds import ShelfLevel, levels_page
from stock.levels import find_warehouse
from stock.models.keys import Scope
from web.api.cursors import read_cursor, write_cursor
from web.api.named import named_sku
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SKU, UNKNOWN_WAREHOUSE
from web.api.shapes import Answer, Code, ListQuery, Moment, Page, Units

_SUBJECT = "stock"


class Buckets(Answer):
    """Units by where they are."""

    available: Units = Field(description="Free to sell; below zero when oversold.")
    committed: Units = Field(description="On the shelf, promised to orders.")
    on_hand: Units = Field(description="In the building: available, committed, damaged")
    out: Units = Field(description="Left the warehouse, and not come back yet.")
    damaged: Units = Field(description="Back in the building, not sellable.")
    lost: Units = Field(description="Will not come back.")


class StockLevel(Answer):
    """Units of one SKU in one warehouse."""

    sku: str
    warehouse: str
    units: Buckets


class StockLevels(Page):
    """A page of levels."""

    items: list[StockLevel]


class StockLevelQuery(ListQuery):
    """Which levels."""

    sku: Code | None = Field(default=None, description="The code of one SKU.")
    warehouse: Code | None = Field(default=None, description="The code of one.")


class WarehouseLevel(Answer):
    """Units in one warehouse."""

    warehouse: str
    units: Buckets


class SkuStock(Answer):
    """One SKU with its units everywhere, all of one moment."""

    sku: str
    name: str
    barcode: str
    counted_at: Moment | None = Field(
        description="When it was first counted; no channel hears of it before."
    )
    units: Buckets
    warehouses: list[WarehouseLevel]


@operation(
    "GET",
    "/stock-levels",
    subject=_SUBJECT,
    scope=Scope.STOCK_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SKU, UNKNOWN_WAREHOUSE),
)
def list_stock_levels(call: Call, query: StockLevelQuery) -> StockLevels:
    """List stock levels

    One item for each SKU in each warehouse in which it ever was.
    """
    after = read_cursor(call, query)
    code = query.warehouse
    found = levels_page(
        call.session,
        shop_ids=call.caller.shop_ids,
        sku_id=named_sku(call, query.sku).id if query.sku else None,
        warehouse_id=find_warehouse(call.session, code).id if code else None,
        after=(after[0], after[1]) if after else None,
        limit=query.limit,
    )
    return StockLevels(
        items=[_level(item) for item in found.items],
        next_cursor=(
            write_cursor(
                call, query, found.items[-1].sku.id, found.items[-1].warehouse.id
            )
            if found.more
            else None
        ),
    )


@operation(
    "GET",
    "/skus/{sku}",
    subject=_SUBJECT,
    scope=Scope.STOCK_READ,
    refusals=(UNKNOWN_SKU,),
)
def get_sku(call: Call, sku: str) -> SkuStock:
    """Read one SKU's stock

    The SKU is named by its code, percent-encoded.
    """
    hold_still(call.session)
    found = named_sku(call, sku)
    shelves = shelves_of(call.session, found)
    return SkuStock(
        sku=found.code,
        name=found.name,
        barcode=found.barcode,
        counted_at=found.counted_at,
        units=_buckets(total(shelves)),
        warehouses=[
            WarehouseLevel(warehouse=x.warehouse.code, units=_buckets(x.units))
            for x in shelves
        ],
    )


def _level(item: ShelfLevel) -> StockLevel:
    level = item.level
    return StockLevel(
        sku=item.sku.code,
        warehouse=item.warehouse.code,
        units=Buckets(
            available=level.available,
            committed=level.committed,
            on_hand=level.on_hand,
            out=level.out,
            damaged=level.damaged,
            lost=level.lost,
        ),
    )


def _buckets(units: UnitsByBucket) -> Buckets:
    return Buckets(
        available=units.available,
        committed=units.committed,
        on_hand=units.on_hand,
        out=units.out,
        damaged=units.damaged,
        lost=units.lost,
    )
