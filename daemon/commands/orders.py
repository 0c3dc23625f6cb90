"""``order show``, ``order decide`` and ``order set-aside``."""

from __future__ import annotations

import getpass
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.commands.names import Name
from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from stock import orders, set_aside, shops
from stock.errors import UnknownOrder
from stock.models import (
    ExpectedReturn,
    Order,
    OrderLine,
    Refund,
    RefundDue,
    RefundDueState,
)

_SHOWN_DUES = (RefundDueState.OWED, RefundDueState.REFUSED)
"""The others are among what the channel itself tells, or are void."""


@click.group()
def order() -> None:
    """Look at orders."""


@order.command()
@click.argument("shop_name", metavar="SHOP")
@click.argument("order_id", metavar="ORDER")
@as_json_option
def show(shop_name: str, order_id: str, as_json: bool) -> None:
    """Show where an order's units are, its refunds and returns."""
    with office() as desk, desk.database.read() as session:
        document = _document(_find(session, shop_name, order_id))
    if as_json:
        print_json(document)
        return
    state = "cancelled, " if document["cancelled"] else ""
    say(f"Order {order_id}: {state}{document['fulfilment'].replace('_', ' ')}")
    columns = (
        "sku",
        "quantity",
        "committed",
        "out",
        "received",
        "damaged",
        "lost",
        "waiting",
    )
    print_table(columns, ([row[c] for c in columns] for row in document["lines"]))
    for refund in document["refunds"]:
        say(
            f"Refund {refund['refund_id'] or 'of ours'}: {refund['amount']}"
            f" {refund['currency']}, {refund['state']} {refund['reason']}".rstrip()
        )
    for told in document["returns"]:
        say(
            f"Return {told['return'] or 'of the order'}: {told['state']},"
            f" {told['settled']} of {told['quantity']} units accounted for"
        )


@order.command()
@click.argument("shop_name", metavar="SHOP")
@click.argument("order_id", metavar="ORDER")
@click.argument("where", type=click.Choice(["still-here", "gone"]))
@click.option(
    "--by", "actor", type=Name(), default=None, help="Who says so; default: you."
)
def decide(shop_name: str, order_id: str, where: str, actor: str | None) -> None:
    """Say where an order's units are when its channel does not."""
    with office() as desk:
        units = desk.database.run(
            lambda session: orders.decide_waiting(
                session,
                _find(session, shop_name, order_id),
                still_here=where == "still-here",
                actor=actor or getpass.getuser(),
                now=desk.now(),
            )
        )
    done = "free to sell again" if where == "still-here" else "expected back"
    say(f"{units} units of order {order_id} are {done}.")


@order.command("set-aside")
@click.argument("shop_name", metavar="[SHOP]", required=False)
@as_json_option
def show_set_aside(shop_name: str | None, as_json: bool) -> None:
    """Show what channels told and we cannot apply yet, each with its reason.

    It is tried again in each round, and flows once the reason is gone.
    """
    with office() as desk, desk.database.read() as session:
        shop = shops.find_shop(session, shop_name) if shop_name else None
        zone = desk.settings.time_zone
        rows = [
            {
                "shop": record.shop.name,
                "kind": record.kind,
                "record": record.record_id,
                "reason": record.reason,
                "detail": record.detail,
                "since": record.since.astimezone(zone).isoformat(timespec="seconds"),
            }
            for record in set_aside.all_records(session, shop)
        ]
    if as_json:
        print_json(rows)
    elif not rows:
        say("Nothing is set aside.")
    else:
        print_table(tuple(rows[0]), (list(row.values()) for row in rows))


def _find(session: Session, shop_name: str, order_id: str) -> Order:
    shop = shops.find_shop(session, shop_name)
    found = session.scalar(
        select(Order)
        .where(Order.shop_id == shop.id)
        .where(Order.channel_order_id == order_id)
    )
    if found is None:
        raise UnknownOrder(order_id)
    return found


def _document(found: Order) -> dict[str, Any]:
    return {
        "order": found.channel_order_id,
        "fulfilment": found.fulfilment,
        "cancelled": found.cancelled,
        "raw_status": found.raw_status,
        "lines": [_line(line) for line in found.lines],
        "refunds": [
            *(_refund(refund) for refund in found.refunds),
            *(_due(due) for due in found.refund_dues if due.state in _SHOWN_DUES),
        ],
        "returns": [_return(told) for told in found.expected_returns],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    level = line.level
    return {
        "sku": line.sku.code,
        "quantity": line.quantity,
        "committed": level.committed,
        "out": level.out,
        "received": level.received,
        "damaged": level.damaged,
        "lost": level.lost,
        "waiting": line.waiting,
    }


def _due(due: RefundDue) -> dict[str, Any]:
    return {
        "refund_id": "",
        "amount": format(due.amount.normalize(), "f"),
        "currency": due.currency,
        "state": "owed" if due.state == RefundDueState.OWED else "not possible",
        "reason": due.last_error,
    }


def _refund(refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.refund_id,
        "amount": format(refund.amount.normalize(), "f"),
        "currency": refund.currency,
        "state": refund.state,
        "reason": refund.reason,
    }


def _return(told: ExpectedReturn) -> dict[str, Any]:
    return {
        "return": told.return_id,
        "state": told.state,
        "phase": told.phase,
        "quantity": sum(line.quantity for line in told.lines),
        "settled": sum(line.settled for line in told.lines),
    }


COMMANDS = (order,)
