"""Reads what was typed into the receipt form; strict, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from stock.errors import InvalidQuantity
from stock.quantities import parse_quantity
from web.errors import FieldsRefused
from web.language import gettext
from web.typed import holds_control_characters

CONDITIONS = ("good", "damaged", "lost")
LONGEST_NOTE = 500
LONGEST_ECHO = 40

_TEXT_FIELDS = frozenset({"key", "scan", "do", "warehouse", "note"})

Typed = Mapping[str, Mapping[str, str]]
"""What was typed for each packed SKU and condition."""

Counted = Mapping[str, Mapping[str, int]]
"""The same, as numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One filled-in form, as it came."""

    typed: Typed
    key: str = ""
    scan: str = ""
    do: str = ""
    warehouse: str = ""
    note: str = ""

    def with_typed(self, typed: Typed) -> Entry:
        """Return the same form with other quantities and an empty scan box."""
        return replace(self, typed=typed, scan="", do="")


def read_entry(form: MultiDict[str, str], skus: Collection[str]) -> Entry:
    """Return a form as it was typed; ``skus`` are the names of the packed SKUs.

    Raises ``FieldsRefused`` for a field that the order's form does not have, and for
    one that came twice.
    """
    texts: dict[str, str] = {}
    typed: dict[str, dict[str, str]] = {}
    for name, values in form.lists():
        if len(values) != 1:
            raise FieldsRefused(name)
        condition, _, sku = name.partition("-")
        if condition in CONDITIONS and sku in skus:
            typed.setdefault(sku, {})[condition] = values[0]
        elif name in _TEXT_FIELDS:
            texts[name] = values[0].replace("\r\n", "\n")
        else:
            raise FieldsRefused(name)
    full = {
        sku: {condition: found.get(condition, "") for condition in CONDITIONS}
        for sku, found in typed.items()
    }
    return Entry(typed=full, **texts)


def quantities_of(entry: Entry) -> tuple[Counted, Mapping[str, str]]:
    """Return what was counted, and a sentence for each SKU that cannot be read."""
    counted = {}
    troubles = {}
    for sku, texts in entry.typed.items():
        try:
            counted[sku] = {c: parse_quantity(texts[c]) for c in CONDITIONS}
        except InvalidQuantity as error:
            troubles[sku] = quantity_trouble(str(error.given))
    return counted, troubles


def unreadable(texts: Mapping[str, str]) -> Collection[str]:
    """Return the conditions whose typed quantity cannot be read."""
    return [c for c in CONDITIONS if not _is_quantity(texts.get(c, ""))]


def quantity_trouble(given: str) -> str:
    """Say what is wrong with a typed quantity."""
    if not given.strip():
        return gettext("A number is missing. Write 0 where there is none.")
    return gettext(
        "“%(given)s” is not a number of units. Write it with the digits 0 to 9,"
        " without sign, comma or point.",
        given=given[:LONGEST_ECHO] + ("…" if len(given) > LONGEST_ECHO else ""),
    )


def note_trouble(note: str) -> str:
    """Say what is wrong with a note, if something is."""
    if len(note) > LONGEST_NOTE:
        return gettext(
            "The note has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(note),
            most=LONGEST_NOTE,
        )
    if holds_control_characters(note):
        return gettext(
            "The note has invisible control characters. Delete it and type it again."
        )
    return ""


def _is_quantity(text: str) -> bool:
    try:
        parse_quantity(text)
    except InvalidQuantity:
        return False
    return True
