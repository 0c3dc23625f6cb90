"""One listing: what it stands for, a bundle or a new SKU, and what it may show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import levels
from stock.admin.hand_mapping import (
    MOST_COMPONENTS,
    CodeRefused,
    ListingChanged,
    SkuExists,
    fingerprint,
    make_sku,
    map_by_hand,
    name_of,
)
from stock.admin.listing_rules import rules_mark
from stock.admin.suggestions import Suggestion, suggest
from stock.errors import InvalidQuantity, UnknownSku
from stock.models import Listing, ListingState
from stock.quantities import parse_quantity
from stock.scope import sees_sku
from stock.sku_search import skus_by_code
from web.access import current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    fresh_key,
    once,
    read_fields,
    sent_key,
    stale_trouble,
    told_outcome,
)
from web.admin.mapping import named_listing
from web.admin.words import said
from web.desk import current_desk
from web.entry import quantity_trouble
from web.errors import FieldsRefused, RecordMissing
from web.language import gettext
from web.permissions import Permission, needs
from web.tokens import PageKey
from web.typed import typed_code

SPARE_LINES = 2
_SKU = "sku-"
_UNITS = "units-"

blueprint = desk_blueprint("admin_listing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One component as it was typed, and what is wrong with it."""

    sku: str = ""
    units: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSku:
    """A new SKU as it was typed, and what is wrong with it."""

    code: str
    name: str
    barcode: str
    trouble: str = ""


@blueprint.get("/admin/listings/<id:listing_id>")
@needs(Permission.ADMINISTER)
def show_listing(listing_id: int) -> ResponseReturnValue:
    """Show what a listing stands for, with fields for its components."""
    with current_desk().database.read() as session:
        return listing_page(session, the_listing(session, listing_id))


@blueprint.post("/admin/listings/<id:listing_id>")
@needs(Permission.ADMINISTER)
def set_components(listing_id: int) -> ResponseReturnValue:
    """Map the listing to what was typed, or show the form with what is wrong."""
    fields = read_fields(("seen",), (_SKU, _UNITS))
    lines = _typed(fields)
    key = sent_key(page_of(listing_id))
    with current_desk().database.read() as session:
        listing = the_listing(session, listing_id)
        if key is None:
            trouble = stale_trouble()
            return listing_page(
                session, listing, lines=lines, trouble=trouble, status=400
            )
        judged, components = _judged(session, lines)
        if not components or any(line.trouble for line in judged):
            trouble = "" if components else gettext("Name at least one SKU.")
            return listing_page(
                session, listing, lines=judged, trouble=trouble, status=400
            )
    return _map(listing_id, key, lines, components, fields.get("seen", ""))


@blueprint.post("/admin/listings/<id:listing_id>/new-sku")
@needs(Permission.ADMINISTER)
def add_sku(listing_id: int) -> ResponseReturnValue:
    """Make a new SKU and let the listing stand for it."""
    fields = read_fields(("seen", "code", "name", "barcode"))
    new = NewSku(
        code=typed_code(fields.get("code", "")),
        name=" ".join(fields.get("name", "").split())[:300],
        barcode=typed_code(fields.get("barcode", "")),
    )
    key = sent_key(page_of(listing_id))
    desk = current_desk()
    if key is None:
        with desk.database.read() as session:
            listing = the_listing(session, listing_id)
            stale = replace(new, trouble=stale_trouble())
            return listing_page(session, listing, new=stale, status=400)
    shops: list[str] = []

    def work(session: Session) -> Outcome:
        listing = the_listing(session, listing_id)
        shops.append(listing.shop.name)
        actor, now = current_reader().user, desk.now()
        sku = make_sku(
            session,
            code=new.code,
            name=new.name,
            barcode=new.barcode,
            actor=actor,
            now=now,
        )
        seen = fields.get("seen", "")
        map_by_hand(session, listing, {sku.id: 1}, seen=seen, actor=actor, now=now)
        return {"did": "mapped", "mapped": 1, "passed": 0}

    try:
        once(key, work)
    except (CodeRefused, SkuExists, ListingChanged) as refusal:
        told = replace(new, trouble=sentence(refusal))
        with desk.database.read() as session:
            listing = the_listing(session, listing_id)
            return listing_page(session, listing, new=told, status=409)
    return _back(listing_id, key, shops)


def the_listing(session: Session, listing_id: int) -> Listing:
    """Return the listing of an address.  Raises ``RecordMissing``."""
    listing = named_listing(session, listing_id)
    if listing is None:
        raise RecordMissing("listing")
    return listing


def page_of(listing_id: int) -> str:
    """Return the name under which a listing's forms have their keys."""
    return f"admin/listings/{listing_id}"


