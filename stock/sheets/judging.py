"""Writes down what was found in a parcel, while it is a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.errors import UnknownSku
from stock.models import Order, SheetLine, SheetParcel
from stock.readable import readable_text
from stock.sheets.clerk import Clerk
from stock.sheets.counts import (
    Condition,
    Counts,
    check_counts,
    counts_of,
    line_name,
)
from stock.sheets.errors import AllCounted, MoreThanLeft, NotInParcel
from stock.sheets.holding import (
    ParcelHead,
    check_draft,
    check_version,
    hold_parcel,
    mark_changed,
    parcel_head,
)
from stock.sheets.matching import PackedUnits, units_packed
from stock.sheets.opening import LONGEST_NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a scanned item was counted as."""

    parcel: ParcelHead
    sku: str
    condition: Condition
    count: int
    """Units of the line that are in this condition by now."""


def judge(
    session: Session,
    parcel_id: int,
    units: Mapping[str, Counts],
    *,
    version: int,
    by: Clerk,
    now: datetime,
    note: str | None = None,
) -> ParcelHead:
    """Write down what was found, by the names of the parcel's lines.

    Lines that are not named keep their counts, and no note keeps the note.  Saying
    what is already so changes nothing, whatever the version.  Raises
    ``UnknownParcel``, ``ParcelClosed``, ``StaleParcel``, ``UnknownSku``,
    ``InvalidQuantity`` or ``MoreThanLeft``.
    """
    parcel = hold_parcel(session, parcel_id, by).parcel
    check_draft(parcel)
    order = session.get_one(Order, parcel.order_id)
    packed = {_name(item): item for item in units_packed(session, order)}
    for name, counts in units.items():
        _check_line(order, packed.get(name), name, counts)
    lines = {line_name(x.sku_id, x.warehouse_id): x for x in _lines(session, parcel)}
    changed = {
        name: counts
        for name, counts in units.items()
        if counts != (counts_of(lines[name]) if name in lines else Counts())
    }
    kept = parcel.note if note is None else readable_text(note, LONGEST_NOTE)
    if not changed and kept == parcel.note:
        return parcel_head(parcel)
    check_version(parcel, version)
    for name, counts in changed.items():
        line = lines.get(name) or _new_line(session, parcel, packed[name])
        _write(line, counts)
    parcel.note = kept
    mark_changed(parcel, by, now)
    return parcel_head(parcel)


def count_from_zero(
    session: Session, parcel_id: int, *, version: int, by: Clerk, now: datetime
) -> ParcelHead:
    """Begin to count by scanning: what was announced is missing until it is scanned.

    Raises ``UnknownParcel``, ``ParcelClosed`` or ``StaleParcel``.
    """
    parcel = hold_parcel(session, parcel_id, by).parcel
    check_draft(parcel)
    check_version(parcel, version)
    for line in _lines(session, parcel):
        _write(line, Counts(missing=line.expected))
    mark_changed(parcel, by, now)
    return parcel_head(parcel)


def count_scan(
    session: Session,
    parcel_id: int,
    code: str,
    condition: Condition = Condition.GOOD,
    *,
    version: int,
    by: Clerk,
    now: datetime,
) -> Scanned:
    """Count one unit of a scanned item, by its SKU code or barcode in any case.

    It was missing until now; or it is a further unit, while more are out; or else it
    had been taken for good.  Raises ``UnknownParcel``, ``ParcelClosed``,
    ``StaleParcel``, ``NotInParcel`` or ``AllCounted``.
    """
    parcel = hold_parcel(session, parcel_id, by).parcel
    check_draft(parcel)
    check_version(parcel, version)
    order = session.get_one(Order, parcel.order_id)
    meant = _items_meant(session, order, code)
    lines = {line_name(x.sku_id, x.warehouse_id): x for x in _lines(session, parcel)}
    for source in (Condition.MISSING, None, Condition.GOOD):
        for item in meant:
            line = lines.get(_name(item))
            before = counts_of(line) if line else Counts()
            after = _moved(before, source, condition, item.out)
            if after is not None:
                _write(line or _new_line(session, parcel, item), after)
                mark_changed(parcel, by, now)
                return Scanned(
                    parcel=parcel_head(parcel),
                    sku=item.sku,
                    condition=condition,
                    count=after.of(condition),
                )
    raise AllCounted(sku=meant[0].sku, units=sum(item.out for item in meant))


def _moved(
    counts: Counts, source: Condition | None, target: Condition, out: int
) -> Counts | None:
    """Return the counts with one more unit in ``target``, if ``source`` has one."""
    if source is None:
        return counts.plus(target, 1) if counts.total < out else None
    if source is target or not counts.of(source):
        return None
    return counts.plus(source, -1).plus(target, 1)


def _items_meant(session: Session, order: Order, code: str) -> Sequence[PackedUnits]:
    wanted = code.strip().casefold()
    meant = [
        item
        for item in units_packed(session, order)
        if wanted and wanted in (item.sku.casefold(), item.barcode.casefold())
    ]
    if not meant:
        given = readable_text(code.strip(), 100)
        raise NotInParcel(code=given, order=order.channel_order_id)
    return meant


def _check_line(
    order: Order, packed: PackedUnits | None, name: str, counts: Counts
) -> None:
    check_counts(counts)
    if packed is None:
        raise UnknownSku(readable_text(name, 100))
    if counts.total > packed.left:
        raise MoreThanLeft(
            order=order.channel_order_id,
            sku=packed.sku,
            asked=counts.total,
            left=packed.left,
        )


def _lines(session: Session, parcel: SheetParcel) -> Sequence[SheetLine]:
    return session.scalars(
        select(SheetLine)
        .where(SheetLine.parcel_id == parcel.id)
        .execution_options(populate_existing=True)
    ).all()


def _new_line(session: Session, parcel: SheetParcel, packed: PackedUnits) -> SheetLine:
    line = SheetLine(
        parcel_id=parcel.id,
        sku_id=packed.sku_id,
        warehouse_id=packed.warehouse_id,
        expected=0,
    )
    session.add(line)
    return line


def _write(line: SheetLine, counts: Counts) -> None:
    for condition in Condition:
        setattr(line, condition, counts.of(condition))


def _name(packed: PackedUnits) -> str:
    return line_name(packed.sku_id, packed.warehouse_id)
