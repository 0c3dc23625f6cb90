"""Refunds: never with the goods, and the same key never pays twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    RefundState,
    UnexpectedAnswer,
)
from connector.shopify import ShopifyConnector
from connector.shopify.money_back import mark, note_of
from tests.connector.shopify.bank import BAG, ORDER, REQUEST, SHIRT, Bank
from tests.connector.shopify.conftest import Graph, Reply


@pytest.fixture
def bank(graph: Graph, reply: Reply) -> Bank:
    return Bank(graph, reply)


def test_a_refund_goes_back_on_the_payment_and_restocks_nothing(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    refund = shopify.refund(REQUEST)
    assert (refund.refund_id, refund.state) == ("1", RefundState.DONE)
    assert (refund.amount, refund.currency) == (Decimal(300000), "VND")
    assert refund.reason == "buyer cancelled"
    assert bank.asked == [
        {
            "orderId": ORDER,
            "currency": "VND",
            "note": "buyer cancelled [truestock:refund-1]",
            "notify": False,
            "refundLineItems": [
                {
                    "lineItemId": f"gid://shopify/LineItem/{SHIRT}",
                    "quantity": 2,
                    "restockType": "NO_RESTOCK",
                }
            ],
            "transactions": [
                {
                    "orderId": ORDER,
                    "kind": "REFUND",
                    "gateway": "onepay",
                    "parentId": "gid://shopify/OrderTransaction/7300000000001",
                    "amount": "300000",
                }
            ],
        }
    ]


def test_every_line_of_every_refund_says_that_nothing_is_restocked(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    shopify.refund(replace(REQUEST, quantities={SHIRT: 3, BAG: 1}))
    shopify.refund(replace(REQUEST, key="refund-2", quantities={}))
    lines = [line for content in bank.asked for line in content["refundLineItems"]]
    assert len(lines) == 2
    assert {line["restockType"] for line in lines} == {"NO_RESTOCK"}
    assert not any("locationId" in line for line in lines)
    calculated = bank.graph.variables("SuggestedRefund")[0]["lines"]
    assert {line["restockType"] for line in calculated} == {"NO_RESTOCK"}


def test_the_same_key_is_paid_once(shopify: ShopifyConnector, bank: Bank) -> None:
    first = shopify.refund(REQUEST)
    again = shopify.refund(replace(REQUEST, amount=Decimal(1), reason="other"))
    assert first == again
    assert len(bank.asked) == 1


def test_a_refund_whose_answer_was_lost_is_not_paid_again(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    bank.answers_are_lost = True
    with pytest.raises(OutcomeUnknown):
        shopify.refund(REQUEST)
    assert shopify.refund(REQUEST).refund_id == "1"
    assert len(bank.refunds) == len(bank.asked) == 1


def test_a_refund_that_lands_late_is_found(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    def nothing_left(_variables: Any) -> Any:
        if not bank.refunds:
            bank.create({"input": {"note": note_of("late", "refund-1")}})
        nothing: dict[str, Any] = {"suggestedTransactions": []}
        return {"data": {"order": {"suggestedRefund": nothing}}}

    bank.graph.answer("SuggestedRefund", nothing_left)
    assert shopify.refund(REQUEST).refund_id == "1"
    assert not bank.asked


def test_another_key_is_another_refund(shopify: ShopifyConnector, bank: Bank) -> None:
    shopify.refund(REQUEST)
    shopify.refund(replace(REQUEST, key="refund-11"))
    shopify.refund(replace(REQUEST, key="refund"))
    assert len(bank.refunds) == 3
    keys = {given["key"] for given in bank.graph.variables("Refund")}
    assert len(keys) == 3


def test_shopifys_own_idempotency_key_follows_from_ours(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    for _ in range(2):
        shopify.refund(REQUEST)
        bank.refunds.clear()
    first, second = (given["key"] for given in bank.graph.variables("Refund"))
    assert first == second


def test_a_reason_cannot_carry_the_mark_of_another_request() -> None:
    note = note_of(f"evil {mark('refund-2')}", "refund-1")
    assert mark("refund-2") not in note
    assert mark("refund-1") in note
    assert mark("a]b") not in note_of("", "a")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": Decimal(0)}, "nothing"),
        ({"currency": "USD"}, "VND"),
        ({"quantities": {"5": 1}}, "line 5"),
        ({"order_id": "NOBODY"}, "order"),
        ({"amount": Decimal(530001)}, "cover"),
    ],
)
def test_an_impossible_refund_is_refused_unsent(
    shopify: ShopifyConnector, bank: Bank, changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(PermanentError, match=expected):
        shopify.refund(replace(REQUEST, **changes))
    assert not bank.asked


def test_an_unknown_order_is_refused(shopify: ShopifyConnector, bank: Bank) -> None:
    bank.graph.answer("OrderToRefund", {"data": {"order": None}})
    with pytest.raises(PermanentError, match="order"):
        shopify.refund(REQUEST)


def test_units_that_a_cancel_has_refunded_are_not_named_again(
    shopify: ShopifyConnector, bank: Bank, reply: Reply
) -> None:
    answer = reply("order_to_refund")
    answer["data"]["order"]["lineItems"]["nodes"][0]["refundableQuantity"] = 0
    bank.graph.answer("OrderToRefund", answer)
    shopify.refund(REQUEST)
    assert bank.asked[0]["refundLineItems"] == []
    assert bank.asked[0]["transactions"][0]["amount"] == "300000"


def payment(gateway: str, suggested: str, most: str | None) -> dict[str, Any]:
    def money(amount: str) -> dict[str, Any]:
        return {"presentmentMoney": {"amount": amount, "currencyCode": "VND"}}

    return {
        "gateway": gateway,
        "amountSet": money(suggested),
        "maximumRefundableSet": money(most) if most else None,
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{len(gateway)}"},
    }


@pytest.mark.parametrize(
    ("amount", "shares"),
    [
        (Decimal(100), {"card": "100"}),
        (Decimal("150.50"), {"card": "100", "gift": "50.50"}),
        (Decimal(290), {"card": "240", "gift": "50"}),
        (Decimal(300), {"card": "240", "gift": "60"}),
    ],
)
def test_an_amount_goes_back_on_several_payments(
    shopify: ShopifyConnector, bank: Bank, amount: Decimal, shares: dict[str, str]
) -> None:
    payments = [payment("card", "100.0", "240.0"), payment("gift", "50.50", "60.0")]
    if amount > 150:
        payments[1] = payment("gift", "50.0", "60.0")
    if amount == Decimal("150.50"):
        payments[1] = payment("gift", "50.50", None)
    suggestion = {"suggestedRefund": {"suggestedTransactions": payments}}
    bank.graph.answer("SuggestedRefund", {"data": {"order": suggestion}})
    shopify.refund(replace(REQUEST, amount=amount))
    (content,) = bank.asked
    told = {one["gateway"]: one["amount"] for one in content["transactions"]}
    assert {name: Decimal(share) for name, share in told.items()} == {
        name: Decimal(share) for name, share in shares.items()
    }


def test_more_than_the_lines_are_worth_is_calculated_on_the_whole_order(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    def suggested(variables: dict[str, Any]) -> Any:
        most = "530000.0" if variables["all"] else "300000.0"
        payments = [payment("onepay", most, most)]
        return {
            "data": {"order": {"suggestedRefund": {"suggestedTransactions": payments}}}
        }

    bank.graph.answer("SuggestedRefund", suggested)
    shopify.refund(replace(REQUEST, amount=Decimal(330000)))
    assert bank.asked[0]["transactions"][0]["amount"] == "330000"
    assert len(bank.graph.variables("SuggestedRefund")) == 2


def user_error(message: str) -> Any:
    errors = [{"field": None, "message": message}]
    return {"data": {"refundCreate": {"refund": None, "userErrors": errors}}}


def top_error(code: str) -> Any:
    return {"errors": [{"message": "no", "extensions": {"code": code}}]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            user_error("Refund amount is greater than net payment received"),
            PermanentError,
        ),
        (user_error("This request is currently in progress"), OutcomeUnknown),
        (
            user_error("The same idempotency key cannot be used with other parameters"),
            OutcomeUnknown,
        ),
        (top_error("IDEMPOTENCY_CONCURRENT_REQUEST"), OutcomeUnknown),
        (top_error("IDEMPOTENCY_KEY_PARAMETER_MISMATCH"), OutcomeUnknown),
        (top_error("BAD_REQUEST"), PermanentError),
        (top_error("INTERNAL_SERVER_ERROR"), OutcomeUnknown),
        ("throttled", RateLimited),
        ((502, {}), OutcomeUnknown),
        ({"data": {"refundCreate": None}}, OutcomeUnknown),
        (
            {"data": {"refundCreate": {"refund": None, "userErrors": []}}},
            OutcomeUnknown,
        ),
    ],
)
def test_each_refusal_says_what_to_do(
    shopify: ShopifyConnector,
    bank: Bank,
    answer: Any,
    expected: type[ConnectorError],
) -> None:
    bank.graph.answer("Refund", answer)
    with pytest.raises(expected) as raised:
        shopify.refund(REQUEST)
    assert not isinstance(raised.value, PermanentError) or expected is PermanentError
    assert len(bank.asked) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        user_error("A previous request with this idempotency key failed."),
        top_error("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"),
    ],
)
def test_an_attempt_that_failed_for_certain_gives_way_to_the_next(
    shopify: ShopifyConnector, bank: Bank, refusal: Any
) -> None:
    answers = [refusal, bank.create]
    bank.graph.answer(
        "Refund",
        lambda given: one(given) if callable(one := answers.pop(0)) else one,
    )
    assert shopify.refund(REQUEST).state is RefundState.DONE
    first, second = (given["key"] for given in bank.graph.variables("Refund"))
    assert first != second


def test_an_order_with_too_many_refunds_to_look_through_is_left_to_a_person(
    shopify: ShopifyConnector, bank: Bank, reply: Reply
) -> None:
    made = reply("refund_created")["data"]["refundCreate"]["refund"]
    bank.refunds = [{**made, "note": None} for _ in range(50)]
    with pytest.raises(PermanentError, match="too many"):
        shopify.refund(REQUEST)
    assert not bank.asked


@pytest.mark.parametrize(
    "change",
    [
        {"refunds": "none"},
        {"refunds": [{"note": mark("refund-1"), "id": "x"}]},
        {"lineItems": {"nodes": [{"id": "x"}]}},
    ],
)
def test_an_order_that_is_not_understood_is_not_paid(
    shopify: ShopifyConnector, bank: Bank, reply: Reply, change: dict[str, Any]
) -> None:
    answer = reply("order_to_refund")
    answer["data"]["order"].update(change)
    bank.graph.answer("OrderToRefund", answer)
    with pytest.raises(UnexpectedAnswer):
        shopify.refund(REQUEST)
    assert not bank.asked
