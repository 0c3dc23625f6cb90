"""Webhooks: what they say, how they are signed, and where they go."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.tiktok.driver import Shop, digest

WEBHOOKS = "/event/202309/webhooks"
ORDER, PACKAGE, CANCELLATION, RETURN, RMA, INVENTORY = 1, 4, 11, 12, 65, 71


class Receiver:
    """A seller's webhook address that answers as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.taken: list[tuple[str, bytes]] = []
        self._came = threading.Condition()

    def take(self, authorization: str, body: bytes) -> None:
        with self._came:
            self.taken.append((authorization, body))
            self._came.notify_all()

    def wait(self, count: int) -> list[Json]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.taken) >= count, 3), self.taken
            return [json.loads(body) for _, body in self.taken]

    def until(self, type_: int, count: int = 1) -> list[Json]:
        """The data of the first events of one type."""

        def found() -> list[Json]:
            messages = [json.loads(body) for _, body in self.taken]
            return [each["data"] for each in messages if each["type"] == type_]

        with self._came:
            assert self._came.wait_for(lambda: len(found()) >= count, 3), self.taken
            return found()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
            receiver.take(self.headers["Authorization"], body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/tiktok"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def told(open_tiktok: Callable[..., Shop], receiver: Receiver) -> Shop:
    shop = open_tiktok(webhook_url=receiver.url)
    shop.sell(A=50)
    return shop


def test_a_webhook_is_signed_on_its_raw_bytes(told: Shop, receiver: Receiver) -> None:
    told.order(A=1)
    (message, *_) = receiver.wait(2)
    authorization, body = receiver.taken[0]
    base = told.settings["app_key"].encode() + body
    assert authorization == digest(told.settings["app_secret"], base)
    assert message["shop_id"] == told.settings["shop_id"]
    assert message["tts_notification_id"].isdigit()
    assert isinstance(message["timestamp"], int)


def test_the_order_webhook_spells_a_cancelled_order_in_its_own_way(
    told: Shop, receiver: Receiver
) -> None:
    order = told.order("cancel", A=1)
    data = receiver.until(ORDER, 2)
    assert [each["order_status"] for each in data] == ["AWAITING_SHIPMENT", "CANCEL"]
    assert {each["order_id"] for each in data} == {order}
    assert told.detail(order)["status"] == "CANCELLED"
    (case,) = receiver.until(CANCELLATION)
    assert case["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert case["cancellations_role"] == "BUYER"


def test_a_return_is_told_with_its_parcel(told: Shop, receiver: Receiver) -> None:
    order = told.order("arrange", "pick_up", "deliver", A=1)
    told.do(order, "request_return")
    (case,) = told.returns()
    told.post(
        f"/return_refund/202309/returns/{case['return_id']}/approve",
        None,
        decision="APPROVE_RETURN",
    )
    told.do(order, "send_back", "arrive_back", "refund")
    parcels = receiver.until(RMA, 5)
    assert [each["rma_status"] for each in parcels] == [
        "INIT",
        "AWAITING_BUYER_SHIPPED",
        "RETURN_IN_TRANSIT",
        "PENDING_PACKAGE_REVIEW",
        "PACKAGE_REVIEW_COMPLETED",
    ]
    returned = receiver.until(RETURN, 4)
    assert [each["return_status"] for each in returned] == [
        "RETURN_OR_REFUND_REQUEST_PENDING",
        "AWAITING_BUYER_SHIP",
        "BUYER_SHIPPED_ITEM",
        "RETURN_OR_REFUND_REQUEST_SUCCESS",
    ]


def test_a_split_is_a_package_update(told: Shop, receiver: Receiver) -> None:
    order = told.order(A=2)
    told.do(order, "arrange", A=1)
    (data,) = receiver.until(PACKAGE)
    assert data["sc_type"] == "SPLIT"
    ids = {each["package_id"] for each in data["package_list"]}
    assert ids == {each["id"] for each in told.detail(order)["packages"]}


def test_every_change_of_a_number_is_told(
    open_tiktok: Callable[..., Shop], receiver: Receiver
) -> None:
    shop = open_tiktok(webhook_url=receiver.url, auto_restock="on_cancel")
    shop.sell(A=5)
    shop.order("cancel", A=2)
    shop.write_stock("A", 3)
    shop.write_stock("A", 3)
    shop.order("arrange", "pick_up", A=1)
    told = receiver.until(INVENTORY, 6)
    details = [each["change_detail"][0] for each in told]
    assert [
        (each["available_quantity_delta"], each["committed_quantity_delta"])
        for each in details
    ] == [(-2, 2), (0, -2), (2, 0), (-2, 0), (-1, 1), (0, -1)]
    snapshot = told[4]["quantity_snapshot_after_change"]
    assert snapshot["total_available_quantity"] == 2
    assert snapshot["total_committed_quantity"] == 1
    assert snapshot["total_quantity"] == 3
    assert told[0]["sku_id"] == int(shop.listings["A"]["variant_id"])
    assert told[0]["product_id"] == int(shop.listings["A"]["item_id"])
    assert told[0]["occurred_at"].endswith("Z")
    assert len({each["idempotency_key"] for each in details}) == 6


def test_an_event_goes_to_the_address_that_was_registered_for_it(
    open_tiktok: Callable[..., Shop], receiver: Receiver
) -> None:
    shop = open_tiktok()
    shop.sell(A=5)
    body = {"event_type": "CANCELLATION_STATUS_CHANGE", "address": receiver.url}
    shop.order("cancel", A=1)
    assert shop.code("PUT", WEBHOOKS, {}, body) == 0
    listed = shop.get(WEBHOOKS)
    assert listed["total_count"] == 1
    assert listed["webhooks"][0]["address"] == receiver.url
    order = shop.order("cancel", A=1)
    (data,) = receiver.until(CANCELLATION)
    assert data["order_id"] == order
    assert len(receiver.taken) == 1
    assert shop.code("DELETE", WEBHOOKS, {}, {"event_type": body["event_type"]}) == 0
    assert shop.get(WEBHOOKS)["webhooks"] == []


@pytest.mark.parametrize(
    "change", [{"event_type": "ORDER_EATEN"}, {"address": "nowhere"}, {"address": None}]
)
def test_what_cannot_be_registered_is_refused(shop: Shop, change: Json) -> None:
    body = {"event_type": "ORDER_STATUS_CHANGE", "address": "http://127.0.0.1:1/"}
    assert shop.code("PUT", WEBHOOKS, {}, body | change) == 36009004
    assert shop.get(WEBHOOKS)["webhooks"] == []


def test_what_is_not_taken_is_tried_three_times_more(
    open_tiktok: Callable[..., Shop], receiver: Receiver, control: Control
) -> None:
    shop = open_tiktok()
    shop.sell(A=5)
    body = {"event_type": "ORDER_STATUS_CHANGE", "address": receiver.url}
    assert shop.code("PUT", WEBHOOKS, {}, body) == 0
    receiver.status = 500
    shop.order(A=1)
    for tries in range(1, 4):
        receiver.wait(tries)
        # The courier notes a refusal after the receiver has; the clock moves until
        # the next try is under way.
        for _ in range(300):
            control.clock(125)
            if len(receiver.taken) > tries:
                break
    messages = receiver.wait(4)
    assert len({each["tts_notification_id"] for each in messages}) == 1


def test_duplicates_carry_the_same_notification(
    told: Shop, receiver: Receiver, control: Control
) -> None:
    control.post("webhooks", mode="duplicate")
    told.order(A=1)
    messages = receiver.wait(4)
    ids = [each["tts_notification_id"] for each in messages]
    assert sorted(ids.count(each) for each in ids) == [2, 2, 2, 2]


def test_the_month_before_the_authorization_ends_is_full_of_warnings(
    told: Shop, receiver: Receiver, control: Control
) -> None:
    control.clock(334 * 86400)
    told.order(A=1)
    receiver.wait(2)
    assert len(receiver.taken) == 2
    for day in range(1, 3):
        control.clock(86400 + 1)
        receiver.until(7, day)
    assert int(receiver.until(7)[0]["expiration_time"]) > 0


def test_a_refresh_puts_the_warnings_off(
    told: Shop, receiver: Receiver, control: Control
) -> None:
    control.clock(300 * 86400)
    token = told.settings["refresh_token"]
    granted = told.token("refresh", refresh_token=token, grant_type="refresh_token")
    assert granted["code"] == 0
    control.clock(36 * 86400)
    told.order(A=1)
    assert [message["type"] for message in receiver.wait(2)] == [INVENTORY, ORDER]
