"""Access that a seller gives on a channel's page: asked for, answered, exchanged."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.admin.shop_states import try_now
from stock.audit_log import write_audit
from stock.errors import StockError
from stock.models import Consent, Shop, ShopState
from stock.vault import Vault

LIVES = timedelta(hours=1)
"""From asking to answering; the channels' own pages end sooner."""
MOST_FIELDS = 30
LONGEST_FIELD = 4000


class ConsentUnknown(StockError):
    """An answer belongs to no consent that was asked for, or to one that is over."""


class AnswerTooLong(StockError):
    """An answer has more in it than any channel sends."""


def ask(
    session: Session, shop: Shop, *, actor: str, now: datetime, state: str = ""
) -> Consent:
    """Remember that a person goes to ask the seller; the earlier asking is over.

    ``state`` names the asking: with the same one again, it is the same asking.
    """
    session.execute(select(Shop.id).where(Shop.id == shop.id).with_for_update())
    consent = session.get(Consent, shop.id)
    state = state or secrets.token_urlsafe(16)
    if consent is not None and consent.state == state:
        return consent
    if consent is None:
        consent = Consent(shop_id=shop.id)
        session.add(consent)
    consent.state = state
    consent.actor = actor
    consent.asked_at = now
    consent.sealed_answer = None
    consent.answered_at = None
    consent.settled_at = None
    consent.error = ""
    session.flush()
    write_audit(session, actor, "access asked", shop.name, {}, now)
    return consent


def find_asked(session: Session, state: str, *, now: datetime) -> Consent:
    """Return the consent that an answer belongs to.  Raises ``ConsentUnknown``."""
    found = session.scalar(select(Consent).where(Consent.state == state))
    if found is None or found.asked_at < now - LIVES:
        raise ConsentUnknown
    return found


def take_answer(
    session: Session,
    vault: Vault,
    shop: Shop,
    answer: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Keep what the channel's page sent back, sealed, for a worker to exchange.

    The same answer again is passed over.  Raises ``ConsentUnknown`` where nobody asked
    or where the answer names another asking, ``AnswerTooLong``.
    """
    if len(answer) > MOST_FIELDS or any(
        len(part) > LONGEST_FIELD for pair in answer.items() for part in pair
    ):
        raise AnswerTooLong
    consent = session.get(Consent, shop.id, with_for_update=True)
    if consent is None or consent.asked_at < now - LIVES:
        raise ConsentUnknown
    if answer.get("state", consent.state) != consent.state:
        raise ConsentUnknown
    if consent.answered_at is not None and not consent.error:
        return
    consent.sealed_answer = vault.seal(_owner(shop), answer)
    consent.answered_at = now
    consent.settled_at = None
    consent.error = ""
    session.flush()
    write_audit(session, actor, "access answered", shop.name, {}, now)


def waiting_answer(
    session: Session, vault: Vault, shop: Shop
) -> tuple[Mapping[str, str], datetime] | None:
    """Return an answer that nobody exchanged yet, and since when it waits."""
    consent = session.get(Consent, shop.id)
    if consent is None or consent.sealed_answer is None or consent.settled_at:
        return None
    assert consent.answered_at is not None
    return vault.open(_owner(shop), consent.sealed_answer), consent.answered_at


def settle(session: Session, shop: Shop, *, error: str, now: datetime) -> None:
    """Note what came of the exchange; with access given the shop goes on at once."""
    if not error and shop.state != ShopState.STOPPED:
        try_now(shop, now)
    consent = session.get(Consent, shop.id, with_for_update=True)
    if consent is None or consent.settled_at is not None:
        return
    consent.sealed_answer = None
    consent.settled_at = now
    consent.error = error[:500]
    session.flush()
    action = "access refused" if error else "access given"
    detail = {"reason": consent.error} if error else {}
    write_audit(session, consent.actor, action, shop.name, detail, now)


def newest(session: Session, shop: Shop) -> Consent | None:
    """Return the last asking of a shop."""
    return session.get(Consent, shop.id)


def _owner(shop: Shop) -> str:
    return f"consent:{shop.name}"
