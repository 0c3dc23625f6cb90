"""The pull queue: what flows in, and how it is confirmed."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop, payloads

CREATED = "ORDER_CREATED_SUCCESSFULLY"
UPDATED = "ORDER_STATUS_UPDATED"
INVENTORY = "PRODUCT_INVENTORY_UPDATED"
PRICE = "PRODUCT_PRICE_UPDATED"
QUEUES = "v1/queues"


def queue_path(shop: Shop, rest: str) -> str:
    return f"{QUEUES}/{shop.settings['queue_code']}/{rest}"


def statuses(shop: Shop) -> list[str]:
    return [payload["status"] for payload in shop.told()]


def test_an_order_is_told_when_it_is_placed_and_at_every_step(shop: Shop) -> None:
    order = shop.order()
    assert shop.told(CREATED) == [{"order_code": order}]
    shop.do(order, "arrange", "pick_up")
    assert statuses(shop) == [
        "picking",
        "packaging",
        "finished_packing",
        "ready_to_ship",
        "handover_to_partner",
        "shipping",
    ]


def test_an_event_names_the_order_the_seller_and_the_moment(shop: Shop) -> None:
    order = shop.order("cancel")
    (event,) = [e for e in shop.pull()["events"] if e["type"] == UPDATED]
    assert event["payload"]["order_code"] == order
    assert event["payload"]["status"] == "canceled"
    assert event["sid"] == shop.get("v2/sellers/me")["sid"]
    assert event["version"] == "v1"
    assert event["created_at"] > 1_500_000_000_000
    assert set(event) == {"id", "sid", "created_at", "payload", "type", "version"}


def test_a_confirmation_moves_the_order_and_tells_nobody(shop: Shop) -> None:
    order = shop.order()
    shop.told()
    shop.do(order, "confirm")
    assert shop.told() == []


def test_what_nobody_confirmed_comes_again(shop: Shop) -> None:
    shop.order()
    first, second = shop.pull(), shop.pull()
    assert first["events"] == second["events"] != []
    assert first["ack_id"] != second["ack_id"]
    third = shop.pull(second["ack_id"])
    assert third["events"] == []
    assert shop.pull(first["ack_id"])["events"] == []


def test_confirming_an_old_batch_does_not_confirm_a_newer_one(shop: Shop) -> None:
    shop.order()
    first = shop.pull()
    shop.order("cancel")
    second = shop.pull(first["ack_id"])
    assert payloads(second["events"], CREATED) != []
    again = shop.pull(first["ack_id"])
    assert again["events"] == second["events"]
    assert shop.pull(again["ack_id"])["events"] == []
    assert shop.pull(first["ack_id"])["events"] == []


def test_a_batch_is_a_part_of_what_waits_in_order(
    open_tiki: Callable[..., Shop],
) -> None:
    shop = open_tiki({"A": 100})
    placed = shop.place_many({"A": 1}, count=60)
    told: list[str] = []
    batches = 0
    while batch := shop.told(CREATED):
        told += [payload["order_code"] for payload in batch]
        batches += 1
    assert told == placed
    assert batches > 1


def test_an_id_that_was_never_given_is_refused(shop: Shop) -> None:
    for ack_id in ("d290f1ee-6c54-4b01-90e6-d701748f0851", 7):
        answer = shop.send(
            "POST",
            queue_path(shop, "events/pull"),
            {"ack_id": ack_id},
            token=shop.app_token(),
        )
        assert (answer.status_code, list(answer.json())) == (400, ["errors"])


def test_events_are_kept_for_seven_days(shop: Shop, control: Control) -> None:
    shop.order()
    control.clock(7 * 86400 + 1)
    shop._app_token = ""
    assert shop.pull()["events"] == []


def test_a_stock_event_tells_all_three_numbers(shop: Shop) -> None:
    shop.order(count=2)
    (sold,) = shop.told(INVENTORY)
    assert sold["product_id"] == shop.product_id()
    assert (sold["quantity_available_from"], sold["quantity_available_to"]) == (10, 10)
    assert (sold["quantity_reserved_from"], sold["quantity_reserved_to"]) == (0, 2)
    assert (sold["quantity_sellable_from"], sold["quantity_sellable_to"]) == (10, 8)
    shop.write_stock(5)
    (written,) = shop.told(INVENTORY)
    assert written["quantity_sellable_to"] == 3
    shop.write_stock(5)
    assert shop.told(INVENTORY) == []


def test_the_queue_is_the_apps_and_not_the_sellers(shop: Shop) -> None:
    for method, path, body in (
        ("GET", QUEUES, None),
        ("POST", QUEUES, {"name": "mine"}),
        ("POST", queue_path(shop, "events/pull"), {"ack_id": None}),
    ):
        assert shop.error(method, path, body)[0] == 403


def test_a_new_queue_gets_events_five_seconds_after_the_seller_subscribed(
    shop: Shop, control: Control
) -> None:
    body = {"name": "orders"}
    made = shop.send("POST", QUEUES, body, token=shop.app_token()).json()
    assert (made["name"], made["status"]) == ("orders", "ACTIVE")
    assert made["secret"]
    shop.settings["queue_code"] = made["code"]
    path = queue_path(shop, "subscriptions")
    by_app = shop.send("POST", path, {"event_type": CREATED}, token=shop.app_token())
    assert by_app.status_code == 401
    subscribed = shop.post(path, event_type=CREATED)
    assert subscribed["sid"] == shop.get("v2/sellers/me")["sid"]
    assert shop.post(path, event_type=CREATED) == subscribed
    assert shop.get(path) == [subscribed]
    shop.order()
    assert shop.told(CREATED) == []
    control.clock(6)
    order = shop.order("cancel")
    assert shop.told(CREATED) == [{"order_code": order}]
    listed = shop.send("GET", QUEUES, token=shop.app_token()).json()
    assert made["code"] in [queue["code"] for queue in listed]


def test_prices_are_told_to_those_who_asked(shop: Shop, control: Control) -> None:
    shop.post(queue_path(shop, "subscriptions"), event_type=PRICE)
    control.clock(6)
    row = {"product_id": shop.product_id(), "price": 1000}
    shop.send("PUT", "v2.1/products/updateSku", row)
    (payload,) = shop.told(PRICE)
    assert payload["price_to"] == 1000


@pytest.mark.parametrize("event_type", [None, "", "ORDER_EATEN", []])
def test_an_event_type_that_does_not_exist_is_refused(
    shop: Shop, event_type: object
) -> None:
    path = queue_path(shop, "subscriptions")
    assert shop.error("POST", path, {"event_type": event_type})[0] == 400


def test_a_queue_that_does_not_exist_is_not_found(shop: Shop) -> None:
    answer = shop.send("POST", f"{QUEUES}/none/events/pull", {}, token=shop.app_token())
    assert answer.status_code == 404


def test_a_queue_hears_of_its_own_seller_only(open_tiki: Callable[..., Shop]) -> None:
    mine, other = open_tiki({"A": 1}), open_tiki({"A": 1})
    order = mine.order()
    assert mine.told(CREATED) == [{"order_code": order}]
    assert other.told(CREATED) == []


def test_events_can_be_missing_doubled_or_late(shop: Shop, control: Control) -> None:
    order = shop.order()
    shop.told()
    control.post("webhooks", mode="off")
    shop.do(order, "start_picking")
    control.post("webhooks", mode="duplicate")
    shop.do(order, "pack")
    assert statuses(shop) == ["packaging", "packaging"]
    control.post("webhooks", mode="delay", seconds=30)
    shop.do(order, "cancel")
    control.post("webhooks", mode="normal")
    again = shop.order("cancel")
    assert shop.told() == []
    control.clock(31)
    assert [payload["order_code"] for payload in shop.told()] == [order, again]


def test_nothing_overtakes_in_a_queue(shop: Shop, control: Control) -> None:
    control.post("webhooks", mode="shuffle", seconds=20)
    order = shop.order("arrange", "pick_up", "deliver")
    control.clock(200)
    expected = shop.statuses(order)[2:]
    assert statuses(shop) == expected
