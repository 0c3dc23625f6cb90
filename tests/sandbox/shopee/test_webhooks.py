"""Pushes: what they say, how they are signed, and how they misbehave."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.sandbox.driver import Control, Json, Seller, sign


@dataclass
class Receiver:
    """A seller's webhook address that answers as it is told."""

    url: str = ""
    answer: tuple[int, bytes] = (200, b"")
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    def wait(self, count: int, seconds: float = 3) -> list[Json]:
        deadline = time.monotonic() + seconds
        while len(self.taken) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.taken) >= count, self.taken
        return [json.loads(body) for _, body in self.taken]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.taken.append((self.headers["Authorization"], body))
            status, content = receiver.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/shopee"
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


def mode(control: Control, name: str, **more: Any) -> None:
    control.post("webhooks", mode=name, **more)


def test_a_push_is_signed_with_the_push_key(pushed: Seller, receiver: Receiver) -> None:
    order = pushed.order(A=1)
    (message,) = receiver.wait(1)
    authorization, body = receiver.taken[0]
    key = pushed.settings["push_partner_key"]
    assert authorization == sign(key, f"{receiver.url}|{body.decode()}")
    assert key != pushed.settings["partner_key"]
    assert (message["code"], message["shop_id"]) == (3, pushed.settings["shop_id"])
    assert message["data"]["ordersn"] == order
    assert message["data"]["status"] == "READY_TO_SHIP"
    assert message["msg_id"]


def test_each_kind_of_change_has_its_code(pushed: Seller, receiver: Receiver) -> None:
    order = pushed.order(A=1)
    pushed.do(order, "arrange")
    messages = receiver.wait(4)
    assert [message["code"] for message in messages] == [3, 3, 4, 30]
    assert messages[2]["data"]["tracking_no"].startswith("SPXVN")
    assert messages[3]["data"]["fulfillment_status"] == "LOGISTICS_REQUEST_CREATED"
    pushed.do(order, "pick_up", "deliver", "complete", "request_return", "send_back")
    messages = receiver.wait(11)[9:]
    assert [message["code"] for message in messages] == [29, 29]
    fields = [row["update_field"] for row in messages[1]["data"]["updated_values"]]
    assert fields == ["return_status", "logistics_status"]


def test_tracking_events_alone_are_not_pushed(
    pushed: Seller, receiver: Receiver
) -> None:
    order = pushed.order(A=1)
    pushed.do(order, "arrange", "pick_up", "fail_delivery")
    receiver.wait(8)
    pushed.do(order, "arrive_back")
    time.sleep(0.3)
    assert len(receiver.taken) == 8


def test_duplicates_carry_the_same_message_twice(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    mode(control, "duplicate")
    pushed.order(A=1)
    first, second = receiver.wait(2)
    assert first == second


def test_switched_off_pushes_never_come(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    mode(control, "off")
    pushed.order(A=1)
    mode(control, "normal")
    kept = pushed.order(A=1)
    assert [message["data"]["ordersn"] for message in receiver.wait(1)] == [kept]


def test_shuffled_pushes_all_come_in_another_order(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    mode(control, "shuffle", seconds=0.5)
    placed = [pushed.order(A=1) for _ in range(8)]
    came = [message["data"]["ordersn"] for message in receiver.wait(8)]
    assert sorted(came) == sorted(placed)
    assert came != placed


def test_delayed_pushes_wait_for_the_clock(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    mode(control, "delay", seconds=900)
    pushed.order(A=1)
    time.sleep(0.3)
    assert receiver.taken == []
    control.clock(901)
    receiver.wait(1)


def lost(seller: Seller) -> Json:
    # The token ages with the clock, but these calls need none.
    found: Json = seller.get("push/get_lost_push_message")["response"]
    return found


@pytest.mark.parametrize("answer", [(500, b""), (200, b"ok"), (302, b"")])
def test_what_is_not_acknowledged_is_tried_again_and_then_lost(
    pushed: Seller, receiver: Receiver, control: Control, answer: tuple[int, bytes]
) -> None:
    receiver.answer = answer
    order = pushed.order(A=1)
    for tries, pause in ((1, 301), (2, 1801), (3, 10801)):
        receiver.wait(tries)
        time.sleep(0.1)
        control.clock(pause)
    receiver.wait(4)
    time.sleep(0.1)
    queue = lost(pushed)
    (message,) = queue["push_message_list"]
    assert message["code"] == 3
    assert message["data"]["data"]["ordersn"] == order
    pushed.post(
        "push/confirm_consumed_lost_push_message",
        last_message_id=queue["last_message_id"],
    )
    assert lost(pushed)["push_message_list"] == []


def test_a_push_that_is_tried_again_can_still_be_taken(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    receiver.answer = (500, b"")
    pushed.order(A=1)
    receiver.wait(1)
    receiver.answer = (204, b"")
    time.sleep(0.1)
    control.clock(301)
    first, second = receiver.wait(2)
    assert first["msg_id"] == second["msg_id"]
    control.clock(20000)
    time.sleep(0.2)
    assert len(receiver.taken) == 2
    assert lost(pushed)["push_message_list"] == []


def test_lost_pushes_are_kept_for_three_days(
    pushed: Seller, receiver: Receiver, control: Control
) -> None:
    receiver.answer = (500, b"")
    pushed.order(A=1)
    for tries in range(1, 5):
        receiver.wait(tries)
        time.sleep(0.1)
        control.clock(10801)
    assert len(lost(pushed)["push_message_list"]) == 1
    control.clock(3 * 86400)
    assert lost(pushed)["push_message_list"] == []
