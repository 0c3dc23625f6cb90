"""Haravan: Omni API of a shop on haravan.com."""

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
from connector.haravan import account, consent, webhooks
from connector.haravan.catalogue import Catalogue
from connector.haravan.client import Client
from connector.haravan.levels import Levels
from connector.haravan.locations import Locations
from connector.haravan.orders import OrderReader
from connector.haravan.repayment import Repayment
from connector.haravan.returns import ReturnReader
from connector.haravan.stock import ROWS_PER_CALL, StockWriter
from connector.parsing import told
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


class HaravanConnector(Connector):
    """Talks to one Haravan shop; it never cancels an order.

    A cancel there takes fulfilments back and may add units that have left.
    """

    channel = "haravan"
    title = "Haravan"
    capabilities = Capabilities(
        # A cancel or refund by hand does, where its box for restocking is ticked.
        restocks_by_itself=True,
        compare_and_set=False,
        merchant_refunds=True,
        webhooks=True,
        hint_queue=False,
        consent_page=True,
        write_batch=ROWS_PER_CALL,
    )
    secret_settings = account.SECRETS
    # Half of the bucket; the client rests when others have filled it.
    requests_at_once = 40

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        super().__init__(settings, transport, clock)
        self._client = Client(settings, transport, clock)
        self._locations = Locations(self._client)
        self._orders = OrderReader(self._client)
        self._returns = ReturnReader(self._client, self._orders)
        self._repayment = Repayment(self._client, self._orders)
        levels = Levels(self._client, self._locations)
        self._catalogue = Catalogue(self._client, levels)
        self._stock = StockWriter(self._client, self._locations, levels)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        # No call tells the shop's own number; a location belongs to one shop alone.
        location = self._locations.looked_up()
        org_id = self._client.account().org_id
        return ShopIdentity(
            shop_id=org_id or f"location-{told(location.get('id'))}",
            name=told(location.get("name")) or "Haravan",
            region=told(location.get("country_code")),
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

    def answer_challenge(self, query: Mapping[str, str]) -> str:
        """Return what Haravan wants to hear when it checks the webhooks' address."""
        return webhooks.answer_challenge(query, self._client.account())

    def consent_link(self, redirect_url: str, state: str) -> str:
        return consent.consent_link(self._client, redirect_url, state)

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        consent.accept_consent(self._client, answer)
