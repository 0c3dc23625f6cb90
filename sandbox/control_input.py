"""Reading what the control API was sent; every complaint names the field."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask import request

from .refusals import BadInput

Choice = TypeVar("Choice", bound=StrEnum)


def body() -> Mapping[str, object]:
    """The request's JSON object."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadInput("body: send a JSON object")
    return sent


def text(sent: Mapping[str, object], name: str, default: str | None = None) -> str:
    """A text that is not empty; a default makes it optional."""
    value = sent.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{name}: a text that is not empty is needed")
    return value


def whole(
    sent: Mapping[str, object], name: str, *, least: int, default: int | None = None
) -> int:
    """A whole number, ``least`` or more; a default makes it optional."""
    value = sent.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadInput(f"{name}: a whole number, {least} or more, is needed")
    return value


def seconds(sent: Mapping[str, object], name: str) -> float | None:
    """A number of seconds, zero or more, or nothing."""
    value = sent.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise BadInput(f"{name}: a number of seconds, 0 or more, is needed")
    return float(value)


def flag(sent: Mapping[str, object], name: str) -> bool:
    """True or false; false when left out."""
    value = sent.get(name, False)
    if not isinstance(value, bool):
        raise BadInput(f"{name}: true or false is needed")
    return value


def choice(
    sent: Mapping[str, object],
    name: str,
    kinds: type[Choice],
    default: Choice | None = None,
) -> Choice:
    """One of a fixed set of words."""
    value = sent.get(name, default)
    try:
        return kinds(str(value))
    except ValueError:
        words = ", ".join(kind.value for kind in kinds)
        raise BadInput(f"{name}: {value!r} is not one of {words}") from None


def rows(sent: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """A list of objects that is not empty."""
    value = sent.get(name)
    if not isinstance(value, list) or not value:
        raise BadInput(f"{name}: a list that is not empty is needed")
    for row in value:
        if not isinstance(row, dict):
            raise BadInput(f"{name}: each entry must be an object")
    return value


def units(sent: Mapping[str, object], name: str = "lines") -> dict[str, int]:
    """Units per SKU; a SKU that is named twice counts together."""
    asked: dict[str, int] = {}
    for row in rows(sent, name):
        sku = text(row, "sku")
        asked[sku] = asked.get(sku, 0) + whole(row, "quantity", least=1)
    return asked


def shop_argument() -> str:
    """The shop named in the query."""
    name = request.args.get("shop", "")
    if not name:
        raise BadInput("shop: name the shop in the query, as in ?shop=s1")
    return name
