"""Orders: read with all their evidence, whole, and without what is not ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector import (
    ChannelOrder,
    ListingRef,
    Parcel,
    ParcelDirection,
    Stage,
    TransientError,
)
from connector.tiki import TikiConnector
from tests.connector.tiki.conftest import API, Answer, paged, past, recorded

Told = Callable[..., ChannelOrder]
Calls = Callable[[str], list[Any]]

ORDERS_URL = f"{API}/v2/orders"


def query(call: Any) -> dict[str, str]:
    found = parse_qs(urlsplit(call.url).query)
    return {name: values[0] for name, values in found.items()}


def with_code(code: str, **changes: Any) -> dict[str, Any]:
    return {**recorded("order"), "code": code, **changes}


def instock(number: int) -> dict[str, Any]:
    item = recorded("order")["items"][0]
    product = {**item["product"], "id": number, "inventory_type": "instock"}
    return {**item, "id": number, "product": product}


def test_an_order_is_read_with_what_was_bought(told: Told) -> None:
    order = told()
    assert order.order_id == "610200301"
    assert order.raw_status == "shipping"
    assert (order.total, order.currency) == (Decimal(210000), "VND")
    first, second = order.lines
    assert first.line_id == "880001"
    assert first.listing == ListingRef(item_id="41001", variant_id="")
    assert (first.sku, first.title, first.quantity) == ("NON-LA", "Nón lá", 2)
    assert first.unit_price == Decimal(95000)
    assert (second.sku, second.unit_price) == ("QUAT-TRE", Decimal(30000))
    assert order.cancel_reason == ""
    assert not order.fulfilled_by_channel


def test_times_without_a_zone_are_vietnams(told: Told) -> None:
    order = told()
    assert order.ordered_at == datetime(2026, 10, 30, 2, 0, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 10, 31, 4, 0, tzinfo=UTC)


def test_the_last_status_is_a_change_though_the_order_does_not_say_so(
    told: Told,
) -> None:
    order = told(updated_at="2026-10-30 09:00:00")
    assert order.updated_at == datetime(2026, 10, 31, 4, 0, tzinfo=UTC)


def test_each_number_under_which_goods_travel_is_told_once(told: Told) -> None:
    assert told().parcels == (
        Parcel(
            tracking_number="NJV90001", direction=ParcelDirection.FORWARD, carrier="NJV"
        ),
        Parcel(
            tracking_number="PK90001", direction=ParcelDirection.FORWARD, carrier="TNSL"
        ),
    )


@pytest.mark.parametrize(
    ("status", "direction"),
    [
        ("shipping", ParcelDirection.RETURN_TO_SENDER),
        ("successful_delivery", ParcelDirection.RETURN),
    ],
)
def test_the_number_of_the_way_back_is_told(
    told: Told, status: str, direction: ParcelDirection
) -> None:
    shipping = {
        **recorded("order")["shipping"],
        "return_shipping_code": "BACK-9",
        "return_partner_code": "GHN",
    }
    order = told(status=status, shipping=shipping)
    back = Parcel(tracking_number="BACK-9", direction=direction, carrier="GHN")
    assert order.parcels[-1] == back


def test_goods_that_come_back_under_the_forward_number_are_told_once(
    told: Told,
) -> None:
    shipping = {"tracking_code": "ONE-1", "return_shipping_code": "ONE-1"}
    (parcel,) = told(shipping=shipping).parcels
    assert parcel.direction is ParcelDirection.FORWARD


def test_an_order_from_tikis_own_stock_is_not_ours(told: Told) -> None:
    order = told(items=[instock(7), instock(8)], fulfillment_type="tiki_delivery")
    assert order.fulfilled_by_channel
    assert len(order.lines) == 2


def test_lines_from_tikis_own_stock_are_left_out_of_a_mixed_order(
    told: Told,
) -> None:
    ours = recorded("order")["items"][1]
    order = told(items=[instock(7), ours])
    assert not order.fulfilled_by_channel
    assert [line.sku for line in order.lines] == ["QUAT-TRE"]


def test_a_cancel_says_why(told: Told) -> None:
    info = {"reason_code": "11", "reason_text": "đổi ý", "comment": "gọi lại sau"}
    order = told(status="canceled", cancel_info=info)
    assert order.cancel_reason == "đổi ý: gọi lại sau"


def test_orders_are_fetched_in_batches_with_their_statuses(
    tiki: TikiConnector, edge: responses.RequestsMock, calls: Calls
) -> None:
    codes = [str(610200000 + number) for number in range(60)]

    def listed(request: Any) -> tuple[int, dict[str, str], str]:
        asked = query(request)["code"].split(",")
        return 200, {}, json.dumps(paged([with_code(code) for code in asked]))

    edge.add_callback("GET", ORDERS_URL, callback=listed)
    page = tiki.fetch_orders(codes)
    assert [order.order_id for order in page.items] == codes
    asked = [query(call) for call in calls("/v2/orders")]
    assert [len(one["code"].split(",")) for one in asked] == [50, 10]
    assert all(one["include"] == "status_histories" for one in asked)
    assert len(edge.calls) == 2


@pytest.mark.parametrize("kind", ["ignored", "empty", "refused"])
def test_a_list_that_does_not_understand_codes_is_made_good_one_by_one(
    tiki: TikiConnector, answer: Answer, kind: str
) -> None:
    rows = {"ignored": [with_code("999")], "empty": []}
    status = 400 if kind == "refused" else 200
    body = paged(rows[kind]) if kind in rows else {"errors": ["code"]}
    answer("v2/orders", body, status=status)
    answer("v2/orders/610200301", with_code("610200301"))
    answer("v2/orders/610200302", with_code("610200302"))
    page = tiki.fetch_orders(["610200301", "610200302"])
    assert [order.order_id for order in page.items] == ["610200301", "610200302"]


def test_a_batch_without_statuses_is_made_good_from_the_orders_themselves(
    tiki: TikiConnector, answer: Answer
) -> None:
    codes = ["610200301", "610200302"]
    for code in codes:
        answer(f"v2/orders/{code}", with_code(code, status="holded"))
    bare = [with_code(one, status="holded", status_histories=None) for one in codes]
    answer("v2/orders", paged(bare))
    page = tiki.fetch_orders(codes)
    stages = [order.lines[0].portions[0].stage for order in page.items]
    assert stages == [Stage.IN_TRANSIT, Stage.IN_TRANSIT]


def test_an_order_that_nobody_knows_is_set_aside(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer("v2/orders", paged([with_code("610200301")]))
    answer("v2/orders/1", {"errors": ["There is no such order"]}, status=404)
    page = tiki.fetch_orders(["610200301", "1", "../sellers/me", ""])
    assert [order.order_id for order in page.items] == ["610200301"]
    refused = [(one.record_id, one.reason) for one in page.rejected]
    assert refused == [
        ("1", "not_found"),
        ("../sellers/me", "not_found"),
        ("", "not_found"),
    ]


def test_trouble_inside_tiki_is_not_taken_for_an_unknown_order(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer("v2/orders/1", {"errors": ["x"]}, status=500)
    with pytest.raises(TransientError):
        tiki.fetch_orders(["1"])


def test_a_list_without_statuses_is_made_good_from_the_order_itself(
    tiki: TikiConnector, answer: Answer, now: datetime, calls: Calls
) -> None:
    cancelled = with_code(
        "610200301",
        status="canceled",
        dropship_already=False,
        items=[{**recorded("order")["items"][0], "is_fulfilled": False}],
        status_histories=past(["processing", "canceled"]),
    )
    bare = {name: one for name, one in cancelled.items() if "histories" not in name}
    answer("v2/orders", paged([bare]))
    answer("v2/orders/610200301", cancelled)
    (order,) = tiki.read_orders(since=now - timedelta(days=4)).items
    assert order.lines[0].portions[0].stage is Stage.NOT_SHIPPED
    assert query(calls("/610200301")[0])["include"] == "status_histories"
    (looked_up,) = tiki.fetch_orders(["610200301"]).items
    assert looked_up == order


def test_an_order_that_tiki_chokes_on_does_not_hold_up_the_rest(
    tiki: TikiConnector, answer: Answer, now: datetime
) -> None:
    bare = with_code("610200301", status="canceled", status_histories=None)
    answer("v2/orders", paged([bare, with_code("610200302")]))
    answer("v2/orders/610200301", {"errors": ["x"]}, status=500)
    page = tiki.read_orders(since=now - timedelta(days=4))
    stages = {one.order_id: one.lines[0].portions[0].stage for one in page.items}
    assert stages == {"610200301": Stage.UNKNOWN, "610200302": Stage.IN_TRANSIT}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"items": []}, "no_lines"),
        ({"items": {}}, "malformed"),
        ({"created_at": "yesterday"}, "bad_time"),
        ({"created_at": None}, "bad_time"),
        ({"status": None}, "malformed"),
        ({"status": "brand_new"}, "unknown_status"),
        ({"invoice": {"grand_total": "a lot"}}, "bad_amount"),
    ],
)
def test_one_that_cannot_be_read_is_set_aside_with_a_reason(
    tiki: TikiConnector,
    answer: Answer,
    now: datetime,
    changes: dict[str, Any],
    reason: str,
) -> None:
    bad = with_code("610200301", **changes)
    answer("v2/orders", paged([bad, with_code("610200302")]))
    page = tiki.read_orders(since=now - timedelta(days=4))
    assert [order.order_id for order in page.items] == ["610200302"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("610200301", reason)
    ]


@pytest.mark.parametrize("units", [0, -1, 1.5, "two", None])
def test_a_quantity_that_makes_no_sense_is_set_aside(
    tiki: TikiConnector, answer: Answer, units: object
) -> None:
    order = recorded("order")
    order["items"][0]["invoice"]["quantity"] = units
    answer("v2/orders/610200301", order)
    (refused,) = tiki.fetch_orders(["610200301"]).rejected
    assert refused.reason == "bad_quantity"