def listing_page(
    session: Session,
    listing: Listing,
    *,
    lines: Sequence[Line] | None = None,
    new: NewSku | None = None,
    rules: Mapping[str, str] | None = None,
    trouble: str = "",
    of_rules: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Return the page of a listing, with what was typed and what is wrong in it."""
    own = {
        "buffer": "" if listing.buffer is None else str(listing.buffer),
        "share": "" if listing.share is None else str(listing.share),
        **({"paused": "on"} if listing.paused else {}),
    }
    is_mapped = listing.state == ListingState.MAPPED
    page = render_template(
        "admin/listing.html",
        listing=listing,
        name=name_of(listing),
        lines=[*(lines or _lines(listing)), *[Line()] * SPARE_LINES][:MOST_COMPONENTS],
        suggestions=[] if is_mapped else _suggestions(session, listing),
        new=new
        or NewSku(
            code=listing.channel_sku, name=listing.title, barcode=listing.barcode
        ),
        rules=rules or own,
        of_rules=of_rules,
        is_mapped=is_mapped,
        mark=fingerprint(listing),
        rules_mark=rules_mark(listing),
        trouble=trouble,
        told=said(told_outcome(session)) if request.method == "GET" else "",
        key=fresh_key(page_of(listing.id)),
    )
    return page, status


def sentence(refusal: CodeRefused | SkuExists | ListingChanged) -> str:
    """Say why a listing was not mapped."""
    if isinstance(refusal, CodeRefused):
        return gettext("A code has 1 to 100 characters, with a letter or a digit.")
    if isinstance(refusal, SkuExists):
        return gettext(
            "There is a SKU “%(code)s” already. Choose it above instead.",
            code=refusal.code,
        )
    return gettext(
        "Somebody has changed this listing meanwhile. Nothing of yours was saved. Check"
        " it and save again."
    )


def _suggestions(session: Session, listing: Listing) -> Sequence[Suggestion]:
    seen = current_reader().shop_ids
    return suggest(session, [listing], shop_ids=seen)[listing.id]


def _lines(listing: Listing) -> Sequence[Line]:
    return [
        Line(sku=part.sku.code, units=str(part.quantity)) for part in listing.components
    ] or [Line(units="1")]


def _typed(fields: Mapping[str, str]) -> Sequence[Line]:
    numbers = [name.removeprefix(_SKU) for name in fields if name.startswith(_SKU)]
    if len(numbers) > MOST_COMPONENTS:
        raise FieldsRefused(_SKU)
    lines = [
        Line(
            sku=typed_code(fields[f"{_SKU}{number}"]),
            units=fields.get(f"{_UNITS}{number}", "").strip(),
        )
        for number in numbers
    ]
    return [line for line in lines if line.sku]


def _judged(
    session: Session, lines: Sequence[Line]
) -> tuple[Sequence[Line], Mapping[int, int]]:
    """Return the lines with a sentence where one is wrong, and what they amount to."""
    judged, components = [], Counter[int]()
    for line in lines:
        try:
            units = parse_quantity(line.units or "1")
            sku_id = _sku_id(session, line.sku)
        except InvalidQuantity as error:
            told = quantity_trouble(str(error.given))
            judged.append(replace(line, trouble=told))
            continue
        except UnknownSku:
            told = gettext("There is no SKU “%(sku)s”.", sku=line.sku)
            judged.append(replace(line, trouble=told))
            continue
        told = "" if units else gettext("A part of a bundle has at least 1 unit.")
        judged.append(replace(line, trouble=told))
        components[sku_id] += units
    return judged, components


def _sku_id(session: Session, text: str) -> int:
    seen = current_reader().shop_ids
    meant = skus_by_code(session, text, shop_ids=seen)
    if len(meant) == 1:
        return meant[0].id
    sku = levels.find_sku(session, text)
    if not sees_sku(session, sku.id, seen):
        raise UnknownSku(text)
    return sku.id


def _map(
    listing_id: int,
    key: PageKey,
    lines: Sequence[Line],
    components: Mapping[int, int],
    seen: str,
) -> ResponseReturnValue:
    desk = current_desk()
    shops: list[str] = []

    def work(session: Session) -> Outcome:
        listing = the_listing(session, listing_id)
        shops.append(listing.shop.name)
        actor, now = current_reader().user, desk.now()
        map_by_hand(session, listing, components, seen=seen, actor=actor, now=now)
        return {"did": "mapped", "mapped": 1, "passed": 0}

    try:
        once(key, work)
    except ListingChanged as refusal:
        told = sentence(refusal)
        with desk.database.read() as session:
            listing = the_listing(session, listing_id)
            return listing_page(session, listing, lines=lines, trouble=told, status=409)
    return _back(listing_id, key, shops)


def _back(listing_id: int, key: PageKey, shops: Sequence[str]) -> ResponseReturnValue:
    for shop in shops:
        current_desk().bell.ring(shop)
    address = url_for("admin_listing.show_listing", listing_id=listing_id, told=key.id)
    return redirect(address, 303)
