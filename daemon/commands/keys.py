"""``key add``, ``key list``, ``key revoke``."""

from __future__ import annotations

import getpass
from typing import Any

import click

from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from stock import keys, levels, shops
from stock.models import ApiKey
from stock.models.keys import Scope


@click.group()
def key() -> None:
    """Look after the keys of programs that use /api/v1."""


@key.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([str(scope) for scope in Scope]),
    help="What it may do; several times.",
)
@click.option("--shop", "shop_names", multiple=True, help="Only this shop's records.")
@click.option("--warehouse", "codes", multiple=True, help="Books in this one only.")
def add(
    name: str,
    scopes: tuple[str, ...],
    shop_names: tuple[str, ...],
    codes: tuple[str, ...],
) -> None:
    """Make a key and print it, this once; only a hash of it is kept."""
    with office() as desk, desk.database.write() as session:
        shop_ids = [shops.find_shop(session, x).id for x in shop_names]
        warehouse_ids = [levels.find_warehouse(session, x).id for x in codes]
        made = keys.add_key(
            session,
            desk.settings.secret_keys,
            name=name,
            scopes=[Scope(scope) for scope in scopes],
            actor=getpass.getuser(),
            now=desk.now(),
            shop_ids=shop_ids or None,
            warehouse_ids=warehouse_ids or None,
        )
    click.echo("Keep it like a password; it is not shown again:", err=True)
    say(made.text)


@key.command("list")
@as_json_option
def list_keys(as_json: bool) -> None:
    """Show all keys: what each may do, and when it was last used."""
    with office() as desk, desk.database.read() as session:
        shop_names = {shop.id: shop.name for shop in shops.all_shops(session)}
        codes = {place.id: place.code for place in levels.all_warehouses(session)}
        rows = [_row(x, shop_names, codes) for x in keys.list_keys(session)]
    if as_json:
        print_json(rows)
        return
    columns = ("name", "prefix", "scopes", "shops", "warehouses", "last_used_at")
    zone = desk.settings.time_zone
    print_table(
        (*columns, "state"),
        (
            [
                row["name"],
                row["prefix"],
                " ".join(row["scopes"]),
                _named(row["shops"]),
                _named(row["warehouses"]),
                f"{row['last_used_at'].astimezone(zone):%Y-%m-%d %H:%M}"
                if row["last_used_at"]
                else "never",
                "revoked" if row["revoked_at"] else "in use",
            ]
            for row in rows
        ),
    )


@key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let a key open nothing from now on; named by its name or its prefix."""
    with office() as desk, desk.database.write() as session:
        revoked = keys.revoke_key(
            session, name, actor=getpass.getuser(), now=desk.now()
        )
        found = revoked.name
    say(f"Key {found} opens nothing any more.")


def _row(
    found: ApiKey, shop_names: dict[int, str], codes: dict[int, str]
) -> dict[str, Any]:
    return {
        "name": found.name,
        "prefix": f"{keys.MARK}{found.prefix}",
        "scopes": found.scopes,
        "shops": _names(found.shop_ids, shop_names),
        "warehouses": _names(found.warehouse_ids, codes),
        "added_at": found.added_at,
        "last_used_at": found.last_used_at,
        "revoked_at": found.revoked_at,
    }


def _names(ids: list[int] | None, names: dict[int, str]) -> list[str] | None:
    return None if ids is None else [names.get(x, str(x)) for x in ids]


def _named(names: list[str] | None) -> str:
    return "all" if names is None else " ".join(names)


COMMANDS = (key,)
