"""The stock card at a past moment, and that it agrees with ``stock why``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from daemon.commands import terminal, truestock
from daemon.settings import Settings
from stock import card
from stock.levels import find_sku
from stock.session import Database
from tests.web.conftest import MovableClock
from tests.web.ledger import deliver, last_moment, reverse
from tests.web.seller import NOW, Seller
from tests.web.test_card import moves, units
from tests.web.visitor import Visitor, text_of

Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Told:
    """Asks ``stock why`` about MUG, as a person at the terminal does."""
    # A command sets up the logs of its process, and this one is not its own.
    monkeypatch.setattr(terminal, "configure_logs", lambda _level: None)
    environment = {
        "TRUESTOCK_VAR": str(settings.var),
        "TRUESTOCK_DATABASE_URL": database_url,
    }

    def ask(*options: str) -> dict[str, Any]:
        command = ["stock", "why", "MUG", "--json", *options]
        answer = CliRunner().invoke(truestock, command, env=environment)
        assert answer.exit_code == 0, answer.output
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    return ask


def after(move: str) -> int:
    """Return what was free to sell after a movement, as its line says."""
    found = re.findall(r"(?:còn|vẫn) ([\d.]+)", move.replace("\N{MINUS SIGN}", "-"))
    return int(found[0].replace(".", ""))


def in_zone(settings: Settings, moment: datetime) -> str:
    """Write a moment as a person in the seller's zone would."""
    return moment.astimezone(settings.time_zone).replace(tzinfo=None).isoformat()


@pytest.fixture
def late(clock: MovableClock, visit: Any) -> Visitor:
    """A clerk who looks after all that a test does has happened."""
    clock.now = max(NOW, datetime.now(NOW.tzinfo) + timedelta(minutes=5))
    visitor: Visitor = visit()
    return visitor


def test_the_card_agrees_with_stock_why_now_and_then(
    seller: Seller,
    database: Database,
    settings: Settings,
    late: Visitor,
    told: Told,
) -> None:
    order_id = seller.order("A1", 3)
    then = last_moment(database)
    late.book(order_id, late.form(order_id))
    reverse(database, 2)

    now = told()
    page = late.get("stock/MUG").text
    assert units(page)[0] == now["available"] == 8
    counted = [after(line) for line in moves(page)]
    assert counted == [row["available"] for row in now["movements"]][::-1]

    past = told("--at", in_zone(settings, then))
    page = late.get("stock/MUG", at=in_zone(settings, then)).text
    assert units(page)[0] == past["available"] == 7
    assert units(page) == [7, 0, 3, 0, 0, 7]
    assert len(moves(page)) == len(past["movements"]) == 3
    assert moves(page)[0].startswith("Đã xuất kho A1")


def test_a_moment_is_in_the_sellers_zone_and_includes_itself(
    seller: Seller, database: Database, settings: Settings, late: Visitor
) -> None:
    deliver(database, [5])
    then = last_moment(database)
    just_before = then - timedelta(microseconds=1)
    deliver(database, [5])
    assert units(late.get("stock/MUG", at=in_zone(settings, then)).text)[0] == 15
    assert units(late.get("stock/MUG", at=in_zone(settings, just_before)).text)[0] == 10
    assert units(late.get("stock/MUG", at=then.isoformat()).text)[0] == 15
    assert units(late.get("stock/MUG").text)[0] == 20


def test_the_past_is_exact_for_each_bucket_and_each_movement(
    seller: Seller, database: Database, late: Visitor
) -> None:
    order_id = seller.order("A1", 4)
    fields = late.form(order_id)
    good, damaged, lost = (
        k for k in fields if k.split("-")[0] in ("good", "damaged", "lost")
    )
    late.book(order_id, fields | {good: "1", damaged: "1", lost: "1"})
    reverse(database, 1)
    with database.read() as session:
        sku = find_sku(session, "MUG")
        page = card.movements_page(session, sku, limit=50)
        seen = [
            card.total(card.shelves_of(session, sku, at=entry.movement.posted_at))
            for entry in page.entries
        ]
    for entry, then in zip(page.entries, seen, strict=True):
        same = [
            e for e in page.entries if e.movement.posted_at == entry.movement.posted_at
        ]
        assert then.available == same[0].available
    assert (seen[0].available, seen[0].out, seen[0].damaged, seen[0].lost) == (
        6,
        2,
        1,
        1,
    )
    assert (seen[-1].available, seen[-1].out) == (10, 0)


def test_before_anything_moved_all_is_zero(seller: Seller, late: Visitor) -> None:
    page = late.get("stock/MUG", at="2020-01-01T00:00").text
    assert units(page) == [0, 0, 0, 0, 0, 0]
    assert moves(page) == []
    assert "chưa có biến động nào" in text_of(page)
    assert "<svg" not in page and "Số đã báo cho từng sàn" in text_of(page)


def test_earlier_movements_stay_before_the_moment(
    seller: Seller, database: Database, settings: Settings, late: Visitor
) -> None:
    deliver(database, [1] * 60)
    then = in_zone(settings, last_moment(database))
    deliver(database, [1] * 60)
    page = late.get("stock/MUG", at=then).text
    assert after(moves(page)[0]) == 70
    (address,) = (
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('class="more"><a class="button" href="')[1:]
    )
    assert "at=" in address
    earlier = late.client.get(address).text
    assert len(moves(page)) + len(moves(earlier)) == 61
    assert after(moves(earlier)[0]) == 20


NO_MOMENTS = (
    "noon",
    "2026-13-45",
    "2026-11-22T25:00",
    "0001-01-01T00:00",
    "9999-12-31T23:59-23:59",
    "2026-11-22T18:00\x00\u202e, bad",
    "<b>1</b>",
    "1" * 99,
)


def test_what_is_no_moment_gets_a_sentence_and_the_numbers_of_now(
    seller: Seller, late: Visitor
) -> None:
    for at in NO_MOMENTS:
        page = late.get("stock/MUG", at=at)
        assert page.status_code == 200, at
        assert units(page.text)[0] == 10
        assert "không phải là thời điểm" in page.text
        assert 'aria-invalid="true"' in page.text and "<b>1" not in page.text


def test_a_moment_that_has_not_come_is_told_so(seller: Seller, late: Visitor) -> None:
    page = late.get("stock/MUG", at="2999-01-01T00:00")
    assert units(page.text)[0] == 10
    assert "Thời điểm đó chưa tới" in page.text
