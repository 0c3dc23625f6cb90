"""``hook add``, ``list``, ``show``, ``set``, ``remove``, ``test``, ``retry``."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from secrets import token_hex
from types import MappingProxyType
from typing import Any

import click
from sqlalchemy.orm import Session

from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    print_table,
    say,
)
from daemon.hook_address import AddressRefused, find_address, read_url
from daemon.hook_message import TEST_EVENT, compose, signed_headers
from daemon.hook_sender import HookSender
from daemon.office import Office
from daemon.refusals import Refused
from stock import endpoints, outbox, shops
from stock.audit_log import write_audit
from stock.models import HookEndpoint, HookEvent, HookMessage

_EVENTS = [event.value for event in HookEvent]
_endpoint_id = click.argument("endpoint_id", metavar="ID", type=click.IntRange(min=1))


@click.group()
def hook() -> None:
    """Look after the addresses that are told of receipts and stock."""


@hook.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(_EVENTS),
    help="Tell only of this; may be given several times.",
)
@click.option(
    "--shop",
    "shop_names",
    multiple=True,
    metavar="SHOP",
    help="Tell only of this shop; may be given several times.",
)
@as_json_option
def add(
    url: str, events: tuple[str, ...], shop_names: tuple[str, ...], as_json: bool
) -> None:
    """Tell an address from now on; prints its secret, which is shown only once."""
    with office() as desk:
        _check_url(desk, url)
        with desk.database.write() as session:
            endpoint, secret = endpoints.add_endpoint(
                session,
                desk.vault,
                url=url,
                events=[HookEvent(name) for name in events or _EVENTS],
                shops=[shops.find_shop(session, name) for name in shop_names],
                now=desk.now(),
            )
            endpoint_id = endpoint.id
            told = {"events": ", ".join(endpoints.events_of(session, endpoint))}
            if shop_names:
                told["shops"] = ", ".join(sorted(set(shop_names)))
            _note(session, desk, "endpoint added", endpoint, told)
    if as_json:
        print_json({"id": endpoint_id, "secret": secret})
        return
    say(f"Endpoint {endpoint_id} is told from now on. Keep its secret: {secret}")
    say(f"Next: ./truestock hook test {endpoint_id}")


@hook.command("list")
@as_json_option
def list_endpoints(as_json: bool) -> None:
    """Show each endpoint with what it is owed, and how it last answered."""
    with office() as desk, desk.database.read() as session:
        rows = [
            _row(session, endpoint, desk)
            for endpoint in endpoints.all_endpoints(session)
        ]
    if as_json:
        print_json(rows)
    elif not rows:
        say("No endpoint yet: ./truestock hook add URL")
    else:
        columns = (
            "id",
            "url",
            "state",
            "owed",
            "dead",
            "oldest_owed_at",
            "failing_since",
            "last_answer",
        )
        print_table(columns, ([row[column] for column in columns] for row in rows))


@hook.command()
@_endpoint_id
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1))
@as_json_option
def show(endpoint_id: int, limit: int, as_json: bool) -> None:
    """Show what an endpoint was not told, and why; what was given up comes first."""
    with office() as desk, desk.database.read() as session:
        endpoint = endpoints.find_endpoint(session, endpoint_id)
        rows = [
            _message_row(endpoint, message, desk)
            for message in outbox.untold(session, endpoint, limit=limit)
        ]
    if as_json:
        print_json(rows)
    elif not rows:
        say(f"Endpoint {endpoint_id} was told all.")
    else:
        columns = ("id", "state", "owed_at", "attempts", "due_at", "last_error")
        print_table(columns, ([row[column] for column in columns] for row in rows))


@hook.command("set")
@_endpoint_id
@click.option("--pause", is_flag=True, help="Send nothing; what happens is kept.")
@click.option("--resume", is_flag=True, help="Send again, what was kept first.")
@click.option("--rotate-secret", is_flag=True, help="Print a new secret.")
@click.option(
    "--keep-hours",
    type=click.IntRange(0, 24 * 30),
    default=24,
    show_default=True,
    help="How long the last secret signs too.",
)
def set_endpoint(
    endpoint_id: int, pause: bool, resume: bool, rotate_secret: bool, keep_hours: int
) -> None:
    """Pause or resume an endpoint, or give it a new secret."""
    if pause and resume:
        raise click.UsageError("--pause and --resume exclude each other")
    if not (pause or resume or rotate_secret):
        raise click.UsageError("say --pause, --resume or --rotate-secret")
    secret = ""
    with office() as desk, desk.database.write() as session:
        endpoint = endpoints.find_endpoint(session, endpoint_id)
        if pause:
            endpoints.pause(endpoint)
            _note(session, desk, "endpoint paused", endpoint)
        if resume:
            endpoints.resume(endpoint)
            _note(session, desk, "endpoint resumed", endpoint)
        if rotate_secret:
            keep = timedelta(hours=keep_hours)
            secret = endpoints.rotate_secret(
                desk.vault, endpoint, keep=keep, now=desk.now()
            )
            _note(session, desk, "endpoint secret set", endpoint)
        state = endpoint.state
    say(f"Endpoint {endpoint_id} is {state}.")
    if secret:
        say(f"Its new secret, beside the last one for {keep_hours} h: {secret}")


@hook.command()
@_endpoint_id
def remove(endpoint_id: int) -> None:
    """Forget an endpoint, and all that it is owed."""
    with office() as desk, desk.database.write() as session:
        endpoint = endpoints.find_endpoint(session, endpoint_id)
        _note(session, desk, "endpoint removed", endpoint)
        endpoints.remove_endpoint(session, endpoint_id)
    say(f"Endpoint {endpoint_id} is forgotten.")


@hook.command()
@_endpoint_id
def test(endpoint_id: int) -> None:
    """Send a signed message that means nothing, and show the answer."""
    with office() as desk:
        now = desk.now()
        with desk.database.read() as session:
            endpoint = endpoints.find_endpoint(session, endpoint_id)
            secrets = endpoints.active_secrets(desk.vault, endpoint, now)
        body = compose(TEST_EVENT, now, {"endpoint": endpoint_id})
        webhook_id = f"msg_{endpoint.tag}_test_{token_hex(8)}"
        headers = signed_headers(webhook_id, body, secrets=secrets, now=now)
        allowed = desk.settings.hook_networks
        with closing(HookSender(endpoint.url, allowed=allowed)) as sender:
            answer = sender.send(body, headers, now)
    if not answer.is_told:
        raise Refused(f"endpoint {endpoint_id} did not take it: {answer.detail}")
    say(f"Endpoint {endpoint_id} took it: {answer.detail}.")


@hook.command()
@_endpoint_id
def retry(endpoint_id: int) -> None:
    """Try again at once, from the start, what was given up or waits."""
    with office() as desk, desk.database.write() as session:
        endpoint = endpoints.find_endpoint(session, endpoint_id)
        count = outbox.retry_all(session, endpoint)
    say(f"{count} messages to endpoint {endpoint_id} are tried again.")


def _note(
    session: Session,
    desk: Office,
    action: str,
    endpoint: HookEndpoint,
    detail: Mapping[str, str] = MappingProxyType({}),
) -> None:
    told = f"{endpoint.id} · {_plain(endpoint.url)}"[:200]
    write_audit(session, getpass.getuser(), action, told, detail, desk.now())


def _plain(url: str) -> str:
    # A query may hold a key of the receiver's.
    return url.partition("?")[0]


def _check_url(desk: Office, url: str) -> None:
    try:
        find_address(read_url(url), desk.settings.hook_networks)
    except AddressRefused as error:
        raise Refused(f"{error}. Nothing was saved") from None


def _row(session: Session, endpoint: HookEndpoint, desk: Office) -> dict[str, Any]:
    standing = endpoints.standing_of(session, endpoint)
    return {
        "id": endpoint.id,
        "url": _plain(endpoint.url),
        "events": endpoints.events_of(session, endpoint),
        "shops": [shop.name for shop in endpoints.shops_of(session, endpoint)],
        "state": endpoint.state,
        "reason": endpoint.reason,
        "owed": standing.owed,
        "oldest_owed_at": _local(desk, standing.oldest_owed_at),
        "dead": standing.dead,
        "failing_since": _local(desk, endpoint.failing_since),
        "waits_until": _local(desk, endpoint.wait_until),
        "last_status": endpoint.last_status,
        "last_answer": endpoint.last_answer,
        "last_answer_at": _local(desk, endpoint.last_answer_at),
    }


def _message_row(
    endpoint: HookEndpoint, message: HookMessage, desk: Office
) -> dict[str, Any]:
    at_once = message.due_at is not None and message.due_at <= desk.now()
    return {
        "id": outbox.webhook_id(endpoint, message),
        "event": message.event,
        "state": message.state,
        "owed_at": _local(desk, message.owed_at),
        "attempts": message.attempts,
        "due_at": "now" if at_once else _local(desk, message.due_at),
        "last_status": message.last_status,
        "last_error": message.last_error,
    }


def _local(desk: Office, moment: datetime | None) -> str | None:
    if moment is None:
        return None
    there = moment.astimezone(desk.settings.time_zone)
    return there.isoformat(timespec="seconds")


COMMANDS = (hook,)
