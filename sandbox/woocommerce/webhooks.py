"""Webhook subscriptions: topics, and what a site says of them."""

from sandbox.channel import Json

from .records import Webhook
from .site import Site
from .times import gmt_text, local_text

_HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": ["woocommerce_new_product", "woocommerce_new_product_variation"],
    "product.updated": [
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "coupon.created": ["woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
    "customer.created": ["user_register", "woocommerce_created_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
}


def is_topic(topic: str) -> bool:
    """Whether a topic can be subscribed to; ``action.*`` names any hook."""
    resource, _, event = topic.partition(".")
    return topic in _HOOKS or (resource == "action" and bool(event))


def subscribe(
    site: Site,
    topic: str,
    url: str,
    *,
    opened_at: int,
    name: str = "",
    secret: str | None = None,
    status: str = "active",
) -> Webhook:
    """Keep a new subscription."""
    webhook = Webhook(
        id=site.numbers.next("webhook"),
        name=name or f"Webhook on {topic}",
        topic=topic,
        delivery_url=url,
        secret=site.webhook_secret if secret is None else secret,
        status=status,
        created_at=opened_at,
        updated_at=opened_at,
    )
    site.webhooks[webhook.id] = webhook
    return webhook


def webhook_json(site: Site, webhook: Webhook) -> Json:
    """A subscription as the API shows it; the secret is never shown."""
    resource, _, event = webhook.topic.partition(".")
    here = f"{site.base_url}/wp-json/wc/v3/webhooks"
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": _HOOKS.get(webhook.topic, [event]),
        "delivery_url": webhook.delivery_url,
        "date_created": local_text(webhook.created_at),
        "date_created_gmt": gmt_text(webhook.created_at),
        "date_modified": local_text(webhook.updated_at),
        "date_modified_gmt": gmt_text(webhook.updated_at),
        "_links": {
            "self": [{"href": f"{here}/{webhook.id}"}],
            "collection": [{"href": here}],
        },
    }
