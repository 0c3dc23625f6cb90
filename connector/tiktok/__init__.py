"""TikTok Shop: Partner API, versions 202309 and later."""

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
from connector.parsing import told
from connector.tiktok import account, consent, pushes
from connector.tiktok.catalogue import Catalogue
from connector.tiktok.client import Client
from connector.tiktok.orders import OrderReader
from connector.tiktok.returns import ReturnReader
from connector.tiktok.shops import own_shop
from connector.tiktok.stock import WRITE_BATCH, StockWriter
from connector.transport import Transport
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelReturn,
    Hint,
    ListingRef,
    Page,
    ShopIdentity,
    StockResult,
    StockUpdate,
    WebhookRequest,
)


class TikTokConnector(Connector):
    """Talks to one TikTok Shop."""

    channel = "tiktok"
    title = "TikTok Shop"
    capabilities = Capabilities(
        # The default of ``enable_auto_restock`` is not documented: assume it.
        restocks_by_itself=True,
        compare_and_set=False,
        merchant_refunds=False,
        webhooks=True,
        hint_queue=False,
        consent_page=True,
        write_batch=WRITE_BATCH,
    )
    secret_settings = account.SECRETS

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        super().__init__(settings, transport, clock)
        self._client = Client(settings, transport, clock)
        self._orders = OrderReader(self._client)
        self._returns = ReturnReader(self._client, self._orders)
        self._catalogue = Catalogue(self._client)
        self._stock = StockWriter(self._client, self._catalogue)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        shop = own_shop(self._client.shops(), self._client.account().shop_id)
        return ShopIdentity(
            shop_id=told(shop.get("id")),
            name=told(shop.get("name")),
            region=told(shop.get("region")),
        )

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        return self._orders.changed_since(since, cursor, self.clock())

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return self._orders.by_number(order_ids, watched=True)

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        return self._returns.changed_since(since, cursor, self.clock())

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return self._catalogue.page(cursor)

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return self._catalogue.quantities(listings)

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return self._stock.write(updates)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        return self._returns.by_number(return_ids)

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        return pushes.read_push(request, self._client.account())

    def consent_link(self, redirect_url: str, state: str) -> str:
        return consent.consent_link(self._client, state)

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        consent.accept_consent(self._client, answer)
