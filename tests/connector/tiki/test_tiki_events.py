"""The queue of events: pulled as its owner, confirmed by the next pull."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from connector import HintKind, PermanentError, TransientError
from connector.tiki import TikiConnector
from tests.connector.tiki.conftest import API, TOKEN_URL, Answer, Reader

Calls = Callable[[str], list[Any]]

PULL = "v1/queues/queue-0001/events/pull"
PULL_URL = f"{API}/{PULL}"


class Queue:
    """Tells each event until a pull confirms the batch that it came in."""

    def __init__(self, edge: responses.RequestsMock, events: list[Any]) -> None:
        self.events = events
        self.batch_size = 2
        self.told = 0
        self.number = 0
        edge.add_callback("POST", PULL_URL, callback=self._pull)

    def _pull(self, request: Any) -> tuple[int, dict[str, str], str]:
        confirmed = json.loads(request.body)["ack_id"]
        if confirmed is not None and confirmed != f"ack-{self.number}":
            return 400, {}, json.dumps({"errors": ["the batch is gone"]})
        if confirmed is not None:
            del self.events[: self.told]
        self.number += 1
        batch = self.events[: self.batch_size]
        self.told = len(batch)
        body = {"ack_id": f"ack-{self.number}", "events": batch}
        return 200, {}, json.dumps(body)


@pytest.fixture
def queue(edge: responses.RequestsMock, reply: Reader, answer: Answer) -> Queue:
    answer("v2/sellers/me", reply("seller"))
    return Queue(edge, reply("events")["events"])


def test_events_hint_at_what_to_read_again(
    tiki: TikiConnector, answer: Answer, reply: Reader
) -> None:
    answer(PULL, reply("events"), method="POST")
    answer("v2/sellers/me", reply("seller"))
    page = tiki.read_hints()
    told = [(hint.event_key, hint.kind, hint.order_id) for hint in page.items]
    assert told == [
        ("ev-1", HintKind.ORDER, "610200301"),
        ("ev-2", HintKind.ORDER, "610200302"),
        ("ev-3", HintKind.STOCK, ""),
        ("ev-5", HintKind.OTHER, ""),
    ]
    assert [hint.item_id for hint in page.items] == ["", "", "41001", ""]
    assert page.next_cursor == "ack-0002"


def test_each_pull_confirms_the_batch_before_and_no_other(
    tiki: TikiConnector, queue: Queue, calls: Calls
) -> None:
    first = tiki.read_hints()
    # Without a confirmation the same batch comes again.
    again = tiki.read_hints()
    assert first.items == again.items
    second = tiki.read_hints(cursor=again.next_cursor)
    assert [hint.event_key for hint in second.items] == ["ev-3"]
    last = tiki.read_hints(cursor=second.next_cursor)
    assert [hint.event_key for hint in last.items] == ["ev-5"]
    assert tiki.read_hints(cursor=last.next_cursor).items == ()
    assert queue.events == []
    sent = [json.loads(call.body)["ack_id"] for call in calls("/pull")]
    assert sent == [None, None, "ack-2", "ack-3", "ack-4"]


def test_a_batch_that_is_gone_does_not_stop_the_queue_for_ever(
    tiki: TikiConnector, queue: Queue
) -> None:
    page = tiki.read_hints(cursor="ack-of-another-queue")
    assert [hint.event_key for hint in page.items] == ["ev-1", "ev-2"]


def test_a_refused_queue_is_told(tiki: TikiConnector, answer: Answer) -> None:
    answer(PULL, {"errors": ["no such queue"]}, method="POST", status=404)
    with pytest.raises(PermanentError, match="no such queue"):
        tiki.read_hints()


def test_a_lost_answer_may_be_asked_for_again(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer(PULL, {}, method="POST", status=504)
    with pytest.raises(TransientError):
        tiki.read_hints(cursor="ack-1")


def test_other_sellers_events_are_left_out(
    tiki: TikiConnector, answer: Answer, reply: Reader
) -> None:
    answer(PULL, reply("events"), method="POST")
    answer("v2/sellers/me", {**reply("seller"), "sid": "SELLER-TWO"})
    assert [hint.order_id for hint in tiki.read_hints().items] == ["999000111"]


@pytest.mark.parametrize("status", [200, 400, 503])
def test_a_seller_whose_name_in_events_is_not_told_gets_them_all(
    tiki: TikiConnector, answer: Answer, reply: Reader, status: int
) -> None:
    seller = {name: one for name, one in reply("seller").items() if name != "sid"}
    answer(PULL, reply("events"), method="POST")
    answer("v2/sellers/me", seller, status=status)
    assert len(tiki.read_hints().items) == 5


def test_an_event_without_a_name_is_the_same_each_time(
    tiki: TikiConnector, answer: Answer
) -> None:
    nameless = {"type": "ORDER_STATUS_UPDATED", "payload": {"order_code": "1"}}
    answer(PULL, {"ack_id": "a", "events": [nameless]}, method="POST")
    (first,) = tiki.read_hints().items
    (second,) = tiki.read_hints().items
    assert first.event_key == second.event_key != ""


def test_a_shop_without_a_queue_has_no_hints(
    tiki: TikiConnector, enter: Callable[..., None], calls: Calls
) -> None:
    enter(queue_code="")
    page = tiki.read_hints()
    assert (page.items, page.next_cursor, calls("/pull")) == ((), None, [])


def test_a_public_app_asks_its_queue_as_itself(
    tiki: TikiConnector, queue: Queue, calls: Calls
) -> None:
    tiki.read_hints()
    assert calls("/pull")[0].headers["Authorization"] == "Bearer canary-app-1"
    assert calls("/me")[0].headers["Authorization"] == "Bearer canary-access-1"


def test_a_public_apps_own_token_is_asked_for_and_kept(
    tiki: TikiConnector,
    queue: Queue,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    reply: Reader,
    calls: Calls,
) -> None:
    enter(app_access_token="", app_access_token_expires_at="")
    edge.add("POST", TOKEN_URL, json=reply("app_token"))
    tiki.read_hints()
    tiki.read_hints()
    (call,) = calls("/token")
    assert parse_qs(call.body)["grant_type"] == ["client_credentials"]
    assert calls("/pull")[0].headers["Authorization"] == "Bearer canary-app-2"
    stored = tiki.settings.read()
    assert stored["app_access_token"] == "canary-app-2"
    # The seller's tokens are others and stay.
    assert stored["access_token"] == "canary-access-1"
    assert stored["refresh_token"] == "canary-refresh-1"


def test_an_in_house_app_asks_its_queue_as_the_seller(
    tiki: TikiConnector, queue: Queue, enter: Callable[..., None], calls: Calls
) -> None:
    enter(refresh_token="")
    tiki.read_hints()
    assert calls("/pull")[0].headers["Authorization"] == "Bearer canary-access-1"
