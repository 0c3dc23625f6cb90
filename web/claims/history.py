"""A claim's history in words: who did what, when, and what it said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from stock.models import Claim, ClaimEvent, ClaimEventKind
from web.claims.words import EVENT_KINDS, FIELD_WORDS, STATES
from web.formats import money
from web.language import gettext
from web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that somebody did with a claim."""

    at: datetime
    title: str
    actor: str
    note: str
    details: Sequence[str]
    manifest: str = ""
    """The hash of a pack's list of files."""


def history_of(claim: Claim) -> Sequence[Entry]:
    """Return what was done with a claim, the newest first."""
    return [_entry(event, claim) for event in reversed(claim.events)]


def _entry(event: ClaimEvent, claim: Claim) -> Entry:
    is_step = event.kind == ClaimEventKind.STEP
    titles = STATES if is_step else EVENT_KINDS
    return Entry(
        at=event.happened_at,
        title=word(titles, event.state if is_step else event.kind),
        actor=event.actor,
        note=event.note,
        details=list(_details(event.detail, claim)),
        manifest=str(event.detail.get("manifest", "")),
    )


def _details(detail: Mapping[str, Any], claim: Claim) -> Sequence[str]:
    told = []
    if "paid" in detail:
        amount = money(Decimal(detail["paid"]), claim.currency)
        told.append(gettext("Paid: %(amount)s", amount=amount))
    for name, change in detail.items():
        if name in FIELD_WORDS and isinstance(change, dict):
            told.append(
                gettext(
                    "%(field)s: %(before)s → %(after)s",
                    field=word(FIELD_WORDS, name),
                    before=change["from"] or "–",
                    after=change["to"] or "–",
                )
            )
    return told
