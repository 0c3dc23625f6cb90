"""``warehouse add`` and ``warehouse list``."""

from __future__ import annotations

import click

from daemon.commands.names import Name
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from daemon.refusals import Refused
from stock import levels
from stock.errors import UnknownWarehouse
from stock.models import Warehouse


@click.group()
def warehouse() -> None:
    """Look after the places where stock is kept."""


@warehouse.command()
@click.argument("code", type=Name(50))
@click.argument("name", default="")
def add(code: str, name: str) -> None:
    """Add a warehouse; parcels can then come back to it."""
    with office() as desk, desk.database.write() as session:
        try:
            levels.find_warehouse(session, code)
        except UnknownWarehouse:
            session.add(Warehouse(code=code.strip(), name=name or code))
        else:
            raise Refused(f"there is a warehouse {code!r} already")
    say(f"Warehouse {code} is there.")


@warehouse.command("list")
@as_json_option
def list_warehouses(as_json: bool) -> None:
    """Show all warehouses; orders are packed in the first."""
    with office() as desk, desk.database.read() as session:
        rows = [
            {"code": found.code, "name": found.name}
            for found in levels.all_warehouses(session)
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(("code", "name"), ([row["code"], row["name"]] for row in rows))


COMMANDS = (warehouse,)
