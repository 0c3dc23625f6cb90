"""``shop add``, ``list``, ``set`` and ``authorize``; ``sync`` and ``reconcile``."""

from __future__ import annotations

import getpass
import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click
from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from connector.registry import connector_class, open_connector
from connector.settings import MemorySettings
from daemon.commands.estimates import compared_listings, guessing_orders
from daemon.commands.names import Name
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    progress_bar,
    say,
)
from daemon.consents import consent_link, has_consent_page
from daemon.office import Office
from daemon.refusals import Refused
from daemon.translate import refund_mode
from daemon.work import reconcile as reconcile_shop
from daemon.work import sync as sync_shop
from stock import allotments, levels, set_aside, shops
from stock.admin import consents, shop_rules, shop_states
from stock.models import RefundMode, Shop


@click.group()
def shop() -> None:
    """Connect and look after shops."""


@shop.command()
@click.argument("channel")
@click.argument("name", type=Name())
@click.option("--settings", "file", type=click.Path(allow_dash=True), required=True)
def add(channel: str, name: str, file: str) -> None:
    """Connect a shop with the JSON that its channel needs (`-` reads stdin)."""
    given = _read_settings(file)
    with office() as desk:
        now = desk.now()
        kind = connector_class(channel)
        store = MemorySettings(kind.prepare_settings(given, now))
        identity = _identify(channel, store, desk)
        since = now - timedelta(days=desk.settings.backfill_days)
        with desk.database.write() as session:
            shops.add_shop(
                session,
                desk.vault,
                name=name,
                channel=channel,
                external_id=identity.shop_id,
                settings=store.read(),
                now=now,
                orders_since=since,
                refunds=refund_mode(kind),
            )
    say(
        f"Shop {name} is connected: {kind.title} {identity.name} ({identity.shop_id})."
        f" Next: ./truestock listings import {name}"
    )


@shop.command("list")
@as_json_option
def list_shops(as_json: bool) -> None:
    """Show shops with their state, what they owe, and when they were last read."""
    with office() as desk, desk.database.read() as session:
        rows = [
            _row(desk, found, shops.owed_pushes(session, found))
            | _allotment(session, found)
            | {"set_aside": set_aside.how_many(session, found)}
            for found in shops.all_shops(session)
        ]
    if as_json:
        print_json(rows)
    elif not rows:
        say("No shop yet: ./truestock shop add CHANNEL NAME --settings FILE")
    else:
        columns = (
            "name",
            "channel",
            "state",
            "last_sync_at",
            "owed",
            "set_aside",
            "last_error",
        )
        print_table(columns, ([row[column] for column in columns] for row in rows))


@shop.command("set")
@click.argument("name")
@click.option("--buffer", type=int, default=None, help="Keep so many units back.")
@click.option("--share", type=int, default=None, help="Show at most so many percent.")
@click.option(
    "--sells-from",
    multiple=True,
    metavar="WAREHOUSE",
    help="Show only this warehouse's units; may be given several times.",
)
@click.option("--sells-from-all", is_flag=True, help="Show the units of all.")
@click.option("--packs-in", metavar="WAREHOUSE", help="Where its orders leave from.")
@click.option(
    "--refunds",
    type=click.Choice(["automatic", "by-hand"]),
    help="Whether refunds that are owed are started at once, or only shown.",
)
@click.option(
    "--pause/--resume",
    "paused",
    default=None,
    help="Read and send nothing, or go on at once.",
)
def set_shop(
    name: str,
    buffer: int | None,
    share: int | None,
    sells_from: tuple[str, ...],
    sells_from_all: bool,
    packs_in: str | None,
    refunds: str | None,
    paused: bool | None,
) -> None:
    """Say how much of our stock a shop may show, and from which warehouses."""
    if sells_from and sells_from_all:
        raise click.UsageError("--sells-from and --sells-from-all exclude each other")
    with office() as desk, desk.database.write() as session:
        found = shops.find_shop(session, name)
        rules = shop_rules.rules_of(session, found)
        if buffer is not None:
            rules = replace(rules, buffer=buffer)
        if share is not None:
            rules = replace(rules, share=share)
        if sells_from or sells_from_all:
            named = {levels.find_warehouse(session, code).id for code in sells_from}
            rules = replace(rules, sells_from=tuple(sorted(named)))
        if packs_in is not None:
            place = levels.find_warehouse(session, packs_in)
            rules = replace(rules, packs_in=place.id)
        if refunds is not None:
            _check_refunds(found)
            rules = replace(rules, refunds=RefundMode(refunds.replace("-", "_")))
        by, now = getpass.getuser(), desk.now()
        shop_rules.set_rules(session, found, rules, actor=by, now=now)
        if paused is True:
            shop_states.stop_shop(session, found, actor=by, now=now)
        if paused is False:
            shop_states.resume_shop(session, found, actor=by, now=now)
        row = _allotment(session, found)
    say(
        f"Shop {name} keeps {row['buffer']} back, shows at most {row['share']} %,"
        f" sells from {', '.join(row['sells_from']) or 'all warehouses'}"
        f" and packs in {row['packs_in']}."
    )


