"""What people ask for on the page, done by a worker: access, retries, stopping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from connector.errors import AuthorizationLost, ConnectorError, TransientError
from daemon.ticker import tick
from stock import shops
from stock.admin import consents, retries, shop_states
from stock.admin.retries import Outcome
from stock.models import SetAside, ShopState
from stock.set_aside import all_records
from tests.daemon.desk import CLERK, Desk
from tests.daemon.scripted import Script, ScriptedConnector, sold
from tests.daemon.test_ticker import Ears

STATE = "state-of-a-test"


@pytest.fixture
def answered(
    desk: Desk, script: Script, monkeypatch: pytest.MonkeyPatch
) -> list[Mapping[str, str]]:
    """A paused shop whose seller has just given access; what its channel is given."""
    given: list[Mapping[str, str]] = []

    def accept(self: ScriptedConnector, answer: Mapping[str, str]) -> None:
        self.script.call("accept_consent")
        given.append(answer)

    monkeypatch.setattr(ScriptedConnector, "accept_consent", accept)
    now = desk.office.now()
    with desk.database.write() as session:
        shop = shops.find_shop(session, "s1")
        shop.state = ShopState.PAUSED
        shop.last_error = "AuthenticationError: revoked"
        shop.sync_due_at = now + timedelta(hours=1)
        consents.ask(session, shop, actor=CLERK, now=now, state=STATE)
        consents.take_answer(
            session,
            desk.office.vault,
            shop,
            {"code": "abc", "state": STATE},
            actor=CLERK,
            now=now,
        )
    return given


def consent_error(desk: Desk) -> str | None:
    """Return what came of the exchange; ``None`` while nothing did."""
    with desk.database.read() as session:
        found = consents.newest(session, desk.shop())
        assert found is not None
        return found.error if found.settled_at else None


def test_a_worker_exchanges_the_answer_and_the_shop_goes_on_at_once(
    desk: Desk, script: Script, answered: list[Mapping[str, str]]
) -> None:
    script.orders["1"] = sold("1")
    ears = Ears()
    assert tick(desk.office, ears) == 1 and ears.heard == ["s1"]

    desk.work_due()

    assert answered == [{"code": "abc", "state": STATE}]
    assert consent_error(desk) == ""
    assert desk.shop().state == ShopState.ACTIVE
    assert desk.orders() == ["1"]
    with desk.database.read() as session:
        found = consents.newest(session, desk.shop())
        assert found is not None and found.sealed_answer is None


def test_a_refused_code_is_told_and_the_shop_stays_paused(
    desk: Desk, script: Script, answered: list[Mapping[str, str]]
) -> None:
    script.errors.append(AuthorizationLost("the code is over"))

    desk.work_due()

    assert consent_error(desk) == "the code is over"
    assert desk.shop().state == ShopState.PAUSED
    assert tick(desk.office, Ears()) == 0


def test_a_channel_that_is_away_is_asked_again_until_the_code_is_over(
    desk: Desk, script: Script, answered: list[Mapping[str, str]]
) -> None:
    def fail(error: ConnectorError) -> None:
        script.errors.append(error)
        desk.work_due()

    fail(TransientError("away"))
    assert consent_error(desk) is None
    desk.clock.advance(601)
    fail(TransientError("still away"))
    assert consent_error(desk) == "still away"


def test_a_stopped_shop_takes_access_and_stays_stopped(
    desk: Desk, script: Script, answered: list[Mapping[str, str]]
) -> None:
    with desk.database.write() as session:
        shop = shops.find_shop(session, "s1")
        now = desk.office.now()
        shop_states.stop_shop(session, shop, actor=CLERK, now=now)
    script.orders["1"] = sold("1")

    desk.work_due()

    assert consent_error(desk) == ""
    assert desk.shop().state == ShopState.STOPPED
    assert desk.orders() == []


def test_a_round_by_hand_leaves_a_stopped_shop_stopped(
    desk: Desk, script: Script
) -> None:
    with desk.database.write() as session:
        shop = shops.find_shop(session, "s1")
        shop_states.stop_shop(session, shop, actor=CLERK, now=desk.office.now())
    desk.sync()
    assert desk.shop().state == ShopState.STOPPED


@pytest.fixture
def try_again(desk: Desk) -> Callable[[], Callable[[], dict[str, Outcome]]]:
    """Tries all that is set aside again; gives what tells the outcome."""

    def ask() -> Callable[[], dict[str, Outcome]]:
        with desk.database.write() as session:
            records: list[SetAside] = list(all_records(session))
            trial = retries.try_again(
                session, records, actor=CLERK, now=desk.office.now()
            )

        def outcomes() -> dict[str, Outcome]:
            with desk.database.read() as session:
                tried = retries.tried_page(session, trial, limit=50)
                return {one.record_id: one.outcome for one in tried}

        return outcomes

    return ask


def test_what_is_tried_again_is_taken_in_before_the_next_round(
    desk: Desk,
    script: Script,
    try_again: Callable[[], Callable[[], dict[str, Outcome]]],
) -> None:
    script.orders |= {"1": sold("1", "NEW"), "2": sold("2", "OTHER")}
    desk.sync()
    assert len(desk.set_aside()) == 2
    script.stock["NEW"] = 0
    desk.import_listings()
    outcomes = try_again()
    assert outcomes() == {"1": Outcome.WAITING, "2": Outcome.WAITING}

    desk.clock.advance(1)
    desk.work_due()

    assert outcomes() == {"1": Outcome.TAKEN_IN, "2": Outcome.STILL_ASIDE}
    assert desk.level("NEW")["committed"] == 1
    assert "read_orders" not in script.calls[script.calls.index("fetch_orders") :]
