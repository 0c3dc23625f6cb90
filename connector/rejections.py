"""Records that are set aside with their reason, so that none spoils the others."""

from __future__ import annotations

from connector.errors import UnmappedStatus
from connector.parsing import Malformed
from connector.values import Rejected


def rejected(record_id: str, problem: Malformed | UnmappedStatus) -> Rejected:
    """Return the set-aside record for one that could not be mapped."""
    if isinstance(problem, UnmappedStatus):
        return Rejected(
            record_id=record_id, reason="unknown_status", detail=problem.status
        )
    return Rejected(record_id=record_id, reason=problem.reason, detail=problem.detail)


def not_found(record_id: str, channel: str) -> Rejected:
    """Return the set-aside record for an id that ``channel``, by its title, lacks."""
    return Rejected(
        record_id=record_id, reason="not_found", detail=f"{channel} does not know it"
    )
