"""Endpoints: adding them, their sealed secrets, pausing, removing, how each stands."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from stock import leases
from stock.errors import LeaseLost, StockError
from stock.models import (
    HookEndpoint,
    HookEndpointShop,
    HookEvent,
    HookMessage,
    HookMessageState,
    HookState,
    HookSubscription,
    Shop,
)
from stock.vault import Vault

SECRET_PREFIX = "whsec_"
_SECRET_BYTES = 32


class UnknownEndpoint(StockError):
    """There is no endpoint of this number."""

    def __init__(self, endpoint_id: int) -> None:
        self.endpoint_id = endpoint_id
        super().__init__(f"there is no endpoint {endpoint_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much an endpoint is owed."""

    owed: int
    oldest_owed_at: datetime | None
    dead: int


def add_endpoint(
    session: Session,
    vault: Vault,
    *,
    url: str,
    events: Collection[HookEvent],
    shops: Collection[Shop],
    now: datetime,
) -> tuple[HookEndpoint, str]:
    """Add an address that is told from now on; return it with its new secret.

    Without ``shops`` it is told of all of them.  Whether the address may be called is
    for the caller to know.
    """
    tag, secret = secrets.token_hex(8), _new_secret()
    endpoint = HookEndpoint(
        tag=tag,
        url=url,
        sealed_secrets=_seal(vault, tag, [(secret, None)]),
        every_shop=not shops,
        state=HookState.ON,
        added_at=now,
        swept_at=now,
    )
    session.add(endpoint)
    session.flush()
    for event in sorted(set(events)):
        session.add(HookSubscription(event=event, endpoint_id=endpoint.id))
    for shop_id in sorted({shop.id for shop in shops}):
        session.add(HookEndpointShop(endpoint_id=endpoint.id, shop_id=shop_id))
    session.flush()
    return endpoint, secret


def find_endpoint(session: Session, endpoint_id: int) -> HookEndpoint:
    """Return the endpoint of this number.  Raises ``UnknownEndpoint``."""
    endpoint = session.get(HookEndpoint, endpoint_id)
    if endpoint is None:
        raise UnknownEndpoint(endpoint_id)
    return endpoint


def all_endpoints(session: Session) -> Sequence[HookEndpoint]:
    """Return all endpoints, the first one added first."""
    return session.scalars(select(HookEndpoint).order_by(HookEndpoint.id)).all()


def events_of(session: Session, endpoint: HookEndpoint) -> Sequence[HookEvent]:
    """Return what an endpoint wants to be told of."""
    found = session.scalars(
        select(HookSubscription.event)
        .where(HookSubscription.endpoint_id == endpoint.id)
        .order_by(HookSubscription.event)
    )
    return [HookEvent(event) for event in found]


def shops_of(session: Session, endpoint: HookEndpoint) -> Sequence[Shop]:
    """Return the shops that an endpoint is bound to; none for all."""
    return session.scalars(
        select(Shop)
        .join(HookEndpointShop, HookEndpointShop.shop_id == Shop.id)
        .where(HookEndpointShop.endpoint_id == endpoint.id)
        .order_by(Shop.name)
    ).all()


def standing_of(session: Session, endpoint: HookEndpoint) -> Standing:
    """Return how much an endpoint is owed, and since when."""
    own = HookMessage.endpoint_id == endpoint.id
    owed, oldest = session.execute(
        select(func.count(), func.min(HookMessage.owed_at))
        .where(own)
        .where(HookMessage.due_at.is_not(None))
    ).one()
    dead = session.scalar(
        select(func.count())
        .select_from(HookMessage)
        .where(own)
        .where(HookMessage.state == HookMessageState.DEAD)
    )
    return Standing(owed=owed, oldest_owed_at=oldest, dead=dead or 0)


def remove_endpoint(session: Session, endpoint_id: int) -> None:
    """Forget an endpoint and all that it is owed.  Raises ``UnknownEndpoint``."""
    # Waits for those who are just writing a message, and holds up the next ones.
    found = session.get(HookEndpoint, endpoint_id, with_for_update=True)
    if found is None:
        raise UnknownEndpoint(endpoint_id)
    for model in (HookMessage, HookSubscription, HookEndpointShop):
        session.execute(delete(model).where(model.endpoint_id == endpoint_id))
    session.delete(found)


def pause(endpoint: HookEndpoint) -> None:
    """Stop telling; what happens meanwhile is kept."""
    endpoint.state = HookState.PAUSED


def resume(endpoint: HookEndpoint) -> None:
    """Tell again, at once, whatever stopped it."""
    endpoint.state = HookState.ON
    endpoint.reason = ""
    endpoint.wait_until = None


def rotate_secret(
    vault: Vault, endpoint: HookEndpoint, *, keep: timedelta, now: datetime
) -> str:
    """Return a new secret that signs from now on; the last one does too for a while.

    At most two are active: a secret from before the last one stops at once.
    """
    fresh, last = _new_secret(), active_secrets(vault, endpoint, now)[0]
    rows = [(fresh, None), (last, now + keep)]
    endpoint.sealed_secrets = _seal(vault, endpoint.tag, rows)
    return fresh


def active_secrets(
    vault: Vault, endpoint: HookEndpoint, now: datetime
) -> Sequence[str]:
    """Return the secrets that sign at the moment, the newest first.

    Raises ``VaultError``.
    """
    content = vault.open(_owner(endpoint.tag), endpoint.sealed_secrets)
    return [
        row["secret"]
        for row in content["secrets"]
        if row["until"] is None or now < datetime.fromisoformat(row["until"])
    ]


def take_lease(session: Session, endpoint_id: int) -> str | None:
    """Claim the telling of an endpoint; ``None`` while somebody else has it."""
    return leases.take(session, HookEndpoint, HookEndpoint.id == endpoint_id)


def keep_lease(session: Session, endpoint_id: int, token: str) -> None:
    """Go on holding a lease.  Raises ``LeaseLost``, also when the endpoint is gone."""
    meant = HookEndpoint.id == endpoint_id
    if not leases.keep(session, HookEndpoint, meant, token):
        raise LeaseLost(f"somebody else tells endpoint {endpoint_id}, or it is gone")


def release_lease(session: Session, endpoint_id: int, token: str) -> None:
    """Give a lease back; nothing happens when it was lost."""
    leases.release(session, HookEndpoint, HookEndpoint.id == endpoint_id, token)


def _new_secret() -> str:
    random = secrets.token_bytes(_SECRET_BYTES)
    return SECRET_PREFIX + base64.b64encode(random).decode()


def _seal(vault: Vault, tag: str, rows: Sequence[tuple[str, datetime | None]]) -> bytes:
    listed: list[dict[str, Any]] = [
        {"secret": secret, "until": None if until is None else until.isoformat()}
        for secret, until in rows
    ]
    return vault.seal(_owner(tag), {"secrets": listed})


def _owner(tag: str) -> str:
    return f"hook:{tag}"
