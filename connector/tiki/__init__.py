"""Tiki: Open API, versions 2 and 2.1."""

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
from connector.errors import PermanentError, UnexpectedAnswer
from connector.parsing import told
from connector.tiki import account, consent
from connector.tiki.catalogue import Catalogue
from connector.tiki.client import Client
from connector.tiki.events import EventQueue
from connector.tiki.orders import OrderReader
from connector.tiki.returns import ReturnReader
from connector.tiki.stock import LISTINGS_PER_WRITE, StockWriter
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
)


class TikiConnector(Connector):
    """Talks to one Tiki seller."""

    channel = "tiki"
    title = "Tiki"
    capabilities = Capabilities(
        # A cancel takes its units off what is reserved, so what buyers see rises.
        restocks_by_itself=True,
        compare_and_set=False,
        merchant_refunds=False,
        # Those of the first version tell of product requests only.
        webhooks=False,
        hint_queue=True,
        consent_page=True,
        write_batch=LISTINGS_PER_WRITE,
    )
    secret_settings = account.SECRETS

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        super().__init__(settings, transport, clock)
        self._client = Client(settings, transport, clock)
        self._orders = OrderReader(self._client)
        self._returns = ReturnReader(self._orders)
        self._catalogue = Catalogue(self._client)
        self._stock = StockWriter(self._client, self._catalogue)
        self._events = EventQueue(self._client)

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return account.prepare(given, now)

    def identify(self) -> ShopIdentity:
        seller = self._client.read(consent.SELLER_PATH)
        seller_id = told(seller.get("id"))
        if not seller_id:
            raise UnexpectedAnswer("the seller has no id")
        expected = self._client.account().seller_id
        if expected and seller_id != expected:
            raise PermanentError("the token belongs to another seller than this one")
        return ShopIdentity(
            shop_id=seller_id, name=told(seller.get("name")), region="VN"
        )

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        return self._orders.changed_since(since, cursor, self.clock())

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        return self._orders.by_code(order_ids)

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
        return self._returns.by_code(return_ids)

    def read_hints(self, *, cursor: str | None = None) -> Page[Hint]:
        return self._events.page(cursor)

    def consent_link(self, redirect_url: str, state: str) -> str:
        return consent.consent_link(self._client, redirect_url, state)

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        consent.accept_consent(self._client, answer)
