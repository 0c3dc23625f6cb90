"""Deliveries of webhooks: queued in the background, built when they are sent."""

from collections.abc import Callable

from sandbox.channel import Json
from sandbox.webhooks import Letter
from sandbox.world import World

from .php import to_json
from .records import Change, Webhook
from .signing import webhook_signature
from .site import Site

PING = "ping"
"""The change that greets a new webhook; its number is the webhook's."""

QUEUE_SECONDS = 0.2
"""How long the background queue takes; changes meanwhile share one delivery."""

_USER_AGENT = "WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)"
_MOST_FAILURES = 5
_ANSWER_WITHIN = 10.0

_Payload = Callable[[Site, Change], Json | None]


class Deliveries:
    """Sends what happened to whoever subscribed.  Nothing is ever tried again."""

    def __init__(self, world: World, payload: _Payload) -> None:
        self._world = world
        self._payload = payload

    def flush(self, site: Site) -> None:
        """Queue what changed since the last time."""
        changes, site.changes = site.changes, []
        for change in changes:
            if change.topic == PING:
                self._ping(site.webhooks[change.id])
            for webhook in site.webhooks.values():
                if webhook.status == "active" and webhook.topic == change.topic:
                    self._queue(site, webhook, change)

    def _ping(self, webhook: Webhook) -> None:
        # A form with the number, and no signature.
        self._post(
            webhook,
            f"webhook_id={webhook.id}".encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
            lambda: None,
        )

    def _queue(self, site: Site, webhook: Webhook, change: Change) -> None:
        if change.id in webhook.queued:
            return
        webhook.queued.add(change.id)
        self._world.agenda.add(
            QUEUE_SECONDS, lambda: self._deliver(site, webhook, change)
        )

    def _deliver(self, site: Site, webhook: Webhook, change: Change) -> None:
        webhook.queued.discard(change.id)
        content = self._payload(site, change)
        if webhook.status != "active" or content is None:
            return
        body = to_json(content).encode()
        resource, _, event = webhook.topic.partition(".")
        webhook.sent += 1
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{site.base_url}/",
            "X-WC-Webhook-Topic": webhook.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": webhook_signature(webhook.secret, body),
            "X-WC-Webhook-ID": str(webhook.id),
            "X-WC-Webhook-Delivery-ID": self._world.identifiers.passing(),
        }
        self._post(webhook, body, headers, self._failure(webhook, webhook.sent))

    def _post(
        self,
        webhook: Webhook,
        body: bytes,
        headers: dict[str, str],
        lost: Callable[[], None],
    ) -> None:
        self._world.courier.post(
            Letter(
                url=webhook.delivery_url,
                body=body,
                headers={"User-Agent": _USER_AGENT, "Accept": "*/*", **headers},
                retry_after=(),
                needs_empty_answer=False,
                answer_within=_ANSWER_WITHIN,
                lost=lost,
            )
        )

    def _failure(self, webhook: Webhook, number: int) -> Callable[[], None]:
        def count() -> None:
            with self._world.lock:
                in_a_row = webhook.last_failed == number - 1
                webhook.failures = webhook.failures + 1 if in_a_row else 1
                webhook.last_failed = number
                if webhook.failures >= _MOST_FAILURES:
                    webhook.status = "disabled"

        return count
