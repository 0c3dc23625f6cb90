"""Listings: what each channel should show, was told, and shows."""

from __future__ import annotations

from pydantic import Field

from stock import models
from stock.feeds import listings_page
from stock.models import ListingState
from stock.models.keys import Scope
from stock.offers import Owed, numbers
from web.api.cursors import read_cursor, write_cursor
from web.api.named import asked_shops, named_sku
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SHOP, UNKNOWN_SKU
from web.api.shapes import (
    Answer,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Page,
    Quantity,
    Units,
)


class Component(Answer):
    """Units of one SKU that one of a listing stands for."""

    sku: str
    units: Quantity


class Listing(Answer):
    """One sellable thing of a shop."""

    id: Identifier
    shop: str
    channel: str
    item_id: str
    variant_id: str
    channel_sku: str
    title: str
    state: ListingState
    paused: bool
    components: list[Component]
    wanted: Units | None = Field(
        description="What its channel should show; null while nothing was counted."
    )
    owes_push: bool = Field(description="The channel has not heard that number yet.")
    pushed: Units | None
    pushed_at: Moment | None
    confirmed: bool = Field(description="What was pushed last was read back since.")
    seen: Units | None
    seen_at: Moment | None
    phantom_units: Units = Field(
        description="Units that the channel added by itself and that were taken off."
    )
    failures: Units
    error: str = Field(description="Why the last push failed; empty otherwise.")


class Listings(Page):
    """A page of listings."""

    items: list[Listing]


class ListingQuery(ListQuery):
    """Which listings."""

    shop: Code | None = Field(default=None, description="The name of one shop.")
    sku: Code | None = Field(default=None, description="The code of a SKU in it.")
    state: ListingState | None = Field(default=None, strict=False)


@operation(
    "GET",
    "/listings",
    subject="channels",
    scope=Scope.LISTINGS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP, UNKNOWN_SKU),
)
def list_listings(call: Call, query: ListingQuery) -> Listings:
    """List listings with the numbers wanted, pushed and seen"""
    after = read_cursor(call, query)
    found = listings_page(
        call.session,
        shop_ids=asked_shops(call, query.shop),
        sku_id=named_sku(call, query.sku).id if query.sku else None,
        state=query.state,
        after=after[0] if after else None,
        limit=query.limit,
    )
    wanted = numbers(call.session, [item.id for item in found.items])
    return Listings(
        items=[_answer(item, wanted.get(item.id)) for item in found.items],
        next_cursor=(
            write_cursor(call, query, found.items[-1].id) if found.more else None
        ),
    )


def _answer(item: models.Listing, wanted: Owed | None) -> Listing:
    is_behind = item.pushed_version < item.wanted_version
    return Listing(
        id=item.id,
        shop=item.shop.name,
        channel=item.shop.channel,
        item_id=item.item_id,
        variant_id=item.variant_id,
        channel_sku=item.channel_sku,
        title=item.title,
        state=item.state,
        paused=item.paused,
        components=[
            Component(sku=part.sku.code, units=part.quantity)
            for part in item.components
        ],
        wanted=wanted.quantity if wanted else None,
        owes_push=bool(wanted) and is_behind and not item.paused,
        pushed=item.pushed_quantity,
        pushed_at=item.pushed_at,
        confirmed=item.confirmed_version >= item.pushed_version > 0,
        seen=item.seen_quantity,
        seen_at=item.seen_at,
        phantom_units=item.phantom_units,
        failures=item.failures,
        error=item.last_error,
    )
