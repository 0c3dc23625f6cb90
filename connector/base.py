"""The contract: what every channel must be able to do for Truestock."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

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

Settings = Mapping[str, Any]
"""A shop's settings as JSON: base address, application keys, tokens."""

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; every field must be stated by each connector."""

    restocks_by_itself: bool
    """The channel may raise its own number on a cancel or a return."""
    compare_and_set: bool
    """Stock writes can be made conditional on the number last read."""
    merchant_refunds: bool
    """The merchant must start refunds; elsewhere the channel pays by itself."""
    webhooks: bool
    """The channel sends signed messages that ``read_webhook`` can verify."""
    hint_queue: bool
    """The channel keeps a queue of events or lost messages to pull."""
    consent_page: bool
    """The seller gives access on a page of the channel."""
    write_batch: int
    """Most listings that one stock write may name."""


class SettingsStore(Protocol):
    """Where a shop's settings live; rotation is serialised here."""

    def read(self) -> Settings:
        """Return the settings as stored now."""

    def rotate(
        self, stale: Settings, renew: Callable[[Settings], Settings]
    ) -> Settings:
        """Replace ``stale`` by ``renew(current)``, once, whoever asks.

        Takes the shop's lock and reads again: when somebody else has rotated in the
        meantime, theirs is returned and ``renew`` is not called.  The new settings
        are durable before this returns, so a single-use token is never lost by us.
        """


class Connector(ABC):
    """Talks to one seller account on one channel; never touches our database.

    Every method may raise ``ConnectorError`` or a child of it, and nothing else.
    Reads are safe to repeat.  Records that cannot be mapped come back in
    ``Page.rejected`` and never spoil their page.
    """

    channel: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    secret_settings: ClassVar[frozenset[str]]
    """Names of settings that must never reach a log, a screen or an error text."""
    requests_at_once: ClassVar[int | None] = None
    """How many a rested shop takes in one go; None: what it takes in a second."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock

    @classmethod
    @abstractmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        """Check what a person entered and return what is to be stored.

        Raises ``SettingsError`` that names the field.
        """

    @abstractmethod
    def identify(self) -> ShopIdentity:
        """Prove the credentials by one call."""

    @abstractmethod
    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        """Return orders changed at or after ``since``, oldest change first.

        Splits long ranges into the channel's own windows.  An order may appear
        twice; none may be missing, also when orders change while pages are read.
        """

    @abstractmethod
    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders with all evidence of where the goods are.

        In the channel's largest batches.  One that the channel does not know is in
        ``rejected``.
        """

    @abstractmethod
    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        """Return returns changed at or after ``since``; as ``read_orders``."""

    @abstractmethod
    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        """Return the shop's catalogue, page by page."""

    @abstractmethod
    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        """Return the sellable number of each listing; unknown ones are left out."""

    @abstractmethod
    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        """Set sellable numbers; one result for each update, in the same order.

        Absolute, hence safe to repeat.  At most ``capabilities.write_batch`` at a
        time.  One bad listing never spoils the others.  Raises ``OutcomeUnknown``
        when the channel's answer was lost and nothing is known about any of them.
        """

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns, where the channel can look one up."""
        return Page(items=())

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Start a refund without restocking; idempotent by ``request.key``."""
        raise NotImplementedError(f"{self.title} refunds buyers by itself")

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        """Verify a message on its raw bytes and return what it hints at.

        Raises ``WebhookRefused``; any doubt is a refusal.
        """
        raise NotImplementedError(f"{self.title} sends no webhooks")

    def answer_challenge(self, query: Mapping[str, str]) -> str:
        """Return what a channel wants to hear before it sends messages to an address.

        Raises ``WebhookRefused`` when whoever asks does not know our word.
        """
        raise NotImplementedError(f"{self.title} sends messages without asking")

    def read_hints(self, *, cursor: str | None = None) -> Page[Hint]:
        """Pull the channel's event queue; the returned cursor confirms this page."""
        return Page(items=())

    def consent_link(self, redirect_url: str, state: str) -> str:
        """Return the page on which the seller gives access."""
        raise NotImplementedError(f"{self.title} has no consent page")

    def accept_consent(self, answer: Mapping[str, str]) -> None:
        """Exchange what the consent page sent back for tokens, and store them."""
        raise NotImplementedError(f"{self.title} has no consent page")
