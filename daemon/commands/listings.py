"""``listings import`` and ``listings map``."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import click

from connector.values import ChannelListing, Page
from daemon.commands.terminal import Refused, office, print_table, progress_bar, say
from daemon.office import Office
from daemon.translate import listing_report
from stock import levels, shops
from stock import listings as room
from stock.models import ListingState
from stock.quantities import parse_quantity


@click.group()
def listings() -> None:
    """Bring in a shop's catalogue and map it to SKUs."""


@listings.command("import")
@click.argument("shop_name", metavar="SHOP")
def import_listings(shop_name: str) -> None:
    """Read the shop's catalogue and map it by SKU."""
    states: Counter[str] = Counter()
    with office() as desk, progress_bar() as progress:
        with desk.database.read() as session:
            shop = shops.find_shop(session, shop_name)
        connector = desk.connect(shop)
        cursor: str | None = None
        with closing(connector.transport):
            while True:
                page = connector.read_listings(cursor=cursor)
                states.update(_take_in(desk, shop_name, page))
                progress("listings", len(page.items))
                cursor = page.next_cursor
                if cursor is None:
                    break
    print_table(
        ("mapped", "unmapped", "ambiguous", "ignored"),
        [[states[state] for state in ListingState]],
    )
    if states[ListingState.UNMAPPED] or states[ListingState.AMBIGUOUS]:
        say(
            "Map the rest by hand: ./truestock listings map SHOP ITEM[:VARIANT] SKU[*N]"
        )


@listings.command("map")
@click.argument("shop_name", metavar="SHOP")
@click.argument("listing", metavar="ITEM[:VARIANT]")
@click.argument("skus", metavar="SKU[*N]", nargs=-1, required=True)
def map_listing(shop_name: str, listing: str, skus: tuple[str, ...]) -> None:
    """Let a listing stand for SKUs: one, several of one, or a bundle of many."""
    item_id, _, variant_id = listing.partition(":")
    with office() as desk, desk.database.write() as session:
        shop = shops.find_shop(session, shop_name)
        found = room.find_listing(session, shop, item_id, variant_id)
        if found is None:
            raise Refused(
                f"shop {shop_name} has no listing {listing}:"
                f" run `./truestock listings import {shop_name}`"
            )
        components: Counter[int] = Counter()
        for part in skus:
            code, _, units = part.rpartition("*") if "*" in part else (part, "", "1")
            components[levels.find_sku(session, code).id] += parse_quantity(units)
        room.map_listing(session, found, components)
    say(f"Listing {listing} of {shop_name} now stands for {' + '.join(skus)}.")


def _take_in(
    desk: Office, shop_name: str, page: Page[ChannelListing]
) -> dict[str, int]:
    with desk.database.write() as session:
        reports = [listing_report(item) for item in page.items]
        return dict(
            room.import_listings(
                session,
                shops.find_shop(session, shop_name),
                reports,
                now=desk.now(),
            )
        )


COMMANDS = (listings,)
