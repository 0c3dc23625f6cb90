"""What the page of a sheet shows of each parcel, and of codes that are not on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from stock.sheets import (
    Condition,
    Counts,
    LineView,
    LookedUp,
    ParcelView,
    SheetParcelState,
    SheetView,
    look_up,
)
from web.sheets.room import current_clerk
from web.sheets.sentences import Said, said_of_known

Typed = Mapping[str, Mapping[str, str]]
"""What was typed for each line and condition."""

MOST_QUESTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One parcel as the page shows it."""

    parcel: ParcelView
    is_open: bool = False
    trouble: str = ""
    typed: Typed | None = None
    note: str | None = None
    refused: Mapping[str, Counts] | None = None
    """The reader's own count that was not taken, to be entered again."""

    @property
    def is_draft(self) -> bool:
        """Whether the parcel can still be filled in."""
        return self.parcel.state == SheetParcelState.DRAFT

    @property
    def note_text(self) -> str:
        """The note, as typed last."""
        return self.parcel.note if self.note is None else self.note

    def value(self, line: LineView, condition: Condition) -> str:
        """Return what stands in the field of a line's condition."""
        if self.typed and line.name in self.typed:
            return self.typed[line.name][condition]
        return str(line.counts.of(condition))

    def refused_units(self) -> dict[str, dict[str, int]]:
        """Return the count that was not taken, as the script enters it again."""
        return {
            name: {condition: counts.of(condition) for condition in Condition}
            for name, counts in (self.refused or {}).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A scanned code that is not on the sheet, and what is known of it."""

    looked_up: LookedUp
    said: Said


def all_good(line: LineView) -> Counts:
    """Return the counts of a line that came back as announced, and in order."""
    return Counts(good=min(line.expected, line.out) or line.out)


def cards_of(
    sheet: SheetView, *, opened: int | None, changed: Iterable[Card] = ()
) -> Sequence[Card]:
    """Return a sheet's cards, the newest parcel first; ``changed`` replaces some."""
    known = {card.parcel.id: card for card in changed}
    return [
        known.get(parcel.id) or Card(parcel=parcel, is_open=parcel.id == opened)
        for parcel in sorted(sheet.parcels, key=lambda x: x.position, reverse=True)
    ]


def parcel_of(sheet: SheetView, parcel_id: int | None) -> ParcelView | None:
    """Return a parcel of a sheet."""
    return next((x for x in sheet.parcels if x.id == parcel_id), None)


def questions(
    session: Session, sheet_id: int, codes: Iterable[str]
) -> Sequence[Question]:
    """Return what is known of codes that are not on the sheet."""
    asked = list(dict.fromkeys(code for code in codes if code))[:MOST_QUESTIONS]
    clerk = current_clerk()
    found = [look_up(session, x, sheet_id=sheet_id, by=clerk) for x in asked]
    return [
        Question(looked_up=item, said=said_of_known(item.code, item.known))
        for item in found
    ]
