"""Reads what was typed about an unexpected parcel; nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from stock.orphans import (
    LONGEST_CARRIER,
    LONGEST_CODE,
    LONGEST_TEXT,
    MOST_ITEMS,
    MOST_UNITS,
    FoundItem,
)
from web.errors import FieldsRefused
from web.language import gettext
from web.typed import holds_control_characters, typed_code

FIELDS = frozenset(
    {"key", "code", "carrier", "contents", "items", "warehouse", "note", "again"}
)
LONGEST_ECHO = 40

_ITEM = re.compile(r"(?P<code>.*?)(?:\s+[xX×*]\s*(?P<quantity>[0-9]{1,9}))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One filled-in form, as it came."""

    key: str = ""
    code: str = ""
    carrier: str = ""
    contents: str = ""
    items: str = ""
    warehouse: str = ""
    note: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a form says, or what is wrong with it, by field."""

    items: Sequence[FoundItem] = ()
    troubles: Mapping[str, str] = field(default_factory=dict)


def read_entry(form: MultiDict[str, str]) -> Entry:
    """Return a form as it was typed.  Raises ``FieldsRefused`` for odd fields."""
    texts: dict[str, str] = {}
    for name, values in form.lists():
        if name not in FIELDS or len(values) != 1:
            raise FieldsRefused(name)
        texts[name] = values[0].replace("\r\n", "\n")
    return Entry(**texts)


def judge(entry: Entry, warehouses: Sequence[str]) -> Read:
    """Return what a form says; ``warehouses`` are the codes to choose from."""
    troubles = {
        name: trouble
        for name, most in (
            ("code", LONGEST_CODE),
            ("carrier", LONGEST_CARRIER),
            ("contents", LONGEST_TEXT),
            ("note", LONGEST_TEXT),
        )
        if (trouble := _text_trouble(getattr(entry, name), most))
    }
    if entry.warehouse not in warehouses:
        troubles["warehouse"] = gettext(
            "There is no warehouse “%(code)s”. Choose one from the list.",
            code=entry.warehouse[:LONGEST_ECHO],
        )
    items, of_items = _items(entry.items)
    if of_items:
        troubles["items"] = of_items
    told = (entry.code, entry.contents, entry.note)
    if not items and not any(text.strip() for text in told) and not troubles:
        troubles["code"] = gettext(
            "Write what the label says, or at least what is in the parcel."
        )
    return Read(items=items, troubles=troubles)


def _items(text: str) -> tuple[Sequence[FoundItem], str]:
    """Return the articles of a list, one on each line, and what is wrong with it."""
    found = []
    for line in text.splitlines():
        match = _ITEM.match(typed_code(line))
        if match is None or not match["code"]:
            continue
        quantity = int(match["quantity"] or 1)
        if not 1 <= quantity <= MOST_UNITS:
            sentence = gettext(
                "“%(line)s”: the number of units goes from 1 to %(most)s.",
                line=line[:LONGEST_ECHO],
                most=MOST_UNITS,
            )
            return (), sentence
        found.append(FoundItem(code=match["code"], quantity=quantity))
    if len(found) > MOST_ITEMS:
        sentence = gettext(
            "%(most)s lines are the most. Write “× 3” after a code instead of scanning"
            " it three times.",
            most=MOST_ITEMS,
        )
        return (), sentence
    return found, ""


def _text_trouble(text: str, most: int) -> str:
    if len(text) > most:
        return gettext(
            "This has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(text),
            most=most,
        )
    if holds_control_characters(text):
        return gettext(
            "This has invisible control characters. Delete it and type it again."
        )
    return ""
