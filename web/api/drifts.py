"""Drifts: where a channel's number was not ours, and what was done about it."""

from __future__ import annotations

from pydantic import Field

from stock.feeds import drifts_before
from stock.models.keys import Scope
from web.api.cursors import read_cursor, write_cursor
from web.api.named import asked_shops
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SHOP
from web.api.shapes import Answer, Code, Identifier, ListQuery, Moment, Page, Units


class Drift(Answer):
    """One time that a channel's number was not ours."""

    id: Identifier
    shop: str
    listing_id: Identifier
    item_id: str
    variant_id: str
    ours: Units
    theirs: Units
    seen_at: Moment
    settled_at: Moment | None = Field(
        description="When ours was read back again; null while it is not."
    )


class Drifts(Page):
    """A page of drifts."""

    items: list[Drift]


class DriftQuery(ListQuery):
    """Which drifts."""

    shop: Code | None = Field(default=None, description="The name of one shop.")


@operation(
    "GET",
    "/drifts",
    subject="channels",
    scope=Scope.DRIFTS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP),
)
def list_drifts(call: Call, query: DriftQuery) -> Drifts:
    """List drifts, the newest first"""
    before = read_cursor(call, query)
    found = drifts_before(
        call.session,
        shop_ids=asked_shops(call, query.shop),
        before=before[0] if before else None,
        limit=query.limit,
    )
    return Drifts(
        items=[
            Drift(
                id=drift.id,
                shop=listing.shop.name,
                listing_id=listing.id,
                item_id=listing.item_id,
                variant_id=listing.variant_id,
                ours=drift.ours,
                theirs=drift.theirs,
                seen_at=drift.seen_at,
                settled_at=drift.settled_at,
            )
            for drift, listing in found.items
        ],
        next_cursor=(
            write_cursor(call, query, found.items[-1][0].id) if found.more else None
        ),
    )
