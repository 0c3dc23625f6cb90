"""Refunds that we start: never with restocking, and never twice for one key."""

from __future__ import annotations

import threading
from collections.abc import Callable
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
from connector.woocommerce import WooCommerceConnector
from tests.connector.woocommerce.conftest import Reader
from tests.connector.woocommerce.till import REFUNDS, Till, asked, refused


@pytest.fixture
def till(
    edge: responses.RequestsMock, answer: Callable[..., None], reply: Reader
) -> Till:
    playing = Till()
    answer("orders/501", reply("order"))
    edge.add_callback("POST", REFUNDS, callback=playing.make)
    edge.add_callback("GET", REFUNDS, callback=playing.show)
    return playing


def test_a_refund_never_restocks_and_is_paid_by_hand(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    refund = woocommerce.refund(asked())
    (sent,) = till.sent
    # Left out, both would be true: the gateway pays, and the units come back.
    assert sent["api_restock"] is False
    assert sent["api_refund"] is False
    assert sent["amount"] == "300000"
    assert "line_items" not in sent
    assert "status" not in sent
    assert (refund.refund_id, refund.amount) == ("640", Decimal(300000))
    assert (refund.currency, refund.state) == ("VND", RefundState.DONE)


def test_units_go_with_their_share_of_the_money_and_still_never_restock(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    woocommerce.refund(asked(quantities={"71": 2, "72": 0}))
    (sent,) = till.sent
    assert sent["api_restock"] is False
    assert sent["line_items"] == [{"id": 71, "quantity": 2, "refund_total": "300000"}]
    assert not any("restock" in str(item) for item in sent["line_items"])


def test_units_never_get_more_than_they_cost(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    # The rest of the amount is for the way, not for the shirts.
    woocommerce.refund(asked(amount=Decimal(330000), quantities={"71": 2}))
    assert till.sent[0]["line_items"][0]["refund_total"] == "300000"


def test_shares_with_taxes_never_exceed_the_amount(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
) -> None:
    order = reply("order") | {"currency": "USD", "total": "52.00"}
    shirt, hat = order["line_items"]
    shirt |= {"total": "30.00", "taxes": [{"id": 75, "total": "3.00"}]}
    hat |= {"total": "9.99", "taxes": [{"id": 75, "total": ""}]}
    answer("orders/501", order)
    money = Decimal("20.00")
    quantities = {"71": 2, "72": 1}
    woocommerce.refund(asked(amount=money, currency="USD", quantities=quantities))
    first, second = till.sent[0]["line_items"]
    assert first["refund_tax"][0]["id"] == 75
    assert "refund_tax" not in second
    parts = [first["refund_total"], first["refund_tax"][0]["refund_total"]]
    parts.append(second["refund_total"])
    assert Decimal("19.97") <= sum(map(Decimal, parts)) <= money
    assert all(len(part.partition(".")[2]) == 2 for part in parts)


def test_the_gateway_pays_only_for_methods_that_the_shop_named(
    woocommerce: WooCommerceConnector, till: Till, enter: Callable[..., None]
) -> None:
    enter(gateway_refunds=["stripe"])
    woocommerce.refund(asked())
    enter(gateway_refunds=["stripe", "bacs"])
    refund = woocommerce.refund(asked(key="other", amount=Decimal(1000)))
    assert [sent["api_refund"] for sent in till.sent] == [False, True]
    assert refund.state is RefundState.DONE
    till.kept[1]["refunded_payment"] = False
    again = woocommerce.refund(asked(key="other", amount=Decimal(1000)))
    assert again.state is RefundState.PENDING


def test_the_same_key_pays_once(woocommerce: WooCommerceConnector, till: Till) -> None:
    first = woocommerce.refund(asked())
    again = woocommerce.refund(asked())
    assert again == first
    assert len(till.sent) == 1
    other = woocommerce.refund(asked(key="cancel-501-2", amount=Decimal(1000)))
    assert other.refund_id != first.refund_id


def test_the_same_key_pays_once_also_where_only_the_reason_was_kept(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    first = woocommerce.refund(asked())
    till.kept[0]["meta_data"] = []
    assert woocommerce.refund(asked()).refund_id == first.refund_id
    assert len(till.sent) == 1


def test_a_refund_whose_answer_was_lost_is_found(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    till.troubles = ["lost"]
    found = woocommerce.refund(asked())
    assert found.refund_id == "640"
    assert woocommerce.refund(asked()) == found
    assert len(till.sent) == 1


def test_an_attempt_that_may_still_be_carried_out_is_not_made_again(
    store: MemorySettings, till: Till, now: datetime
) -> None:
    clock = [now]

    def shop() -> WooCommerceConnector:
        # As after a restart: what is known is in the settings.
        transport = Transport(requests_per_second=10_000)
        return WooCommerceConnector(store, transport, lambda: clock[0])

    till.troubles = [refused(504, {})]
    with pytest.raises(OutcomeUnknown):
        shop().refund(asked())
    clock[0] = now + timedelta(minutes=9)
    with pytest.raises(OutcomeUnknown):
        shop().refund(asked())
    assert len(till.sent) == 1
    # Another refund of the same order does not wait for it.
    shop().refund(asked(key="other", amount=Decimal(1000)))
    clock[0] = now + timedelta(minutes=11)
    shop().refund(asked())
    assert [sent["amount"] for sent in till.sent] == ["300000", "1000", "300000"]
    assert store.read()["refunds_started"] == {}
    assert store.read()["note"] == "not ours"


def test_an_attempt_is_written_down_before_it_is_made(
    woocommerce: WooCommerceConnector,
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
    woocommerce.refund(asked())
    assert [list(attempts) for attempts in seen] == [["cancel-501-1"]]


def test_of_several_who_ask_at_once_one_pays(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        try:
            outcomes.append(woocommerce.refund(asked()).refund_id)
        except OutcomeUnknown:
            outcomes.append("unknown")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(till.sent) == 1
    assert set(outcomes) <= {"640", "unknown"}


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (refused(400, {"code": "rest_invalid_param", "message": ""}), PermanentError),
        (
            refused(401, {"code": "woocommerce_rest_cannot_create", "message": ""}),
            AuthenticationError,
        ),
        ((429, {"Retry-After": "7"}, "{}"), RateLimited),
        (refused(403, "a firewall"), TransientError),
    ],
)
def test_a_refusal_that_did_nothing_may_be_tried_again_at_once(
    woocommerce: WooCommerceConnector,
    till: Till,
    trouble: Any,
    expected: type[Exception],
) -> None:
    till.troubles = [trouble]
    with pytest.raises(expected):
        woocommerce.refund(asked())
    assert woocommerce.refund(asked()).refund_id == "640"


def test_more_than_is_left_is_refused_without_asking(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    woocommerce.refund(asked())
    with pytest.raises(PermanentError, match="220000 VND is left"):
        woocommerce.refund(asked(key="too much", amount=Decimal(220001)))
    with pytest.raises(PermanentError):
        woocommerce.refund(asked(key="nothing", amount=Decimal(0)))
    assert len(till.sent) == 1


def test_a_refund_that_the_site_calls_too_much_is_like_any_broken_answer(
    woocommerce: WooCommerceConnector, till: Till, reply: Reader
) -> None:
    # It comes as a 500, as if the site had broken; then only looking again helps.
    till.troubles = [refused(500, reply("refund_too_much"))]
    with pytest.raises(OutcomeUnknown):
        woocommerce.refund(asked())
    till.kept.append(
        {
            "id": 9,
            "date_created_gmt": "2026-11-02T08:00:00",
            "amount": "500000",
            "reason": "by hand",
            "meta_data": [],
            "line_items": [],
        }
    )
    with pytest.raises(PermanentError, match="20000 VND is left"):
        woocommerce.refund(asked())


@pytest.mark.parametrize(
    "request_",
    [
        asked(order_id="9"),
        asked(order_id="../products"),
        asked(currency="USD"),
        asked(quantities={"71": 4}),
        asked(quantities={"99": 1}),
        asked(quantities={"71": -1}),
    ],
)
def test_what_the_order_cannot_give_is_refused_without_asking(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
    request_: RefundRequest,
) -> None:
    answer("orders/9", reply("not_found"), status=404)
    with pytest.raises(PermanentError):
        woocommerce.refund(request_)
    assert till.sent == []


def test_an_answer_that_cannot_be_read_is_an_unknown_outcome(
    woocommerce: WooCommerceConnector, till: Till
) -> None:
    till.troubles = [refused(201, {"id": None})]
    with pytest.raises(OutcomeUnknown):
        woocommerce.refund(asked())


def test_no_secret_is_written_with_an_attempt(
    woocommerce: WooCommerceConnector, till: Till, store: MemorySettings
) -> None:
    till.troubles = [refused(504, {})]
    with pytest.raises(OutcomeUnknown) as raised:
        woocommerce.refund(asked())
    assert "canary" not in str(raised.value)
    assert "canary" not in str(store.read()["refunds_started"])
