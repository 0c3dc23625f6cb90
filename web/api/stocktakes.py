"""Stocktakes: a count of the shelf, all rows or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from stock.count_sheet import CountedLine, lines_page
from stock.errors import StockError, UnknownSku, UnknownWarehouse
from stock.feeds import seen_skus
from stock.models import Stocktake
from stock.models.keys import Scope
from stock.stocktakes import Counted, post_stocktake
from web.api import problems
from web.api.cursors import read_cursor, write_cursor
from web.api.named import bookable_warehouse, named_sku
from web.api.operations import Call, Created, operation
from web.api.problems import Problem
from web.api.refusals import NOTHING_WAS_WRITTEN, unknown
from web.api.shapes import (
    Answer,
    Body,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Page,
    PersonName,
    Quantity,
    Title,
    Units,
)

MOST_ROWS = 1000
_SUBJECT = "stocktakes"


class CountedRow(Body):
    """Units of one SKU on the shelf of one warehouse that are free to sell."""

    sku: Code
    warehouse: Code
    quantity: Quantity


class NewStocktake(Body):
    """A count of the shelf."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document": "kiểm kê 11/2026",
                    "by": "lan@example.vn",
                    "rows": [{"sku": "MUG", "warehouse": "MAIN", "quantity": 12}],
                }
            ]
        }
    )

    document: Title = Field(description="What the count is called on paper.")
    by: PersonName = Field(description="Who counted and answers for it.")
    rows: Annotated[list[CountedRow], Field(min_length=1, max_length=MOST_ROWS)]


class StocktakeLine(Answer):
    """One row of a count, and by how much it changed the books."""

    sku: str
    warehouse: str
    quantity: Quantity
    change: Units


class StocktakeAnswer(Page):
    """A posted count, with a page of its lines; it is never edited."""

    id: Identifier
    document: str
    by: str
    taken_at: Moment
    lines: list[StocktakeLine]


class StocktakeQuery(ListQuery):
    """Which of its lines."""


@operation(
    "GET",
    "/stocktakes/{stocktake_id}",
    subject=_SUBJECT,
    scope=Scope.STOCKTAKES_READ,
    refusals=(problems.UNKNOWN_STOCKTAKE, problems.UNKNOWN_CURSOR),
)
def get_stocktake(
    call: Call, stocktake_id: int, query: StocktakeQuery
) -> StocktakeAnswer:
    """Read one stocktake

    Its lines come in pages, in the order in which they were counted.
    """
    stocktake = call.session.get(Stocktake, stocktake_id)
    if stocktake is None:
        raise _unknown_stocktake(stocktake_id)
    after = read_cursor(call, query)
    found = lines_page(
        call.session,
        stocktake,
        after=after[0] if after else None,
        limit=query.limit,
    )
    lines = _seen(call, found.lines)
    if found.lines and not lines and found.next_after is None and after is None:
        raise _unknown_stocktake(stocktake_id)
    more = found.next_after
    return _answer(stocktake, lines, write_cursor(call, query, more) if more else None)


@operation(
    "POST",
    "/stocktakes",
    subject=_SUBJECT,
    scope=Scope.STOCKTAKES_WRITE,
    read_by="get_stocktake",
    refusals=(problems.STOCKTAKE_REFUSED,),
)
def create_stocktake(call: Call, body: NewStocktake) -> Created[StocktakeAnswer]:
    """Post a count of the shelf

    Brings the units that are free to sell to what was counted. Every row is judged,
    and one bad row refuses them all. What is promised to orders is not counted.
    """
    stocktake = post_stocktake(
        call.session,
        _judged(call, body.rows),
        document=body.document,
        actor=body.by,
        now=call.now,
    )
    call.session.flush()
    found = lines_page(call.session, stocktake, limit=MOST_ROWS)
    return Created(
        answer=_answer(stocktake, found.lines, None),
        place={"stocktake_id": stocktake.id},
        document=f"stocktake {stocktake.id}",
        by=body.by,
        sku_ids=sorted({item.line.sku_id for item in found.lines}),
    )


def _judged(call: Call, rows: list[CountedRow]) -> list[Counted]:
    counted: dict[tuple[int, int], Counted] = {}
    complaints: list[dict[str, str]] = []
    for number, row in enumerate(rows):
        try:
            item = Counted(
                named_sku(call, row.sku),
                bookable_warehouse(call, row.warehouse),
                row.quantity,
            )
        except (UnknownSku, UnknownWarehouse) as error:
            complaints.append(_complaint(number, error))
            continue
        key = (item.sku.id, item.warehouse.id)
        if key in counted:
            complaints.append(
                {
                    "pointer": f"#/rows/{number}",
                    "detail": f"{row.sku} in {row.warehouse} was counted before",
                }
            )
        counted[key] = item
    if complaints:
        detail = (
            f"{len(complaints)} of {len(rows)} rows cannot be counted."
            f" {NOTHING_WAS_WRITTEN} Mend them and send all rows under a new"
            " Idempotency-Key."
        )
        raise Problem(problems.STOCKTAKE_REFUSED, detail, {"errors": complaints})
    return list(counted.values())


def _complaint(number: int, error: StockError) -> dict[str, str]:
    field = "sku" if isinstance(error, UnknownSku) else "warehouse"
    return {"pointer": f"#/rows/{number}/{field}", "detail": str(error)}


def _seen(call: Call, lines: Sequence[CountedLine]) -> Sequence[CountedLine]:
    if call.caller.shop_ids is None:
        return lines
    ids = {item.line.sku_id for item in lines}
    seen = seen_skus(call.session, ids, call.caller.shop_ids)
    return [item for item in lines if item.line.sku_id in seen]


def _unknown_stocktake(stocktake_id: int) -> Problem:
    kind = problems.UNKNOWN_STOCKTAKE
    return unknown(kind, "stocktake", stocktake_id, "Its id came when it was posted.")


def _answer(
    stocktake: Stocktake, lines: Sequence[CountedLine], next_cursor: str | None
) -> StocktakeAnswer:
    return StocktakeAnswer(
        id=stocktake.id,
        document=stocktake.document,
        by=stocktake.actor,
        taken_at=stocktake.taken_at,
        lines=[
            StocktakeLine(
                sku=item.line.sku.code,
                warehouse=item.line.warehouse.code,
                quantity=item.line.quantity,
                change=item.change,
            )
            for item in lines
        ],
        next_cursor=next_cursor,
    )
