"""Exchanges what a channel's consent page sent back for access."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from connector.errors import ConnectorError, OutcomeUnknown, TransientError
from daemon.shift import Shift
from stock.admin import consents
from stock.errors import VaultError

TRIED_FOR = timedelta(minutes=10)
"""After that a channel's code is worth nothing any more."""

log = structlog.get_logger(__name__)


def exchange_answer(held: Shift) -> None:
    """Exchange what a channel's page sent back for access, if something waits.

    Where the channel cannot be reached, it is tried again until the code is over.
    """
    office = held.office
    try:
        waiting = held.read(
            lambda session, shop: consents.waiting_answer(session, office.vault, shop)
        )
    except VaultError as error:
        _settle(held, str(error))
        return
    if waiting is None:
        return
    answer, since = waiting
    try:
        held.connector.accept_consent(answer)
    except (TransientError, OutcomeUnknown) as error:
        if office.now() - since >= TRIED_FOR:
            _settle(held, str(error))
    except ConnectorError as error:
        _settle(held, str(error))
    else:
        _settle(held, "")


def _settle(held: Shift, error: str) -> None:
    log.info("consent", shop=held.shop_name, given=not error, problem=error)
    held.write(partial(consents.settle, error=error, now=held.office.now()))
