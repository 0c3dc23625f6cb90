"""Reads a stocktake's CSV: every row is judged, and one bad row refuses them all."""

from __future__ import annotations

import csv

from sqlalchemy.orm import Session

from daemon.refusals import Refused
from stock import levels
from stock.errors import InvalidQuantity, UnknownSku, UnknownWarehouse
from stock.models import Sku, Warehouse
from stock.quantities import parse_quantity
from stock.stocktakes import Counted

_MOST_COMPLAINTS = 50


def read_stocktake(session: Session, path: str, *, new_skus: bool) -> list[Counted]:
    """Return what a file counted.  Raises ``Refused`` that names each bad row."""
    rows = _rows(path)
    counted: dict[tuple[str, str], Counted] = {}
    complaints: list[str] = []
    for number, row in rows:
        try:
            item = _judge(session, row, new_skus=new_skus)
        except (UnknownSku, UnknownWarehouse, InvalidQuantity) as error:
            complaints.append(f"row {number}: {error}")
            continue
        key = (item.sku.code, item.warehouse.code)
        if key in counted:
            complaints.append(f"row {number}: {key[0]} in {key[1]} was counted before")
        counted[key] = item
    if complaints:
        raise Refused(_complain(path, complaints, new_skus=new_skus))
    if not counted:
        raise Refused(f"{path} counts nothing: it needs rows of sku,warehouse,quantity")
    return list(counted.values())


def _rows(path: str) -> list[tuple[int, dict[str, str]]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"sku", "quantity"} - set(reader.fieldnames or ())
            if missing:
                raise Refused(
                    f"{path} lacks the column {' and '.join(sorted(missing))}:"
                    " its first line reads sku,warehouse,quantity"
                )
            return [(reader.line_num, dict(row)) for row in reader]
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8 text: save it as CSV UTF-8") from None
    except csv.Error as error:
        raise Refused(f"{path} is not a CSV file: {error}") from None


def _judge(session: Session, row: dict[str, str], *, new_skus: bool) -> Counted:
    code = (row.get("sku") or "").strip()
    try:
        sku = levels.find_sku(session, code)
    except UnknownSku:
        if not new_skus or not code:
            raise
        sku = Sku(code=code)
        session.add(sku)
        session.flush()
    return Counted(
        sku=sku,
        warehouse=_warehouse(session, (row.get("warehouse") or "").strip()),
        quantity=parse_quantity(row.get("quantity") or ""),
    )


def _warehouse(session: Session, code: str) -> Warehouse:
    if code:
        return levels.find_warehouse(session, code)
    return levels.all_warehouses(session)[0]


def _complain(path: str, complaints: list[str], *, new_skus: bool) -> str:
    shown = complaints[:_MOST_COMPLAINTS]
    if len(complaints) > len(shown):
        shown.append(f"and {len(complaints) - len(shown)} more")
    way_out = "Mend these rows and count again."
    if not new_skus and any("unknown SKU" in line for line in complaints):
        way_out += (
            " SKUs come with `./truestock listings import SHOP`,"
            " or with --new-skus from this file."
        )
    rows = "\n  ".join(shown)
    return f"{path} was not posted, no row of it:\n  {rows}\n{way_out}"
