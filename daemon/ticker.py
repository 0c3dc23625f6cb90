"""The clock: finds due work in the database and rings; without redis it does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from daemon.bell import Bell
from daemon.office import Office
from daemon.tell import tell_endpoint
from daemon.work import work_shop
from stock import outbox, shops

log = structlog.get_logger(__name__)


def tick(office: Office, bell: Bell) -> int:
    """Look once for what is due; ring for each, or do the work where nobody hears.

    Returns for how many shops and endpoints.  More than one ticker is harmless.
    """
    due = _due_shops(office)
    for name in due:
        if not bell.ring(name):
            _do_here(partial(work_shop, office, name), shop=name)
    # After the shops, and looked for only then: their work gives these theirs.
    owed = _due_endpoints(office)
    for endpoint_id in owed:
        if not bell.ring_endpoint(endpoint_id):
            _do_here(partial(tell_endpoint, office, endpoint_id), endpoint=endpoint_id)
    return len(due) + len(owed)


def pass_on(office: Office, bell: Bell, worked: str) -> None:
    """Ring for those that a shop's news have given something to do.

    Otherwise a sale on one channel would stand on the others until the next tick.
    """
    for name in _due_shops(office):
        if name != worked:
            bell.ring(name)
    for endpoint_id in _due_endpoints(office):
        bell.ring_endpoint(endpoint_id)


def _due_shops(office: Office) -> Sequence[str]:
    with office.database.read() as session:
        return [shop.name for shop in shops.due_shops(session, office.now())]


def _due_endpoints(office: Office) -> Sequence[int]:
    with office.database.read() as session:
        return outbox.due_endpoints(session, office.now())


def _do_here(work: Callable[[], None], **whose: object) -> None:
    try:
        work()
    except DBAPIError:
        raise
    except Exception:
        # The outermost line of a job that no worker runs: what is wrong with one shop
        # or endpoint must not keep the others waiting.
        log.exception("work_failed", **whose)


def run_ticker(office: Office, bell: Bell, stop: Event) -> None:
    """Tick until ``stop`` is set; a database that is away is waited for."""
    log.info("ticker_started", every_seconds=office.settings.tick_seconds)
    was_away = False
    while not stop.is_set():
        try:
            tick(office, bell)
        except DBAPIError as error:
            if not was_away:
                log.error("database_away", problem=type(error.orig).__name__)
            was_away = True
        else:
            if was_away:
                log.info("database_back")
            was_away = False
        stop.wait(office.settings.tick_seconds)
