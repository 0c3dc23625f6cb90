"""Reads a whole sheet, in few statements however many parcels are on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from stock.models import (
    ExpectedReturn,
    LineLevel,
    Order,
    OrderLine,
    Parcel,
    ReceiptReversal,
    ReturnSheet,
    SheetLine,
    SheetParcel,
    SheetParcelState,
    SheetState,
    Shop,
    Sku,
    Warehouse,
)
from stock.models.receipts import receipt_number
from stock.papers import OrderName
from stock.sheets.clerk import Clerk
from stock.sheets.counts import counts_of, line_name
from stock.sheets.errors import UnknownSheet
from stock.sheets.finding import sheets_with_warehouses, warehouse_name
from stock.sheets.pages import (
    LineView,
    ParcelView,
    SheetView,
)

_ParcelRow = Row[SheetParcel, Order, str, str, str, str, int]
_LineRow = Row[SheetLine, Sku, str]
_ON_SHEET = (SheetParcelState.DRAFT, SheetParcelState.POSTED)


@dataclass(frozen=True, slots=True)
class _Packed:
    """Units of one SKU that one warehouse packed for an order."""

    out: int
    title: str


def whole_sheet(session: Session, sheet_id: int, *, by: Clerk) -> SheetView:
    """Return a sheet with the parcels of the person's shops.

    Five statements, however many parcels there are.  Raises ``UnknownSheet``.
    """
    found = session.execute(
        sheets_with_warehouses(by).where(ReturnSheet.id == sheet_id)
    ).one_or_none()
    if found is None:
        raise UnknownSheet(str(sheet_id))
    sheet, warehouse = found
    rows = session.execute(_parcels(sheet_id)).all()
    seen = [row for row in rows if by.sees_shop(row.Order.shop_id)]
    on_sheet = [row for row in seen if row.SheetParcel.state in _ON_SHEET]
    return SheetView(
        id=sheet.id,
        number=sheet.number,
        state=SheetState(sheet.state),
        warehouse=warehouse_name(warehouse),
        carrier=sheet.carrier,
        note=sheet.note,
        opened_by=sheet.opened_by,
        opened_at=sheet.opened_at,
        closed_by=sheet.closed_by,
        closed_at=sheet.closed_at,
        parcels=_parcel_views(session, on_sheet),
        taken_off=len(seen) - len(on_sheet),
        hidden=sum(
            row.SheetParcel.state in _ON_SHEET and not by.sees_shop(row.Order.shop_id)
            for row in rows
        ),
    )


def _parcels(
    sheet_id: int,
) -> Select[SheetParcel, Order, str, str, str, str, int]:
    return (
        select(
            SheetParcel,
            Order,
            Shop.name.label("shop"),
            Shop.channel,
            ExpectedReturn.return_id,
            ExpectedReturn.carrier,
            ReceiptReversal.id.label("reversal_id"),
        )
        .join(Order, Order.id == SheetParcel.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(ExpectedReturn, ExpectedReturn.id == SheetParcel.expected_return_id)
        .outerjoin(
            ReceiptReversal, ReceiptReversal.receipt_id == SheetParcel.receipt_id
        )
        .where(SheetParcel.sheet_id == sheet_id)
        .order_by(SheetParcel.position)
    )


def _parcel_views(
    session: Session, rows: Sequence[_ParcelRow]
) -> tuple[ParcelView, ...]:
    order_ids = {row.Order.id for row in rows}
    packed = _packed(session, order_ids)
    numbers = _tracking_numbers(session, order_ids)
    lines = _lines(session, [row.SheetParcel.id for row in rows])
    return tuple(
        _parcel_view(
            row,
            numbers[row.Order.id],
            tuple(
                _line_view(line, packed[row.Order.id])
                for line in lines[row.SheetParcel.id]
            ),
        )
        for row in rows
    )


def _parcel_view(
    row: _ParcelRow, numbers: Sequence[str], lines: Sequence[LineView]
) -> ParcelView:
    parcel, order = row.SheetParcel, row.Order
    name = OrderName(
        id=order.id,
        number=order.channel_order_id,
        channel=row.channel,
        shop=row.shop,
        shop_id=order.shop_id,
    )
    return ParcelView(
        id=parcel.id,
        key=parcel.key,
        position=parcel.position,
        code=parcel.code,
        state=SheetParcelState(parcel.state),
        version=parcel.version,
        order=name,
        shop_id=order.shop_id,
        expected_return_id=parcel.expected_return_id,
        return_id=row.return_id or "",
        carrier=row.carrier or "",
        tracking_numbers=tuple(numbers),
        note=parcel.note,
        added_by=parcel.added_by,
        added_at=parcel.added_at,
        changed_by=parcel.changed_by,
        changed_at=parcel.changed_at,
        receipt_id=parcel.receipt_id,
        receipt_number=receipt_number(parcel.receipt_id) if parcel.receipt_id else "",
        is_reversed=row.reversal_id is not None,
        lines=lines,
    )


def _line_view(row: _LineRow, packed: Mapping[tuple[int, int], _Packed]) -> LineView:
    line, sku = row.SheetLine, row.Sku
    here = packed.get((line.sku_id, line.warehouse_id), _Packed(0, ""))
    return LineView(
        name=line_name(line.sku_id, line.warehouse_id),
        sku_id=sku.id,
        sku=sku.code,
        title=sku.name or here.title or sku.code,
        barcode=sku.barcode,
        warehouse_id=line.warehouse_id,
        warehouse=row.warehouse,
        is_split=sum(sku_id == sku.id for sku_id, _ in packed) > 1,
        expected=line.expected,
        out=here.out,
        counts=counts_of(line),
    )


def _lines(
    session: Session, parcel_ids: Collection[int]
) -> Mapping[int, Sequence[_LineRow]]:
    rows = session.execute(
        select(SheetLine, Sku, Warehouse.code.label("warehouse"))
        .join(Sku, Sku.id == SheetLine.sku_id)
        .join(Warehouse, Warehouse.id == SheetLine.warehouse_id)
        .where(SheetLine.parcel_id.in_(parcel_ids))
        .order_by(SheetLine.parcel_id, Sku.code, SheetLine.warehouse_id)
    )
    lines: dict[int, list[_LineRow]] = defaultdict(list)
    for row in rows:
        lines[row.SheetLine.parcel_id].append(row)
    return lines


def _packed(
    session: Session, order_ids: Collection[int]
) -> Mapping[int, Mapping[tuple[int, int], _Packed]]:
    rows = session.execute(
        select(
            OrderLine.order_id,
            OrderLine.sku_id,
            OrderLine.warehouse_id,
            func.sum(LineLevel.out),
            func.max(OrderLine.title),
        )
        .join(LineLevel, LineLevel.order_line_id == OrderLine.id)
        .where(OrderLine.order_id.in_(order_ids))
        .group_by(OrderLine.order_id, OrderLine.sku_id, OrderLine.warehouse_id)
    )
    packed: dict[int, dict[tuple[int, int], _Packed]] = defaultdict(dict)
    for order_id, sku_id, warehouse_id, out, title in rows:
        packed[order_id][sku_id, warehouse_id] = _Packed(int(out), title)
    return packed


def _tracking_numbers(
    session: Session, order_ids: Collection[int]
) -> Mapping[int, Sequence[str]]:
    rows = session.execute(
        select(Order.id, Parcel.number)
        .join(
            Parcel,
            (Parcel.shop_id == Order.shop_id)
            & (Parcel.channel_order_id == Order.channel_order_id),
        )
        .where(Order.id.in_(order_ids))
        .order_by(Parcel.id)
    )
    numbers: dict[int, list[str]] = defaultdict(list)
    for order_id, number in rows:
        numbers[order_id].append(number)
    return numbers
