"""``listings import``, ``listings map``, ``listings set`` and ``listings show``."""

from __future__ import annotations

import getpass
from collections import Counter
from contextlib import closing
from typing import Any

import click
from sqlalchemy.orm import Session

from connector.values import ChannelListing, Page
from daemon.commands.estimates import known_listings
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    progress_bar,
    say,
)
from daemon.office import Office
from daemon.refusals import Refused
from daemon.translate import listing_report
from stock import levels, mapping, offers, shops
from stock.admin.hand_mapping import map_by_hand
from stock.admin.listing_rules import set_listing_rules
from stock.models import Listing, ListingState
from stock.quantities import parse_quantity


@click.group()
def listings() -> None:
    """Bring in a shop's catalogue and map it to SKUs."""


@listings.command("import")
@click.argument("shop_name", metavar="SHOP")
def import_listings(shop_name: str) -> None:
    """Read the shop's catalogue and map it by SKU."""
    states: Counter[str] = Counter()
    with office() as desk:
        with desk.database.read() as session:
            shop = shops.find_shop(session, shop_name)
        connector = desk.connect(shop)
        cursor: str | None = None
        known = known_listings(desk, shop_name)
        with closing(connector.transport), progress_bar(listings=known) as progress:
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
    with office() as desk, desk.database.write() as session:
        found = _find(session, shop_name, listing)
        components: Counter[int] = Counter()
        for part in skus:
            code, _, units = part.rpartition("*") if "*" in part else (part, "", "1")
            components[levels.find_sku(session, code).id] += parse_quantity(units)
        by = getpass.getuser()
        map_by_hand(session, found, components, actor=by, now=desk.now())
    say(f"Listing {listing} of {shop_name} now stands for {' + '.join(skus)}.")


@listings.command("set")
@click.argument("shop_name", metavar="SHOP")
@click.argument("listing", metavar="ITEM[:VARIANT]")
@click.option("--buffer", type=int, default=None, help="Keep so many units back.")
@click.option("--share", type=int, default=None, help="Show at most so many percent.")
@click.option("--as-shop", is_flag=True, help="Forget both: as the shop has it.")
@click.option(
    "--pause/--resume",
    "paused",
    default=None,
    help="Leave the channel's number to the seller, or send ours again.",
)
def set_listing(
    shop_name: str,
    listing: str,
    buffer: int | None,
    share: int | None,
    as_shop: bool,
    paused: bool | None,
) -> None:
    """Say how much of our stock one listing may show, or pause it."""
    with office() as desk, desk.database.write() as session:
        found = _find(session, shop_name, listing)
        kept = (None, None) if as_shop else (found.buffer, found.share)
        set_listing_rules(
            session,
            found,
            buffer=kept[0] if buffer is None else buffer,
            share=kept[1] if share is None else share,
            paused=found.paused if paused is None else paused,
            actor=getpass.getuser(),
            now=desk.now(),
        )
        told = _allotment(found)
    say(f"Listing {listing} of {shop_name}: {told}.")


@listings.command("show")
@click.argument("shop_name", metavar="SHOP")
@as_json_option
def show_listings(shop_name: str, as_json: bool) -> None:
    """Show a shop's listings: what each stands for, keeps back and shows."""
    with office() as desk, desk.database.read() as session:
        shop = shops.find_shop(session, shop_name)
        found = mapping.listings_of_shop(session, shop)
        wanted = offers.numbers(session, [listing.id for listing in found])
        rows = [
            _row(x, wanted[x.id].quantity if x.id in wanted else None) for x in found
        ]
    if as_json:
        print_json(rows)
    else:
        columns = ("listing", "state", "stands_for", "allotment", "wanted", "seen")
        print_table(columns, ([row[column] for column in columns] for row in rows))


def _row(listing: Listing, wanted: int | None) -> dict[str, Any]:
    return {
        "listing": f"{listing.item_id}:{listing.variant_id}".rstrip(":"),
        "title": listing.title,
        "state": "paused" if listing.paused else listing.state,
        "stands_for": " + ".join(
            f"{part.sku.code}*{part.quantity}" for part in listing.components
        ),
        "allotment": _allotment(listing),
        "buffer": listing.buffer,
        "share": listing.share,
        "wanted": wanted,
        "seen": listing.seen_quantity,
    }


def _allotment(listing: Listing) -> str:
    if listing.paused:
        return "paused, the channel's number is left alone"
    buffer, share = listing.buffer, listing.share
    own = buffer is not None or share is not None
    buffer = listing.shop.buffer if buffer is None else buffer
    share = listing.shop.share if share is None else share
    return (
        f"keeps {buffer} back, shows at most {share} %{'' if own else ' (as its shop)'}"
    )


def _find(session: Session, shop_name: str, name: str) -> Listing:
    item_id, _, variant_id = name.partition(":")
    shop = shops.find_shop(session, shop_name)
    found = mapping.find_listing(session, shop, item_id, variant_id)
    if found is None:
        raise Refused(
            f"shop {shop_name} has no listing {name}:"
            f" run `./truestock listings import {shop_name}`"
        )
    return found


def _take_in(
    desk: Office, shop_name: str, page: Page[ChannelListing]
) -> dict[str, int]:
    with desk.database.write() as session:
        reports = [listing_report(item) for item in page.items]
        return dict(
            mapping.import_listings(
                session,
                shops.find_shop(session, shop_name),
                reports,
                now=desk.now(),
            )
        )


COMMANDS = (listings,)
