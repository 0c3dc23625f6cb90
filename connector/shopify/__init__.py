"""Shopify: GraphQL Admin API of a merchant's own web store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.base import (
    Capabilities,
    Clock,
    Connector,
    Settings,
    SettingsStore,
)
from connector.errors import UnexpectedAnswer
from connector.parsing import told
from connector.shopify import account, consent, webhooks
from connector.shopify.catalogue import Catalogue
from connector.shopify.client import Client
from connector.shopify.orders import OrderReader
from connector.shopify.refunds import Refunder
from connector.shopify.returns import ReturnReader
from connector.shopify.stock import LEVELS_PER_CALL, StockWriter
from connector.transport import Transport
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelRefund,
    ChannelReturn,
    Hint,
    ListingRef,
    Page,
    RefundRequest,
    ShopIdentity,
    StockResult,
    StockUpdate,
    WebhookRequest,
)

_SHOP = "query Shop { shop { id name myshopifyDomain } }"


class ShopifyConnector(Connector):
    """Talks to one Shopify store."""

    channel = "shopify"
    title = "Shopify"
    capabilities = Capabilities(
        # Whoever cancels or refunds in the admin restocks, unless he clears the box.
        restocks_by_itself=True,
        compare_and_set=True,
        merchant_refunds=True,
        webhooks=True,
        hint_queue=False,
        consent_page=True,
        write_batch=LEVELS_PER_CALL,
    )
    secret_settings = account.SECRETS

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        super().__init__(settings, transport, clock)
        self._client = Client(settings, transport, clock)
        self._orders = OrderReader(self._client)
        self._returns = ReturnReader(self._client)
        self._catalogue = Catalogue(self._client)
        self._stock = StockWriter(self._client, self._catalogue)
        self._refunder = Refunder(self._client, self._orders)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        shop = self._client.read(_SHOP).get("shop")
        if not isinstance(shop, dict) or not told(shop.get("myshopifyDomain")):
            raise UnexpectedAnswer("Shopify does not say which shop this is")
        return ShopIdentity(
            shop_id=told(shop["myshopifyDomain"]), name=told(shop.get("name"))
        )

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        return self._orders.changed_since(since, cursor)

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return self._orders.by_number(order_ids)

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        return self._returns.changed_since(since, cursor)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        return self._returns.by_number(return_ids)

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return self._catalogue.page(cursor)

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return self._catalogue.quantities(listings)

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return self._stock.write(updates)

    def refund(self, request: RefundRequest) -> ChannelRefund:
        return self._refunder.refund(request)

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        return (webhooks.read_webhook(request, self._client.account()),)

    def consent_link(self, redirect_url: str, state: str) -> str:
        return consent.consent_link(self._client, redirect_url, state)

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        consent.accept_consent(self._client, answer)
