"""An order's way to the buyer, or half of it."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import Store


def statuses(order: Json) -> list[str]:
    return [each["displayStatus"] for each in order["fulfillments"]]


def events(order: Json) -> list[str]:
    (fulfillment,) = order["fulfillments"]
    return [each["status"] for each in fulfillment["events"]["nodes"]]


def test_a_new_order_waits_unfulfilled(store: Store) -> None:
    order = store.order(store.buy(A=2))
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"
    assert order["displayFinancialStatus"] == "PAID"
    assert order["fulfillments"] == []
    (wanted,) = order["fulfillmentOrders"]["nodes"]
    assert wanted["status"] == "OPEN"
    assert wanted["lineItems"]["nodes"] == [
        {"totalQuantity": 2, "remainingQuantity": 2}
    ]


def test_each_step_of_a_delivery_shows(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange")
    packed = store.order(order)
    (parcel,) = packed["fulfillments"]
    assert parcel["status"] == "SUCCESS"
    assert parcel["trackingInfo"][0]["number"].startswith("VN")
    assert (parcel["inTransitAt"], parcel["deliveredAt"]) == (None, None)
    assert statuses(packed) == ["LABEL_PRINTED"]
    store.do(order, "pick_up")
    moving = store.order(order)
    assert statuses(moving) == ["IN_TRANSIT"]
    assert moving["fulfillments"][0]["inTransitAt"]
    store.do(order, "deliver")
    there = store.order(order)
    assert events(there) == ["LABEL_PRINTED", "IN_TRANSIT", "DELIVERED"]
    assert there["fulfillments"][0]["deliveredAt"]


def test_paid_and_fulfilled_orders_are_archived(store: Store) -> None:
    order = store.buy(A=1)
    store.do(order, "arrange")
    found = store.order(order)
    assert (found["displayFulfillmentStatus"], found["closed"]) == ("FULFILLED", True)
    assert found["cancelledAt"] is None


def test_an_order_ships_in_parts(store: Store) -> None:
    order = store.buy(A=3)
    store.do(order, "arrange", A=1)
    found = store.order(order)
    assert found["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert found["lineItems"]["nodes"][0]["unfulfilledQuantity"] == 2
    assert found["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
    store.do(order, "arrange")
    store.do(order, "pick_up", A=2)
    found = store.order(order)
    assert statuses(found) == ["LABEL_PRINTED", "IN_TRANSIT"]
    assert [each["name"] for each in found["fulfillments"]] == [
        "#1001-F1",
        "#1001-F2",
    ]
    assert found["displayFulfillmentStatus"] == "FULFILLED"


def test_cash_comes_in_with_the_delivery(store: Store) -> None:
    order = store.buy(A=1, cod=True)
    found = store.order(order)
    assert found["displayFinancialStatus"] == "PENDING"
    assert found["transactions"][0]["gateway"] == "Cash on Delivery (COD)"
    store.do(order, "arrange", "pick_up")
    assert events(store.order(order)) == ["CONFIRMED", "IN_TRANSIT"]
    store.do(order, "deliver")
    found = store.order(order)
    assert (found["displayFinancialStatus"], found["closed"]) == ("PAID", True)


def test_an_unpaid_order_can_be_paid(store: Store) -> None:
    order = store.buy(A=1, unpaid=True)
    assert store.order(order)["displayFinancialStatus"] == "PENDING"
    store.do(order, "pay")
    assert store.order(order)["displayFinancialStatus"] == "PAID"
    assert "waits for its money" in store.refused(order, "pay")


def test_a_failed_delivery_turns_back_and_nothing_else_happens(store: Store) -> None:
    order = store.buy(A=1)
    before = store.stock()
    view = store.do(order, "arrange", "pick_up", "fail_delivery")
    assert view["packages"][0]["turned_back_at"]
    found = store.order(order)
    assert events(found)[-2:] == ["ATTEMPTED_DELIVERY", "FAILURE"]
    assert statuses(found) == ["FAILURE"]
    assert (found["cancelledAt"], found["refunds"]) == (None, [])
    assert found["returns"]["nodes"] == []
    told = store.order(order)
    view = store.do(order, "arrive_back")
    assert view["packages"][0]["came_back_at"]
    assert store.order(order) == told
    assert store.stock() == before


def test_every_step_moves_the_update_time(
    open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch, sandbox: object
) -> None:
    store = open_store()
    store.sell(A=5)
    order = store.buy(A=1)
    clock = sandbox.world.clock  # type: ignore[attr-defined]
    start = clock.stamp()
    seen = [store.order(order)["updatedAt"]]
    steps = ("arrange", "pick_up", "deliver", "request_return", "send_back", "refund")
    for seconds, step in enumerate(steps, start=1):
        monkeypatch.setattr(clock, "stamp", lambda later=seconds: start + 10 * later)
        store.do(order, step)
        seen.append(store.order(order)["updatedAt"])
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("steps", "action"),
    [
        ((), "pick_up"),
        ((), "deliver"),
        (("arrange",), "arrange"),
        (("arrange",), "deliver"),
        (("arrange", "pick_up", "deliver"), "deliver"),
        (("arrange", "pick_up", "deliver"), "cancel"),
        (("arrange", "pick_up", "deliver"), "fail_delivery"),
        (("cancel",), "arrange"),
        (("cancel",), "cancel"),
        (("arrange",), "arrive_back"),
        ((), "request_return"),
        ((), "send_back"),
    ],
)
def test_what_shopify_does_not_allow_is_refused(
    store: Store, steps: tuple[str, ...], action: str
) -> None:
    order = store.buy(A=1)
    store.do(order, *steps)
    before = store.control.get(f"shopify/orders/{order}")
    assert action in store.refused(order, action)
    assert store.control.get(f"shopify/orders/{order}") == before


def test_shopify_has_no_word_for_a_lost_parcel(store: Store) -> None:
    order = store.buy(A=1)
    store.do(order, "arrange", "pick_up")
    assert "no event for a lost parcel" in store.refused(order, "lose")


def test_a_fulfilment_can_be_taken_back_and_made_again(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange", "cancel_fulfillment")
    found = store.order(order)
    assert statuses(found) == ["CANCELED"]
    assert found["fulfillments"][0]["status"] == "CANCELLED"
    assert found["displayFulfillmentStatus"] == "UNFULFILLED"
    assert store.quantities("A") == {"available": 3, "committed": 2, "on_hand": 5}
    store.do(order, "arrange")
    found = store.order(order)
    assert statuses(found) == ["CANCELED", "LABEL_PRINTED"]
    assert store.quantities("A") == {"available": 3, "committed": 0, "on_hand": 3}
