"""Calls about webhook subscriptions."""

from collections.abc import Mapping

from .channel import Woocommerce
from .deliveries import PING
from .pages import Window, page_reply
from .parameters import Parameters
from .records import Webhook
from .webhooks import is_topic, subscribe, webhook_json
from .wire import Call, Reply, WireError

_STATUSES = ("active", "paused", "disabled")
_FIELDS = ("name", "secret")


class WebhookCalls:
    """``webhooks``."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._world = woocommerce.world

    def list(self, call: Call) -> Reply:
        """Subscriptions, newest first."""
        parameters = Parameters(call.query)
        window = Window.read(parameters)
        status = parameters.choice("status", ("all", *_STATUSES), "all")
        parameters.check()
        rows = [
            webhook
            for webhook in reversed(call.site.webhooks.values())
            if status in ("all", webhook.status)
        ]
        return page_reply(call, rows, window, lambda row: webhook_json(call.site, row))

    def get(self, call: Call, webhook_id: int) -> Reply:
        """One subscription."""
        return Reply(body=webhook_json(call.site, _find(call, webhook_id)))

    def create(self, call: Call) -> Reply:
        """Subscribe; the new address is greeted at once."""
        status = _status(call.body, "active")
        topic, url = _topic(call.body.get("topic")), _url(call.body.get("delivery_url"))
        name, secret = call.body.get("name"), call.body.get("secret")
        webhook = subscribe(
            call.site,
            topic,
            url,
            opened_at=self._world.clock.stamp(),
            name=name if isinstance(name, str) else "",
            secret=secret
            if isinstance(secret, str) and secret
            else self._world.identifiers.passing(50),
            status=status,
        )
        if status == "active":
            call.site.tell(PING, webhook.id)
        return Reply(body=webhook_json(call.site, webhook), status=201)

    def update(self, call: Call, webhook_id: int) -> Reply:
        """Change a subscription; a disabled one begins anew when it is activated."""
        webhook = _find(call, webhook_id)
        status = _status(call.body, webhook.status)
        if call.body.get("topic") is not None:
            webhook.topic = _topic(call.body["topic"])
        if call.body.get("delivery_url") is not None:
            webhook.delivery_url = _url(call.body["delivery_url"])
        for name in _FIELDS:
            if isinstance(value := call.body.get(name), str):
                setattr(webhook, name, value)
        if status == "active" and webhook.status != "active":
            webhook.failures = 0
        webhook.status = status
        webhook.updated_at = self._world.clock.stamp()
        return Reply(body=webhook_json(call.site, webhook))

    def delete(self, call: Call, webhook_id: int) -> Reply:
        """Remove a subscription for good."""
        parameters = Parameters(call.given)
        if not parameters.flag("force"):
            raise WireError(
                "woocommerce_rest_trash_not_supported",
                "Webhooks do not support trashing.",
                501,
            )
        webhook = _find(call, webhook_id)
        del call.site.webhooks[webhook_id]
        webhook.status = "disabled"
        return Reply(body=webhook_json(call.site, webhook))


def _find(call: Call, webhook_id: int) -> Webhook:
    webhook = call.site.webhooks.get(webhook_id)
    if webhook is None:
        raise WireError("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
    return webhook


def _status(body: Mapping[str, object], default: str) -> str:
    parameters = Parameters(body)
    status = parameters.choice("status", _STATUSES, default)
    parameters.check()
    return status


def _topic(value: object) -> str:
    topic = str(value or "").lower()
    if not is_topic(topic):
        raise WireError(
            "woocommerce_rest_shop_webhook_invalid_topic",
            "Webhook topic is required and must be valid.",
            400,
        )
    return topic


def _url(value: object) -> str:
    url = str(value or "")
    if not url.startswith(("http://", "https://")):
        raise WireError(
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
            "Webhook delivery URL must be a valid URL starting with http:// or "
            "https://.",
            400,
        )
    return url
