"""Listings that stand for no SKU yet, each with what it may stand for: one tap maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.admin import unmapped
from stock.admin.hand_mapping import ListingChanged, fingerprint, map_by_hand
from stock.admin.suggestions import Suggestion, exact, suggest
from stock.models import Listing
from stock.scope import sees_sku
from web.access import check_shop, current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    fresh_key,
    once,
    read_fields,
    sent_key,
    stale_trouble,
    told_outcome,
)
from web.admin.words import said
from web.asked import asked_id
from web.desk import current_desk
from web.errors import FieldsRefused
from web.permissions import Permission, needs
from web.typed import typed_code

PAGE = "admin/listings"
PAGE_LISTINGS = 20
_CHOICE = "map-"

blueprint = desk_blueprint("admin_mapping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One listing without a SKU, and what it may stand for."""

    listing: Listing
    suggestions: Sequence[Suggestion]
    exact: Suggestion | None
    """The one that leaves no choice."""
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a form asks for one listing."""

    listing_id: int
    sku_id: int
    mark: str


@blueprint.get("/admin/listings")
@needs(Permission.ADMINISTER)
def show_listings() -> ResponseReturnValue:
    """Show listings without a SKU; a search with ``all`` finds mapped ones as well."""
    with current_desk().database.read() as session:
        return _page(session)


@blueprint.post("/admin/listings")
@needs(Permission.ADMINISTER)
def confirm() -> ResponseReturnValue:
    """Map each listing to the SKU that was confirmed for it.

    A button maps its own listing alone; without one, all that the form holds are meant.
    """
    fields = read_fields(("only", "shop", "q", "after"), (_CHOICE,))
    choices = _choices(fields)
    key = sent_key(PAGE)
    desk = current_desk()
    if key is None:
        with desk.database.read() as session:
            return _page(session, trouble=stale_trouble(), status=400)
    shops: set[str] = set()

    def work(session: Session) -> Outcome:
        shops.clear()
        done = [_confirmed(session, choice) for choice in choices]
        shops.update(shop for shop in done if shop)
        mapped = sum(1 for shop in done if shop)
        return {"did": "mapped", "mapped": mapped, "passed": len(done) - mapped}

    once(key, work)
    for shop in sorted(shops):
        desk.bell.ring(shop)
    shown: dict[str, Any] = {
        name: fields[name] for name in ("shop", "q", "after") if fields.get(name)
    }
    return redirect(url_for(".show_listings", **shown, told=key.id), 303)


def named_listing(session: Session, listing_id: int) -> Listing | None:
    """Return a listing that this reader may see.  Raises ``RecordMissing``."""
    listing = unmapped.find(session, listing_id)
    if listing is not None:
        check_shop(listing.shop_id, "listing")
    return listing


def _confirmed(session: Session, choice: Choice) -> str:
    """Map one listing; return its shop, or nothing when somebody else was faster."""
    listing = named_listing(session, choice.listing_id)
    seen = current_reader().shop_ids
    if listing is None or not sees_sku(session, choice.sku_id, seen):
        raise FieldsRefused(f"{_CHOICE}{choice.listing_id}")
    try:
        map_by_hand(
            session,
            listing,
            {choice.sku_id: 1},
            seen=choice.mark,
            actor=current_reader().user,
            now=current_desk().now(),
        )
    except ListingChanged:
        return ""
    return listing.shop.name


def _choices(fields: Mapping[str, str]) -> Sequence[Choice]:
    """Read ``only``, or else each ``map-<listing>``: listing, SKU and mark."""
    given = [fields["only"]] if fields.get("only") else []
    if not given:
        given = [value for name, value in fields.items() if name.startswith(_CHOICE)]
    return sorted((_choice(text) for text in given), key=lambda x: x.listing_id)


def _choice(text: str) -> Choice:
    listing_id, _, rest = text.partition(":")
    sku_id, _, mark = rest.partition(":")
    for number in (listing_id, sku_id):
        if not (number.isascii() and number.isdigit() and len(number) < 17):
            raise FieldsRefused("only")
    return Choice(listing_id=int(listing_id), sku_id=int(sku_id), mark=mark)


def _page(
    session: Session, *, trouble: str = "", status: int = 200
) -> ResponseReturnValue:
    seen = current_reader().shop_ids
    shop_id = asked_id("shop")
    if shop_id is not None:
        check_shop(shop_id, "shop")
    search = typed_code(request.values.get("q", ""))
    are_all = bool(search) and request.args.get("all") == "1"
    find = unmapped.listings_page if are_all else unmapped.unmapped_page
    page = find(
        session,
        shop_ids=seen,
        shop_id=shop_id,
        search=search,
        after=asked_id("after") or 0,
        limit=PAGE_LISTINGS,
    )
    rows = [] if are_all else _rows(session, page.listings)
    shown = render_template(
        "admin/mapping.html",
        rows=rows,
        listings=page.listings,
        are_all=are_all,
        sure=[row for row in rows if row.exact],
        shops=unmapped.shops_seen(session, seen),
        counts=unmapped.how_many_by_shop(session, seen),
        shop_id=shop_id,
        search=search,
        after=asked_id("after"),
        next_after=page.next_after,
        told=said(told_outcome(session)) if request.method == "GET" else "",
        trouble=trouble,
        key=fresh_key(PAGE),
    )
    return shown, status


def _rows(session: Session, listings: Sequence[Listing]) -> Sequence[Row]:
    seen = current_reader().shop_ids
    suggested = suggest(session, listings, shop_ids=seen)
    return [
        Row(
            listing=listing,
            suggestions=suggested[listing.id],
            exact=exact(suggested[listing.id]),
            mark=fingerprint(listing),
        )
        for listing in listings
    ]
