"""The life of an order: which statuses its items see, and what the carrier says."""

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.lazada.driver import Seller

HOUR = 3600


def test_the_way_to_the_buyer(seller: Seller) -> None:
    order = seller.order(A=2)
    seen = [seller.statuses(order)]
    for action in ("pack", "arrange", "pick_up", "deliver", "complete"):
        seller.do(order, action)
        seen.append(seller.statuses(order))
    assert [set(statuses) for statuses in seen] == [
        {"pending"},
        {"packed"},
        {"ready_to_ship"},
        {"shipped"},
        {"delivered"},
        {"confirmed"},
    ]
    assert seller.scans(order) == ["1200", "1210", "100013", "100018", "1400"]


def test_arranging_packs_and_declares_ready_at_once(seller: Seller) -> None:
    order = seller.order(A=2, B=1)
    view = seller.do(order, "arrange")
    assert view["status"] == "ready_to_ship"
    (package,) = view["packages"]
    assert package["status"] == "READY_TO_SHIP"
    for item in seller.items(order):
        assert item["package_id"] == package["number"]
        assert item["tracking_code"] == package["tracking_number"]
        assert item["shipment_provider"]


def test_named_units_become_a_package_of_their_own(seller: Seller) -> None:
    order = seller.order(A=2, B=1)
    seller.do(order, "arrange", A=1)
    assert sorted(seller.statuses(order)) == ["pending", "pending", "ready_to_ship"]
    seller.do(order, "arrange")
    packages = {item["package_id"] for item in seller.items(order)}
    assert len(packages) == 2
    seller.do(order, "pick_up", A=1)
    assert sorted(seller.statuses(order)) == [
        "ready_to_ship",
        "ready_to_ship",
        "shipped",
    ]
    assert "no packages hold exactly" in seller.refused(order, "pick_up", B=1)


def test_the_trace_is_empty_before_ready_to_ship(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "pack")
    answer = seller.get("/logistic/order/trace", order_id=order)
    assert answer["result"]["module"] == []
    assert answer["result"]["success"] is True


