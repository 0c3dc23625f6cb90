"""What pages and prints show of sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stock.models import SheetParcelState, SheetState
from stock.papers import OrderName
from stock.sheets.counts import Counts, sum_counts


@dataclass(frozen=True, slots=True)
class WarehouseName:
    """A warehouse as people name it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """What was found of one SKU in one parcel."""

    name: str
    """What the line goes by in forms and actions."""
    sku_id: int
    sku: str
    title: str
    barcode: str
    warehouse_id: int
    warehouse: str
    """The code of the warehouse that packed it."""
    is_split: bool
    """Whether another warehouse packed units of the same SKU for the order."""
    expected: int
    """Units that were announced when the parcel was put on."""
    out: int
    """Units of the order that are out now."""
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelView:
    """One parcel, with whose it is and what was found in it."""

    id: int
    key: str
    position: int
    code: str
    state: SheetParcelState
    version: int
    order: OrderName
    shop_id: int
    expected_return_id: int | None
    return_id: str
    carrier: str
    tracking_numbers: Sequence[str]
    note: str
    added_by: str
    added_at: datetime
    changed_by: str
    changed_at: datetime
    receipt_id: int | None
    receipt_number: str
    is_reversed: bool
    lines: Sequence[LineView]

    @property
    def counts(self) -> Counts:
        """What was found in it, over all lines."""
        return sum_counts(line.counts for line in self.lines)

    @property
    def expected(self) -> int:
        """Units that were announced when it was put on."""
        return sum(line.expected for line in self.lines)

    @property
    def posted_by(self) -> str:
        """Who posted it; nobody yet, if it is a draft."""
        return self.changed_by if self.state is SheetParcelState.POSTED else ""

    @property
    def posted_at(self) -> datetime | None:
        """When it was posted."""
        return self.changed_at if self.state is SheetParcelState.POSTED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A sheet added up."""

    parcels: int
    drafts: int
    posted: int
    expected: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """A whole sheet, as one person may see it."""

    id: int
    number: str
    state: SheetState
    warehouse: WarehouseName
    carrier: str
    note: str
    opened_by: str
    opened_at: datetime
    closed_by: str
    closed_at: datetime | None
    parcels: Sequence[ParcelView]
    """Drafts and posted ones, by position."""
    taken_off: int
    hidden: int
    """Drafts and posted ones of shops that are not the person's."""

    @property
    def totals(self) -> Totals:
        """The sheet added up."""
        drafts = sum(x.state is SheetParcelState.DRAFT for x in self.parcels)
        return Totals(
            parcels=len(self.parcels),
            drafts=drafts,
            posted=len(self.parcels) - drafts,
            expected=sum(parcel.expected for parcel in self.parcels),
            counts=sum_counts(parcel.counts for parcel in self.parcels),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One sheet in a list."""

    id: int
    number: str
    state: SheetState
    warehouse: WarehouseName
    carrier: str
    note: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    drafts: int
    posted: int

    @property
    def parcels(self) -> int:
        """Parcels that are on it."""
        return self.drafts + self.posted
