"""Rules about messages: believed only when signed, and then only as a hint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.base import Connector
from connector.conformance.rules import Rules, happen, messages_of, ordered
from connector.conformance.world import World
from connector.errors import WebhookRefused
from connector.values import Hint

_MOST_PAGES = 20


class MessageRules(Rules):
    """Webhooks and queues of events."""

    def test_a_message_of_the_channel_hints_at_its_order(
        self, connector: Connector, world: World
    ) -> None:
        order_id, messages = messages_of(connector, world)
        hints = [hint for one in messages for hint in connector.read_webhook(one)]
        assert order_id in {hint.order_id for hint in hints}
        assert all(hint.event_key for hint in hints)

    def test_one_changed_byte_is_refused(
        self, connector: Connector, world: World
    ) -> None:
        _, messages = messages_of(connector, world)
        for message in messages:
            changed = message.body[:-1] + bytes([message.body[-1] ^ 1])
            with pytest.raises(WebhookRefused):
                connector.read_webhook(replace(message, body=changed))

    def test_a_message_without_its_signature_is_refused(
        self, connector: Connector, world: World
    ) -> None:
        _, messages = messages_of(connector, world)
        for message in messages:
            bare = {"Content-Type": "application/json"}
            with pytest.raises(WebhookRefused):
                connector.read_webhook(replace(message, headers=bare))

    def test_a_message_told_twice_has_the_same_key(
        self, connector: Connector, world: World
    ) -> None:
        _, messages = messages_of(connector, world)
        for message in messages:
            first = [hint.event_key for hint in connector.read_webhook(message)]
            assert first == [hint.event_key for hint in connector.read_webhook(message)]

    def test_the_queue_of_events_names_what_happened(
        self, connector: Connector, world: World
    ) -> None:
        if not connector.capabilities.hint_queue:
            pytest.skip("the channel keeps no queue of events")
        happen(lambda: world.add_item("A", 10))
        _drain(connector)
        order_id = ordered(world, {"A": 1}, "arrange")
        hints = _drain(connector)
        if not hints:
            pytest.skip("the queue holds lost messages only, and none was lost")
        assert order_id in {hint.order_id for hint in hints}
        assert all(hint.event_key for hint in hints)


def _drain(connector: Connector) -> list[Hint]:
    found: list[Hint] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = connector.read_hints(cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor or cursor
        if not page.items:
            break
    return found