def test_the_trace_of_one_package_can_be_asked_for(seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", A=1)
    view = seller.do(order, "arrange")
    number = view["packages"][1]["number"]
    module = seller.get(
        "/logistic/order/trace", order_id=order, ofcPackageIdList=[number]
    )["result"]["module"]
    (package,) = module[0]["package_detail_info_list"]
    assert package["ofc_package_id"] == number
    (scan,) = package["logistic_detail_info_list"]
    assert (scan["status_code"], scan["detail_type"]) == ("1200", "ready_to")
    assert scan["event_time"] > 1_600_000_000_000


def test_the_tracking_code_disappears_after_delivery(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    assert seller.items(order)[0]["tracking_code"].startswith("LMP")
    seller.do(order, "deliver")
    (item,) = seller.items(order)
    assert item["tracking_code"] == ""
    assert item["package_id"]


def test_cash_is_paid_on_delivery(seller: Seller) -> None:
    order = seller.cod_order(A=1)
    assert seller.do(order, "arrange", "pick_up")["paid_at"] is None
    assert seller.do(order, "deliver")["paid_at"]
    assert "payment_time" in seller.items(order)[0]


def test_an_unpaid_order_waits_and_is_cancelled_after_half_an_hour(
    seller: Seller, control: Control
) -> None:
    paid, forgotten = seller.unpaid_order(A=1), seller.unpaid_order(A=1)
    assert "unpaid" in seller.refused(paid, "arrange")
    seller.do(paid, "pay")
    control.clock(1801)
    assert seller.statuses(paid) == ["pending"]
    (item,) = seller.items(forgotten)
    assert item["status"] == "canceled"
    assert item["cancel_return_initiator"] == "cancellation-internal"
    view = control.get(f"lazada/orders/{forgotten}")
    assert view["refunds"] == []
    assert view["history"][-1]["action"] == "expire"


def test_a_failed_delivery_turns_back_on_its_forward_number(
    seller: Seller, control: Control
) -> None:
    order = seller.order(A=1)
    view = seller.do(order, "arrange", "pick_up")
    number = view["packages"][0]["tracking_number"]
    view = seller.do(order, "fail_delivery")
    seen = [seller.statuses(order)]
    control.clock(HOUR + 1)
    seen.append(seller.statuses(order))
    seller.do(order, "arrive_back")
    seen.append(seller.statuses(order))
    assert seen == [["failed_delivery"], ["shipped_back"], ["shipped_back_success"]]
    (item,) = seller.items(order)
    assert item["tracking_code"] == number
    assert item["cancel_return_initiator"] == "null-null"
    assert [refund["reason"] for refund in view["refunds"]] == ["cancelled"]
    assert seller.scans(order)[-3:] == ["190001", "190002", "190003"]


def test_a_failed_delivery_makes_no_reverse_order(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery", "turn_back", "arrive_back")
    assert seller.reverse_orders() == []
    assert "reverse_order_id" not in seller.items(order)[0]


def test_a_parcel_refused_at_the_door_looks_like_a_cancellation(
    seller: Seller, control: Control
) -> None:
    order = seller.cod_order(A=1)
    number = seller.do(order, "arrange", "pick_up")["packages"][0]["tracking_number"]
    view = seller.do(order, "refuse_at_door")
    (item,) = seller.items(order)
    assert item["status"] == "canceled"
    assert item["cancel_return_initiator"] == "cancellation-failed Delivery"
    assert item["tracking_code"] == number
    assert view["refunds"] == []
    assert seller.reverse_orders() == []
    seller.do(order, "arrive_back")
    assert seller.statuses(order) == ["canceled"]
    assert seller.scans(order)[-1] == "190003"


@pytest.mark.parametrize(
    ("before", "action", "status"),
    [
        (("arrange", "pick_up"), "lose", "lost_by_3pl"),
        (("arrange", "pick_up"), "damage", "damaged_by_3pl"),
        (("arrange", "pick_up", "fail_delivery"), "lose", "lost_by_3pl"),
        (("arrange", "pick_up", "fail_delivery"), "scrap", "package_scrapped"),
        (
            ("arrange", "pick_up", "fail_delivery", "turn_back"),
            "fail_return",
            "shipped_back_failed",
        ),
    ],
)
def test_what_a_carrier_does_not_bring_back(
    seller: Seller, before: tuple[str, ...], action: str, status: str
) -> None:
    order = seller.order(A=2)
    seller.do(order, *before, action)
    assert seller.statuses(order) == [status, status]
    view = seller.control.get(f"lazada/orders/{order}")
    assert len(view["refunds"]) == 1
    assert view["lines"][0]["cancelled"] == 2
    assert view["lines"][0]["cancelled_before_leaving"] == 0


@pytest.mark.parametrize(
    ("before", "action"),
    [
        ((), "pick_up"),
        ((), "deliver"),
        ((), "pay"),
        ((), "request_return"),
        ((), "refund"),
        ((), "send_back"),
        ((), "arrive_back"),
        ((), "lose"),
        ((), "complete"),
        (("pack",), "pick_up"),
        (("arrange",), "arrange"),
        (("arrange",), "deliver"),
        (("arrange",), "fail_delivery"),
        (("arrange", "pick_up"), "arrange"),
        (("arrange", "pick_up"), "cancel"),
        (("arrange", "pick_up"), "request_return"),
        (("arrange", "pick_up", "deliver"), "cancel"),
        (("arrange", "pick_up", "deliver"), "fail_delivery"),
        (("arrange", "pick_up", "deliver"), "arrive_back"),
        (("arrange", "pick_up", "fail_delivery"), "deliver"),
        (("arrange", "pick_up", "fail_delivery", "arrive_back"), "arrive_back"),
        (("cancel",), "cancel"),
        (("cancel",), "arrange"),
    ],
)
def test_what_the_marketplace_does_not_allow_is_refused(
    seller: Seller, before: tuple[str, ...], action: str
) -> None:
    order = seller.order(A=1)
    seller.do(order, *before)
    seen = seller.control.get(f"lazada/orders/{order}")
    assert action in seller.refused(order, action)
    assert seller.control.get(f"lazada/orders/{order}") == seen
