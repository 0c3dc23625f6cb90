"""Reads the fields of a parcel's form; strict, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from stock.errors import InvalidQuantity
from stock.quantities import parse_quantity
from stock.sheets import Condition, Counts, ParcelView
from web.entry import note_trouble, quantity_trouble
from web.errors import FieldsRefused

DEEDS = ("save", "all_good", "zero", "post", "take_off")
_CONDITIONS = frozenset(str(condition) for condition in Condition)
_TEXTS = frozenset({"key", "version", "do", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelEntry:
    """One filled-in form of a parcel, as it came."""

    key: str
    version: int
    deed: str
    note: str
    typed: Mapping[str, Mapping[str, str]]


def read_parcel_entry(parcel: ParcelView) -> ParcelEntry:
    """Return the form that came for a parcel.

    Raises ``FieldsRefused`` for a field that the parcel's form does not have, and for
    one that came twice.
    """
    names = {line.name for line in parcel.lines}
    texts: dict[str, str] = {}
    typed: dict[str, dict[str, str]] = {}
    for field, values in request.form.lists():
        condition, _, name = field.partition("-")
        if len(values) != 1:
            raise FieldsRefused(field)
        if condition in _CONDITIONS and name in names:
            typed.setdefault(name, {})[condition] = values[0]
        elif field in _TEXTS:
            texts[field] = values[0].replace("\r\n", "\n")
        else:
            raise FieldsRefused(field)
    if any(len(row) != len(Condition) for row in typed.values()):
        raise FieldsRefused("good")
    return ParcelEntry(
        key=texts.get("key", ""),
        version=read_version(texts.get("version", "")),
        deed=_deed(texts.get("do", "save")),
        note=texts.get("note", parcel.note),
        typed=typed,
    )


def counts_of_entry(entry: ParcelEntry) -> tuple[Mapping[str, Counts], str]:
    """Return what was counted, and a sentence when something cannot be read."""
    counted = {}
    for name, row in entry.typed.items():
        try:
            units = {x: parse_quantity(row[x]) for x in Condition}
        except InvalidQuantity as error:
            return {}, quantity_trouble(str(error.given))
        counted[name] = Counts(**units)
    return counted, note_trouble(entry.note)


def read_version(text: str) -> int:
    """Return the version that a form was made for.  Raises ``FieldsRefused``."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FieldsRefused("version")
    return int(text)


def _deed(text: str) -> str:
    if text not in DEEDS:
        raise FieldsRefused("do")
    return text
