"""``return list``, ``return receive`` and ``return reverse``."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from daemon.bell import open_bell
from daemon.commands.names import Name
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from daemon.office import Office
from daemon.refusals import Refused
from stock import levels
from stock.board import OpenReturn, open_returns
from stock.parcels import find_order
from stock.quantities import parse_quantity
from stock.receipt_history import receipt_by_number
from stock.receipts import Booked, FoundSku, record_receipt, spread_over_lines
from stock.reversals import reverse_receipt

_SLICE = 500


@click.group("return")
def return_() -> None:
    """See what should come back, and receive it."""


@return_.command("list")
@as_json_option
def list_returns(as_json: bool) -> None:
    """Show what should come back, longest awaited first."""
    with office() as desk:
        rows = [_row(desk, item, desk.now()) for item in _all_open(desk)]
    if as_json:
        print_json(rows)
    elif not rows:
        say("Nothing is awaited.")
    else:
        columns = (
            "order",
            "shop",
            "tracking_numbers",
            "units",
            "value",
            "age_days",
            "claim_deadline",
            "state",
        )
        print_table(columns, ([_cell(row[c]) for c in columns] for row in rows))


@return_.command()
@click.argument("reference", metavar="ORDER_OR_TRACKING")
@click.option(
    "--line", "lines", multiple=True, required=True, metavar="SKU:GOOD[:DAMAGED[:LOST]]"
)
@click.option("--warehouse", default=None, help="Where the units are now.")
@click.option(
    "--key", type=Name(), default=None, help="The same key twice is one receipt."
)
@click.option("--note", "note_text", default="", help="What the clerk noticed.")
@click.option("--by", "actor", type=Name(), required=True, help="Who received.")
def receive(
    reference: str,
    lines: tuple[str, ...],
    warehouse: str | None,
    key: str | None,
    note_text: str,
    actor: str,
) -> None:
    """Book what came back: the same receipt that the form posts."""
    found = [_parse_line(line) for line in lines]
    with office() as desk:
        booked = desk.database.run(
            lambda session: _book(
                session, desk, reference, found, warehouse, key, note_text, actor
            )
        )
        _ring(desk, [item.sku for item in found])
    again = " already" if booked.replayed else ""
    say(f"Receipt {booked.number} is{again} posted.")


@return_.command()
@click.argument("receipt", metavar="RECEIPT")
@click.option("--reason", required=True, help="Why the receipt was wrong.")
@click.option("--by", "actor", type=Name(), required=True, help="A second person.")
@click.option(
    "--key", type=Name(), default=None, help="The same key twice is one reversal."
)
def reverse(receipt: str, reason: str, actor: str, key: str | None) -> None:
    """Take a receipt back whole: its good and damaged units are out again.

    Units that it booked as lost stay lost.
    """
    key = key or f"cli:{uuid.uuid4()}"
    with office() as desk:

        def work(session: Session) -> tuple[str, bool, list[str]]:
            found = receipt_by_number(session, receipt)
            done = reverse_receipt(
                session, found, key=key, reason=reason, actor=actor, now=desk.now()
            )
            skus = {line.order_line.sku.code for line in found.lines}
            return found.number, done.replayed, sorted(skus)

        number, replayed, skus = desk.database.run(work)
        _ring(desk, skus)
    again = " already" if replayed else ""
    say(f"Receipt {number} is{again} reversed.")


def _book(
    session: Any,
    desk: Office,
    reference: str,
    found: list[FoundSku],
    warehouse: str | None,
    key: str | None,
    note_text: str,
    actor: str,
) -> Booked:
    order = find_order(session, reference)
    place = (
        levels.find_warehouse(session, warehouse)
        if warehouse
        else levels.all_warehouses(session)[0]
    )
    return record_receipt(
        session,
        order,
        spread_over_lines(session, order, found),
        key=key or f"cli:{uuid.uuid4()}",
        warehouse_id=place.id,
        actor=actor,
        note_text=note_text,
        now=desk.now(),
    )


def _parse_line(text: str) -> FoundSku:
    # From the right: a SKU may hold a colon, a quantity never does.
    parts = text.split(":")
    numbers: list[int] = []
    while len(parts) > 1 and len(numbers) < 3 and _is_number(parts[-1]):
        numbers.insert(0, parse_quantity(parts.pop()))
    if not numbers:
        raise Refused(
            f"--line {text!r} names no units: write SKU:GOOD[:DAMAGED[:LOST]], each a"
            " whole number from 0 to 9,999,999"
        )
    good, damaged, lost = (*numbers, 0, 0)[:3]
    return FoundSku(sku=":".join(parts), good=good, damaged=damaged, lost=lost)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _all_open(desk: Office) -> list[OpenReturn]:
    rows: list[OpenReturn] = []
    with desk.database.read() as session:
        while True:
            after = rows[-1].expected.id if rows else 0
            page = open_returns(session, limit=_SLICE, after_id=after)
            rows += page
            if len(page) < _SLICE:
                return rows


def _ring(desk: Office, skus: list[str]) -> None:
    bell = open_bell(desk.settings)
    with desk.database.read() as session:
        ids = [levels.find_sku(session, code).id for code in skus]
        names = {item.shop.name for item in levels.listings_of(session, ids)}
    for name in sorted(names):
        bell.ring(name)


def _row(desk: Office, item: OpenReturn, now: datetime) -> dict[str, Any]:
    expected = item.expected
    deadline = expected.claim_before
    return {
        "order": expected.channel_order_id,
        "return": expected.return_id,
        "shop": expected.shop.name,
        "tracking_numbers": list(item.tracking_numbers),
        "lines": [
            {"sku": line.order_line.sku.code, "quantity": line.open}
            for line in item.open_lines
        ],
        "units": item.units,
        "value": format(item.value, "f"),
        "currency": expected.order.currency if expected.order else "",
        "age_days": item.age_days(now),
        "claim_deadline": deadline
        and deadline.astimezone(desk.settings.time_zone).isoformat(timespec="seconds"),
        "state": expected.state,
        "phase": expected.phase,
        "reason": expected.reason,
    }


def _cell(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) else value


COMMANDS = (return_,)
