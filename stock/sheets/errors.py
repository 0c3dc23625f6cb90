"""What return sheets refuse, and why; facts are attributes, not text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from re import sub

from stock.errors import StockError
from stock.readable import readable_text

_LONGEST_FACT = 200

Fact = str | int | list[str] | None


class UnknownSheet(StockError):
    """There is no such return sheet, or not for this person."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        super().__init__(f"unknown return sheet {sheet!r}")


class UnknownParcel(StockError):
    """There is no such parcel on any sheet, or not for this person."""

    def __init__(self, parcel: str) -> None:
        self.parcel = parcel
        super().__init__(f"unknown parcel {parcel!r}")


class SheetClosed(StockError):
    """The sheet is posted or discarded: nothing on it changes any more."""

    def __init__(self, *, sheet: str, state: str) -> None:
        self.sheet = sheet
        self.state = state
        super().__init__(f"return sheet {sheet} is {state}")


class SheetFull(StockError):
    """No more parcels go on this sheet."""

    def __init__(self, *, sheet: str, most: int) -> None:
        self.sheet = sheet
        self.most = most
        super().__init__(
            f"return sheet {sheet} holds {most} parcels, which is the most"
        )


class WarehouseFixed(StockError):
    """Receipts of this sheet are booked: its warehouse stays."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        super().__init__(f"receipts of return sheet {sheet} are booked already")


class ParcelClosed(StockError):
    """The parcel is posted or was taken off: it changes no more."""

    def __init__(
        self, *, parcel_id: int, state: str, changed_by: str, receipt: str
    ) -> None:
        self.parcel_id = parcel_id
        self.state = state
        self.changed_by = changed_by
        self.receipt = receipt
        super().__init__(f"parcel {parcel_id} is {state}, by {changed_by}")


class StaleParcel(StockError):
    """Somebody changed the parcel after it was shown."""

    def __init__(
        self,
        *,
        parcel_id: int,
        version: int,
        seen: int,
        changed_by: str,
        changed_at: datetime,
    ) -> None:
        self.parcel_id = parcel_id
        self.version = version
        self.seen = seen
        self.changed_by = changed_by
        self.changed_at = changed_at
        super().__init__(
            f"parcel {parcel_id} is at version {version}, not {seen}: {changed_by}"
            " changed it"
        )


class OnAnotherSheet(StockError):
    """The parcel is a draft on another sheet."""

    def __init__(
        self, *, code: str, sheet: str, sheet_id: int, parcel_id: int, added_by: str
    ) -> None:
        self.code = code
        self.sheet = sheet
        self.sheet_id = sheet_id
        self.parcel_id = parcel_id
        self.added_by = added_by
        super().__init__(
            f"{code!r} is on return sheet {sheet}, put there by {added_by}"
        )


class NothingOut(StockError):
    """No unit of the order is out, so none can come back."""

    def __init__(self, *, code: str, order: str, known: str) -> None:
        self.code = code
        self.order = order
        self.known = known
        super().__init__(f"nothing of order {order} is out: {known}")


class AlreadyReceived(StockError):
    """What was to come back has come; more takes a second word."""

    def __init__(self, *, code: str, order: str, receipts: Sequence[str]) -> None:
        self.code = code
        self.order = order
        self.receipts = list(receipts)
        super().__init__(f"order {order} was received already: {self.receipts}")


class NotInParcel(StockError):
    """The order has no such item."""

    def __init__(self, *, code: str, order: str) -> None:
        self.code = code
        self.order = order
        super().__init__(f"order {order} has no item {code!r}")


class AllCounted(StockError):
    """All units of the item that are out have been judged already."""

    def __init__(self, *, sku: str, units: int) -> None:
        self.sku = sku
        self.units = units
        super().__init__(f"all {units} units of {sku} are counted already")


class MoreThanLeft(StockError):
    """More units were judged than ever left in the order."""

    def __init__(self, *, order: str, sku: str, asked: int, left: int) -> None:
        self.order = order
        self.sku = sku
        self.asked = asked
        self.left = left
        super().__init__(f"order {order}: {asked} units of {sku} judged, {left} left")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a program reads it: its name, and the facts."""

    error: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def refusal_of(error: StockError) -> Refusal:
    """Return the name of an error, in snake case, with its facts."""
    name = sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    return Refusal(name, {key: _fact(value) for key, value in vars(error).items()})


def _fact(value: object) -> Fact:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, int):
        return value
    return _plain(value)


def _plain(value: object) -> str:
    # Facts repeat what was typed, and are kept.
    return readable_text(str(value), _LONGEST_FACT)
