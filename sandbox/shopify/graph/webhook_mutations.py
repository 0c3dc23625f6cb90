"""Subscribing to webhooks over the API."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.shopify.formats import gid, number_in_gid
from sandbox.shopify.webhooks import TOPICS, Subscription

from .session import Session
from .shop_nodes import SubscriptionNode, topic_name
from .user_errors import user_error


class WebhookMutations:
    """``webhookSubscriptionCreate`` and ``webhookSubscriptionDelete``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._webhooks = session.shopify.webhooks

    def create(self, topic: str, webhookSubscription: Mapping[str, object]) -> Json:
        """Send a topic to an address; each address may ask for a topic once.

        Plain http is taken, which Shopify would not, so that a receiver on the same
        machine can be used.
        """
        address = webhookSubscription.get("uri")
        if not isinstance(address, str) or not address.startswith(
            ("http://", "https://")
        ):
            return _refused("Address is not allowed")
        name = next(each for each in TOPICS if topic_name(each) == topic)
        taken = any(
            each.topic == name and each.address == address
            for each in self._webhooks.of(self._session.shop)
        )
        if taken:
            return _refused("Address for this topic has already been taken")
        subscription = self._subscribe(name, address)
        node = SubscriptionNode(self._session, subscription)
        return {"webhookSubscription": node, "userErrors": []}

    def delete(self, id: str) -> Json:
        """Send it no more."""
        number = number_in_gid(id, "WebhookSubscription")
        for each in self._webhooks.of(self._session.shop):
            if each.id == number:
                if self._session.applies:
                    self._webhooks.unsubscribe(self._session.shop, each)
                deleted = gid("WebhookSubscription", each.id)
                return {"deletedWebhookSubscriptionId": deleted, "userErrors": []}
        error = user_error(["id"], "Webhook subscription does not exist")
        return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}

    def _subscribe(self, topic: str, address: str) -> Subscription:
        shop = self._session.shop
        subscription = self._webhooks.subscribe(shop, topic, address)
        if not self._session.applies:
            self._webhooks.unsubscribe(shop, subscription)
        return subscription


def _refused(message: str) -> Json:
    error = user_error(["webhookSubscription", "callbackUrl"], message)
    return {"webhookSubscription": None, "userErrors": [error]}
