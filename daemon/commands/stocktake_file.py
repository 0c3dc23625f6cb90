"""Reads a stocktake's CSV: every row is judged, and one bad row refuses them all."""

from __future__ import annotations

import csv

from sqlalchemy.orm import Session

from daemon.commands.names import flaw_in_name
from daemon.refusals import Refused
from stock import levels
from stock.errors import InvalidQuantity, UnknownSku, UnknownWarehouse
from stock.models import Sku, Warehouse
from stock.quantities import parse_quantity
from stock.stocktakes import Counted

_TOO_MANY_CELLS = (
    "more cells than the first line has: a number is written without separators (1000)"
)


class _BadRow(Exception):
    """A row that no number can be read from; the text says why."""


def read_stocktake(session: Session, path: str, *, new_skus: bool) -> list[Counted]:
    """Return what a file counted.  Raises ``Refused`` that names each bad row."""
    rows = _rows(path)
    counted: dict[tuple[str, str], Counted] = {}
    complaints: list[str] = []
    for number, row in rows:
        try:
            item = _judge(session, row, new_skus=new_skus)
        except (_BadRow, UnknownSku, UnknownWarehouse, InvalidQuantity) as error:
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


def _rows(path: str) -> list[tuple[int, dict[str | None, str]]]:
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
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8 text: save it as CSV UTF-8") from None
    except csv.Error as error:
        raise Refused(f"{path} is not a CSV file: {error}") from None


def _judge(session: Session, row: dict[str | None, str], *, new_skus: bool) -> Counted:
    # What the first line has no name for, the reader keeps under none.
    if None in row:
        raise _BadRow(_TOO_MANY_CELLS)
    return Counted(
        sku=_sku(session, (row.get("sku") or "").strip(), new_skus=new_skus),
        warehouse=_warehouse(session, (row.get("warehouse") or "").strip()),
        quantity=parse_quantity(row.get("quantity") or ""),
    )


def _sku(session: Session, code: str, *, new_skus: bool) -> Sku:
    flaw = flaw_in_name(code)
    if flaw:
        raise _BadRow(f"the SKU {code[:40]!r} {flaw}")
    try:
        return levels.find_sku(session, code)
    except UnknownSku:
        if not new_skus:
            raise
        sku = Sku(code=code)
        session.add(sku)
        session.flush()
        return sku


def _warehouse(session: Session, code: str) -> Warehouse:
    if code:
        return levels.find_warehouse(session, code)
    return levels.all_warehouses(session)[0]


def _complain(path: str, complaints: list[str], *, new_skus: bool) -> str:
    way_out = "Mend these rows and count again."
    if not new_skus and any("unknown SKU" in line for line in complaints):
        way_out += (
            " SKUs come with `./truestock listings import SHOP`,"
            " or with --new-skus from this file."
        )
    rows = "\n  ".join(complaints)
    return f"{path} was not posted, no row of it:\n  {rows}\n{way_out}"
