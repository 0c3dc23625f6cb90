"""The history of claims: each change is one event, written once for each key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.claim_desk.errors import ClaimChanged, UnknownClaim
from stock.errors import IdempotencyConflict
from stock.models import Claim, ClaimEvent, ClaimEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who changes a claim, when, with which key, and which version was shown."""

    actor: str
    now: datetime
    key: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A claim that was changed; ``replayed`` when its key had been used before."""

    claim_id: int
    replayed: bool


def claim_by_key(session: Session, key: str) -> int | None:
    """Return the claim that something was done with under this key."""
    return session.scalar(select(ClaimEvent.claim_id).where(ClaimEvent.key == key))


def note_pack(
    session: Session, claim_id: int, manifest_hash: str, *, files: int, hand: Hand
) -> None:
    """Keep the hash of a pack's manifest; the same pack with the same key is one."""
    claim = lock_claim(session, claim_id)
    # A pack changes nothing that another person looks at: no version is asked for.
    key = f"{hand.key}:{manifest_hash[:16]}"
    known = session.scalar(select(ClaimEvent.id).where(ClaimEvent.key == key))
    if known is None:
        session.add(
            ClaimEvent(
                claim_id=claim.id,
                key=key,
                content=manifest_hash,
                happened_at=hand.now,
                kind=ClaimEventKind.PACK_MADE,
                state=claim.state,
                actor=hand.actor,
                note="",
                detail={"manifest": manifest_hash, "files": files},
            )
        )


def lock_claim(session: Session, claim_id: int) -> Claim:
    """Return a claim, locked, as the database has it now."""
    claim = session.scalar(
        select(Claim)
        .where(Claim.id == claim_id)
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    )
    if claim is None:
        raise UnknownClaim(claim_id)
    return claim


def claim_to_change(
    session: Session, claim_id: int, hand: Hand, content: str
) -> tuple[Claim, Written | None]:
    """Lock a claim that somebody changes, and say if that was done before."""
    claim = lock_claim(session, claim_id)
    earlier = replayed(session, hand.key, content)
    if earlier is None and claim.version != hand.version:
        raise ClaimChanged(shown=hand.version, version=claim.version)
    return claim, earlier


def replayed(session: Session, key: str, content: str) -> Written | None:
    """Return what was done under a key before.  Raises ``IdempotencyConflict``."""
    event = session.scalar(select(ClaimEvent).where(ClaimEvent.key == key))
    if event is None:
        return None
    if event.content != content:
        raise IdempotencyConflict(key)
    return Written(event.claim_id, replayed=True)


def write_event(
    session: Session,
    claim: Claim,
    kind: ClaimEventKind,
    content: str,
    hand: Hand,
    *,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Written:
    """Add an event to a claim that has just been changed by it."""
    if kind is not ClaimEventKind.OPENED:
        claim.version += 1
    claim.updated_at = hand.now
    session.add(
        ClaimEvent(
            claim_id=claim.id,
            key=hand.key,
            content=content,
            happened_at=hand.now,
            kind=kind,
            state=claim.state,
            actor=hand.actor,
            note=note,
            detail=dict(detail or {}),
        )
    )
    session.flush()
    return Written(claim.id, replayed=False)


def digest(*parts: object) -> str:
    """Return what tells the content of one wish from that of another."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def plain(value: object) -> str:
    """Return a value of a claim as its history keeps it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
