"""What a shop offers, and the number that buyers see."""

from dataclasses import dataclass
from enum import StrEnum


class AutoRestock(StrEnum):
    """What a marketplace does with its own number when an order falls through."""

    NEVER = "never"
    ON_CANCEL = "on_cancel"
    LATE = "late"


@dataclass(kw_only=True)
class Listing:
    """One SKU as a shop offers it; ``sellable`` is the number that buyers see."""

    sku: str
    item_id: str
    variant_id: str
    name: str
    barcode: str
    price: int
    sellable: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What the control API was asked to list."""

    sku: str
    quantity: int
    name: str
    barcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWrite:
    """A stock write that the marketplace accepted."""

    at: float
    sku: str
    quantity: int
    request: str
