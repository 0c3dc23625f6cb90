"""What may be done to an order when, and what the API says of it then."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.tiktok.driver import Shop


def statuses(shop: Shop, order: str) -> tuple[str, list[str], list[str]]:
    found = shop.detail(order)
    items = found["line_items"]
    return (
        found["status"],
        [item["display_status"] for item in items],
        [item.get("package_status", "") for item in items],
    )


def test_each_unit_is_a_line_item_of_its_own(shop: Shop) -> None:
    found = shop.detail(shop.order(A=2, B=1))
    items = found["line_items"]
    assert [item["seller_sku"] for item in items] == ["A", "A", "B"]
    assert len({item["id"] for item in items}) == 3
    assert items[0]["sku_id"] == items[1]["sku_id"]
    assert items[0]["product_id"] == shop.listings["A"]["item_id"]
    assert items[0]["sku_id"] == shop.listings["A"]["variant_id"]
    assert "quantity" not in items[0]


@pytest.mark.parametrize(
    ("actions", "status", "package"),
    [
        ([], "AWAITING_SHIPMENT", "TO_FULFILL"),
        (["arrange"], "AWAITING_COLLECTION", "PROCESSING"),
        (["arrange", "pick_up"], "IN_TRANSIT", "FULFILLING"),
        (["arrange", "pick_up", "deliver"], "DELIVERED", "COMPLETED"),
        (["arrange", "pick_up", "deliver", "complete"], "COMPLETED", "COMPLETED"),
        (["cancel"], "CANCELLED", "CANCELLED"),
        (["arrange", "cancel"], "CANCELLED", "CANCELLED"),
        (["arrange", "pick_up", "fail_delivery"], "CANCELLED", "FULFILLING"),
        (["arrange", "pick_up", "lose"], "CANCELLED", "CANCELLED"),
        (["arrange", "pick_up", "auto_cancel"], "CANCELLED", "CANCELLED"),
    ],
)
def test_the_status_of_order_unit_and_package_go_together(
    shop: Shop, actions: list[str], status: str, package: str
) -> None:
    order = shop.order(*actions, A=1)
    assert statuses(shop, order) == (status, [status], [package])


@pytest.mark.parametrize(
    ("actions", "known"),
    [
        ([], set()),
        (["arrange"], {"rts_time"}),
        (["arrange", "pick_up"], {"rts_time", "collection_time"}),
        (
            ["arrange", "pick_up", "deliver"],
            {"rts_time", "collection_time", "delivery_time"},
        ),
        (["cancel"], {"cancel_time"}),
        (["arrange", "cancel"], {"rts_time", "cancel_time"}),
        (
            ["arrange", "pick_up", "fail_delivery"],
            {"rts_time", "collection_time", "cancel_time"},
        ),
        (
            ["arrange", "pick_up", "auto_cancel"],
            {"rts_time", "collection_time", "cancel_time"},
        ),
    ],
)
def test_a_label_is_not_a_collection(
    shop: Shop, actions: list[str], known: set[str]
) -> None:
    found = shop.detail(shop.order(*actions, A=1))
    times = {"rts_time", "collection_time", "delivery_time", "cancel_time"}
    assert times & set(found) == known


def test_a_buyer_may_still_cancel_what_awaits_collection(shop: Shop) -> None:
    order = shop.order("arrange", "cancel", A=2)
    found = shop.detail(order)
    assert found["status"] == "CANCELLED"
    assert found["cancellation_initiator"] == "BUYER"
    item = found["line_items"][0]
    assert item["rts_time"] == found["rts_time"]
    assert item["tracking_number"]
    assert (item["cancel_user"], item["package_status"]) == ("BUYER", "CANCELLED")
    (record,) = shop.cancellations(order_ids=[order])
    assert record["cancel_type"] == "BUYER_CANCEL"
    assert record["should_replenish_stock"] is True
    assert shop.scans(order) == ["LABEL_CREATED", "CANCELLED"]
    # Once arranged, a unit has left the seller's books: it counts as sold.
    assert shop.control.get("tiktok/sold", shop=shop.name)["A"] == 2


def test_goods_that_were_never_arranged_are_not_sold(shop: Shop) -> None:
    shop.order("cancel", A=2)
    assert shop.control.get("tiktok/sold", shop=shop.name)["A"] == 0


def test_a_failed_delivery_is_a_cancellation_without_a_return(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "fail_delivery", A=1)
    assert shop.returns(order_ids=[order]) == []
    (record,) = shop.cancellations(order_ids=[order])
    assert (record["role"], record["cancel_type"]) == ("SYSTEM", "CANCEL")
    assert record["should_replenish_stock"] is False
    updated = shop.detail(order)["update_time"]
    shop.do(order, "arrive_back")
    assert shop.scans(order)[-3:] == ["DELIVERY_FAILED", "RETURNING", "RETURNED"]
    assert shop.detail(order)["update_time"] == updated


def test_a_platform_cancel_can_hit_an_order_on_its_way(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "auto_cancel", A=1)
    found = shop.detail(order)
    assert found["cancellation_initiator"] == "SYSTEM"
    (record,) = shop.cancellations(order_ids=[order])
    assert record["should_replenish_stock"] is False
    assert found["line_items"][0]["package_status"] == "CANCELLED"
    assert "collection_time" in found
    shop.do(order, "arrive_back")
    assert shop.scans(order)[-1] == "RETURNED"


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        ([], "pick_up"),
        ([], "deliver"),
        ([], "request_return"),
        ([], "refund"),
        ([], "send_back"),
        ([], "arrive_back"),
        ([], "lose"),
        ([], "pay"),
        ([], "end_hold"),
        ([], "complete"),
        (["arrange"], "arrange"),
        (["arrange"], "deliver"),
        (["arrange"], "fail_delivery"),
        (["arrange", "pick_up"], "cancel"),
        (["arrange", "pick_up"], "ask_cancel"),
        (["arrange", "pick_up"], "request_return"),
        (["arrange", "pick_up", "deliver"], "cancel"),
        (["arrange", "pick_up", "deliver"], "auto_cancel"),
        (["arrange", "pick_up", "deliver"], "fail_delivery"),
        (["arrange", "pick_up", "deliver", "complete"], "request_return"),
        (["arrange", "pick_up", "fail_delivery"], "deliver"),
        (["arrange", "pick_up", "fail_delivery"], "request_return"),
        (["cancel"], "cancel"),
        (["cancel"], "arrange"),
        (["ask_cancel"], "arrange"),
        (["ask_cancel"], "cancel"),
    ],
)
def test_what_the_marketplace_would_not_allow_is_refused_and_leaves_no_trace(
    shop: Shop, actions: list[str], action: str
) -> None:
    order = shop.order(*actions, A=1)
    before = shop.control.get(f"tiktok/orders/{order}")
    assert action in shop.refused(order, action)
    assert shop.control.get(f"tiktok/orders/{order}") == before


def test_an_order_is_cancelled_as_a_whole(shop: Shop) -> None:
    order = shop.order(A=2, B=1)
    assert "as a whole" in shop.refused(order, "cancel", A=1)
    shop.do(order, "cancel", A=2, B=1)
    assert shop.detail(order)["status"] == "CANCELLED"


def test_an_unpaid_order_shows_no_package_and_is_held_once_paid(
    shop: Shop, control: Control
) -> None:
    order = shop.place({"A": 1}, unpaid=True)
    found = shop.detail(order)
    assert (found["status"], found["packages"]) == ("UNPAID", [])
    assert "package_id" not in found["line_items"][0]
    shop.refused(order, "arrange")
    shop.do(order, "pay")
    found = shop.detail(order)
    assert (found["status"], found["is_on_hold_order"]) == ("ON_HOLD", True)
    assert found["packages"] == []
    shop.refused(order, "arrange")
    control.clock(3601)
    found = shop.detail(order)
    assert (found["status"], found["is_on_hold_order"]) == ("AWAITING_SHIPMENT", False)
    shop.do(order, "arrange")


@pytest.mark.parametrize("actions", [[], ["pay"]])
def test_an_order_that_is_not_ready_can_be_cancelled(
    shop: Shop, actions: list[str]
) -> None:
    order = shop.place({"A": 1}, unpaid=True)
    view = shop.do(order, *actions, "cancel")
    assert view["status"] == "CANCELLED"
    assert len(view["refunds"]) == len(actions)


def test_cash_on_delivery_is_paid_at_the_door(shop: Shop) -> None:
    order = shop.place({"A": 1}, cod=True)
    found = shop.detail(order)
    assert (found["is_cod"], found["status"]) == (True, "AWAITING_SHIPMENT")
    assert "paid_time" not in found
    shop.do(order, "arrange", "pick_up", "deliver")
    assert "paid_time" in shop.detail(order)
    refused = shop.place({"A": 1}, cod=True)
    view = shop.do(refused, "arrange", "pick_up", "fail_delivery")
    assert view["refunds"] == []


def test_a_split_order_is_partially_shipping_until_all_is_collected(
    shop: Shop,
) -> None:
    order = shop.order(A=2, B=1)
    shop.do(order, "arrange", A=1)
    found = shop.detail(order)
    assert found["status"] == "PARTIALLY_SHIPPING"
    assert len(found["packages"]) == 2
    shop.do(order, "pick_up")
    assert "collection_time" not in shop.detail(order)
    assert statuses(shop, order) == (
        "PARTIALLY_SHIPPING",
        ["IN_TRANSIT", "AWAITING_SHIPMENT", "AWAITING_SHIPMENT"],
        ["FULFILLING", "TO_FULFILL", "TO_FULFILL"],
    )
    shop.refused(order, "cancel")
    shop.do(order, "arrange")
    shop.do(order, "pick_up")
    found = shop.detail(order)
    assert (found["status"], "collection_time" in found) == ("IN_TRANSIT", True)
    shop.do(order, "deliver", A=1)
    assert shop.detail(order)["status"] == "IN_TRANSIT"
    shop.do(order, "fail_delivery", A=1, B=1)
    assert statuses(shop, order)[:2] == (
        "DELIVERED",
        ["DELIVERED", "CANCELLED", "CANCELLED"],
    )


def test_units_that_fill_no_package_cannot_be_moved(shop: Shop) -> None:
    order = shop.order("arrange", A=2)
    assert "exactly these units" in shop.refused(order, "pick_up", A=1)
    assert "holds these units" in shop.refused(shop.order(B=1), "arrange", B=2)


def test_an_order_completes_a_week_after_delivery(shop: Shop, control: Control) -> None:
    order = shop.order("arrange", "pick_up", "deliver", A=1)
    control.clock(7 * 86400 - 60)
    assert shop.control.get(f"tiktok/orders/{order}")["status"] == "DELIVERED"
    control.clock(120)
    assert shop.control.get(f"tiktok/orders/{order}")["status"] == "COMPLETED"


def test_what_is_sold_out_cannot_be_bought(
    open_tiktok: Callable[..., Shop], control: Control
) -> None:
    shop = open_tiktok()
    shop.sell(A=1)
    lines = [{"sku": "A", "quantity": 2}]
    control.post("tiktok/orders", expect=409, shop=shop.name, lines=lines)
    assert shop.stock() == {"A": 1}
