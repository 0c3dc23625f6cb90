"""WooCommerce orders become ours: what was bought, refunded, set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector import (
    AuthenticationError,
    ChannelOrder,
    Ending,
    ListingRef,
    Portion,
    RefundState,
    Stage,
    TransientError,
)
from connector.woocommerce import WooCommerceConnector
from tests.connector.woocommerce.conftest import Reader

Teller = Callable[..., ChannelOrder]


def query_of(call: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(call.url).query)


def test_an_order_is_told_whole(told: Teller) -> None:
    order = told()
    assert (order.order_id, order.raw_status) == ("501", "processing")
    assert (order.currency, order.total) == ("VND", Decimal(520000))
    # The fields without _gmt are in the site's own zone.
    assert order.ordered_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    shirt, hat = order.lines
    assert shirt.line_id == "71"
    assert shirt.listing == ListingRef(item_id="30", variant_id="31")
    assert (shirt.sku, shirt.quantity) == ("AO-DEN-M", 3)
    assert shirt.title == "Áo thun – Đen, M"
    assert shirt.unit_price == Decimal(150000)
    assert hat.listing == ListingRef(item_id="40", variant_id="")
    assert not order.fulfilled_by_channel
    assert order.refunds == ()


def test_the_price_is_what_was_paid_for_a_unit(told: Teller, reply: Reader) -> None:
    lines = reply("order")["line_items"]
    lines[0].update(total="100000", price=33333.333333333336)
    assert told(line_items=lines).lines[0].unit_price == Decimal("33333.3333")


def test_orders_are_fetched_a_hundred_at_a_time(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
) -> None:
    wanted = [str(number) for number in range(1, 251)]
    orders = [{**reply("order"), "id": int(one), "status": "pending"} for one in wanted]
    answer("orders", orders)
    page = woocommerce.fetch_orders(wanted)
    assert [order.order_id for order in page.items] == wanted
    queries = [query_of(call) for call in calls("/orders")]
    sizes = [len(query["include"][0].split(",")) for query in queries]
    assert sizes == [100, 100, 50]
    assert {query["per_page"][0] for query in queries} == {"100"}
    assert {query["status"][0] for query in queries} == {"any"}


def test_what_the_site_does_not_know_is_said(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("orders", [{**reply("order"), "status": "pending"}])
    answer("orders/9", reply("not_found"), status=404)
    page = woocommerce.fetch_orders(["9", "501", "abc", "9"])
    assert [order.order_id for order in page.items] == ["501"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("9", "not_found"),
        ("abc", "not_found"),
    ]


def test_an_order_in_the_bin_is_in_no_list_and_still_found(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("orders", [])
    answer("orders/501/fulfillments", reply("no_route"), status=404)
    done = "2026-11-01T09:00:00"
    binned = {**reply("order"), "status": "trash", "date_completed_gmt": done}
    answer("orders/501", binned)
    (order,) = woocommerce.fetch_orders(["501"]).items
    expected = Portion(quantity=3, stage=Stage.DELIVERED, ending=Ending.CANCELLED)
    assert order.lines[0].portions == (expected,)


def test_one_that_cannot_be_mapped_leaves_its_page_whole(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    now: datetime,
) -> None:
    good = {**reply("order"), "status": "completed"}
    half = {**good["line_items"][0], "quantity": 1.5}
    answer(
        "orders",
        [
            good,
            {**good, "id": 502, "status": "teleported"},
            {**good, "id": 503, "line_items": [half]},
            {**good, "id": 504, "line_items": []},
            {**good, "id": 505, "date_modified_gmt": "yesterday"},
            {**good, "id": 506, "status": "checkout-draft"},
        ],
    )
    page = woocommerce.read_orders(since=now)
    assert [order.order_id for order in page.items] == ["501"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("502", "unknown_status"),
        ("503", "bad_quantity"),
        ("504", "no_lines"),
        ("505", "bad_time"),
    ]
    assert page.rejected[0].detail == "teleported"


def test_a_basket_that_was_not_ordered_is_no_order(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("orders", [{**reply("order"), "status": "checkout-draft"}])
    page = woocommerce.fetch_orders(["501"])
    assert (page.items, page.rejected) == ((), ())


def test_units_refunded_before_the_others_leave_stay_on_the_shelf(
    told: Teller, reply: Reader
) -> None:
    here = Portion(quantity=1, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED)
    processing = told(refunds=reply("refunds"))
    rest = Portion(quantity=2, stage=Stage.NOT_SHIPPED)
    assert set(processing.lines[0].portions) == {here, rest}
    later = "2026-11-01T09:25:00"
    completed = told(
        status="completed", date_completed_gmt=later, refunds=reply("refunds")
    )
    sent = Portion(quantity=2, stage=Stage.DELIVERED)
    assert set(completed.lines[0].portions) == {here, sent}


def test_units_refunded_after_they_left_do_not_come_back_by_that(
    told: Teller, reply: Reader
) -> None:
    earlier = "2026-11-01T09:00:00"
    order = told(
        status="completed", date_completed_gmt=earlier, refunds=reply("refunds")
    )
    assert order.lines[0].portions == (Portion(quantity=3, stage=Stage.DELIVERED),)
    # Without the moment of leaving nobody can say which came first: they are gone.
    shipped = told(status="shipped", refunds=reply("refunds"))
    assert shipped.lines[0].portions == (Portion(quantity=3, stage=Stage.IN_TRANSIT),)


def test_refunds_are_told_with_their_money(told: Teller, reply: Reader) -> None:
    (refund,) = told(refunds=reply("refunds")).refunds
    assert (refund.refund_id, refund.amount) == ("620", Decimal(150000))
    assert (refund.currency, refund.state) == ("VND", RefundState.DONE)
    assert refund.reason == "Khách đổi ý"


def test_the_feature_of_fulfilments_is_asked_for_once_where_it_is_off(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
    now: datetime,
) -> None:
    answer("orders", [{**reply("order"), "id": number} for number in (501, 502, 503)])
    answer("orders/501/fulfillments", reply("no_route"), status=404)
    woocommerce.read_orders(since=now)
    woocommerce.read_orders(since=now)
    assert len(calls("/fulfillments")) == 1


def test_orders_that_have_left_in_any_case_cost_no_call_more(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
    now: datetime,
) -> None:
    done = {**reply("order"), "status": "completed"}
    announced = {
        **done,
        "id": 502,
        "meta_data": [{"key": "_fulfillment_status", "value": "fulfilled"}],
    }
    answer("orders", [done, announced])
    answer("orders/502/fulfillments", reply("fulfilments"))
    page = woocommerce.read_orders(since=now)
    numbers = [[one.tracking_number for one in order.parcels] for order in page.items]
    assert numbers == [[], ["GHN0001"]]
    assert len(calls("/fulfillments")) == 1


def test_evidence_that_cannot_be_read_now_never_counts_as_none(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    now: datetime,
) -> None:
    answer("orders", [{**reply("order"), "status": "cancelled"}])
    answer("orders/501/fulfillments", {}, status=502)
    with pytest.raises(TransientError):
        woocommerce.read_orders(since=now)
    forbidden = {"code": "woocommerce_rest_cannot_view", "message": "No."}
    answer("orders/501/fulfillments", forbidden, status=403)
    with pytest.raises(AuthenticationError):
        woocommerce.read_orders(since=now)
    answer("orders/501/fulfillments", {"code": "odd", "message": ""}, status=400)
    (order,) = woocommerce.read_orders(since=now).items
    expected = Portion(quantity=3, stage=Stage.UNKNOWN, ending=Ending.CANCELLED)
    assert order.lines[0].portions == (expected,)


def test_no_verb_ever_changes_an_order(
    woocommerce: WooCommerceConnector,
    told: Teller,
    edge: Any,
    reply: Reader,
    now: datetime,
) -> None:
    # Setting "cancelled" would make the site add units back that have left.
    told(status="completed", refunds=reply("refunds"))
    woocommerce.read_orders(since=now)
    woocommerce.read_returns(since=now)
    assert {call.request.method for call in edge.calls} == {"GET"}
