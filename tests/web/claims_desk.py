"""What supervisors do with claims on the page, and what they read there."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from stock.models import Claim
from stock.session import Database
from tests.web.visitor import Visitor, fields_of, text_of


def opened(minh: Visitor, order_id: int, **typed: str) -> str:
    """Open a claim about an order's only claimable units; return its address."""
    form = fields_of(minh.get(f"orders/{order_id}/claim").text)
    answer = minh.post(f"orders/{order_id}/claim", form | typed)
    assert answer.status_code == 303, text_of(answer.text)
    found = re.search(r"claims/(\d+)", answer.location)
    assert found is not None
    return f"claims/{found[1]}"


def step(minh: Visitor, claim: str, to: str, **typed: str) -> TestResponse:
    """Bring a claim on from its page as it is now."""
    fields = fields_of(minh.get(claim).text)
    keys = {name: fields[name] for name in ("key", "version")}
    return minh.post(f"{claim}/step", {**keys, "to": to, **typed})


def state_of(database: Database, claim: str = "claims/1") -> str:
    """Return the state of a claim."""
    with database.read() as session:
        return str(session.get_one(Claim, int(claim.split("/")[1])).state)


def claims_of(page: TestResponse) -> list[str]:
    """Return the claims that a page lists, from top to bottom."""
    return re.findall(r"C\d{6}(?=</a>)", page.text)


def plain(page: TestResponse) -> str:
    """Return a page without its tags, as one line of text."""
    return text_of(re.sub(r"<[^>]+>", " ", page.text))
