"""What other pages say of unexpected parcels."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from stock import orphan_list
from stock.models import Order, Orphan, OrphanState
from web.access import current_reader
from web.language import gettext


def open_orphans(session: Session) -> int:
    """Count the unexpected parcels that wait in the reader's warehouses."""
    return orphan_list.count_open(session, current_reader().warehouse_ids)


def orphans_coded(session: Session, code: str) -> Sequence[Orphan]:
    """Return the unexpected parcels that wait under a code."""
    places = current_reader().warehouse_ids
    return orphan_list.open_orphans_coded(session, code, places)


def orphans_named_by(session: Session, order: Order) -> Sequence[Orphan]:
    """Return the unexpected parcels that wait under one of an order's numbers."""
    places = current_reader().warehouse_ids
    return orphan_list.open_orphans_named_by(session, order, places)


def orphan_note(session: Session, order: Order, orphan_id: int | None) -> str:
    """Return the note of a receipt for a parcel that was matched to its order."""
    orphan = session.get(Orphan, orphan_id) if orphan_id else None
    if orphan is None or orphan.order_id != order.id:
        return ""
    assert orphan.state == OrphanState.MATCHED
    return gettext("Unexpected parcel %(number)s", number=orphan.number)
