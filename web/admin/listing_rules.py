"""Sets what one listing may show, and pauses it."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.admin.hand_mapping import ListingChanged
from stock.admin.listing_rules import set_listing_rules
from stock.errors import InvalidQuantity
from stock.quantities import parse_quantity
from web.access import current_reader, desk_blueprint
from web.admin.forms import Outcome, once, read_fields, sent_key, stale_trouble
from web.admin.listing import listing_page, page_of, sentence, the_listing
from web.desk import current_desk
from web.entry import quantity_trouble
from web.language import gettext
from web.permissions import Permission, needs

FULL_SHARE = 100

blueprint = desk_blueprint("admin_listing_rules")


@blueprint.post("/admin/listings/<id:listing_id>/rules")
@needs(Permission.ADMINISTER)
def set_rules(listing_id: int) -> ResponseReturnValue:
    """Change the listing's own rules; a blank field means: as its shop."""
    fields = read_fields(("buffer", "share", "paused", "seen"))
    key = sent_key(page_of(listing_id))
    trouble = _trouble(fields) if key else stale_trouble()
    desk = current_desk()
    if key is None or trouble:
        with desk.database.read() as session:
            listing = the_listing(session, listing_id)
            return listing_page(
                session, listing, rules=fields, of_rules=trouble, status=400
            )
    shops: list[str] = []

    def work(session: Session) -> Outcome:
        listing = the_listing(session, listing_id)
        shops.append(listing.shop.name)
        changed = set_listing_rules(
            session,
            listing,
            buffer=_number(fields.get("buffer", "")),
            share=_number(fields.get("share", "")),
            paused="paused" in fields,
            seen=fields.get("seen", ""),
            actor=current_reader().user,
            now=desk.now(),
        )
        return {"did": "rules" if changed else "nothing"}

    try:
        once(key, work)
    except ListingChanged as refusal:
        with desk.database.read() as session:
            listing = the_listing(session, listing_id)
            told = sentence(refusal)
            return listing_page(
                session, listing, rules=fields, of_rules=told, status=409
            )
    for shop in shops:
        desk.bell.ring(shop)
    address = url_for("admin_listing.show_listing", listing_id=listing_id, told=key.id)
    return redirect(address, 303)


def _number(text: str) -> int | None:
    return parse_quantity(text) if text.strip() else None


def _trouble(fields: dict[str, str]) -> str:
    try:
        _number(fields.get("buffer", ""))
        share = _number(fields.get("share", ""))
    except InvalidQuantity as error:
        return quantity_trouble(str(error.given))
    if share is not None and share > FULL_SHARE:
        return gettext("A share is 0 to 100 percent.")
    return ""
