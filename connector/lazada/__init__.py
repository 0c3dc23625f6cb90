"""Lazada: Open Platform API."""

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
from connector.lazada import account, consent, identity, pushes
from connector.lazada.catalogue import Catalogue
from connector.lazada.client import Client
from connector.lazada.orders import OrderReader
from connector.lazada.returns import ReturnReader
from connector.lazada.stock import SKUS_PER_CALL, StockWriter
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


class LazadaConnector(Connector):
    """Talks to one Lazada shop."""

    channel = "lazada"
    title = "Lazada"
    capabilities = Capabilities(
        # Certain before "ready to ship", undocumented after it, and a cancel for lack
        # of stock even sets the number to 0.
        restocks_by_itself=True,
        compare_and_set=False,
        merchant_refunds=False,
        webhooks=True,
        hint_queue=False,
        consent_page=True,
        write_batch=SKUS_PER_CALL,
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
        self._stock = StockWriter(self._client)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        return identity.identify(self._client)

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        return self._orders.changed_since(since, cursor, self.clock())

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return self._orders.by_number(order_ids)

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        return self._returns.changed_since(since, cursor, self.clock())

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return self._catalogue.page(cursor, self.clock())

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        return self._catalogue.quantities(listings)

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return self._stock.write(updates)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        return self._returns.by_number(return_ids)

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        return (pushes.read_push(request, self._client.account()),)

    def consent_link(self, redirect_url: str, state: str) -> str:
        return consent.consent_link(self._client, redirect_url, state)

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        consent.accept_consent(self._client, answer)
