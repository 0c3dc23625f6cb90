"""An endpoint that is told, with the daemon that tells it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import responses

from daemon.office import Office
from daemon.tell import tell_endpoint
from stock.models import HookEndpoint, HookEvent
from tests.daemon.desk import Clock
from tests.stock.listeners import Listener
from tests.stock.stories import DELIVERED, simple_order
from tests.stock.world import World, unique

URL = "https://203.0.113.7/hook"
OTHER_URL = "https://203.0.113.8/hook"
DAYS = timedelta(days=1)


class Teller:
    """An endpoint, and the daemon that tells it."""

    def __init__(
        self, office: Office, clock: Clock, world: World, *events: HookEvent
    ) -> None:
        self.office, self.clock, self.world = office, clock, world
        self.listener = Listener(world, *events, url=URL)
        self.id = self.listener.id

    def book(self, times: int = 1) -> None:
        """Post receipts of one good mug each."""
        for _ in range(times):
            order_id = unique("order")
            self.world.tell(simple_order(order_id, "MUG", DELIVERED))
            self.world.receive(order_id, "MUG", good=1)

    def tell(self) -> None:
        """Do what a job does."""
        tell_endpoint(self.office, self.id)

    def later(self, pause: timedelta = DAYS * 2) -> None:
        """Let time pass and tell again."""
        self.clock.advance(pause.total_seconds())
        self.tell()

    @property
    def states(self) -> list[str]:
        """The state of each message."""
        return [str(one.state) for one in self.listener.messages()]

    @property
    def endpoint(self) -> HookEndpoint:
        """The endpoint as it is."""
        return self.listener.read()


def ids(wire: responses.RequestsMock) -> list[str]:
    """Return the ids of the messages that were sent, each time they were."""
    return [call.request.headers["webhook-id"] for call in wire.calls]


def sent(wire: responses.RequestsMock, position: int = -1) -> Any:
    """Return what was sent."""
    return json.loads(wire.calls[position].request.body or b"")


class Ears:
    """A bell that remembers for whom it rang."""

    def __init__(self) -> None:
        self.shops: list[str] = []
        self.endpoints: list[int] = []

    def ring(self, shop: str) -> bool:
        self.shops.append(shop)
        return True

    def ring_endpoint(self, endpoint_id: int) -> bool:
        self.endpoints.append(endpoint_id)
        return True

    def reaches_queue(self) -> bool:
        return True
