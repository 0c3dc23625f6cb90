"""Every way in which a request to Tiki can go wrong."""

import pytest
import requests

from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop

READ = "v2/sellers/me"
WRITE = "v2.1/products/updateSku"


def test_too_many_requests_say_when_to_come_back(shop: Shop) -> None:
    shop.fault(READ, "status_429", seconds=7)
    answer = shop.send("GET", READ)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {"errors": ["Too many requests"]}
    assert shop.send("GET", READ).status_code == 200


def test_a_failure_inside_has_a_list_of_errors(shop: Shop) -> None:
    shop.fault(READ, "status_500", times=2)
    codes = [shop.send("GET", READ).status_code for _ in range(3)]
    assert codes == [500, 500, 200]


def test_an_expired_token_is_refused_in_the_channels_words(shop: Shop) -> None:
    shop.fault(READ, "token_expired")
    assert shop.error("GET", READ)[0] == 401
    assert shop.send("GET", READ).status_code == 200


def test_json_of_the_wrong_shape_looks_like_success(shop: Shop) -> None:
    shop.fault(WRITE, "wrong_json")
    answer = shop.write_stock(1)
    assert (answer.status_code, answer.json()["data"]) == (200, {})
    assert "state" not in answer.json()
    assert shop.stock() == 10


def test_an_html_page_comes_with_status_200(shop: Shop) -> None:
    shop.fault(WRITE, "html")
    answer = shop.write_stock(1)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert shop.stock() == 10


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_a_cut_connection_applied_nothing(shop: Shop, kind: str) -> None:
    shop.fault(WRITE, kind, seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        shop.write_stock(1)
    assert shop.stock() == 10


def test_a_lost_answer_was_applied(shop: Shop) -> None:
    shop.fault(WRITE, "lost_answer")
    with pytest.raises(requests.ConnectionError):
        shop.write_stock(1)
    assert shop.stock() == 1


def test_a_truncated_answer_was_applied(shop: Shop) -> None:
    shop.fault(WRITE, "truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        shop.write_stock(1)
    assert shop.stock() == 1


def test_a_dripping_answer_was_applied(shop: Shop) -> None:
    shop.fault(WRITE, "drip", seconds=0.0005)
    assert shop.write_stock(1).json() == {"state": "approved"}
    assert shop.stock() == 1


def test_a_late_write_lands_on_what_is_reserved_by_then(
    shop: Shop, control: Control
) -> None:
    shop.fault(WRITE, "late", seconds=7200)
    with pytest.raises(requests.ReadTimeout):
        shop.write_stock(6, timeout=0.2)
    shop.write_stock(8)
    shop.order(count=2)
    assert shop.numbers() == (8, 2, 6)
    control.clock(7201)
    assert shop.stock() == 4


def test_success_can_be_a_lie(shop: Shop) -> None:
    shop.fault("", "accepted_not_applied", times=2)
    assert shop.write_stock(1).json() == {"state": "approved"}
    assert shop.stock() == 10
    order = shop.order(sku="SD-A")
    shop.post(
        f"v2/orders/{order}/confirm-available",
        available_item_ids=[],
        seller_inventory_id=shop.settings["warehouse_id"],
    )
    assert shop.detail(order)["status"] == "queueing"
    assert shop.control.get("tiki/writes", shop=shop.name) == []


def test_a_pull_that_was_not_applied_confirms_nothing(shop: Shop) -> None:
    shop.order()
    first = shop.pull()
    shop.fault("v1/queues", "accepted_not_applied")
    assert shop.pull(first["ack_id"])["events"] == first["events"]
    assert shop.pull(first["ack_id"])["events"] == []


def test_a_queue_and_a_subscription_can_be_a_lie(shop: Shop) -> None:
    shop.app_token()
    shop.fault("v1/queues", "accepted_not_applied")
    made = shop.send("POST", "v1/queues", {"name": "x"}, token=shop.app_token())
    path = f"v1/queues/{shop.settings['queue_code']}/subscriptions"
    before = shop.get(path)
    shop.fault("v1/queues", "accepted_not_applied")
    assert shop.post(path, event_type="PRODUCT_PRICE_UPDATED")["active"] is True
    assert shop.get(path) == before
    lost = f"v1/queues/{made.json()['code']}/subscriptions"
    assert shop.error("GET", lost)[0] == 404


def test_a_single_write_can_be_refused(shop: Shop) -> None:
    shop.fault(WRITE, "partial_failure")
    assert shop.write_stock(1).status_code == 400
    assert shop.stock() == 10


def test_a_batch_can_fail_in_part(shop: Shop) -> None:
    shop.fault("v2.1/products/updateSkus", "partial_failure")
    rows = [shop.stock_row(4), shop.stock_row(6, "B")]
    answer = shop.send("PUT", "v2.1/products/updateSkus", {"data": rows}).json()
    assert [row["status"] for row in answer["data"]] == [2, 1]
    assert (shop.stock("A"), shop.stock("B")) == (10, 6)


def test_the_token_endpoint_can_lose_its_answer(shop: Shop, control: Control) -> None:
    control.post("faults", channel="tiki", match="/sc/oauth2/token", kind="lost_answer")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shop.settings["refresh_token"],
    }
    with pytest.raises(requests.ConnectionError):
        shop.token(**form)
    assert shop.token(**form).json()["error"] == "invalid_grant"


def test_requests_are_counted_by_outcome(shop: Shop, control: Control) -> None:
    shop.get(READ)
    shop.error("GET", "v2/orders", page=0)
    shop.fault(READ, "status_429")
    shop.send("GET", READ)
    shop.pull()
    counted = control.get("tiki/requests", shop=shop.name)
    assert counted[f"/integration/{READ}"] == {"ok": 1, "refused": 1}
    assert counted["/integration/v2/orders"] == {"ok": 0, "refused": 1}
    pulled = f"/integration/v1/queues/{shop.settings['queue_code']}/events/pull"
    assert counted[pulled] == {"ok": 1, "refused": 0}
