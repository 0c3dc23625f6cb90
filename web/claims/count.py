"""How many claims wait for an outcome, for the tab that leads to them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from stock.claim_desk.listing import count_live
from web.access import current_reader
from web.formats import number

MOST_COUNTED = 1000


def live_claims(session: Session) -> str:
    """Return the number of live claims as it is shown; nothing when there is none."""
    found = count_live(session, current_reader().shop_ids, most=MOST_COUNTED)
    if found == MOST_COUNTED:
        return f"{number(MOST_COUNTED - 1)}+"
    return number(found) if found else ""
