"""Parts of the open returns whose right to claim ends in the order of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement

from stock.models import ExpectedReturn
from stock.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePart:
    """Returns of one shop, either all told a deadline or none."""

    is_told: bool
    window: timedelta
    """What is added to the age of those that were told none."""
    where: Sequence[ColumnElement[bool]]
    """As ranges of the index of deadlines."""


def deadline_parts(selection: Selection) -> Sequence[DeadlinePart]:
    """Return the parts of the selected shops, within the deadlines asked for."""
    return [
        part
        for shop_id, window in selection.windows.items()
        if selection.shop_ids is None or shop_id in selection.shop_ids
        for part in (_told(selection, shop_id), _untold(selection, shop_id, window))
    ]


def _told(selection: Selection, shop_id: int) -> DeadlinePart:
    told = ExpectedReturn.claim_before
    where = [ExpectedReturn.shop_id == shop_id, told.is_not(None)]
    if selection.due_after is not None:
        where.append(told > selection.due_after)
    if selection.due_until is not None:
        where.append(told <= selection.due_until)
    return DeadlinePart(is_told=True, window=timedelta(0), where=where)


def _untold(selection: Selection, shop_id: int, window: timedelta) -> DeadlinePart:
    opened = ExpectedReturn.opened_at
    where = [ExpectedReturn.shop_id == shop_id, ExpectedReturn.claim_before.is_(None)]
    if selection.due_after is not None:
        where.append(opened > selection.due_after - window)
    if selection.due_until is not None:
        where.append(opened <= selection.due_until - window)
    return DeadlinePart(is_told=False, window=window, where=where)
