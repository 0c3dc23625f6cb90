"""Checks what channels write before anything is kept, the same for every database.

One database cuts long texts, another refuses them; one stores a NUL, another breaks.
Names that identify something are refused with a reason, because a changed name is
another name; what is only read by people is made fit to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from stock.currencies import CURRENCIES
from stock.errors import UnreadableReport
from stock.guard import LARGEST_QUANTITY
from stock.reports import (
    LineReport,
    ListingReport,
    OrderReport,
    ParcelReport,
    RefundReport,
    ReturnLineReport,
    ReturnReport,
)

MOST_LINES = 2_000
_MOST_MONEY = Decimal(10) ** 14
_REFUND_STATES = frozenset({"pending", "refused", "done"})


def readable_text(text: str, most: int) -> str:
    """Return a text for people with at most so many characters, fit to be kept."""
    kept = text[:most].replace("\0", "\ufffd")
    return kept.encode("utf-8", "replace").decode("utf-8") if _is_odd(kept) else kept


def readable_order(report: OrderReport) -> OrderReport:
    """Return a report that can be kept.  Raises ``UnreadableReport``."""
    _check_name("order_id", report.order_id, needed=True)
    _check_currency(report.currency)
    _check_money("total", report.total)
    _check_many("lines", len(report.lines))
    _check_parcels(report.parcels)
    return replace(
        report,
        raw_status=readable_text(report.raw_status, 100),
        reason=readable_text(report.reason, 300),
        lines=tuple(_readable_line(line) for line in report.lines),
        refunds=tuple(_readable_refund(refund) for refund in report.refunds),
    )


def readable_return(report: ReturnReport) -> ReturnReport:
    """Return a report that can be kept.  Raises ``UnreadableReport``."""
    _check_name("order_id", report.order_id, needed=True)
    _check_name("return_id", report.return_id, needed=True)
    _check_many("lines", len(report.lines))
    _check_parcels(report.parcels)
    for line in report.lines:
        _check_return_line(line)
    return replace(
        report,
        reason=readable_text(report.reason, 300),
        refund=None if report.refund is None else _readable_refund(report.refund),
    )


def readable_listing(report: ListingReport) -> ListingReport:
    """Return a report that can be kept.  Raises ``UnreadableReport``."""
    _check_name("item_id", report.item_id, needed=True)
    _check_name("variant_id", report.variant_id)
    return replace(
        report,
        sku=readable_text(report.sku, 100),
        title=readable_text(report.title, 300),
        barcode=readable_text(report.barcode, 100),
    )


def _readable_line(line: LineReport) -> LineReport:
    _check_name("line_id", line.line_id, most=150)
    _check_name("item_id", line.item_id)
    _check_name("variant_id", line.variant_id)
    _check_money("unit_price", line.unit_price)
    for quantity in (line.quantity, *(p.quantity for p in line.portions)):
        _check_quantity(quantity)
    return replace(
        line, sku=readable_text(line.sku, 100), title=readable_text(line.title, 300)
    )


def _check_return_line(line: ReturnLineReport) -> None:
    _check_name("line_id", line.line_id, most=150)
    _check_name("item_id", line.item_id)
    _check_name("variant_id", line.variant_id)
    _check_quantity(line.quantity)


def _readable_refund(refund: RefundReport) -> RefundReport:
    _check_name("refund_id", refund.refund_id)
    _check_currency(refund.currency)
    _check_money("refund", refund.amount)
    if refund.state not in _REFUND_STATES:
        raise UnreadableReport("refund state", refund.state, "is not known")
    return replace(refund, reason=readable_text(refund.reason, 300))


def _check_parcels(parcels: Iterable[ParcelReport]) -> None:
    for parcel in parcels:
        _check_name("tracking number", parcel.number)
        _check_name("direction", parcel.direction, most=20)
        _check_name("carrier", parcel.carrier)


def _check_name(
    field: str, name: str, *, most: int = 100, needed: bool = False
) -> None:
    if needed and not name:
        raise UnreadableReport(field, name, "is missing")
    if len(name) > most:
        raise UnreadableReport(field, name[:most], f"is longer than {most} characters")
    if _is_odd(name):
        raise UnreadableReport(field, name, "holds characters that cannot be kept")


def _check_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise UnreadableReport("currency", code[:10], "is not one that we know")


def _check_money(field: str, amount: Decimal) -> None:
    if not amount.is_finite() or abs(amount) >= _MOST_MONEY:
        raise UnreadableReport(field, str(amount), "is not an amount of money")


def _check_quantity(quantity: int) -> None:
    if type(quantity) is not int or not 0 <= quantity <= LARGEST_QUANTITY:
        raise UnreadableReport("quantity", str(quantity), "is not a number of units")


def _check_many(field: str, count: int) -> None:
    if count > MOST_LINES:
        raise UnreadableReport(field, str(count), f"are more than {MOST_LINES}")


def _is_odd(text: str) -> bool:
    # Lone halves of surrogate pairs, which no encoding can carry, and NUL.
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
