"""What a browser asks for; each action has an id of the browser's own.

A sheet or a parcel is named by its id, or by the id of the action that opened it or
put it on, which a browser without a connection already knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields

from stock.sheets.counts import Condition, Counts

Reference = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open a sheet."""

    id: str
    warehouse_id: int
    carrier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe:
    """Change what is written at the top of a sheet; None leaves a thing as it is."""

    id: str
    sheet: Reference
    carrier: str | None = None
    note: str | None = None
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Put a scanned parcel on a sheet."""

    id: str
    sheet: Reference
    code: str
    order_id: int | None = None
    again: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Write down what was found in a parcel, by the names of its lines."""

    id: str
    parcel: Reference
    version: int
    units: Mapping[str, Counts]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FromZero:
    """Begin to count a parcel by scanning."""

    id: str
    parcel: Reference
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Count one unit of a scanned item."""

    id: str
    parcel: Reference
    version: int
    code: str
    condition: Condition = Condition.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOff:
    """Take a parcel off its sheet."""

    id: str
    parcel: Reference
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Post a parcel."""

    id: str
    parcel: Reference
    version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Take the drafts off a sheet and close it."""

    id: str
    sheet: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close a sheet, if no draft is left on it."""

    id: str
    sheet: Reference


SheetAction = Describe | Put | Discard | Close
"""An action on a sheet that is there."""

ParcelAction = Judge | FromZero | Scan | TakeOff | Post
"""An action on a parcel that is there."""

Action = Open | SheetAction | ParcelAction


def digest_of(action: Action) -> str:
    """Return a digest of all that an action asks for."""
    content = {item.name: getattr(action, item.name) for item in fields(action)}
    if isinstance(action, Judge):
        content["units"] = sorted(action.units.items())
    shown = repr((type(action).__name__, content))
    return hashlib.sha256(shown.encode("utf-8", "backslashreplace")).hexdigest()
