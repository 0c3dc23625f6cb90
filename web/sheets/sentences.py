"""Says what a scan meant and why something was refused: one table for every path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from stock.sheets import Counts, Known, ParcelView, Refusal
from stock.sheets.errors import Fact
from web.formats import number
from web.language import gettext, ngettext

Facts = Mapping[str, Fact]


class Tone(StrEnum):
    """How an answer looks and sounds; each has a colour, an icon and a beep."""

    KNOWN = "known"
    COUNTED = "counted"
    ON_SHEET = "on_sheet"
    ELSEWHERE = "elsewhere"
    RECEIVED = "received"
    NOT_LEFT = "not_left"
    LOST = "lost"
    ASK = "ask"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer to the clerk."""

    tone: Tone
    words: str


TONES: Mapping[Known, Tone] = MappingProxyType(
    {
        Known.EXPECTED: Tone.KNOWN,
        Known.RECEIVABLE: Tone.KNOWN,
        Known.NOT_LEFT: Tone.NOT_LEFT,
        Known.RECEIVED: Tone.RECEIVED,
        Known.WRITTEN_OFF: Tone.LOST,
        Known.ON_SHEET: Tone.ON_SHEET,
        Known.ON_OTHER_SHEET: Tone.ELSEWHERE,
        Known.AMBIGUOUS: Tone.ASK,
        Known.UNKNOWN: Tone.UNKNOWN,
    }
)


QUESTIONS = frozenset(
    {
        "unknown_order",
        "ambiguous_reference",
        "on_another_sheet",
        "nothing_out",
        "already_received",
    }
)
"""Refusals of a scan after which the page shows what is known of the code."""


def counts_words(counts: Counts) -> str:
    """Say what was found, without what was not."""
    parts = [gettext("%(n)s good", n=number(counts.good))]
    for units, words in (
        (counts.damaged, gettext("%(n)s damaged", n=number(counts.damaged))),
        (counts.lost, gettext("%(n)s lost", n=number(counts.lost))),
        (counts.wrong, gettext("%(n)s wrong item", n=number(counts.wrong))),
        (counts.missing, gettext("%(n)s missing", n=number(counts.missing))),
    ):
        if units:
            parts.append(words)
    return " · ".join(parts)


def said_of_put(parcel: ParcelView, *, is_new: bool) -> Said:
    """Say that a scanned parcel is on the sheet, since now or since before."""
    if not is_new:
        words = gettext(
            "%(code)s: on this sheet already, number %(place)s",
            code=parcel.code,
            place=parcel.position,
        )
        return Said(tone=Tone.ON_SHEET, words=words)
    units = parcel.counts.total
    if not units:
        words = gettext("%(code)s: put on again, count it", code=parcel.code)
    else:
        words = ngettext(
            "%(code)s: %(num)s unit", "%(code)s: %(num)s units", units, code=parcel.code
        )
    return Said(tone=Tone.KNOWN, words=words)


def said_of_count(sku: str, units: int) -> Said:
    """Say how many good units of an item are counted now."""
    words = gettext("%(sku)s: %(good)s good", sku=sku, good=units)
    return Said(tone=Tone.COUNTED, words=words)


def said_of_post(parcel: ParcelView, reader: str) -> Said:
    """Say that a parcel is posted, and by whom if it was somebody else."""
    if parcel.posted_by != reader:
        facts: Facts = {
            "state": "posted",
            "changed_by": parcel.posted_by,
            "receipt": parcel.receipt_number,
        }
        return Said(tone=Tone.RECEIVED, words=_of_closed_parcel(facts))
    if not parcel.receipt_id:
        words = gettext("%(code)s: closed, nothing was booked", code=parcel.code)
        return Said(tone=Tone.KNOWN, words=words)
    words = gettext(
        "%(code)s: posted as receipt %(receipt)s",
        code=parcel.code,
        receipt=parcel.receipt_number,
    )
    return Said(tone=Tone.KNOWN, words=words)


def too_long_open() -> str:
    """Say that a form's key is over."""
    return gettext("This page was open for too long. Nothing was changed: do it again.")


def said_of_known(code: str, known: Known) -> Said:
    """Say why a scanned code is not on the sheet."""
    sentence = _KNOWN.get(known)
    words = sentence(code) if sentence else gettext("%(code)s: known", code=code)
    return Said(tone=TONES[known], words=words)


def said_of_refusal(refusal: Refusal) -> Said:
    """Say why something could not be done."""
    if refusal.error == "nothing_out":
        return said_of_known(
            str(refusal.facts["code"]), Known(str(refusal.facts["known"]))
        )
    tone = _REFUSED_SCANS.get(refusal.error, Tone.REFUSED)
    return Said(tone=tone, words=_words(refusal.error, refusal.facts))


