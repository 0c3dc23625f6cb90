"""How orders move on Haravan, and what their fulfilments say on the way."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.sandbox.haravan.driver import Store

DATES = {
    "readytopick": "ready_to_pick_date",
    "picking": "picking_date",
    "delivering": "delivering_date",
    "delivered": "delivered_date",
    "notmeetcustomer": "not_meet_customer_date",
    "waitingforreturn": "waiting_for_return_date",
    "return": "return_date",
    "cancel": "cancel_date",
}


@pytest.mark.parametrize(
    ("actions", "code", "label", "dates"),
    [
        (["prepare"], "pending", "Chờ xử lý", []),
        (["arrange"], "readytopick", "Chờ lấy hàng", ["readytopick"]),
        (["arrange", "fetch"], "picking", "Đang đi lấy", ["readytopick", "picking"]),
        (
            ["arrange", "pick_up"],
            "delivering",
            "Đang giao hàng",
            ["readytopick", "delivering"],
        ),
        (
            ["arrange", "fetch", "pick_up", "deliver"],
            "delivered",
            "Đã giao hàng",
            ["readytopick", "picking", "delivering", "delivered"],
        ),
        (
            ["arrange", "pick_up", "miss_customer"],
            "notmeetcustomer",
            "Không gặp khách",
            ["readytopick", "delivering", "notmeetcustomer"],
        ),
        (
            ["arrange", "pick_up", "wait_for_return"],
            "waitingforreturn",
            "Chờ chuyển hoàn",
            ["readytopick", "delivering", "notmeetcustomer", "waitingforreturn"],
        ),
        (
            ["arrange", "pick_up", "fail_delivery"],
            "return",
            "Chuyển hoàn",
            [
                "readytopick",
                "delivering",
                "notmeetcustomer",
                "waitingforreturn",
                "return",
            ],
        ),
        (["arrange", "cancel"], "cancel", "Hủy giao hàng", ["readytopick", "cancel"]),
        (
            ["arrange", "pick_up", "cancel"],
            "cancel",
            "Hủy giao hàng",
            ["readytopick", "delivering", "cancel"],
        ),
    ],
)
def test_each_step_has_its_code_its_label_and_leaves_its_date(
    store: Store, actions: list[str], code: str, label: str, dates: list[str]
) -> None:
    seen = store.fulfillment(store.order(*actions, A=1))
    assert (seen["carrier_status_code"], seen["carrier_status_name"]) == (code, label)
    stamped = [step for step, name in DATES.items() if seen[name] is not None]
    assert sorted(stamped) == sorted(dates)
    assert seen["status"] == ("cancelled" if code == "cancel" else "success")
    assert bool(seen["tracking_number"]) == (code != "pending")


def test_a_new_order_waits_unconfirmed_and_unfulfilled(store: Store) -> None:
    seen = store.detail(store.order(A=2))
    assert seen["confirmed_status"] == "unconfirmed"
    assert (seen["closed_status"], seen["cancelled_status"]) == (
        "unclosed",
        "uncancelled",
    )
    assert (seen["financial_status"], seen["fulfillments"]) == ("paid", [])
    assert seen["name"] == seen["order_number"] == "#100001"
    assert seen["number"] == seen["id"]
    (line,) = seen["line_items"]
    assert (line["quantity"], line["fulfillable_quantity"]) == (2, 2)
    assert line["fulfillment_status"] == "notfulfilled"


def test_every_second_order_spells_its_status_like_the_documentation(
    store: Store,
) -> None:
    first, second = store.order(A=1), store.order(A=1)

    def spelled(order: str) -> object:
        return store.detail(order)["fulfillment_status"]

    assert (spelled(first), spelled(second)) == ("notfulfilled", None)
    for order in (first, second):
        store.do(order, "arrange")
        assert spelled(order) == "fulfilled"


def test_an_order_that_was_cancelled_and_restocked_is_restocked_or_not_by_spelling(
    open_store: Callable[..., Store],
) -> None:
    store = open_store(auto_restock="on_cancel")
    orders = [store.order("arrange", "cancel", A=1) for _ in range(2)]
    spelled = [store.detail(order)["fulfillment_status"] for order in orders]
    assert spelled == ["notfulfilled", "restocked"]
    assert store.line(orders[0], "A")["fulfillment_status"] == "restock"


def test_cash_on_delivery_is_paid_when_everything_was_delivered(store: Store) -> None:
    order = store.place({"A": 2, "B": 1}, cod=True)
    store.do(order, "arrange", A=2)
    store.do(order, "arrange", B=1)
    store.do(order, "pick_up")
    store.do(order, "deliver", A=2)
    seen = store.detail(order)
    assert (seen["gateway_code"], seen["financial_status"]) == ("COD", "pending")
    codes = [each["carrier_cod_status_code"] for each in seen["fulfillments"]]
    assert codes == ["codpaid", "codpending"]
    assert seen["fulfillments"][0]["cod_paid_date"] is not None
    store.do(order, "deliver", B=1)
    assert store.detail(order)["financial_status"] == "paid"


def test_cash_that_nobody_paid_is_written_down(store: Store) -> None:
    order = store.place({"A": 1}, cod=True)
    store.do(order, "arrange", "pick_up", "fail_delivery")
    seen = store.fulfillment(order)
    assert seen["carrier_cod_status_code"] == "codnotreceipt"
    assert seen["cod_not_receipt_date"] is not None
    assert store.detail(order)["financial_status"] == "pending"


def test_an_unpaid_order_is_paid_later_and_once(store: Store) -> None:
    order = store.place({"A": 1}, unpaid=True)
    assert store.detail(order)["financial_status"] == "pending"
    assert store.view(order)["paid_at"] is None
    assert store.do(order, "pay")["paid_at"]
    assert store.detail(order)["financial_status"] == "paid"
    store.refused(order, "pay")


def test_parts_travel_in_fulfilments_of_their_own(store: Store) -> None:
    order = store.order(A=3, B=1)
    store.do(order, "arrange", A=2)
    seen = store.detail(order)
    assert seen["fulfillment_status"] == "partial"
    assert store.line(order, "A")["fulfillable_quantity"] == 1
    assert "A" in store.refused(order, "arrange", A=2)
    store.do(order, "arrange")
    store.do(order, "pick_up", A=2)
    codes = [
        each["carrier_status_code"] for each in store.detail(order)["fulfillments"]
    ]
    assert codes == ["delivering", "readytopick"]
    assert "no parcels hold" in store.refused(order, "pick_up", A=1)


def test_a_fulfilment_that_was_prepared_is_handed_over_as_it_is(store: Store) -> None:
    order = store.order("prepare", A=2)
    assert store.view(order)["packages"][0]["arranged_at"] is None
    store.do(order, "arrange")
    assert store.fulfillment(order)["carrier_status_code"] == "readytopick"
    assert store.view(order)["packages"][0]["arranged_at"]


def test_a_missed_customer_can_be_met_the_second_time(store: Store) -> None:
    order = store.order("arrange", "pick_up", "miss_customer", A=1)
    store.do(order, "deliver")
    assert store.fulfillment(order)["not_meet_customer_date"] is not None
    assert store.fulfillment(order)["delivered_date"] is not None


def test_a_failed_delivery_is_no_cancel_and_no_refund(store: Store) -> None:
    order = store.order("arrange", "pick_up", "fail_delivery", A=1)
    seen = store.detail(order)
    assert (seen["cancelled_status"], seen["refunds"]) == ("uncancelled", [])
    assert seen["financial_status"] == "paid"


@pytest.mark.parametrize("action", ["arrive_back", "lose"])
def test_nothing_tells_what_became_of_a_parcel_that_turned_back(
    store: Store, action: str
) -> None:
    order = store.order("arrange", "pick_up", "fail_delivery", A=1)
    before = store.detail(order)
    (package,) = store.do(order, action)["packages"]
    assert package["came_back_at"] or package["lost_at"]
    assert store.detail(order) == before
    store.refused(order, action)


def test_a_return_after_delivery_leaves_no_trace_before_its_refund(
    store: Store,
) -> None:
    order = store.order("arrange", "pick_up", "deliver", A=2)
    before = store.detail(order)
    store.do(order, "request_return", A=1)
    store.do(order, "send_back", "arrive_back")
    assert store.detail(order) == before
    (case,) = store.view(order)["returns"]
    assert case["came_back_at"]
    view = store.do(order, "refund")
    assert (view["lines"][0]["returned"], view["lines"][0]["active"]) == (1, 1)
    assert store.detail(order)["financial_status"] == "partially_refunded"


@pytest.mark.parametrize(
    ("actions", "refused"),
    [
        ([], "pick_up"),
        ([], "deliver"),
        ([], "fail_delivery"),
        ([], "request_return"),
        ([], "send_back"),
        ([], "arrive_back"),
        ([], "lose"),
        (["arrange"], "arrange"),
        (["arrange"], "deliver"),
        (["arrange", "fetch"], "fetch"),
        (["arrange", "pick_up"], "request_return"),
        (["arrange", "pick_up", "lose"], "deliver"),
        (["arrange", "pick_up", "fail_delivery"], "deliver"),
        (["arrange", "pick_up", "deliver"], "fail_delivery"),
        (["arrange", "pick_up", "deliver", "request_return"], "request_return"),
        (["arrange", "pick_up", "deliver"], "cancel"),
        (["arrange", "pick_up", "deliver", "refund"], "refund"),
        (["cancel"], "cancel"),
        (["cancel"], "arrange"),
        (["cancel"], "close"),
        (["confirm"], "confirm"),
        (["close"], "close"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_trace(
    store: Store, actions: list[str], refused: str
) -> None:
    order = store.order(*actions, A=1)
    before = store.view(order), store.detail(order)
    assert order in store.refused(order, refused)
    assert (store.view(order), store.detail(order)) == before


def test_the_update_time_moves_with_what_the_order_shows(store: Store) -> None:
    order = store.order(A=1)

    def moved() -> datetime:
        # As text they do not sort: zeros at the end of the fraction are left out.
        return datetime.fromisoformat(store.detail(order)["updated_at"])

    seen = [moved()]
    for action in ("confirm", "arrange", "pick_up", "deliver", "refund", "close"):
        store.do(order, action)
        seen.append(moved())
    assert seen == sorted(set(seen))
