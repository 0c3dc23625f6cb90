"""Starts the refunds that a merchant owes; each once, whatever answers get lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)
from connector.values import ChannelRefund, RefundRequest
from daemon.shift import Shift
from daemon.translate import refund_report
from stock import dues
from stock.dues import Due
from stock.models import Shop

BATCH = 20
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT = timedelta(hours=1)

log = structlog.get_logger(__name__)


def deliver(shift: Shift) -> int:
    """Start every refund that is due; return how many were paid.

    Sending again is safe: the key names the refund, and a connector looks for it
    before it pays.  Raises ``AuthenticationError`` or ``RateLimited``, which concern
    the whole shop.
    """
    paid = 0
    while not shift.is_over:
        owed = shift.read(
            lambda session, shop: dues.due_refunds(
                session, shop, now=shift.office.now(), limit=BATCH
            )
        )
        if not owed:
            return paid
        for due in owed:
            paid += _pay(shift, due)
    return paid


def _pay(shift: Shift, due: Due) -> bool:
    request = RefundRequest(
        key=due.key,
        order_id=due.order_id,
        amount=due.amount,
        currency=due.currency,
        quantities=due.quantities,
        reason="cancelled or returned",
    )
    try:
        refund = shift.connector.refund(request)
    except (AuthenticationError, RateLimited):
        raise
    except (TransientError, OutcomeUnknown) as error:
        shift.write(partial(_retry, shift=shift, due=due, reason=str(error)))
        return False
    except PermanentError as error:
        shift.write(partial(_refuse, shift=shift, due=due, reason=str(error)))
        log.warning("refund_refused", shop=shift.shop_name, order=due.order_id)
        return False
    shift.write(partial(_note, shift=shift, due=due, refund=refund))
    log.info("refund_paid", shop=shift.shop_name, order=due.order_id)
    return True


def _note(
    session: Session, shop: Shop, *, shift: Shift, due: Due, refund: ChannelRefund
) -> None:
    report = refund_report(refund)
    dues.record_paid(session, shop, due.due_id, report, now=shift.office.now())


def _retry(
    session: Session, _shop: Shop, *, shift: Shift, due: Due, reason: str
) -> None:
    seconds = FIRST_WAIT_SECONDS * 2 ** min(due.failures, 10)
    wait = min(LONGEST_WAIT, timedelta(seconds=seconds))
    due_at = shift.office.now() + wait
    dues.record_retry(session, due.due_id, reason, due_at=due_at)


def _refuse(
    session: Session, _shop: Shop, *, shift: Shift, due: Due, reason: str
) -> None:
    dues.record_refused(session, due.due_id, reason, shift.office.now())
