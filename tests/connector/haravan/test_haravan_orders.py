"""Orders as Haravan writes them, with what was refunded of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector import (
    ChannelOrder,
    Ending,
    ListingRef,
    RefundState,
    Stage,
)
from connector.haravan import HaravanConnector
from connector.values import Portion
from tests.connector.haravan.conftest import API, REPLIES, Answer, Reader

Told = Callable[..., ChannelOrder]
Made = Callable[..., dict[str, Any]]
Calls = Callable[[str], list[Any]]

BEFORE = "2026-11-01T02:30:00Z"
HAT_KEPT = Portion(quantity=1, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED)


def test_an_order_is_told_in_our_terms(told: Told) -> None:
    order = told()
    assert order.order_id == "800501"
    assert order.ordered_at == datetime(2026, 11, 1, 2, 0, 0, 123000, tzinfo=UTC)
    assert (order.total, order.currency) == (Decimal(450000), "VND")
    assert order.raw_status == "uncancelled, paid, notfulfilled"
    hat, fan = order.lines
    assert hat.listing == ListingRef(item_id="7001", variant_id="7101")
    assert (hat.line_id, hat.sku, hat.quantity) == ("9101", "NON-LA-01", 2)
    assert (hat.title, hat.unit_price) == ("Nón lá - Vừa", Decimal(185000))
    assert (fan.sku, fan.quantity) == ("", 1)
    assert order.refunds == ()
    assert order.parcels == ()


def test_numbers_may_come_with_four_decimals(
    haravan: HaravanConnector, edge: responses.RequestsMock
) -> None:
    text = (REPLIES / "orders.json").read_text("utf-8")
    text = text.replace('"quantity": 2', '"quantity": 2.0000')
    text = text.replace('"total_price": 450000.0', '"total_price": 15000000.0000')
    edge.get(f"{API}/orders.json", body=text)
    (order,) = haravan.fetch_orders(["800501"]).items
    assert order.total == Decimal(15000000)
    assert order.lines[0].quantity == 2


def test_half_a_unit_sets_the_order_aside(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    orders = reply("orders")
    orders["orders"][0]["line_items"][0]["quantity"] = 1.5
    answer("orders", orders)
    (rejected,) = haravan.fetch_orders(["800501"]).rejected
    assert rejected.reason == "bad_quantity"


def test_a_line_made_up_by_hand_names_no_listing(told: Told, reply: Reader) -> None:
    lines = reply("order")["order"]["line_items"]
    lines[0] |= {"product_id": 0, "variant_id": None}
    assert told(line_items=lines).lines[0].listing == ListingRef(item_id="")


def test_times_come_with_any_number_of_decimals_and_without_a_zone(told: Told) -> None:
    order = told(updated_at="2026-11-01T02:10:00.69", created_at="2026-11-01T02:00:00Z")
    assert order.updated_at.microsecond == 690000
    order = told(updated_at="2026-11-01T02:10:00.0230186Z")
    assert order.updated_at.microsecond == 23018


def test_orders_are_looked_up_fifty_at_a_time_in_every_status(
    haravan: HaravanConnector, edge: responses.RequestsMock, calls: Calls, reply: Reader
) -> None:
    template = reply("order")["order"]

    def listed(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        ids = query["ids"][0].split(",")
        assert len(ids) <= 50
        assert (query["status"], query["limit"]) == (["any"], ["50"])
        found = [template | {"id": int(one)} for one in ids]
        return 200, {}, json.dumps({"orders": found})

    edge.add_callback("GET", f"{API}/orders.json", callback=listed)
    wanted = [str(number) for number in range(1, 122)]
    found = haravan.fetch_orders([*wanted, "7"])
    assert [order.order_id for order in found.items] == wanted
    assert len(calls("orders.json")) == 3


def test_an_order_that_no_list_shows_is_asked_for_alone(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    answer("orders", {"orders": []})
    answer("orders/800501", reply("order"))
    answer("orders/9", {"errors": "Not Found"}, status=404)
    page = haravan.fetch_orders(["800501", "9", "../products"])
    assert [order.order_id for order in page.items] == ["800501"]
    rejected = [(one.record_id, one.reason) for one in page.rejected]
    assert rejected == [("9", "not_found"), ("../products", "not_found")]


def test_orders_of_a_source_left_out_are_not_told(
    haravan: HaravanConnector,
    answer: Answer,
    reply: Reader,
    now: datetime,
    enter: Callable[..., None],
) -> None:
    enter(sources_left_out=["Shopee"])
    web = reply("order")["order"]
    synced = web | {"id": 800502, "source_name": "shopee"}
    answer("orders", {"orders": [web, synced]})
    assert [one.order_id for one in haravan.read_orders(since=now).items] == []
    since = datetime(2026, 11, 1, tzinfo=UTC)
    items = haravan.read_orders(since=since).items
    assert [one.order_id for one in items] == ["800501"]
    page = haravan.fetch_orders(["800502"])
    assert page.items == ()
    assert page.rejected == ()


def test_a_malformed_order_never_spoils_its_neighbours(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    good = reply("order")["order"]
    bad = good | {"id": 800502, "line_items": []}
    answer("orders", {"orders": [bad, good]})
    page = haravan.fetch_orders(["800501", "800502"])
    assert [order.order_id for order in page.items] == ["800501"]
    assert [one.reason for one in page.rejected] == ["no_lines"]


def test_a_refund_is_told_with_its_money(told: Told, reply: Reader) -> None:
    order = told(refunds=[reply("refund")["refund"]])
    (refund,) = order.refunds
    assert (refund.refund_id, refund.amount) == ("9401", Decimal(185000))
    assert (refund.currency, refund.state) == ("VND", RefundState.DONE)
    assert refund.reason == "khách đổi ý"


def test_a_refund_without_money_is_none(told: Told, reply: Reader) -> None:
    refund = reply("refund")["refund"] | {"transactions": [], "restock": None}
    refund["refund_line_items"] = None
    assert told(refunds=[refund]).refunds == ()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Thành công", RefundState.DONE),
        ("success", RefundState.DONE),
        (None, RefundState.DONE),
        ("pending", RefundState.PENDING),
        ("Chờ xử lý", RefundState.PENDING),
        ("something new", RefundState.PENDING),
        ("failure", RefundState.REFUSED),
        ("Thất bại", RefundState.REFUSED),
    ],
)
def test_a_payments_word_tells_how_far_the_money_is(
    told: Told, reply: Reader, word: str | None, state: RefundState
) -> None:
    refund = reply("refund")["refund"]
    refund["transactions"][0]["status"] = word
    assert told(refunds=[refund]).refunds[0].state is state


def test_units_refunded_before_anything_was_sent_never_left(
    told: Told, reply: Reader, fulfilment: Made
) -> None:
    refund = reply("refund")["refund"] | {"created_at": BEFORE}
    rest = Portion(quantity=1, stage=Stage.NOT_SHIPPED)
    assert set(told(refunds=[refund]).lines[0].portions) == {HAT_KEPT, rest}
    sent = fulfilment({9101: 1, 9102: 1}, carrier_status_code="delivering")
    order = told(refunds=[refund], fulfillments=[sent])
    on_its_way = Portion(quantity=1, stage=Stage.IN_TRANSIT)
    assert set(order.lines[0].portions) == {HAT_KEPT, on_its_way}


def test_units_refunded_after_a_part_was_sent_are_those_no_longer_wanted(
    told: Told, reply: Reader, fulfilment: Made
) -> None:
    refund = reply("refund")["refund"]
    sent = fulfilment({9101: 1}, carrier_status_code="delivered")
    lines = reply("order")["order"]["line_items"]
    delivered = Portion(quantity=1, stage=Stage.DELIVERED)
    lines[0]["fulfillable_quantity"] = 0
    order = told(line_items=lines, refunds=[refund], fulfillments=[sent])
    assert set(order.lines[0].portions) == {delivered, HAT_KEPT}
    lines[0]["fulfillable_quantity"] = 1
    order = told(line_items=lines, refunds=[refund], fulfillments=[sent])
    waiting = Portion(quantity=1, stage=Stage.NOT_SHIPPED)
    assert set(order.lines[0].portions) == {delivered, waiting}


def test_the_refund_of_a_cancel_says_nothing_more_of_the_units(
    told: Told, reply: Reader
) -> None:
    at = "2026-11-05T07:00:00.120Z"
    order = told(
        refunds=[reply("refund")["refund"]],
        cancelled_status="cancelled",
        cancelled_at=at,
        cancel_reason="customer",
    )
    both = Portion(quantity=2, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED)
    assert order.lines[0].portions == (both,)
    assert order.cancel_reason == "customer"
    assert len(order.refunds) == 1
