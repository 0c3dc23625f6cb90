"""A posted stocktake: the paper behind the movements that it caused."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from stock.count_sheet import lines_page
from stock.models import Stocktake
from web.access import desk_blueprint
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
        page = lines_page(session, stocktake, after=after, limit=PAGE_LINES)
        return render_template(
            "stocktake.html",
            stocktake=stocktake,
            lines=page.lines,
            next_after=page.next_after,
            is_first=not after,
        )
