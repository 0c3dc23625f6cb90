"""Reads what an address asks for: a moment in the seller's zone, a place in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import request

from web.desk import current_desk
from web.errors import FieldsRefused
from web.language import gettext
from web.routing import LARGEST_ID
from web.typed import typed_code

FIRST_YEAR = 1970
LONGEST_ECHO = 40

_LISTS = frozenset({"code"})
"""A sheet's address names each scanned code that is in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMoment:
    """What somebody wrote into the field for a moment, and what it means."""

    text: str
    at: datetime | None = None
    trouble: str = ""


def read_moment(text: str) -> AskedMoment:
    """Return the moment that a text such as ``2026-11-22T18:00`` means.

    Nothing was asked when it is blank; one that cannot be told comes with a sentence.
    """
    text = typed_code(text)
    if not text:
        return AskedMoment(text="")
    try:
        at = _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return AskedMoment(text=text, trouble=_not_a_moment(text))
    if at.year < FIRST_YEAR:
        return AskedMoment(text=text, trouble=_not_a_moment(text))
    if at > current_desk().now():
        trouble = gettext("That moment has not come yet. These are the numbers of now.")
        return AskedMoment(text=text, trouble=trouble)
    return AskedMoment(text=text, at=at)


def asked_id(name: str) -> int | None:
    """Return the record's number that the address gives; what is none counts not."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        return None
    return min(int(text), LARGEST_ID) or None


def check_asked_once() -> None:
    """Refuse an address that says something twice.  Raises ``FieldsRefused``."""
    for name, values in request.args.lists():
        if len(values) > 1 and name not in _LISTS:
            raise FieldsRefused(name)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=current_desk().settings.time_zone)
    return moment.astimezone(UTC)


def _not_a_moment(text: str) -> str:
    return gettext(
        "“%(given)s” is not a moment. Write it like 2026-11-22T18:00."
        " These are the numbers of now.",
        given=text[:LONGEST_ECHO] + ("…" if len(text) > LONGEST_ECHO else ""),
    )
