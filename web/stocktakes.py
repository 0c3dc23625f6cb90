"""A posted stocktake: the paper behind the movements that it caused."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from stock.count_sheet import lines_page
from stock.models import Stocktake
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.desk import current_desk
from web.errors import RecordMissing
from web.permissions import Permission, needs

PAGE_LINES = 100

blueprint = desk_blueprint("stocktakes")


@blueprint.get("/stocktakes/<id:stocktake_id>")
@needs(Permission.LOOK)
def show_stocktake(stocktake_id: int) -> ResponseReturnValue:
    """Show what a stocktake counted, and by how much the books changed."""
    after = asked_id("after")
    with current_desk().database.read() as session:
        stocktake = session.get(Stocktake, stocktake_id)
        if stocktake is None:
            raise RecordMissing("stocktake")
        seen = current_reader().shop_ids
        page = lines_page(
            session, stocktake, shop_ids=seen, after=after, limit=PAGE_LINES
        )
        if seen is not None and not page.lines and not after:
            # Nothing that they know was counted: it is other shops' stocktake.
            raise RecordMissing("stocktake")
        return render_template(
            "stocktake.html",
            stocktake=stocktake,
            lines=page.lines,
            next_after=page.next_after,
            is_first=not after,
        )
