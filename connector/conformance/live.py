"""A world that nobody drives: a live shop, which the kit only reads."""

from __future__ import annotations

from typing import NoReturn

from connector.conformance.world import Basket, CannotHappen, Fault
from connector.values import ListingRef, WebhookRequest


class LiveWorld:
    """Makes nothing happen, so that each rule that needs it is skipped.

    What is left reads and never writes.
    """

    pause_seconds = 0.0

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        _refuse()

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        _refuse()

    def arrange(self, order_id: str) -> None:
        _refuse()

    def pick_up(self, order_id: str) -> None:
        _refuse()

    def deliver(self, order_id: str) -> None:
        _refuse()

    def fail_delivery(self, order_id: str) -> None:
        _refuse()

    def lose(self, order_id: str) -> None:
        _refuse()

    def cancel(self, order_id: str) -> None:
        _refuse()

    def request_return(self, order_id: str, basket: Basket) -> None:
        _refuse()

    def send_back(self, order_id: str) -> None:
        _refuse()

    def arrive_back(self, order_id: str) -> None:
        _refuse()

    def visible_stock(self, sku: str) -> int:
        _refuse()

    def stock_writes(self) -> list[tuple[str, int]]:
        _refuse()

    def messages(self) -> list[WebhookRequest]:
        _refuse()

    def cause(self, fault: Fault) -> None:
        _refuse()


def _refuse() -> NoReturn:
    raise CannotHappen("nobody makes things happen in a live shop")
