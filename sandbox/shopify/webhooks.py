"""Webhooks: who subscribed to what, and how a message is signed and sent."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.channel import Json
from sandbox.shops import Shop
from sandbox.webhooks import Letter
from sandbox.world import World

from .accounts import Accounts
from .signing import webhook_signature

TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "refunds/create",
    "fulfillments/create",
    "fulfillments/update",
    "inventory_levels/update",
    "products/create",
    "products/update",
    "returns/request",
    "returns/approve",
    "returns/decline",
    "returns/update",
    "returns/close",
    "returns/cancel",
    "reverse_deliveries/attach_deliverable",
    "reverse_fulfillment_orders/dispose",
    "app/uninstalled",
)

# Eight tries within four hours of the first.
RETRY_AFTER = (60.0, 300.0, 600.0, 900.0, 1800.0, 2700.0, 3600.0, 4440.0)
_ANSWER_WITHIN = 5.0
_API_VERSION = "2026-10"


@dataclass(frozen=True, kw_only=True, eq=False)
class Subscription:
    """One topic that one address asked for."""

    id: int
    topic: str
    address: str
    created_at: int


class Webhooks:
    """Keeps subscriptions and posts what they asked for."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world = world
        self._accounts = accounts
        self._subscriptions: dict[str, list[Subscription]] = {}

    def of(self, shop: Shop) -> list[Subscription]:
        """A shop's subscriptions, oldest first."""
        return self._subscriptions.setdefault(shop.name, [])

    def subscribe(self, shop: Shop, topic: str, address: str) -> Subscription:
        """Send a topic to an address from now on."""
        subscription = Subscription(
            id=self._world.identifiers.number(13),
            topic=topic,
            address=address,
            created_at=self._world.clock.stamp(),
        )
        self.of(shop).append(subscription)
        return subscription

    def subscribe_to_all(self, shop: Shop, address: str) -> None:
        """Send every topic to an address."""
        for topic in TOPICS:
            self.subscribe(shop, topic, address)

    def unsubscribe(self, shop: Shop, subscription: Subscription) -> None:
        """Send it no more; doing so twice changes nothing."""
        if subscription in self.of(shop):
            self.of(shop).remove(subscription)

    def send(self, shop: Shop, topic: str, body: Json) -> None:
        """Tell every address that asked for this topic; they share one event id."""
        event_id = self._world.identifiers.passing()
        for subscription in self.of(shop):
            if subscription.topic == topic:
                self._post(shop, subscription, body, event_id)

    def _post(
        self, shop: Shop, subscription: Subscription, body: Json, event_id: str
    ) -> None:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        moment = datetime.fromtimestamp(self._world.clock.wall(), UTC)

        def give_up() -> None:
            with self._world.lock:
                self.unsubscribe(shop, subscription)

        self._world.courier.post(
            Letter(
                url=subscription.address,
                body=raw,
                headers={
                    "Content-Type": "application/json",
                    "X-Shopify-Topic": subscription.topic,
                    "X-Shopify-Shop-Domain": self._accounts.of(shop).domain,
                    "X-Shopify-API-Version": _API_VERSION,
                    "X-Shopify-Webhook-Id": self._world.identifiers.passing(),
                    "X-Shopify-Event-Id": event_id,
                    "X-Shopify-Triggered-At": moment.isoformat().replace("+00:00", "Z"),
                    "X-Shopify-Hmac-Sha256": webhook_signature(
                        self._accounts.app.client_secret, raw
                    ),
                },
                retry_after=RETRY_AFTER,
                needs_empty_answer=False,
                answer_within=_ANSWER_WITHIN,
                lost=give_up,
            )
        )