_KNOWN: Mapping[Known, Callable[[str], str]] = MappingProxyType(
    {
        Known.NOT_LEFT: lambda code: gettext(
            "%(code)s: has not left the warehouse yet", code=code
        ),
        Known.RECEIVED: lambda code: gettext("%(code)s: received already", code=code),
        Known.WRITTEN_OFF: lambda code: gettext(
            "%(code)s: was written off as lost", code=code
        ),
        Known.ON_OTHER_SHEET: lambda code: gettext(
            "%(code)s: is on another sheet", code=code
        ),
        Known.AMBIGUOUS: lambda code: gettext(
            "%(code)s: several orders go by it, choose one", code=code
        ),
        Known.UNKNOWN: lambda code: gettext("%(code)s: unknown", code=code),
    }
)

_REFUSED_SCANS: Mapping[str, Tone] = MappingProxyType(
    {
        "unknown_order": Tone.UNKNOWN,
        "ambiguous_reference": Tone.ASK,
        "on_another_sheet": Tone.ELSEWHERE,
        "already_received": Tone.RECEIVED,
    }
)


def _words(error: str, facts: Facts) -> str:
    sentence = _SENTENCES.get(error)
    if sentence is None:
        return gettext("This could not be done. Reload the page and look again.")
    return sentence(facts)


def _of_closed_parcel(facts: Facts) -> str:
    who = facts["changed_by"]
    if facts["state"] == "posted" and facts["receipt"]:
        return gettext(
            "%(who)s has posted this parcel already, as receipt %(receipt)s."
            " Nothing was booked twice.",
            who=who,
            receipt=facts["receipt"],
        )
    if facts["state"] == "posted":
        return gettext("%(who)s has closed this parcel already.", who=who)
    return gettext("%(who)s has taken this parcel off the sheet.", who=who)


def _of_closed_sheet(facts: Facts) -> str:
    if facts["state"] == "discarded":
        return gettext(
            "Sheet %(sheet)s was discarded. Open a new one.", sheet=facts["sheet"]
        )
    return gettext("Sheet %(sheet)s is posted. Open a new one.", sheet=facts["sheet"])


def _of_too_large(facts: Facts) -> str:
    return gettext(
        "%(sku)s: %(asked)s units entered, but only %(out)s are still out. Nothing was"
        " booked: somebody may have received them meanwhile. Look at the order.",
        sku=facts["sku"],
        asked=facts["asked"],
        out=facts["out"],
    )


_SENTENCES: Mapping[str, Callable[[Facts], str]] = MappingProxyType(
    {
        "unknown_order": lambda facts: _KNOWN[Known.UNKNOWN](str(facts["reference"])),
        "ambiguous_reference": lambda facts: _KNOWN[Known.AMBIGUOUS](
            str(facts["reference"])
        ),
        "on_another_sheet": lambda facts: gettext(
            "%(code)s: %(who)s has it on sheet %(sheet)s",
            code=facts["code"],
            who=facts["added_by"],
            sheet=facts["sheet"],
        ),
        "already_received": lambda facts: _KNOWN[Known.RECEIVED](str(facts["code"])),
        "sheet_closed": _of_closed_sheet,
        "parcel_closed": _of_closed_parcel,
        "stale_parcel": lambda facts: gettext(
            "%(who)s has changed this parcel meanwhile. Your count was not taken: look"
            " at it again.",
            who=facts["changed_by"],
        ),
        "not_in_parcel": lambda facts: gettext(
            "%(code)s: no such item in this parcel", code=facts["code"]
        ),
        "all_counted": lambda facts: gettext(
            "%(sku)s: all %(units)s units are counted already",
            sku=facts["sku"],
            units=facts["units"],
        ),
        "more_than_left": lambda facts: gettext(
            "%(sku)s: %(asked)s units entered, but only %(left)s have left with this"
            " order. Correct the numbers.",
            sku=facts["sku"],
            asked=facts["asked"],
            left=facts["left"],
        ),
        "sheet_full": lambda facts: gettext(
            "A sheet holds %(most)s parcels at most. Post this one and open a new one.",
            most=facts["most"],
        ),
        "receipt_too_large": _of_too_large,
        "never_left": lambda facts: gettext(
            "Nothing of this order has left the warehouse."
        ),
        "empty_receipt": lambda facts: gettext(
            "Nothing is counted in this parcel. Say what came, or take it off."
        ),
        "invalid_quantity": lambda facts: gettext(
            "A quantity cannot be read. Write it with the digits 0 to 9."
        ),
        "unknown_parcel": lambda facts: gettext(
            "This parcel is not on the sheet any more."
        ),
        "warehouse_fixed": lambda facts: gettext(
            "Receipts of this sheet are booked: its warehouse stays. Open a new sheet"
            " for the other warehouse."
        ),
        "unknown_warehouse": lambda facts: gettext(
            "There is no such warehouse. Choose one from the list."
        ),
    }
)
