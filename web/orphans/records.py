"""Finds the orphans that an address names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from stock.models import Orphan
from web.access import check_shop, check_warehouse
from web.errors import RecordMissing


def named_orphan(session: Session, orphan_id: int, *, booking: bool = False) -> Orphan:
    """Return the orphan with this id, if it is the reader's business.

    That is who may book into its warehouse.  One that was matched is its order's shop's
    business: whoever sees that may look.  Raises ``RecordMissing``.
    """
    orphan = session.get(Orphan, orphan_id)
    if orphan is None:
        raise RecordMissing("orphan")
    if orphan.order is not None:
        check_shop(orphan.order.shop_id, "orphan")
    if booking or orphan.order is None:
        check_warehouse(orphan.warehouse_id, "orphan")
    return orphan
