"""The drift board: where a channel's number was not ours, and what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue

from stock import drifts
from stock.drifts import Caught, Drifted
from stock.models import ListingState, ShopState
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.desk import current_desk
from web.error_words import Noted, listing_error
from web.formats import moment
from web.language import gettext
from web.permissions import Permission, needs
from web.typed import typed_code

PAGE_DRIFTS = 50

blueprint = desk_blueprint("drift")


@blueprint.get("/drift")
@needs(Permission.LOOK)
def show_drifts() -> ResponseReturnValue:
    """Show drifts, newest first, of all shops or of one."""
    shop = typed_code(request.args.get("shop", ""))
    before = asked_id("before")
    seen = current_reader().shop_ids
    with current_desk().database.read() as session:
        caught = drifts.phantom_units(session, shop_ids=seen)
        page = drifts.drifts_page(
            session, shop=shop, shop_ids=seen, before=before, limit=PAGE_DRIFTS
        )
        is_known = not shop or any(one.shop == shop for one in caught)
        shown = render_template(
            "drift.html",
            shop=shop,
            is_known=is_known,
            is_first=not before,
            caught=caught,
            channels=_by_channel(caught),
            total=sum(one.units for one in caught),
            rows=[(found, what_was_done(found)) for found in page.drifted],
            next_before=page.next_before,
        )
    return shown, 200 if is_known else 404


def what_was_done(found: Drifted) -> Noted:
    """Say what became of a channel's number that was not ours."""
    drift, listing = found.drift, found.listing
    if drift.settled_at is not None:
        put_back = gettext("Put back: %(moment)s", moment=moment(drift.settled_at))
        return Noted(sentence=put_back)
    if listing.state != ListingState.MAPPED:
        left = gettext("Left as it is: the listing stands for no SKU any more.")
        return Noted(sentence=left)
    if listing.paused:
        paused = gettext("Left as it is: somebody paused the listing.")
        return Noted(sentence=paused)
    if listing.shop.state != ShopState.ACTIVE:
        return Noted(sentence=gettext("Waits until the shop is back."))
    if listing.failures and listing.last_error:
        return listing_error(listing.last_error)
    return Noted(sentence=gettext("Being put back"))


def _by_channel(caught: Sequence[Caught]) -> Sequence[tuple[str, int]]:
    units: Counter[str] = Counter()
    for one in caught:
        units[one.channel] += one.units
    return units.most_common()
