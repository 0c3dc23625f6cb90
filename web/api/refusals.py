"""Says what the doors refuse: each error of the stock room as a documented problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from stock import errors
from stock.kept_answers import UnderWay
from web.api import problems
from web.api.problems import Kind, Problem, invalid

NOTHING_WAS_WRITTEN = "Nothing was written."

Error = TypeVar("Error", bound=errors.StockError)


def problem_of(error: errors.StockError) -> Problem | None:
    """Return the problem that an error is to a program; ``None``: the fault is ours."""
    teller = _TELLERS.get(type(error))
    return teller(error) if teller else None


def unknown(kind: Kind, name: str, value: object, way_out: str) -> Problem:
    """Return the problem of naming what is not there, or not this key's to see."""
    return Problem(kind, f"{kind.title}: {value}. {way_out}", {name: value})


def unknown_sku(code: str) -> Problem:
    """Return the problem of a SKU that is not there for this key."""
    way_out = "SKUs come with a shop's listings; check the code."
    return unknown(problems.UNKNOWN_SKU, "sku", code, way_out)


def unknown_warehouse(code: str) -> Problem:
    """Return the problem of a warehouse that is not there for this key."""
    way_out = "Name one by its code that the key may book in."
    return unknown(problems.UNKNOWN_WAREHOUSE, "warehouse", code, way_out)


def unknown_shop(name: str) -> Problem:
    """Return the problem of a shop that is not there for this key."""
    way_out = "GET /shops lists the ones that the key may see."
    return unknown(problems.UNKNOWN_SHOP, "shop", name, way_out)


def unknown_order(reference: object) -> Problem:
    """Return the problem of an order that is not there for this key."""
    way_out = "Check the number; an order is known once its shop was read."
    return unknown(problems.UNKNOWN_ORDER, "order", reference, way_out)


def unknown_receipt(receipt: object) -> Problem:
    """Return the problem of a receipt that is not there for this key."""
    way_out = "GET /receipts lists the ones that the key may see."
    return unknown(problems.UNKNOWN_RECEIPT, "receipt", receipt, way_out)


def ambiguous(reference: str, orders: list[str]) -> Problem:
    """Return the problem of a number that several orders go by."""
    detail = f"{reference} is the number of several orders: name one by its id."
    facts = {"reference": reference, "orders": orders}
    return Problem(problems.AMBIGUOUS, detail, facts)


def _never_left(error: errors.NeverLeft) -> Problem:
    detail = (
        f"Nothing of order {error.order} has left the warehouse, so nothing of it can"
        " come back. Units that have not left are released when it is cancelled."
    )
    return Problem(problems.NEVER_LEFT, detail, {"order": error.order})


def _too_large(error: errors.ReceiptTooLarge) -> Problem:
    detail = (
        f"Order {error.order}: {error.asked} units of {error.sku} were named and"
        f" {error.out} are out. {NOTHING_WAS_WRITTEN} Read the order again and correct"
        " the numbers."
    )
    facts = {
        "order": error.order,
        "sku": error.sku,
        "asked": error.asked,
        "out": error.out,
    }
    return Problem(problems.RECEIPT_TOO_LARGE, detail, facts)


def _empty(_error: errors.EmptyReceipt) -> Problem:
    detail = "All quantities are zero: a receipt books at least one unit."
    return invalid(detail, [{"pointer": "#/lines", "detail": detail}])


def _quantity(error: errors.InvalidQuantity) -> Problem:
    return invalid(str(error), [{"pointer": "#", "detail": str(error)}])


def _unreadable(error: errors.UnreadableReport) -> Problem:
    return invalid(str(error), [{"pointer": "#", "detail": str(error)}])


def _reason_missing(error: errors.ReasonMissing) -> Problem:
    return invalid(str(error), [{"pointer": "#/reason", "detail": "say why"}])


def _key_reused(error: errors.IdempotencyConflict) -> Problem:
    detail = (
        f"The Idempotency-Key {error.key} was used before for something else."
        f" {NOTHING_WAS_WRITTEN} A new request takes a new key."
    )
    return Problem(problems.KEY_REUSED, detail)


def _under_way(_error: UnderWay) -> Problem:
    detail = (
        "A request with this Idempotency-Key is being worked on. Send it again in a"
        " moment: you get the answer that it was given."
    )
    return Problem(problems.UNDER_WAY, detail, headers={"Retry-After": "2"})


def _same_person(error: errors.SamePerson) -> Problem:
    detail = (
        f"{error.actor} booked this receipt and may not reverse it."
        " Somebody else must: name that person in `by`."
    )
    return Problem(problems.SAME_PERSON, detail, {"by": error.actor})


def _already_reversed(error: errors.AlreadyReversed) -> Problem:
    detail = (
        f"Receipt {error.receipt} was reversed before, by {error.actor}."
        " What came back can be received anew."
    )
    facts = {
        "receipt": error.receipt,
        "by": error.actor,
        "reversed_at": utc_text(error.reversed_at),
    }
    return Problem(problems.ALREADY_REVERSED, detail, facts)


def _nothing_to_reverse(error: errors.NothingToReverse) -> Problem:
    detail = f"{error}: there is nothing on the shelf to correct."
    return Problem(problems.NOTHING_TO_REVERSE, detail, {"receipt": error.receipt})


def _units_gone(error: errors.UnitsGone) -> Problem:
    detail = (
        f"Receipt {error.receipt} put {error.asked} units of {error.sku} into"
        f" {error.warehouse} ({error.bucket}), and {error.held} are still there."
        f" {NOTHING_WAS_WRITTEN} Correct the shelf with a stocktake."
    )
    facts = {
        "receipt": error.receipt,
        "sku": error.sku,
        "warehouse": error.warehouse,
        "bucket": error.bucket,
        "asked": error.asked,
        "held": error.held,
    }
    return Problem(problems.UNITS_GONE, detail, facts)


def _insufficient(error: errors.InsufficientStock) -> Problem:
    detail = f"{error}. {NOTHING_WAS_WRITTEN} Read the levels again."
    facts = {"bucket": error.bucket, "asked": error.asked, "held": error.held}
    return Problem(problems.INSUFFICIENT, detail, facts)


_TELLERS: dict[type[errors.StockError], Callable[[Any], Problem]] = {
    UnderWay: _under_way,
    errors.AlreadyReversed: _already_reversed,
    errors.AmbiguousReference: lambda e: ambiguous(e.reference, e.orders),
    errors.EmptyReceipt: _empty,
    errors.IdempotencyConflict: _key_reused,
    errors.InsufficientStock: _insufficient,
    errors.InvalidQuantity: _quantity,
    errors.NeverLeft: _never_left,
    errors.NothingToReverse: _nothing_to_reverse,
    errors.ReasonMissing: _reason_missing,
    errors.ReceiptTooLarge: _too_large,
    errors.SamePerson: _same_person,
    errors.UnitsGone: _units_gone,
    errors.UnknownOrder: lambda e: unknown_order(e.reference),
    errors.UnknownReceipt: lambda e: unknown_receipt(e.receipt),
    errors.UnknownShop: lambda e: unknown_shop(e.shop),
    errors.UnknownSku: lambda e: unknown_sku(e.sku),
    errors.UnknownWarehouse: lambda e: unknown_warehouse(e.warehouse),
    errors.UnreadableReport: _unreadable,
}


def utc_text(moment: datetime) -> str:
    """Return a moment as RFC 3339 writes it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