@shop.command()
@click.argument("name")
@click.option("--answer", default=None, help="The address that the page sent you to.")
def authorize(name: str, answer: str | None) -> None:
    """Print the page on which the seller gives access, or take in its answer."""
    with office() as desk:
        with desk.database.read() as session:
            found = shops.find_shop(session, name)
        if not has_consent_page(found):
            raise Refused(
                f"{connector_class(found.channel).title} has no consent page:"
                " connect the shop again with new settings"
            )
        if answer is None:
            say(_consent_link(desk, found))
            return
        connector = desk.connect(found)
        with closing(connector.transport):
            connector.accept_consent(dict(parse_qsl(urlsplit(answer).query)))
        with desk.database.write() as session:
            again = shops.find_shop(session, name)
            consents.settle(session, again, error="", now=desk.now())
    say(f"Shop {name} has access again.")


@click.command()
@click.argument("shop_name", metavar="SHOP")
def sync(shop_name: str) -> None:
    """Read what changed at a shop, apply it, and send what is owed."""
    with office() as desk, progress_bar() as bars:
        sync_shop(desk, shop_name, progress=guessing_orders(desk, shop_name, bars))
        with desk.database.read() as session:
            owed = shops.owed_pushes(session, shops.find_shop(session, shop_name))
    say(
        f"Shop {shop_name} is in step."
        if not owed
        else f"Shop {shop_name} was read; {owed} listings still owe a push."
    )


@click.command()
@click.argument("shop_name", metavar="SHOP")
def reconcile(shop_name: str) -> None:
    """Compare every listing of a shop with its channel and repair what differs."""
    with (
        office() as desk,
        progress_bar(listings=compared_listings(desk, shop_name)) as bars,
    ):
        found = reconcile_shop(desk, shop_name, progress=bars)
    say(
        f"Compared {found.compared} listings of {shop_name}:"
        f" {found.drifted} were not our number."
    )


def _read_settings(path: str) -> dict[str, Any]:
    try:
        with click.open_file(path, encoding="utf-8") as file:
            given = json.load(file)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"the settings in {path} are not JSON: {error}") from None
    if not isinstance(given, dict):
        raise Refused(f"the settings in {path} are not a JSON object")
    # The sandbox answers with the settings inside an envelope; both fit.
    inner = given.get("settings")
    return inner if isinstance(inner, dict) else given


def _identify(channel: str, store: MemorySettings, desk: Office) -> Any:
    connector = open_connector(channel, store, desk.now)
    try:
        return connector.identify()
    except ConnectorError as error:
        raise Refused(
            f"{connector.title} did not accept the settings: {error}. Nothing was saved"
        ) from error
    finally:
        connector.transport.close()


def _row(desk: Office, found: Shop, owed: int) -> dict[str, Any]:
    return {
        "name": found.name,
        "channel": found.channel,
        "state": found.state,
        "external_id": found.external_id,
        "cursor": _local(desk, found.orders_since),
        "orders_since": found.orders_since,
        "reading": found.orders_cursor is not None,
        "last_sync_at": _local(desk, found.last_sync_at),
        "last_reconcile_at": _local(desk, found.last_reconcile_at),
        "owed": owed,
        "failures": found.failures,
        "last_error": found.last_error,
    }


def _allotment(session: Session, found: Shop) -> dict[str, Any]:
    return {
        "refunds": found.refunds,
        "buffer": found.buffer,
        "share": found.share,
        "sells_from": [x.code for x in allotments.sells_from(session, found)],
        "packs_in": found.warehouse.code,
    }


def _check_refunds(found: Shop) -> None:
    if found.refunds == RefundMode.CHANNEL:
        title = connector_class(found.channel).title
        raise Refused(f"{title} refunds buyers by itself: there is nothing to set")


def _consent_link(desk: Office, found: Shop) -> str:
    state = token_urlsafe(16)
    link = consent_link(desk.settings, desk.database, found, state, now=desk.now)
    with desk.database.write() as session:
        asked = shops.find_shop(session, found.name)
        by = getpass.getuser()
        consents.ask(session, asked, actor=by, now=desk.now(), state=state)
    return link


def _local(desk: Office, moment: Any) -> str | None:
    if moment is None:
        return None
    return str(moment.astimezone(desk.settings.time_zone).isoformat(timespec="seconds"))


COMMANDS = (shop, sync, reconcile)
