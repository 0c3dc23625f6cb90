"""A supervisor who claims for what did not come back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from stock.claim_desk.arrivals import arrived_since
from stock.claim_desk.demands import Demand, amend, open_claim
from stock.claim_desk.events import Hand, Written
from stock.claim_desk.stepping import keep, take_step
from stock.claim_desk.subjects import Subject, subjects_of
from stock.models import Claim, ClaimCause, ClaimState
from tests.stock.world import NOW, SUPERVISOR, World, unique

NOT_BACK = ClaimCause.NOT_BACK


@dataclass
class Claimant:
    """Writes claims; each call is one transaction."""

    world: World
    order_id: str = "ORDER"

    def subjects(self) -> dict[str, tuple[int, Decimal]]:
        """Return what can be claimed for: units and worth, by cause."""
        with self.world.database.read() as session:
            order = self.world.find_order(session, self.order_id)
            found = subjects_of(session, order)
            assert len({(x.cause, x.expected) for x in found}) == len(found)
            return {_name(x): (x.units, x.value) for x in found}

    def open(
        self,
        *,
        units: int = 1,
        amount: str = "99000",
        currency: str = "VND",
        cause: ClaimCause = NOT_BACK,
        return_id: str | None = "",
        key: str = "",
        note: str = "",
    ) -> Written:
        """Open a claim about a return, or with ``None`` about the order's units."""
        with self.world.database.write() as session:
            order = self.world.find_order(session, self.order_id)
            named = [x for x in order.expected_returns if x.return_id == return_id]
            return open_claim(
                session,
                order,
                Demand(
                    units=units, amount=Decimal(amount), currency=currency, note=note
                ),
                cause=cause,
                expected_return_id=named[0].id if named else None,
                hand=hand(key=key),
            )

    def step(
        self,
        claim_id: int,
        to: ClaimState,
        *,
        version: int | None = None,
        key: str = "",
        note: str = "",
        paid: str | None = None,
        case_number: str | None = None,
    ) -> Written:
        """Bring a claim on, from its newest version unless told."""
        with self.world.database.write() as session:
            shown = self.claim(claim_id).version if version is None else version
            return take_step(
                session,
                claim_id,
                to,
                hand=hand(key=key, version=shown),
                note=note,
                case_number=case_number,
                paid_amount=None if paid is None else Decimal(paid),
            )

    def amend(self, claim_id: int, *, units: int = 1, amount: str = "99000") -> Written:
        """Change what a claim asks for."""
        with self.world.database.write() as session:
            return amend(
                session,
                claim_id,
                Demand(units=units, amount=Decimal(amount), currency="VND"),
                hand=hand(version=self.claim(claim_id).version),
            )

    def keep(self, claim_id: int) -> Written:
        """Hold on to a claim although goods came."""
        with self.world.database.write() as session:
            shown = self.claim(claim_id).version
            return keep(session, claim_id, hand=hand(version=shown))

    def claim(self, claim_id: int) -> Claim:
        """Return a claim with its events."""
        with self.world.database.read() as session:
            claim = session.get_one(Claim, claim_id)
            assert claim.events is not None
            return claim

    def arrived(self, claim_id: int) -> int:
        """Return the units that came although they are claimed for."""
        with self.world.database.read() as session:
            claim = session.get_one(Claim, claim_id)
            return arrived_since(session, [claim]).get(claim_id, 0)


def hand(*, key: str = "", version: int = 0, actor: str = SUPERVISOR) -> Hand:
    """Return who changes a claim."""
    return Hand(actor=actor, now=NOW, key=key or unique("claim"), version=version)


def _name(subject: Subject) -> str:
    is_of_order = subject.expected is None
    return f"{subject.cause}{' of the order' if is_of_order else ''}"
