"""Writing down what changed about an order, and telling about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.channel import Json
from sandbox.orders import HistoryEntry
from sandbox.world import World

from .catalogue import Product, product_json
from .events import verbs
from .numbers import Numbers
from .order_json import order_json
from .records import EventRecord, Purchase
from .standing import status_text
from .store import Store
from .times import milliseconds


class Journal:
    """Keeps update times, histories, events and webhooks in step with the orders."""

    def __init__(self, world: World, numbers: Numbers) -> None:
        self._world = world
        self._numbers = numbers

    def begin(self, store: Store, purchase: Purchase) -> None:
        """Record that an order was placed."""
        self._write(purchase, "place")
        self._note(store, purchase, "placed")
        placed = order_json(store, purchase)
        store.tell("orders/create", placed)
        if placed["financial_status"] == "paid":
            store.tell("orders/paid", placed)

    def list_product(self, store: Store, product: Product) -> None:
        """Record that a product was listed."""
        self._add(store, product.id, "Product", "create", product.name)
        store.tell("products/create", product_json(product))

    @contextmanager
    def entry(self, store: Store, purchase: Purchase, action: str) -> Iterator[None]:
        """Record one action; a refused one leaves no trace.

        The update time moves with whatever the order's JSON shows, and with nothing
        else: goods that come back or get lost are not seen.
        """
        before = order_json(store, purchase)
        yield
        after = order_json(store, purchase)
        if after != before:
            purchase.updated_at = milliseconds(self._world)
            purchase.order.updated_at = self._world.clock.stamp()
            self._tell(store, purchase, before)
        self._write(purchase, action)

    def _tell(self, store: Store, purchase: Purchase, before: Json) -> None:
        after = order_json(store, purchase)
        for verb in verbs(before, after):
            self._note(store, purchase, verb)
        store.tell("orders/updated", after)
        for topic, name, value in (
            ("orders/paid", "financial_status", "paid"),
            ("orders/fulfilled", "fulfillment_status", "fulfilled"),
            ("orders/cancelled", "cancelled_status", "cancelled"),
        ):
            if before[name] != after[name] == value:
                store.tell(topic, after)

    def _write(self, purchase: Purchase, action: str) -> None:
        purchase.order.status = status_text(purchase)
        purchase.order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(),
                action=action,
                status=purchase.order.status,
            )
        )

    def _note(self, store: Store, purchase: Purchase, verb: str) -> None:
        self._add(store, purchase.id, "Order", verb, purchase.name)

    def _add(
        self, store: Store, subject_id: int, subject_type: str, verb: str, name: str
    ) -> None:
        store.events.append(
            EventRecord(
                id=self._numbers.next(),
                at=milliseconds(self._world),
                subject_id=subject_id,
                subject_type=subject_type,
                verb=verb,
                name=name,
            )
        )
