"""The clock: finds due work in the database and rings; without redis it does it."""

from __future__ import annotations

from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from daemon.bell import Bell
from daemon.office import Office
from daemon.work import work_shop
from stock import shops

log = structlog.get_logger(__name__)


def tick(office: Office, bell: Bell) -> int:
    """Look once for due shops; ring for each, or do the work where nobody hears.

    Returns how many were due.  More than one ticker is harmless.
    """
    with office.database.read() as session:
        due = [shop.name for shop in shops.due_shops(session, office.now())]
    for name in due:
        if not bell.ring(name):
            _work_here(office, name)
    return len(due)


def pass_on(office: Office, bell: Bell, worked: str) -> None:
    """Ring for the other shops that a shop's news have given something to do.

    Otherwise a sale on one channel would stand on the others until the next tick.
    """
    with office.database.read() as session:
        due = [shop.name for shop in shops.due_shops(session, office.now())]
    for name in due:
        if name != worked:
            bell.ring(name)


def _work_here(office: Office, name: str) -> None:
    try:
        work_shop(office, name)
    except DBAPIError:
        raise
    except Exception:
        # The outermost line of a job that no worker runs: what is wrong with one shop
        # must not keep the others waiting.
        log.exception("work_failed", shop=name)


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
