"""Refunds that the merchant must start are started, once, whatever goes wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)
from connector.values import Ending, Stage
from stock.models import RefundDue
from tests.daemon.desk import Desk
from tests.daemon.scripted import Script, later, sold

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def cancelled(desk: Desk, script: Script) -> None:
    """An order that was cancelled on its way, and not looked at yet."""
    order = sold("T1", stage=Stage.IN_TRANSIT)
    script.orders["T1"] = order
    desk.sync()
    script.orders["T1"] = later(order, Stage.IN_TRANSIT, Ending.CANCELLED)


def states(desk: Desk) -> list[str]:
    with desk.database.read() as session:
        found = session.scalars(select(RefundDue.state).order_by(RefundDue.id))
        return [str(state) for state in found]


@pytest.mark.usefixtures("cancelled")
def test_an_order_cancelled_on_its_way_is_refunded_and_its_stock_stays(
    desk: Desk, script: Script
) -> None:
    before = desk.level("A")
    desk.sync()

    (refund,) = script.refunds
    assert (refund.order_id, refund.amount) == ("T1", Decimal(1000))
    assert refund.quantities == {"1": 1}
    assert desk.level("A") == before
    assert states(desk) == ["paid"]


@pytest.mark.usefixtures("cancelled")
def test_further_rounds_pay_nothing_more(desk: Desk, script: Script) -> None:
    for _ in range(3):
        desk.sync()

    assert len(script.refunds) == 1


@pytest.mark.usefixtures("cancelled")
@pytest.mark.parametrize("error", [OutcomeUnknown(), TransientError()])
def test_a_refund_without_an_answer_is_asked_for_again_by_the_same_key(
    desk: Desk, script: Script, error: Exception
) -> None:
    assert isinstance(error, TransientError | OutcomeUnknown)
    script.refund_errors.append(error)
    desk.sync()
    assert states(desk) == ["owed"]

    desk.clock.advance(60)
    desk.sync()

    assert states(desk) == ["paid"]
    assert len(script.refunds) == 1, "the key is the same"


@pytest.mark.usefixtures("cancelled")
def test_a_refund_that_the_channel_refuses_is_left_to_a_person(
    desk: Desk, script: Script
) -> None:
    script.refund_errors.append(PermanentError("nothing was paid"))
    desk.sync()
    desk.clock.advance(7200)
    desk.sync()

    assert states(desk) == ["refused"]


@pytest.mark.usefixtures("cancelled")
@pytest.mark.parametrize("error", [AuthenticationError(), RateLimited(1)])
def test_trouble_of_the_whole_shop_leaves_the_refund_owed(
    desk: Desk, script: Script, error: AuthenticationError | RateLimited
) -> None:
    script.refund_errors.append(error)
    with pytest.raises(type(error)):
        desk.sync()

    assert states(desk) == ["owed"]
