"""``stock count``, ``stock show``, ``stock why``."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from daemon.commands.names import Name
from daemon.commands.stocktake_file import read_stocktake
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from daemon.office import Office
from daemon.refusals import Refused
from stock import levels, offers, stocktakes
from stock.models import Listing, Movement
from stock.rules import RULES
from stock.transfers import Bucket

_BUCKETS = ("available", "committed", "out", "damaged", "lost", "on_hand")


@click.group()
def stock() -> None:
    """Count, show and explain stock."""


@stock.command()
@click.argument("path", metavar="FILE", type=click.Path())
@click.option(
    "--by", "actor", type=Name(), default=None, help="Who counted; default: you."
)
@click.option("--new-skus", is_flag=True, help="Create SKUs that are not known yet.")
def count(path: str, actor: str | None, new_skus: bool) -> None:
    """Post a stocktake: a CSV `sku,warehouse,quantity` of free-to-sell units."""
    document = f"stocktake {click.format_filename(path, shorten=True)}"[:200]
    with office() as desk:

        def work(session: Session) -> tuple[int, int]:
            counted = read_stocktake(session, path, new_skus=new_skus)
            posted = stocktakes.post_stocktake(
                session,
                counted,
                document=document,
                actor=actor or getpass.getuser(),
                now=desk.now(),
            )
            return posted.id, len(counted)

        number, skus = desk.database.run(work)
    say(f"Stocktake {number} is posted: {skus} SKUs counted.")


@stock.command()
@click.argument("sku")
@as_json_option
def show(sku: str, as_json: bool) -> None:
    """Show how many units of a SKU are where, and what each channel shows."""
    with office() as desk, desk.database.read() as session:
        found = levels.find_sku(session, sku)
        listed = levels.listings_of(session, [found.id])
        wanted = offers.numbers(session, [listing.id for listing in listed])
        warehouses = {
            code: {bucket: getattr(level, bucket) for bucket in _BUCKETS}
            for code, level in levels.levels_of(session, found).items()
        }
        listings = [
            _listing(item, wanted[item.id].quantity if item.id in wanted else None)
            for item in listed
        ]
    document = {"sku": sku, "warehouses": warehouses, "listings": listings}
    if as_json:
        print_json(document)
        return
    print_table(
        ("warehouse", *_BUCKETS),
        ([code, *level.values()] for code, level in warehouses.items()),
    )
    if listings:
        say("")
        columns = ("shop", "listing", "wanted", "pushed", "seen", "state")
        print_table(columns, ([row[c] for c in columns] for row in listings))


@stock.command()
@click.argument("sku")
@click.option("--at", "at", default=None, help="As it was then: 2026-11-22T18:00.")
@as_json_option
def why(sku: str, at: str | None, as_json: bool) -> None:
    """Show every movement that makes up the number, with who, when and why."""
    with office() as desk, desk.database.read() as session:
        found = levels.find_sku(session, sku)
        until = _moment(desk, at) if at else None
        warehouses = {w.id: w.code for w in levels.all_warehouses(session)}
        rows = [
            _movement(desk, movement, warehouses)
            for movement in levels.movements_of(session, found, until=until)
        ]
    available = 0
    for row in rows:
        available += row["quantity"] * (
            (row["to"] == Bucket.AVAILABLE) - (row["from"] == Bucket.AVAILABLE)
        )
        row["available"] = available
    if as_json:
        print_json({"sku": sku, "at": at, "available": available, "movements": rows})
        return
    columns = (
        "at",
        "what",
        "quantity",
        "from",
        "to",
        "warehouse",
        "available",
        "by",
        "document",
        "reason",
    )
    print_table(columns, ([row[c] for c in columns] for row in rows))
    say(f"Available: {available}")


def _listing(item: Listing, wanted: int | None) -> dict[str, Any]:
    return {
        "shop": item.shop.name,
        "listing": f"{item.item_id}:{item.variant_id}".rstrip(":"),
        "wanted": wanted,
        "pushed": item.pushed_quantity,
        "seen": item.seen_quantity,
        "state": _state(item, wanted),
        "phantom_units": item.phantom_units,
        "error": item.last_error,
    }


def _state(item: Listing, wanted: int | None) -> str:
    if wanted is None:
        return item.state if item.state != "mapped" else "not counted"
    if item.paused:
        return "paused"
    if item.pushed_version < item.wanted_version:
        return "failing" if item.failures else "sending"
    return "confirmed" if item.confirmed_version >= item.pushed_version else "sent"


def _movement(
    desk: Office, movement: Movement, warehouses: dict[int, str]
) -> dict[str, Any]:
    pair = (Bucket(movement.from_bucket), Bucket(movement.to_bucket))
    moment = movement.posted_at.astimezone(desk.settings.time_zone)
    between = (movement.from_warehouse_id, movement.to_warehouse_id)
    return {
        "at": moment.isoformat(timespec="seconds"),
        "what": RULES[pair].name,
        "quantity": movement.quantity,
        "from": movement.from_bucket,
        "to": movement.to_bucket,
        "warehouse": " > ".join(dict.fromkeys(warehouses[x] for x in between)),
        "from_warehouse": warehouses[movement.from_warehouse_id],
        "to_warehouse": warehouses[movement.to_warehouse_id],
        "by": movement.actor,
        "document": movement.document,
        "reason": movement.reason,
    }


def _moment(desk: Office, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"--at {text!r} is not a time such as 2026-11-22T18:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=desk.settings.time_zone)
    return moment


COMMANDS = (stock,)
