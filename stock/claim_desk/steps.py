"""The steps that a claim may take; this table and nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from stock.models import ClaimState

STEPS: Mapping[ClaimState, Sequence[ClaimState]] = MappingProxyType(
    {
        ClaimState.DRAFT: (ClaimState.SENT, ClaimState.WITHDRAWN),
        ClaimState.SENT: (
            ClaimState.ACCEPTED,
            ClaimState.PAID,
            ClaimState.REFUSED,
            ClaimState.WITHDRAWN,
        ),
        ClaimState.ACCEPTED: (
            ClaimState.PAID,
            ClaimState.REFUSED,
            ClaimState.WITHDRAWN,
        ),
        # An appeal.
        ClaimState.REFUSED: (ClaimState.SENT,),
        # The money never came, was taken back, or was noted on the wrong claim.
        ClaimState.PAID: (ClaimState.ACCEPTED,),
        ClaimState.WITHDRAWN: (),
    }
)


def may_step(state: ClaimState, to: ClaimState) -> bool:
    """Say whether a claim in one state may become another."""
    return to in STEPS[state]
