"""Pushes: what they say, how they are signed, and when they are tried again."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.lazada.driver import Seller

DAY = 86400


@dataclass
class Receiver:
    """A seller's webhook address that answers as it is told."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, authorization: str, body: bytes) -> None:
        with self.changed:
            self.taken.append((authorization, body))
            self.changed.notify_all()

    def wait(self, count: int, seconds: float = 5) -> list[Json]:
        with self.changed:
            self.changed.wait_for(lambda: len(self.taken) >= count, seconds)
            assert len(self.taken) >= count, self.taken
            return [json.loads(body) for _, body in self.taken]

    def words(self, count: int) -> list[tuple[int, str]]:
        """Kind and status of each of exactly so many messages."""
        messages = self.wait(count)
        assert len(messages) == count, messages
        return [(each["message_type"], _word(each["data"])) for each in messages]


def _word(data: Json) -> str:
    return str(
        data.get("order_status") or data.get("reverse_status") or data.get("status")
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(self.headers["Authorization"], body)
            time.sleep(receiver.delay)
            # Whoever waited too long for the answer has hung up.
            with suppress(ConnectionError):
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/lazada"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def pushed(open_shop: Callable[..., Seller], receiver: Receiver) -> Seller:
    shop = open_shop(webhook_url=receiver.url)
    shop.sell(A=50)
    return shop


def signature(seller: Seller, body: bytes) -> str:
    key, secret = str(seller.settings["app_key"]), str(seller.settings["app_secret"])
    return hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()


def test_a_push_is_signed_over_key_and_raw_body(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.order(A=1)
    (message,) = receiver.wait(1)
    authorization, body = receiver.taken[0]
    assert authorization == signature(pushed, body)
    assert authorization == authorization.lower()
    assert signature(pushed, json.dumps(message).encode()) != authorization
    assert message["seller_id"] == pushed.settings["seller_id"]
    assert message["site"] == "lazada_vn"
    assert message["data"]["trade_order_id"] == order
    (item,) = pushed.items(order)
    assert message["data"]["trade_order_line_id"] == str(item["order_item_id"])
    assert message["timestamp"] > 1_600_000_000_000


def test_each_unit_has_a_message_of_its_own(pushed: Seller, receiver: Receiver) -> None:
    order = pushed.order(A=3)
    lines = {each["data"]["trade_order_line_id"] for each in receiver.wait(3)}
    assert lines == {str(item["order_item_id"]) for item in pushed.items(order)}


def test_the_way_to_the_buyer_is_told_step_by_step(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.unpaid_order(A=1)
    pushed.do(order, "pay", "arrange", "pick_up", "deliver")
    assert receiver.words(11) == [
        (0, "unpaid"),
        (0, "pending"),
        (0, "packed"),
        (14, "READY_TO_SHIP_PENDING"),
        (0, "ready_to_ship"),
        (14, "READY_TO_SHIP"),
        (0, "shipped"),
        (14, "INFO_ST_DOMESTIC_PICKUP_SIGN_IN_SUCCESS"),
        (14, "INFO_ST_DOMESTIC_OUT_FOR_DELIVERY"),
        (0, "delivered"),
        (14, "DELIVERED"),
    ]
    package = receiver.wait(11)[3]["data"]
    assert package["trade_order_id"] == order
    assert package["fulfillment_package_id"] == pushed.items(order)[0]["package_id"]


def test_a_failed_delivery_is_told_by_item_and_package_alone(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.order(A=1)
    pushed.do(order, "arrange", "pick_up", "fail_delivery", "turn_back", "arrive_back")
    assert receiver.words(13)[7:] == [
        (0, "failed_delivery"),
        (14, "INFO_ST_DOMESTIC_DELIVERY_FAILED"),
        (0, "shipped_back"),
        (14, "INFO_ST_DOMESTIC_RETURN_AT_TRANSIT_HUB"),
        (0, "shipped_back_success"),
        (14, "INFO_ST_DOMESTIC_BACK_TO_SHIPPER"),
    ]


def test_a_cancellation_names_its_reverse_order(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.order(A=1)
    pushed.do(order, "cancel")
    assert receiver.words(5)[1:] == [
        (10, "CANCEL_INIT"),
        (0, "canceled"),
        (10, "CANCEL_SUCCESS"),
        (10, "CANCEL_REFUND_ISSUED"),
    ]
    messages = receiver.wait(5)
    (item,) = pushed.items(order)
    assert messages[2]["data"]["reverse_order_id"] == str(item["reverse_order_id"])
    assert messages[1]["data"]["reverse_order_id"] == item["reverse_order_id"]
    assert messages[1]["data"]["trade_order_id"] == int(order)


def test_a_return_has_words_that_the_api_does_not_have(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.order(A=1)
    pushed.do(order, "arrange", "pick_up", "deliver")
    pushed.do(order, "request_return", "send_back", "arrive_back", "refund")
    assert receiver.words(14)[10:] == [
        (10, "RTM_INIT"),
        (0, "returned"),
        (10, "RTM_SHIPPING_BACK"),
        (10, "RTM_RECEIVE_ITEM"),
    ]


def test_low_stock_is_told_when_five_are_left(
    pushed: Seller, receiver: Receiver
) -> None:
    pushed.write_stock(A=7)
    pushed.order(A=1)
    pushed.order(A=1)
    pushed.order(A=1)
    messages = receiver.wait(4)
    (warning,) = [each for each in messages if each["message_type"] == 6]
    data = warning["data"]
    held = data["withhold_quantity"] + data["occupy_quantity"]
    assert (data["seller_sku"], data["real_quantity"] - held) == ("A", 5)
    assert str(data["sku_id"]) == pushed.listings["A"]["variant_id"]


def test_the_end_of_an_authorization_is_told_twice(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    control.clock(48 * DAY + 60)
    control.clock(DAY)
    first, second = receiver.wait(2)
    assert (first["message_type"], first["seller_id"]) == (8, "null")
    assert first["data"]["seller_id"] == pushed.settings["seller_id"]
    assert first["data"]["auth_expiry_time"] == second["data"]["auth_expiry_time"]


def test_what_is_not_acknowledged_is_tried_twelve_times_and_then_gone(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    receiver.status = 500
    pushed.order(A=1)
    for tries in range(1, 13):
        assert len({body for _, body in receiver.taken}) <= 1
        receiver.wait(tries)
        _let_the_courier_put_it_back(control, receiver, tries)
    assert len(receiver.wait(13)) == 13
    receiver.status = 200
    control.clock(3600)
    kept = pushed.order(A=1)
    messages = receiver.wait(14)
    assert messages[13]["data"]["trade_order_id"] == kept


def _let_the_courier_put_it_back(
    control: Control, receiver: Receiver, tries: int
) -> None:
    deadline = time.monotonic() + 5
    while len(receiver.taken) == tries and time.monotonic() < deadline:
        control.clock(1801)
        time.sleep(0.01)


def test_an_answer_after_half_a_second_comes_too_late(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    receiver.delay = 0.6
    pushed.order(A=1)
    receiver.wait(1)
    receiver.delay = 0
    _let_the_courier_put_it_back(control, receiver, 1)
    first, second = receiver.wait(2)
    assert first == second


def test_duplicates_carry_the_same_message_twice(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    control.post("webhooks", mode="duplicate")
    pushed.order(A=1)
    control.post("webhooks", mode="normal")
    first, second = receiver.wait(2)
    assert first == second
