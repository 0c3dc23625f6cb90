"""The work on one shop: send, read, verify, send again; and comparing everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from connector.values import ListingRef
from daemon.decisions import decide, told
from daemon.deliver import deliver
from daemon.exchange import exchange_answer
from daemon.hints import collect_messages
from daemon.office import Office
from daemon.pull import follow_inbox, pull
from daemon.push import (
    READ_BATCH,
    look_soon,
    push,
    read_back,
    refs_of,
    verify_doubted,
)
from daemon.shift import Busy, Progress, Shift, shift, silent
from stock import listings, shops
from stock.errors import LeaseLost, VaultError
from stock.models import Shop, ShopState

Result = TypeVar("Result")

DRAIN_SECONDS = 240.0
"""A job stops by itself before RQ would stop it (``daemon.bell.JOB_SECONDS``)."""
WATCHED_SECONDS = 3600.0 * 12
"""In the foreground a person watches, and the lease is renewed as work goes on."""

MEANWHILE_SECONDS = 15.0
"""How long a clerk's receipt waits at most while a long reading goes on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What comparing a shop's numbers found."""

    compared: int
    drifted: int


def sync(office: Office, shop_name: str, *, progress: Progress = silent) -> None:
    """Do a shop's whole round once, whether due or not.

    Raises ``Busy``, or whatever went wrong after it was noted at the shop.
    """
    with shift(office, shop_name, seconds=WATCHED_SECONDS, progress=progress) as held:
        _noting(held, _round)


def reconcile(
    office: Office, shop_name: str, *, progress: Progress = silent
) -> Reconciled:
    """Compare every listing of a shop with its channel and repair what differs.

    Raises ``Busy``, or whatever went wrong after it was noted at the shop.
    """
    with shift(office, shop_name, seconds=WATCHED_SECONDS, progress=progress) as held:
        return _noting(held, _compare)


def work_shop(office: Office, shop_name: str) -> None:
    """Do what is due at a shop; errors of its channel are noted there, not raised.

    Coarse and idempotent: doing it twice, or at the same time, is harmless.  A fault of
    our own is noted as well, and raised for whoever looks after the workers.
    """
    try:
        with shift(office, shop_name, seconds=DRAIN_SECONDS) as held:
            _noting(held, _due_work)
    except Busy:
        log.debug("busy", shop=shop_name)
    except LeaseLost:
        log.warning("lease_lost", shop=shop_name)
    except (ConnectorError, VaultError) as error:
        log.warning("channel_error", shop=shop_name, problem=type(error).__name__)


def _due_work(held: Shift) -> None:
    exchange_answer(held)
    now = held.office.now()
    shop = held.read(lambda _session, shop: shop)
    if shop.state != ShopState.ACTIVE or shops.must_wait(shop, now):
        return
    if shop.sync_due_at <= now:
        _round(held)
    else:
        _follow_up(held)
    if shop.reconcile_due_at <= now:
        _compare(held)


def _round(held: Shift) -> None:
    # First what clerks wait for, then the news, then what follows from it.
    push(held)
    trouble = collect_messages(held)
    pull(held, meanwhile=_now_and_then(held, lambda: push(held)))
    verify_doubted(held)
    push(held)
    deliver(held)
    held.write(partial(_note_success, office=held.office, trouble=trouble))


def _now_and_then(held: Shift, act: Callable[[], object]) -> Callable[[], None]:
    """Return what does ``act``, at most once in each few seconds."""
    due_at = held.office.monotonic() + MEANWHILE_SECONDS

    def look() -> None:
        nonlocal due_at
        if held.office.monotonic() >= due_at:
            act()
            due_at = held.office.monotonic() + MEANWHILE_SECONDS

    return look


def _follow_up(held: Shift) -> None:
    """Do what cannot wait for the next round: clerks' receipts, channels' messages."""
    push(held)
    follow_inbox(held)
    verify_doubted(held)
    push(held)
    deliver(held)


def _note_success(
    _session: Session, shop: Shop, *, office: Office, trouble: str
) -> None:
    now = office.now()
    if shop.failures:
        log.info("recovered", shop=shop.name, after=shop.failures)
    _note_queue(shop, trouble)
    shop.last_sync_at = now
    shop.sync_due_at = now + timedelta(seconds=office.settings.sync_seconds)
    shop.failures = 0
    if shop.state == ShopState.PAUSED:
        shop.state = ShopState.ACTIVE


def _note_queue(shop: Shop, trouble: str) -> None:
    was_in_trouble = shop.last_error.startswith(shops.QUEUE_TROUBLE)
    shop.last_error = f"{shops.QUEUE_TROUBLE}{trouble}"[:500] if trouble else ""
    # The first failure and the recovery; not every retry in between.
    if trouble and not was_in_trouble:
        log.warning("queue_failed", shop=shop.name, detail=trouble)
    elif was_in_trouble and not trouble:
        log.info("queue_recovered", shop=shop.name)


def _compare(held: Shift) -> Reconciled:
    compared = drifted = last_id = 0
    while not held.is_over:
        refs = held.read(partial(_slice, after_id=last_id))
        if not refs:
            break
        drifted += read_back(held, refs)
        compared += len(refs)
        last_id = max(refs)
        held.progress("listings", len(refs))
    if drifted:
        push(held)
    held.write(partial(_note_reconciled, office=held.office))
    return Reconciled(compared=compared, drifted=drifted)


def _slice(session: Session, shop: Shop, *, after_id: int) -> dict[int, ListingRef]:
    found = listings.mapped_listings(session, shop, after_id=after_id, limit=READ_BATCH)
    return refs_of(found)


def _note_reconciled(_session: Session, shop: Shop, *, office: Office) -> None:
    now = office.now()
    shop.last_reconcile_at = now
    if shop.reconcile_due_at <= now:
        # Otherwise somebody wants a later look than this one: see ``look_soon``.
        shop.reconcile_due_at = now + timedelta(
            seconds=office.settings.reconcile_seconds
        )


def _noting(held: Shift, work: Callable[[Shift], Result]) -> Result:
    try:
        return work(held)
    except LeaseLost:
        raise
    except Exception as error:
        # The outermost line of a job: a fault that leaves no trace at its shop would
        # be met again at once, for ever, by a shop that looks healthy.
        if not isinstance(error, ConnectorError | VaultError):
            log.exception("internal_error", shop=held.shop_name)
        held.write(partial(_note_failure, office=held.office, error=error))
        raise


def _note_failure(
    _session: Session, shop: Shop, *, office: Office, error: Exception
) -> None:
    decision = decide(error, shop.failures, office.uniform)
    now = office.now()
    if not shop.failures or decision.pause:
        # The first failure and the recovery; not every retry in between.
        log.warning(
            "shop_failed",
            shop=shop.name,
            problem=type(error).__name__,
            detail=told(error),
        )
    shop.failures += decision.counts
    shop.last_error = told(error)[:500]
    shop.sync_due_at = now + decision.wait
    if decision.pause and shop.state != ShopState.STOPPED:
        shop.state = ShopState.PAUSED
    if decision.read_back:
        look_soon(shop, now)
