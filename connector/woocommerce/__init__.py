"""WooCommerce: REST API, version 3, of a shop's own WordPress site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from connector.base import (
    Capabilities,
    Clock,
    Connector,
    Settings,
    SettingsStore,
)
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
from connector.woocommerce import account, webhooks
from connector.woocommerce.catalogue import Catalogue
from connector.woocommerce.changes import ORDERS
from connector.woocommerce.client import Client
from connector.woocommerce.orders import OrderReader
from connector.woocommerce.repayment import Repayment
from connector.woocommerce.returns import ReturnReader
from connector.woocommerce.stock import ROWS_PER_CALL, StockWriter


class WooCommerceConnector(Connector):
    """Talks to one WooCommerce shop; it never changes an order's status.

    Setting ``cancelled`` would make the site add units back that may have left.
    """

    channel = "woocommerce"
    title = "WooCommerce"
    capabilities = Capabilities(
        # Observed: also for orders that were completed before.
        restocks_by_itself=True,
        compare_and_set=False,
        merchant_refunds=True,
        webhooks=True,
        hint_queue=False,
        consent_page=False,
        write_batch=ROWS_PER_CALL,
    )
    secret_settings = account.SECRETS

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        super().__init__(settings, transport, clock)
        self._client = Client(settings, transport, clock)
        self._orders = OrderReader(self._client)
        self._returns = ReturnReader(self._client, self._orders)
        self._repayment = Repayment(self._client, self._orders)
        self._catalogue = Catalogue(self._client)
        self._stock = StockWriter(self._client)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        # The site tells its name to anybody; only a list of orders proves the keys.
        self._client.page(ORDERS, {"per_page": 1}, 1)
        parts = urlsplit(self._client.account().base_url)
        site = f"{parts.netloc}{parts.path}"
        return ShopIdentity(shop_id=site, name=site)

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

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return self._catalogue.page(cursor)

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return self._catalogue.quantities(listings)

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return self._stock.write(updates)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        return self._returns.by_name(return_ids)

    def refund(self, request: RefundRequest) -> ChannelRefund:
        return self._repayment.refund(request)

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        return webhooks.read_delivery(request, self._client.account())
