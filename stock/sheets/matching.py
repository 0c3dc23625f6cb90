"""Works out what a parcel of an order can hold: announced, out, and come before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from stock.board import OPEN_STATES
from stock.models import (
    ExpectedReturn,
    LineLevel,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    ReceiptReversal,
    SheetParcel,
    SheetParcelState,
    Sku,
)
from stock.models.receipts import receipt_number
from stock.models.sheets import sheet_number


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedUnits:
    """The units of one SKU that one warehouse packed for an order."""

    sku_id: int
    warehouse_id: int
    sku: str
    barcode: str
    out: int
    left: int
    """Units that ever left, wherever they are by now."""
    lost: int
    expected: int
    """Units of the meant return, or of all open ones, that are still out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReceipt:
    """A receipt that was booked for the order before."""

    id: int
    number: str
    posted_at: datetime
    actor: str
    units: int
    lost: int
    """How many of the units it booked as lost."""
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelPlace:
    """The sheet that holds a parcel as a draft."""

    parcel_id: int
    sheet_id: int
    position: int
    added_by: str
    added_at: datetime

    @property
    def sheet_number(self) -> str:
        """The number that people read out to each other."""
        return sheet_number(self.sheet_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """An order as far as a parcel of it is concerned."""

    order: Order
    meant: ExpectedReturn | None
    """The announced return that the code means, if it is a certain one."""
    packed: Sequence[PackedUnits]
    receipts: Sequence[EarlierReceipt]
    draft: ParcelPlace | None

    @property
    def out(self) -> int:
        """Units that are out."""
        return sum(item.out for item in self.packed)

    @property
    def left(self) -> int:
        """Units that ever left."""
        return sum(item.left for item in self.packed)

    @property
    def lost(self) -> int:
        """Units that were written off as lost."""
        return sum(item.lost for item in self.packed)

    @property
    def expected(self) -> int:
        """Units that are announced and out."""
        return sum(item.expected for item in self.packed)

    @property
    def standing_receipts(self) -> Sequence[EarlierReceipt]:
        """Receipts that nobody reversed."""
        return [item for item in self.receipts if not item.reversed]


def match_order(session: Session, order: Order, code: str) -> Matched:
    """Return what a parcel of an order that was scanned as ``code`` can hold."""
    announced = _announced(session, order)
    meant = _meant(announced, code)
    return Matched(
        order=order,
        meant=meant,
        packed=_packed(session, order, [meant] if meant else announced),
        receipts=_receipts(session, order),
        draft=_draft(session, order, meant),
    )


def units_packed(session: Session, order: Order) -> Sequence[PackedUnits]:
    """Return where an order's units are, whatever is announced of them."""
    return _packed(session, order, ())


def _announced(session: Session, order: Order) -> Sequence[ExpectedReturn]:
    return session.scalars(
        select(ExpectedReturn)
        .where(ExpectedReturn.order_id == order.id)
        .order_by(ExpectedReturn.id)
        .options(selectinload(ExpectedReturn.lines))
        .execution_options(populate_existing=True)
    ).all()


def _meant(announced: Sequence[ExpectedReturn], code: str) -> ExpectedReturn | None:
    wanted = code.strip().casefold()
    named = [item for item in announced if item.return_id.casefold() == wanted]
    opened = [item for item in announced if item.state in OPEN_STATES]
    certain = named or opened
    return certain[0] if len(certain) == 1 else None


def _packed(
    session: Session, order: Order, announced: Sequence[ExpectedReturn]
) -> Sequence[PackedUnits]:
    level = LineLevel
    rows = session.execute(
        select(
            OrderLine.id,
            OrderLine.sku_id,
            OrderLine.warehouse_id,
            Sku.code,
            Sku.barcode,
            level.out,
            (level.out + level.received + level.damaged + level.lost).label("left"),
            level.lost,
        )
        .join(level, level.order_line_id == OrderLine.id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
    )
    to_come = _to_come(announced)
    packed: dict[tuple[int, int], PackedUnits] = {}
    for row in rows:
        key = (row.sku_id, row.warehouse_id)
        known = packed.get(key)
        packed[key] = PackedUnits(
            sku_id=row.sku_id,
            warehouse_id=row.warehouse_id,
            sku=row.code,
            barcode=row.barcode,
            out=row.out + (known.out if known else 0),
            left=row.left + (known.left if known else 0),
            lost=row.lost + (known.lost if known else 0),
            expected=min(row.out, to_come.get(row.id, 0))
            + (known.expected if known else 0),
        )
    return list(packed.values())


def _to_come(announced: Sequence[ExpectedReturn]) -> Mapping[int, int]:
    units: dict[int, int] = {}
    for item in announced:
        if item.state in OPEN_STATES:
            for line in item.lines:
                known = units.get(line.order_line_id, 0)
                units[line.order_line_id] = known + max(0, line.open)
    return units


def _receipts(session: Session, order: Order) -> Sequence[EarlierReceipt]:
    line = ReceiptLine
    rows = session.execute(
        select(
            Receipt.id,
            Receipt.posted_at,
            Receipt.actor,
            func.sum(line.good + line.damaged + line.lost).label("units"),
            func.sum(line.lost).label("lost"),
            func.max(ReceiptReversal.id).label("reversal_id"),
        )
        .join(line, line.receipt_id == Receipt.id)
        .outerjoin(ReceiptReversal, ReceiptReversal.receipt_id == Receipt.id)
        .where(Receipt.order_id == order.id)
        .group_by(Receipt.id, Receipt.posted_at, Receipt.actor)
        .order_by(Receipt.id)
    )
    return [
        EarlierReceipt(
            id=row.id,
            number=receipt_number(row.id),
            posted_at=row.posted_at,
            actor=row.actor,
            units=int(row.units),
            lost=int(row.lost),
            reversed=row.reversal_id is not None,
        )
        for row in rows
    ]


def _draft(
    session: Session, order: Order, meant: ExpectedReturn | None
) -> ParcelPlace | None:
    """Return the draft parcel that is about the same return, or about any."""
    drafts = session.scalars(
        select(SheetParcel)
        .where(SheetParcel.order_id == order.id)
        .where(SheetParcel.state == SheetParcelState.DRAFT)
        .order_by(SheetParcel.id)
    )
    for parcel in drafts:
        same = meant is not None and parcel.expected_return_id == meant.id
        if same or meant is None or parcel.expected_return_id is None:
            return ParcelPlace(
                parcel_id=parcel.id,
                sheet_id=parcel.sheet_id,
                position=parcel.position,
                added_by=parcel.added_by,
                added_at=parcel.added_at,
            )
    return None
