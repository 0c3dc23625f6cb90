"""The kinds of values that cross the interface, and how strictly each is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from stock.guard import LARGEST_QUANTITY
from web.api.refusals import utc_text
from web.routing import LARGEST_ID

MOST_PER_PAGE = 200
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC)

# Said so that JSON Schema, Python and the validator read them alike.
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_UNSEEN = rf"{_CONTROLS}\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_ONE_LINE = rf"^[^{_CONTROLS}]*$"
_NAME = rf"^[^\s{_UNSEEN}]([^{_UNSEEN}]*[^\s{_UNSEEN}])?$"
_SEVERAL_LINES = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)


class Answer(BaseModel):
    """What the interface says."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(BaseModel):
    """What a program sends: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Query(BaseModel):
    """What an address asks for; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def read_moment(text: object) -> datetime:
    """Return the moment that RFC 3339 writes so, in UTC.

    One before 1970, or absurdly late, stands for the end of what anybody means.
    Raises ``ValueError``.
    """
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("write it like 2026-11-22T18:00:00Z; a + is sent as %2B")
    date, time, fraction, zone = found.groups()
    # The last second of a day with a leap second in it.
    time = time.replace(":60", ":59")
    offset = "+00:00" if zone in "Zz" else zone
    moment = datetime.fromisoformat(
        f"{date}T{time}.{(fraction or '0')[:6]:0<6}{offset}"
    )
    try:
        return min(max(moment.astimezone(UTC), FIRST_MOMENT), LAST_MOMENT)
    except OverflowError:
        return FIRST_MOMENT if moment.year < 1970 else LAST_MOMENT


def _whole_number(text: object) -> object:
    # An address has texts only; of those, only plain digits are a number.
    is_number = isinstance(text, str) and _WHOLE.fullmatch(text)
    return int(str(text)) if is_number else text


def _amount(text: object) -> object:
    if isinstance(text, str) and re.fullmatch(r"[0-9]{1,14}([.][0-9]{1,4})?", text):
        return Decimal(text)
    raise ValueError("write it like 500000 or 12.50")


def plain_amount(amount: Decimal) -> str:
    """Return an exact amount without zeros that say nothing."""
    return format(amount.normalize(), "f")


Identifier = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Quantity = Annotated[int, Field(ge=0, le=LARGEST_QUANTITY)]
Units = Annotated[int, Field(ge=-(2**53), le=2**53)]
"""A number of units; what is free to sell may be below zero."""

Code = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=_ONE_LINE)
]
PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=_NAME)
]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_NAME)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=_NAME)]
Note = Annotated[str, StringConstraints(max_length=500, pattern=_SEVERAL_LINES)]

Moment = Annotated[
    datetime,
    PlainSerializer(utc_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

AskedMoment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
AskedIdentifier = Annotated[Identifier, BeforeValidator(_whole_number)]
AskedDays = Annotated[int, Field(ge=0, le=3650), BeforeValidator(_whole_number)]
AskedAmount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,14}([.][0-9]{1,4})?$"}),
]
AskedCurrency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
AskedCursor = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[A-Za-z0-9_.-]+$")
]
AskedLimit = Annotated[
    int, Field(ge=1, le=MOST_PER_PAGE), BeforeValidator(_whole_number)
]


class Money(Answer):
    """An exact amount; a text, because numbers of JSON are rounded by some."""

    amount: Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d{1,4})?$")]
    currency: str = Field(description="ISO 4217; empty where the channel told none.")


class ListQuery(Query):
    """What every list can be asked."""

    limit: AskedLimit = Field(default=50, description="The most items of a page.")
    cursor: AskedCursor | None = Field(
        default=None,
        description="`next_cursor` of the page before, with the same filters.",
    )


class Page(Answer):
    """One page of a list."""

    next_cursor: str | None = Field(
        description="Where the next page goes on; null after the last one."
    )


def money(amount: Decimal, currency: str) -> Money:
    """Return an amount as answers tell it."""
    return Money(amount=plain_amount(amount), currency=currency)
