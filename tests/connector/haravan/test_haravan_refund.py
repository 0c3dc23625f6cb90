"""Refunds that we start: never with restocking, and never twice for one key."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    MemorySettings,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    RefundRequest,
    RefundState,
    TransientError,
    Transport,
)
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, Answer, Reader
from tests.connector.haravan.till import REFUNDS, Till, asked, refused


@pytest.fixture
def till(edge: responses.RequestsMock, reply: Reader) -> Till:
    playing = Till(reply("order")["order"])
    edge.add_callback("POST", REFUNDS, callback=playing.make)
    edge.add_callback("GET", f"{API}/orders/800501.json", callback=playing.show)
    return playing


def flags(value: Any) -> Iterator[Any]:
    """Go through everything that is called restock, at every level."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if "restock" in name:
                yield inner
            yield from flags(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from flags(inner)


def test_a_refund_says_at_both_levels_that_nothing_is_restocked(
    haravan: HaravanConnector, till: Till
) -> None:
    refund = haravan.refund(asked())
    (sent,) = till.sent
    # A nested refund without the word has been seen to restock.
    assert sent["restock"] is False
    assert sent["refund"]["restock"] is False
    assert list(flags(sent)) == [False, False]
    assert sent["refund"]["notify"] is False
    assert sent["refund"]["refund_line_items"] == [
        {"line_item_id": 9101, "quantity": 2}
    ]
    assert sent["refund"]["transactions"] == [{"amount": 370000, "kind": "refund"}]
    assert till.kept[0]["restock"] is False
    assert (refund.refund_id, refund.amount) == ("9410", Decimal(370000))
    assert (refund.currency, refund.state) == ("VND", RefundState.DONE)
    assert refund.reason == "Khách huỷ"


def test_only_refunds_are_made_and_orders_never_cancelled(
    haravan: HaravanConnector, till: Till, edge: responses.RequestsMock
) -> None:
    haravan.refund(asked())
    posted = [call.request.url for call in edge.calls if call.request.method == "POST"]
    assert posted == [REFUNDS]


def test_the_id_is_the_one_that_the_order_shows_later(
    haravan: HaravanConnector, till: Till, answer: Answer
) -> None:
    refund = haravan.refund(asked())
    answer("orders", {"orders": [till.order]})
    (order,) = haravan.fetch_orders(["800501"]).items
    assert order.refunds == (refund,)


def test_the_same_key_pays_once(haravan: HaravanConnector, till: Till) -> None:
    first = haravan.refund(asked())
    assert haravan.refund(asked()) == first
    assert len(till.sent) == 1
    other = haravan.refund(asked(key="other", amount=Decimal(1000), quantities={}))
    assert other.refund_id != first.refund_id


def test_a_reason_cannot_pass_for_another_requests_key(
    haravan: HaravanConnector, till: Till
) -> None:
    haravan.refund(asked(amount=Decimal(1000)))
    stolen = till.kept[0]["note"]
    haravan.refund(asked(key="other", reason=stolen, amount=Decimal(1000)))
    haravan.refund(asked(key="cancel-800501-1", amount=Decimal(1000)))
    assert len(till.sent) == 2
    assert till.kept[1]["note"].count("[") == 1


def test_a_refund_whose_answer_was_lost_is_found(
    haravan: HaravanConnector, till: Till
) -> None:
    till.troubles = ["lost"]
    found = haravan.refund(asked())
    assert found.refund_id == "9410"
    assert haravan.refund(asked()) == found
    assert len(till.sent) == 1


def test_an_attempt_that_may_still_be_carried_out_is_not_made_again(
    store: MemorySettings, till: Till, now: datetime
) -> None:
    clock = [now]

    def shop() -> HaravanConnector:
        # As after a restart: what is known is in the settings.
        transport = Transport(requests_per_second=10_000)
        return HaravanConnector(store, transport, lambda: clock[0])

    till.troubles = [refused(502, {})]
    with pytest.raises(OutcomeUnknown):
        shop().refund(asked())
    clock[0] = now + timedelta(minutes=9)
    with pytest.raises(OutcomeUnknown):
        shop().refund(asked())
    assert len(till.sent) == 1
    # Another refund of the same order does not wait for it.
    shop().refund(asked(key="other", amount=Decimal(1000), quantities={}))
    clock[0] = now + timedelta(minutes=11)
    shop().refund(asked())
    assert len(till.sent) == 3
    assert store.read()["refunds_started"] == {}
    assert store.read()["note"] == "not ours"


def test_an_attempt_is_written_down_before_it_is_made(
    haravan: HaravanConnector,
    till: Till,
    store: MemorySettings,
    edge: responses.RequestsMock,
) -> None:
    seen: list[Any] = []

    def make(request: Any) -> tuple[int, dict[str, str], str]:
        seen.append(dict(store.read()["refunds_started"]))
        return till.make(request)

    edge.remove("POST", REFUNDS)
    edge.add_callback("POST", REFUNDS, callback=make)
    haravan.refund(asked())
    assert [list(attempts) for attempts in seen] == [["cancel-800501-1"]]


def test_of_several_who_ask_at_once_one_pays(
    haravan: HaravanConnector, till: Till
) -> None:
    found: list[str] = []
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        try:
            found.append(haravan.refund(asked()).refund_id)
        except OutcomeUnknown:
            found.append("unknown")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(till.sent) == 1
    assert set(found) <= {"9410", "unknown"}


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (refused(422, {"errors": "no"}), PermanentError),
        (refused(403, {"errors": "no scope"}), AuthenticationError),
        ((429, {"Retry-After": "7"}, "{}"), RateLimited),
        (refused(403, "a firewall"), TransientError),
    ],
)
def test_a_refusal_that_did_nothing_may_be_tried_again_at_once(
    haravan: HaravanConnector, till: Till, trouble: Any, expected: type[Exception]
) -> None:
    till.troubles = [trouble]
    with pytest.raises(expected):
        haravan.refund(asked())
    assert haravan.refund(asked()).refund_id == "9410"


