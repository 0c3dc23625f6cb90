"""Keeps a lease while its holder waits for a channel, and tells him when it is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from sqlalchemy.exc import DBAPIError

from stock import leases
from stock.errors import LeaseLost

log = structlog.get_logger(__name__)


@contextmanager
def heartbeat(renew: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Renew a lease at every third of its time, from a thread of its own.

    Yields what raises ``LeaseLost`` once the lease is somebody else's.  A process that
    dies or stands still takes the thread along, so that its lease ends as it should.
    """
    stopped, lost = Event(), Event()

    def check() -> None:
        if lost.is_set():
            raise LeaseLost("somebody else took over meanwhile")

    beating = Thread(target=_beat, args=(renew, stopped, lost), daemon=True)
    beating.start()
    try:
        yield check
    finally:
        stopped.set()
        beating.join()


def _beat(renew: Callable[[], object], stopped: Event, lost: Event) -> None:
    while not stopped.wait(leases.LEASE.total_seconds() / 3):
        try:
            renew()
        except LeaseLost:
            lost.set()
            return
        except DBAPIError as error:
            # The lease has two more beats to live.
            log.warning("heartbeat_missed", problem=type(error.orig).__name__)
