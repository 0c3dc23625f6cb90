"""Suggests which SKU a listing stands for: by code, by barcode, or by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from stock.models import Listing, Sku, SkuTerm
from stock.scope import sku_seen
from stock.terms import code_term, name_terms

MOST_SUGGESTED = 3
_NEAR = 0.55
"""From here on two names are worth a look."""
_COMPARED = 30
"""Candidates by shared words that are compared letter by letter."""


class Why(StrEnum):
    """What makes a SKU likely."""

    CODE = "code"
    BARCODE = "barcode"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A SKU that a listing may stand for."""

    sku: Sku
    why: Why
    likeness: int = 100
    """How alike the names are, in percent."""


def suggest(
    session: Session,
    listings: Sequence[Listing],
    *,
    shop_ids: Collection[int] | None = None,
) -> Mapping[int, Sequence[Suggestion]]:
    """Return the best few SKUs for each listing, the surest first.

    ``shop_ids`` are the shops that a person sees, and whose SKUs may be named.
    """
    seen = sku_seen(Sku.id, shop_ids)
    by_code = _by_code(session, listings, seen)
    by_barcode = _by_barcode(session, listings, seen)
    found: dict[int, Sequence[Suggestion]] = {}
    for listing in listings:
        sure = _unique(
            [
                *(
                    Suggestion(sku=sku, why=Why.CODE)
                    for sku in by_code[code_term(listing.channel_sku)]
                ),
                *(
                    Suggestion(sku=sku, why=Why.BARCODE)
                    for code in _barcodes(listing)
                    for sku in by_barcode[code]
                ),
            ]
        )
        found[listing.id] = sure or _by_name(session, listing, seen)
    return {key: some[:MOST_SUGGESTED] for key, some in found.items()}


def exact(suggestions: Sequence[Suggestion]) -> Suggestion | None:
    """Return the suggestion that leaves no choice: one SKU, by code or barcode."""
    if len(suggestions) == 1 and suggestions[0].why is not Why.NAME:
        return suggestions[0]
    return None


def _by_code(
    session: Session, listings: Sequence[Listing], seen: ColumnElement[bool]
) -> Mapping[str, Sequence[Sku]]:
    terms = {code_term(listing.channel_sku) for listing in listings} - {""}
    rows = session.execute(
        select(SkuTerm.term, Sku)
        .join(Sku, Sku.id == SkuTerm.sku_id)
        .where(SkuTerm.term.in_(terms), seen)
        .order_by(Sku.code)
    )
    return _grouped(rows)


def _by_barcode(
    session: Session, listings: Sequence[Listing], seen: ColumnElement[bool]
) -> Mapping[str, Sequence[Sku]]:
    codes = {code for listing in listings for code in _barcodes(listing)}
    rows = session.execute(
        select(Sku.barcode, Sku).where(Sku.barcode.in_(codes), seen).order_by(Sku.code)
    )
    return _grouped(rows)


def _barcodes(listing: Listing) -> Collection[str]:
    # Many sellers write the barcode into the field for their own code.
    return dict.fromkeys(x for x in (listing.barcode, listing.channel_sku.strip()) if x)


def _by_name(
    session: Session, listing: Listing, seen: ColumnElement[bool]
) -> Sequence[Suggestion]:
    words = name_terms(listing.title)
    if not words:
        return []
    shared = func.count().label("shared")
    likely = (
        select(SkuTerm.sku_id, shared)
        .join(Sku, Sku.id == SkuTerm.sku_id)
        .where(SkuTerm.term.in_(words), seen)
        .group_by(SkuTerm.sku_id)
        .order_by(shared.desc(), SkuTerm.sku_id)
        .limit(_COMPARED)
        .subquery()
    )
    skus = session.scalars(select(Sku).join(likely, likely.c.sku_id == Sku.id))
    compared = [
        Suggestion(sku=sku, why=Why.NAME, likeness=round(100 * near))
        for sku in skus
        if (near := _likeness(listing.title, sku.name)) >= _NEAR
    ]
    return sorted(compared, key=lambda x: (-x.likeness, x.sku.code))


def _likeness(one: str, other: str) -> float:
    # As sorted words: titles name the same properties in another sequence.
    first, second = (" ".join(sorted(name_terms(name))) for name in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _unique(suggestions: Iterable[Suggestion]) -> Sequence[Suggestion]:
    first: dict[int, Suggestion] = {}
    for suggestion in suggestions:
        first.setdefault(suggestion.sku.id, suggestion)
    return list(first.values())


def _grouped(rows: Iterable[tuple[str, Sku]]) -> Mapping[str, Sequence[Sku]]:
    found: defaultdict[str, list[Sku]] = defaultdict(list)
    for key, sku in rows:
        found[key].append(sku)
    return found
