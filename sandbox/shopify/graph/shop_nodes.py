"""The shop, the app's installation, jobs and webhook subscriptions."""

from sandbox.channel import Json
from sandbox.shopify.accounts import SCOPES
from sandbox.shopify.formats import (
    CURRENCY,
    TIME_ZONE,
    UTC_OFFSET_MINUTES,
    gid,
    graph_time,
)
from sandbox.shopify.webhooks import Subscription

from .nodes import Node
from .session import Session


class ShopNode(Node):
    """The shop's own card."""

    graphql_type = "Shop"

    currency_code = CURRENCY
    iana_timezone = TIME_ZONE
    taxes_included = True
    timezone_abbreviation = "+07"
    timezone_offset = "+0700"
    timezone_offset_minutes = UTC_OFFSET_MINUTES

    def __init__(self, session: Session) -> None:
        account = session.account
        super().__init__(session, account.shop_id)
        self.name = session.shop.name
        self.myshopify_domain = account.domain
        self.url = f"https://{account.domain}"
        self.email = self.contact_email = f"owner@{account.domain}"
        self.enabled_presentment_currencies = [CURRENCY]
        self.created_at = self.updated_at = graph_time(session.shop.opened_at)
        self.plan: Json = {
            "partnerDevelopment": False,
            "publicDisplayName": "Basic",
            "shopifyPlus": False,
        }
        self.primary_domain: Json = {
            "host": account.domain,
            "id": gid("Domain", account.shop_id),
            "sslEnabled": True,
            "url": self.url,
        }


class AppInstallationNode(Node):
    """What the shop granted to the app."""

    graphql_type = "AppInstallation"

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.account.shop_id)
        app = session.shopify.accounts.app
        self.app = {"id": gid("App", app.id), "title": "Sandbox app"}
        self.access_scopes = [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in SCOPES
        ]


class JobNode:
    """Something that was begun; it is done when nothing waits under its id."""

    def __init__(self, session: Session, id_: str, query: object) -> None:
        self.id = id_
        self.done = id_ not in session.shopify.jobs
        self.query = query


class SubscriptionNode(Node):
    """A webhook subscription."""

    graphql_type = "WebhookSubscription"

    filter = None
    format = "JSON"

    def __init__(self, session: Session, subscription: Subscription) -> None:
        super().__init__(session, subscription.id)
        self.topic = topic_name(subscription.topic)
        self.uri = subscription.address
        self.sort_value = subscription.id
        self.include_fields: list[str] = []
        self.created_at = self.updated_at = graph_time(subscription.created_at)
        self.api_version: Json = {
            "displayName": session.version,
            "handle": session.version,
            "supported": True,
        }


def topic_name(topic: str) -> str:
    """``orders/create`` as GraphQL spells it."""
    return topic.upper().replace("/", "_")
