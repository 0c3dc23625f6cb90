"""The return sheet: a crate of parcels, scanned one after another."""

from web.sheets import (
    batch,
    describing,
    filling,
    listing,
    page,
    posting,
    printing,
    results,
)
from web.sheets.room import blueprint

__all__ = [
    "batch",
    "blueprint",
    "describing",
    "filling",
    "listing",
    "page",
    "posting",
    "printing",
    "results",
]
