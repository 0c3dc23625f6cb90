"""``person add``, ``list`` and ``set``: who may sign in, as what, and to what."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Sequence
from typing import IO

import click
from sqlalchemy.orm import Session

from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from daemon.refusals import Refused
from stock import levels, people, shops
from stock.models import Person, Role, Shop, Warehouse

_ROLES = click.Choice([str(role) for role in Role])
_password_file = click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    help="Read the password from the first line of a file (`-`: stdin).",
)


@click.group()
def person() -> None:
    """Look after the people who use the page."""


@person.command()
@click.argument("name")
@click.option("--role", type=_ROLES, required=True)
@click.option("--shop", multiple=True, metavar="NAME", help="Sees only this shop.")
@click.option(
    "--warehouse", multiple=True, metavar="CODE", help="Books only into this one."
)
@_password_file
@click.option("--no-password", is_flag=True, help="Comes in from the ERP only.")
def add(
    name: str,
    role: str,
    shop: tuple[str, ...],
    warehouse: tuple[str, ...],
    password_file: IO[str] | None,
    no_password: bool,
) -> None:
    """Add somebody; the password is asked for on the terminal."""
    if no_password and password_file:
        raise click.UsageError("--no-password and --password-file exclude each other")
    password = None if no_password else _password(password_file)
    with office() as desk, desk.database.write() as session:
        added = people.add_person(
            session,
            name=name,
            role=Role(role),
            actor=getpass.getuser(),
            now=desk.now(),
            password=password,
            shop_ids=_shop_ids(session, shop) if shop else None,
            warehouse_ids=_warehouse_ids(session, warehouse) if warehouse else None,
        )
    door = "from the ERP only" if no_password else f"at {desk.settings.base_url}/login"
    say(f"{added.name} may come in as {role}, {door}.")


@person.command("list")
@as_json_option
def list_people(as_json: bool) -> None:
    """Show everybody: role, shops, warehouses, and who is let in no more."""
    with office() as desk, desk.database.read() as session:
        rows = [_row(session, found) for found in people.list_people(session)]
    if as_json:
        print_json(rows)
    elif not rows:
        say("Nobody yet: ./truestock person add NAME --role admin")
    else:
        columns = ("name", "role", "shops", "warehouses", "password", "disabled")
        print_table(columns, ([_told(row[c]) for c in columns] for row in rows))


@person.command("set")
@click.argument("name")
@click.option("--role", type=_ROLES)
@click.option("--shop", multiple=True, metavar="NAME", help="Sees only this shop.")
@click.option("--all-shops", is_flag=True)
@click.option(
    "--warehouse", multiple=True, metavar="CODE", help="Books only into this one."
)
@click.option("--all-warehouses", is_flag=True)
@click.option("--password", is_flag=True, help="Ask for a new password.")
@_password_file
@click.option("--disable/--enable", "is_disabled", default=None)
def set_person(
    name: str,
    role: str | None,
    shop: tuple[str, ...],
    all_shops: bool,
    warehouse: tuple[str, ...],
    all_warehouses: bool,
    password: bool,
    password_file: IO[str] | None,
    is_disabled: bool | None,
) -> None:
    """Change what somebody may do; whatever page they have open is closed."""
    if (shop and all_shops) or (warehouse and all_warehouses):
        raise click.UsageError("one of them, or all: not both")
    fresh = _password(password_file) if password or password_file else None
    with office() as desk, desk.database.write() as session:
        found = people.named_person(session, name)
        actor, now = getpass.getuser(), desk.now()
        if shop or all_shops:
            ids = _shop_ids(session, shop) if shop else None
            people.set_shops(session, found, ids, actor=actor, now=now)
        if warehouse or all_warehouses:
            ids = _warehouse_ids(session, warehouse) if warehouse else None
            people.set_warehouses(session, found, ids, actor=actor, now=now)
        if fresh is not None:
            people.set_password(session, found, fresh, actor=actor, now=now)
        if is_disabled is False:
            people.enable(session, found, actor=actor, now=now)
        if role is not None:
            people.set_role(session, found, Role(role), actor=actor, now=now)
        if is_disabled:
            people.disable(session, found, actor=actor, now=now)
        row = _row(session, found)
    state = "is let in no more" if row["disabled"] else f"may come in as {row['role']}"
    say(
        f"{found.name} {state}; shops: {_told(row['shops'])};"
        f" warehouses: {_told(row['warehouses'])}."
    )


def _password(file: IO[str] | None) -> str:
    if file is not None:
        text = file.readline().rstrip("\r\n")
        if not text:
            raise Refused(f"{file.name} holds no password")
        return text
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _shop_ids(session: Session, names: Sequence[str]) -> Collection[int]:
    return [shops.find_shop(session, name).id for name in names]


def _warehouse_ids(session: Session, codes: Sequence[str]) -> Collection[int]:
    return [levels.find_warehouse(session, code).id for code in codes]


def _row(session: Session, found: Person) -> dict[str, object]:
    return {
        "name": found.name,
        "role": found.role,
        "shops": _shops(session, found.shop_ids),
        "warehouses": _warehouses(session, found.warehouse_ids),
        "password": found.password_hash is not None,
        "disabled": found.disabled_at is not None,
    }


def _shops(session: Session, ids: Collection[int] | None) -> list[str] | None:
    return None if ids is None else [session.get_one(Shop, x).name for x in ids]


def _warehouses(session: Session, ids: Collection[int] | None) -> list[str] | None:
    return None if ids is None else [session.get_one(Warehouse, x).code for x in ids]


def _told(value: object) -> str:
    if value is None:
        return "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


COMMANDS = (person,)
