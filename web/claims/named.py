"""Finds claims that an address names, and says how much time there is for them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from stock.claim_desk.listing import find_claim
from stock.claims import claim_deadline
from stock.models import Claim, ExpectedReturn
from web.access import check_shop
from web.desk import current_desk
from web.errors import RecordMissing
from web.rows import Row


def named_claim(session: Session, claim_id: int) -> Claim:
    """Return the claim with this id, if it is of a shop that the reader may see.

    Raises ``RecordMissing``.
    """
    claim = find_claim(session, claim_id)
    if claim is None:
        raise RecordMissing("claim")
    check_shop(claim.shop_id, "claim")
    return claim


def row_of(expected: ExpectedReturn | None) -> Row | None:
    """Return a return with its deadline alone; its lines are not looked up."""
    if expected is None or expected.order is None:
        return None
    desk = current_desk()
    now, windows = desk.now(), desk.settings.claim_windows
    return Row(
        order=expected.order,
        expected=expected,
        tracking_numbers=[],
        skus=[],
        value=expected.value_at_risk,
        age_days=(now - expected.opened_at).days,
        now=now,
        deadline=claim_deadline(expected, windows.of(expected.shop.channel)),
        near=windows.near,
    )
