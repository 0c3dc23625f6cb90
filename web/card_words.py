"""Says in the seller's words what each movement of units was."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask, url_for

from stock.card import Entry
from stock.models import Movement
from stock.orders import ACTOR
from stock.papers import PaperKind
from stock.transfers import Bucket
from web.formats import number
from web.language import gettext, lazy_gettext
from web.words import Words, word

_B = Bucket

BUCKETS: Words = MappingProxyType(
    {
        _B.AVAILABLE: lazy_gettext("Free to sell"),
        _B.COMMITTED: lazy_gettext("Committed"),
        _B.OUT: lazy_gettext("Out"),
        _B.DAMAGED: lazy_gettext("Damaged"),
        _B.LOST: lazy_gettext("Lost"),
        _B.OUTSIDE: lazy_gettext("Not in the books"),
    }
)

HAPPENINGS: Mapping[tuple[str, str], object] = MappingProxyType(
    {
        (_B.OUTSIDE, _B.AVAILABLE): lazy_gettext("Goods received"),
        (_B.AVAILABLE, _B.COMMITTED): lazy_gettext("Ordered: set aside"),
        (_B.COMMITTED, _B.AVAILABLE): lazy_gettext("Cancelled before it left"),
        (_B.COMMITTED, _B.OUT): lazy_gettext("Left the warehouse"),
        (_B.OUT, _B.AVAILABLE): lazy_gettext("Came back, good"),
        (_B.OUT, _B.DAMAGED): lazy_gettext("Came back, damaged"),
        (_B.OUT, _B.LOST): lazy_gettext("Will not come back"),
        (_B.LOST, _B.AVAILABLE): lazy_gettext("Found again, good"),
        (_B.LOST, _B.DAMAGED): lazy_gettext("Found again, damaged"),
        (_B.AVAILABLE, _B.OUT): lazy_gettext("Receipt reversed: out again"),
        (_B.DAMAGED, _B.OUT): lazy_gettext("Receipt of damage reversed: out again"),
        (_B.DAMAGED, _B.AVAILABLE): lazy_gettext("Repaired"),
        (_B.DAMAGED, _B.OUTSIDE): lazy_gettext("Scrapped"),
        (_B.AVAILABLE, _B.OUTSIDE): lazy_gettext("Taken off the books"),
    }
)

_COUNTED_UP = lazy_gettext("Counted: more than in the books")
_COUNTED_DOWN = lazy_gettext("Counted: fewer than in the books")
_OPENING = lazy_gettext("Promised before the first count: added for its order")


def install_card_words(app: Flask) -> None:
    """Give templates the words of this file."""
    app.jinja_env.filters.update(
        happening=happening,
        places=places,
        why=why,
        actor_word=actor_word,
        stock_card=stock_card,
    )


def happening(entry: Entry) -> str:
    """Say what a movement was."""
    movement = entry.movement
    pair = (movement.from_bucket, movement.to_bucket)
    came_in = movement.from_bucket == Bucket.OUTSIDE
    if entry.trail.kind is PaperKind.STOCKTAKE:
        return str(_COUNTED_UP if came_in else _COUNTED_DOWN)
    if entry.trail.kind is PaperKind.ORDER and came_in:
        return str(_OPENING)
    return str(HAPPENINGS.get(pair, f"{pair[0]} → {pair[1]}"))


def places(movement: Movement, warehouses: Mapping[int, str]) -> str:
    """Say from where to where units were moved, with each warehouse once."""
    source = word(BUCKETS, movement.from_bucket)
    target = word(BUCKETS, movement.to_bucket)
    start = warehouses.get(movement.from_warehouse_id, "")
    end = warehouses.get(movement.to_warehouse_id, "")
    if start == end:
        return f"{source} → {target} · {start}"
    return f"{source} · {start} → {target} · {end}"


def why(entry: Entry) -> str:
    """Say the reason that a movement was given, if it was."""
    movement, trail = entry.movement, entry.trail
    if trail.kind is PaperKind.HIDDEN:
        return ""
    if trail.counted is not None:
        return gettext("counted: %(n)s", n=number(trail.counted))
    is_written_off = movement.to_bucket == Bucket.LOST
    if trail.kind is PaperKind.ORDER and movement.reason and not is_written_off:
        return gettext("the channel said: %(status)s", status=movement.reason)
    return movement.reason


def actor_word(actor: str) -> str:
    """Name who answers for a movement."""
    return gettext("Truestock, by itself") if actor == ACTOR else actor


def stock_card(code: str, **query: Any) -> str:
    """Return the address of a SKU's stock card; ``None`` is left out of its query."""
    if _is_plain(code):
        return url_for("card.show_card", code=code, **query)
    return url_for("card.show_search", sku=code, **query)


def _is_plain(code: str) -> bool:
    # Browsers and servers tidy up paths: these parts would not arrive as they are.
    return all(part not in ("", ".", "..") for part in code.split("/"))
