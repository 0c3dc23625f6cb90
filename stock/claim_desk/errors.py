"""What is refused of a claim, and why; facts are attributes, not text."""

from __future__ import annotations

from stock.errors import StockError
from stock.models import ClaimState


class UnknownClaim(StockError):
    """No such claim."""

    def __init__(self, claim: object) -> None:
        self.claim = claim
        super().__init__(f"unknown claim {claim!r}")


class NothingToClaim(StockError):
    """Nothing of that kind is missing or spoilt."""

    def __init__(self, order: str) -> None:
        self.order = order
        super().__init__(f"order {order} has nothing of that kind to claim for")


class AlreadyClaimed(StockError):
    """A live claim is about the same units."""

    def __init__(self, claim_id: int) -> None:
        self.claim_id = claim_id
        super().__init__(f"claim {claim_id} is about the same units and still open")


class MoreThanClaimable(StockError):
    """More units were to be claimed than are missing or spoilt."""

    def __init__(self, *, asked: int, most: int) -> None:
        self.asked = asked
        self.most = most
        super().__init__(f"{asked} units claimed, {most} can be")


class AmountRefused(StockError):
    """An amount is not above zero, is too large, or its currency is unknown."""

    def __init__(self, amount: str) -> None:
        self.amount = amount
        super().__init__(f"{amount} is no amount to claim")


class StepRefused(StockError):
    """From this state no such step leads on."""

    def __init__(self, state: ClaimState, to: ClaimState) -> None:
        self.state = state
        self.to = to
        super().__init__(f"a claim that is {state} cannot become {to}")


class ClaimEnded(StockError):
    """What a claim says is fixed once it has an outcome."""

    def __init__(self, state: ClaimState) -> None:
        self.state = state
        super().__init__(f"the claim is {state}")


class ClaimChanged(StockError):
    """Somebody has changed the claim since the person looked at it."""

    def __init__(self, *, shown: int, version: int) -> None:
        self.shown = shown
        self.version = version
        super().__init__(f"version {shown} was shown, {version} is the newest")