def test_never_more_than_the_buyer_paid_is_given_back(
    haravan: HaravanConnector, till: Till
) -> None:
    first = haravan.refund(asked(amount=Decimal(400000)))
    rest = haravan.refund(asked(key="rest", amount=Decimal(400000), quantities={}))
    assert (first.amount, rest.amount) == (Decimal(400000), Decimal(50000))
    none = haravan.refund(asked(key="more", amount=Decimal(1)))
    assert none.state is RefundState.REFUSED
    assert "before" in none.reason
    assert len(till.sent) == 2


def test_money_that_a_person_gave_back_counts(
    haravan: HaravanConnector, till: Till, reply: Reader
) -> None:
    till.kept.append(reply("refund")["refund"])
    refund = haravan.refund(asked(amount=Decimal(450000)))
    assert refund.amount == Decimal(265000)
    # One of the two hats was refunded before.
    assert till.sent[0]["refund"]["refund_line_items"][0]["quantity"] == 1


@pytest.mark.parametrize(
    "transactions",
    [
        [],
        [{"kind": "pending", "amount": 450000.0, "status": None}],
        [{"kind": "authorization", "amount": 450000.0, "status": "success"}],
        [{"kind": "capture", "amount": 450000.0, "status": "failure"}],
    ],
)
def test_where_nothing_was_paid_nothing_is_given_back(
    haravan: HaravanConnector, till: Till, transactions: list[Any]
) -> None:
    till.order |= {"financial_status": "pending", "transactions": transactions}
    refund = haravan.refund(asked())
    assert refund.state is RefundState.REFUSED
    assert "not paid" in refund.reason
    assert till.sent == []


@pytest.mark.parametrize(
    ("status", "transactions", "paid"),
    [
        ("paid", [], 450000),
        ("partially_refunded", [], 450000),
        ("partially_paid", [{"kind": "Sale", "amount": 90000.0}], 90000),
        (
            "partially_paid",
            [
                {"kind": "Capture", "amount": 50000.0, "status": "success"},
                {"kind": "capture", "amount": 40000.0, "status": "Thành công"},
            ],
            90000,
        ),
    ],
)
def test_what_was_paid_is_read_from_payments_first(
    haravan: HaravanConnector,
    till: Till,
    status: str,
    transactions: list[Any],
    paid: int,
) -> None:
    till.order |= {"financial_status": status, "transactions": transactions}
    refund = haravan.refund(asked(amount=Decimal(450000)))
    assert refund.amount == Decimal(paid)


def test_amounts_may_have_decimals_and_are_never_rounded_up(
    haravan: HaravanConnector, till: Till
) -> None:
    haravan.refund(asked(amount=Decimal("1000.12349")))
    assert till.sent[0]["refund"]["transactions"][0]["amount"] == 1000.1234


@pytest.mark.parametrize(
    "request_",
    [
        asked(order_id="9"),
        asked(order_id="../products"),
        asked(currency="USD"),
        asked(amount=Decimal(0)),
        asked(amount=Decimal(-5)),
        asked(quantities={"9101": 3}),
        asked(quantities={"9101": -1}),
        asked(quantities={"99": 1}),
    ],
)
def test_what_the_order_cannot_give_is_refused_without_asking(
    haravan: HaravanConnector, till: Till, answer: Answer, request_: RefundRequest
) -> None:
    answer("orders/9", {"errors": "Not Found"}, status=404)
    with pytest.raises(PermanentError):
        haravan.refund(request_)
    assert till.sent == []


@pytest.mark.parametrize(
    "body", [{"refund": {"id": None}}, {}, [], {"refund": {"id": 1}}]
)
def test_an_answer_that_cannot_be_read_is_an_unknown_outcome(
    haravan: HaravanConnector, till: Till, body: Any
) -> None:
    till.troubles = [refused(201, body)]
    with pytest.raises(OutcomeUnknown):
        haravan.refund(asked())
    assert len(till.sent) == 1


def test_an_order_that_cannot_be_read_is_not_refunded(
    haravan: HaravanConnector, till: Till
) -> None:
    till.order["refunds"] = [{"id": None}]
    with pytest.raises(PermanentError, match="refund id"):
        haravan.refund(asked())
    assert till.sent == []


def test_no_secret_is_written_with_an_attempt(
    haravan: HaravanConnector, till: Till, store: MemorySettings
) -> None:
    till.troubles = [refused(500, {"errors": "canary-access-1"})]
    with pytest.raises(OutcomeUnknown) as raised:
        haravan.refund(asked())
    assert "canary" not in str(raised.value)
    assert "canary" not in str(store.read()["refunds_started"])


def test_settings_that_somebody_else_keeps_changing_stop_no_refund_silently(
    till: Till, store: MemorySettings, now: datetime
) -> None:
    class Busy(MemorySettings):
        def rotate(self, stale: Any, renew: Callable[[Any], Any]) -> Any:
            return self.read()

    transport = Transport(requests_per_second=10_000)
    shop = HaravanConnector(Busy(store.read()), transport, lambda: now)
    with pytest.raises(TransientError):
        shop.refund(asked())
    assert till.sent == []
