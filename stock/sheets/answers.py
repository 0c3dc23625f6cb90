"""What a browser is told of each of its actions, and keeps being told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from stock.sheets.errors import Fact, Refusal
from stock.sheets.holding import ParcelHead, SheetHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one action."""

    id: str
    applied: bool
    replayed: bool = False
    """Whether it was answered before; then nothing was done this time."""
    sheet_id: int | None = None
    parcel_id: int | None = None
    version: int | None = None
    """The parcel's version by then."""
    receipt_id: int | None = None
    is_new: bool = True
    """False for a parcel that was on the sheet already."""
    error: str = ""
    """The name of the refusal, in snake case."""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def again(self) -> Answer:
        """Return the same answer, given once more."""
        return replace(self, replayed=True)


def of_sheet(action_id: str, sheet: SheetHead) -> Answer:
    """Answer an action on a sheet."""
    return Answer(id=action_id, applied=True, sheet_id=sheet.id)


def of_parcel(
    action_id: str,
    parcel: ParcelHead,
    *,
    receipt_id: int | None = None,
    is_new: bool = True,
) -> Answer:
    """Answer an action on a parcel."""
    return Answer(
        id=action_id,
        applied=True,
        sheet_id=parcel.sheet_id,
        parcel_id=parcel.id,
        version=parcel.version,
        receipt_id=receipt_id,
        is_new=is_new,
    )


def refused(
    action_id: str,
    refusal: Refusal,
    *,
    sheet_id: int | None = None,
    parcel_id: int | None = None,
) -> Answer:
    """Answer an action that was refused."""
    return Answer(
        id=action_id,
        applied=False,
        sheet_id=sheet_id,
        parcel_id=parcel_id,
        is_new=False,
        error=refusal.error,
        facts=refusal.facts,
    )


def to_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is kept."""
    return asdict(answer)


def from_json(kept: Mapping[str, Any]) -> Answer:
    """Return a kept answer."""
    return Answer(**kept)
