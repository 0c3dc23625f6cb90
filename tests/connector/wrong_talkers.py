"""Connectors that tell secrets or misread messages, for ``test_kit_refuses.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.conformance.memory import MemoryConnector
from connector.errors import AuthenticationError, OutcomeUnknown, WebhookRefused
from connector.values import (
    Hint,
    Page,
    ShopIdentity,
    StockResult,
    StockUpdate,
    WebhookRequest,
)
from tests.connector.wrong import Wrong


class TellsItsTokenInAnUnknownOutcome(MemoryConnector):
    """Puts the token into the text of a write's lost answer."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except OutcomeUnknown:
            token = self.settings.read()["token"]
            raise OutcomeUnknown(f"?token={token}") from None


class TestTellsItsTokenInAnUnknownOutcome(Wrong):
    kind = TellsItsTokenInAnUnknownOutcome


class TellsItsTokenInAResult(MemoryConnector):
    """Puts the token into the reason of a listing that was refused."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        token = self.settings.read()["token"]
        return [
            replace(one, detail=f"{one.detail} ?token={token}") if one.detail else one
            for one in super().write_stock(updates)
        ]


class TestTellsItsTokenInAResult(Wrong):
    kind = TellsItsTokenInAResult


class TellsWhatItWanted(MemoryConnector):
    """Puts the secret of messages into the text of a refusal."""

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        try:
            return super().read_webhook(request)
        except WebhookRefused:
            secret = self.settings.read()["message_secret"]
            raise WebhookRefused(f"not signed with {secret}") from None


class TestTellsWhatItWanted(Wrong):
    kind = TellsWhatItWanted


class TellsItsTokenBehindAnError(MemoryConnector):
    """Leaves the token in the error from which a refusal of credentials comes."""

    def identify(self) -> ShopIdentity:
        try:
            return super().identify()
        except AuthenticationError:
            cause = ValueError(f"?token={self.settings.read()['token']}")
            raise AuthenticationError("the token is refused") from cause


class TestTellsItsTokenBehindAnError(Wrong):
    kind = TellsItsTokenBehindAnError


class HintsAtNothing(MemoryConnector):
    """Reads a message and does not say which order it is about."""

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        return [replace(one, order_id="") for one in super().read_webhook(request)]


class TestHintsAtNothing(Wrong):
    kind = HintsAtNothing


class CountsMessages(MemoryConnector):
    """Gives a message another key each time that it comes in."""

    read = 0

    def read_webhook(self, request: WebhookRequest) -> Sequence[Hint]:
        self.read += 1
        hints = super().read_webhook(request)
        return [replace(one, event_key=f"{one.event_key}-{self.read}") for one in hints]


class TestCountsMessages(Wrong):
    kind = CountsMessages


class ForgetsWhatTheQueueNames(MemoryConnector):
    """Reads events and does not say which orders they are about."""

    def read_hints(self, *, cursor: str | None = None) -> Page[Hint]:
        page = super().read_hints(cursor=cursor)
        items = tuple(replace(one, order_id="") for one in page.items)
        return replace(page, items=items)


class TestForgetsWhatTheQueueNames(Wrong):
    kind = ForgetsWhatTheQueueNames
