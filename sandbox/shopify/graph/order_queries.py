"""The fields about orders."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.records import Purchase, ReturnRecord

from . import search
from .connections import Key, connect
from .fulfillment_nodes import FulfillmentNode, FulfillmentOrderNode
from .nodes import COUNTED, count
from .order_nodes import OrderNode
from .queries import Queries, number_of
from .refund_nodes import RefundNode
from .return_nodes import ReturnNode, ReverseDeliveryNode, ReverseOrderNode

Row = TypeVar("Row")

_PROGRESS_WORDS = {
    "UNFULFILLED": ("unfulfilled", "unshipped"),
    "PARTIALLY_FULFILLED": ("partial",),
    "FULFILLED": ("fulfilled", "shipped"),
}


class OrderQueries(Queries):
    """Orders and what belongs to them."""

    def order(self, id: str) -> OrderNode | None:
        """One order of the last sixty days."""
        purchase = self._session.purchase(number_of(id, "Order"))
        return None if purchase is None else OrderNode(self._session, purchase)

    def orders(
        self,
        sort_key: str = "PROCESSED_AT",
        query: str | None = None,
        saved_search_id: str | None = None,
        **paging: object,
    ) -> object:
        """Orders, open, closed and cancelled alike."""
        return connect(
            self._found(query),
            _order_key(sort_key),
            lambda each: OrderNode(self._session, each),
            paging,
        )

    def orders_count(
        self,
        query: str | None = None,
        saved_search_id: str | None = None,
        limit: int | None = COUNTED,
    ) -> Json:
        """How many orders there are."""
        return count(len(self._found(query)), limit)

    def fulfillment(self, id: str) -> FulfillmentNode | None:
        """One fulfilment."""
        rows = self._all(lambda each: each.fulfillments)
        found = _with_id(rows, number_of(id, "Fulfillment"), lambda each: each.id)
        return None if found is None else FulfillmentNode(self._session, *found)

    def refund(self, id: str) -> RefundNode | None:
        """One refund."""
        rows = self._all(lambda each: each.refunds)
        found = _with_id(rows, number_of(id, "Refund"), lambda each: each.id)
        return None if found is None else RefundNode(self._session, *found)

    def return_(self, id: str) -> ReturnNode | None:
        """One return."""
        found = _with_id(self._returns(), number_of(id, "Return"), lambda each: each.id)
        return None if found is None else ReturnNode(self._session, *found)

    def reverse_fulfillment_order(self, id: str) -> ReverseOrderNode | None:
        """What a location expects back of one return."""
        number = number_of(id, "ReverseFulfillmentOrder")
        found = _with_id(self._returns(), number, lambda each: each.reverse_order_id)
        return None if found is None else ReverseOrderNode(self._session, *found)

    def reverse_delivery(self, id: str) -> ReverseDeliveryNode | None:
        """One parcel that brings a return."""
        number = number_of(id, "ReverseDelivery")
        for purchase, record in self._returns():
            for delivery in record.deliveries:
                if delivery.id == number:
                    return ReverseDeliveryNode(
                        self._session, purchase, record, delivery
                    )
        return None

    def _fulfillment_order(self, id: str) -> FulfillmentOrderNode | None:
        number = number_of(id, "FulfillmentOrder")
        for purchase in self._session.purchases():
            if purchase.fulfillment_order_id == number:
                return FulfillmentOrderNode(self._session, purchase)
        return None

    def _found(self, query: str | None) -> list[Purchase]:
        now = self._session.shopify.world.clock.wall()
        rows = self._session.purchases()
        return search.find(rows, query, lambda each: _order_fields(each, now))

    def _returns(self) -> list[tuple[Purchase, ReturnRecord]]:
        return self._all(lambda each: each.returns)

    def _all(
        self, rows_of: Callable[[Purchase], Sequence[Row]]
    ) -> list[tuple[Purchase, Row]]:
        return [
            (purchase, row)
            for purchase in self._session.purchases()
            for row in rows_of(purchase)
        ]


def _with_id(
    rows: Sequence[tuple[Purchase, Row]], number: int, id_of: Callable[[Row], int]
) -> tuple[Purchase, Row] | None:
    return next((each for each in rows if id_of(each[1]) == number), None)


def _order_key(sort_key: str) -> Callable[[Purchase], Key]:
    keys: Mapping[str, Callable[[Purchase], Key]] = {
        "ID": lambda each: (each.id, each.id),
        "ORDER_NUMBER": lambda each: (each.number, each.id),
        "UPDATED_AT": lambda each: (each.order.updated_at, each.id),
        "TOTAL_PRICE": lambda each: (standing.total_price(each), each.id),
    }
    return keys.get(sort_key, lambda each: (each.order.placed_at, each.id))


def _order_fields(purchase: Purchase, now: float) -> Mapping[str, search.Test]:
    order = purchase.order
    progress = standing.fulfillment_progress(purchase).value
    return {
        "default": search.words(purchase.name, str(purchase.number)),
        "id": search.number(purchase.id),
        "name": search.words(purchase.name, str(purchase.number)),
        "sku": search.words(*(each.line.sku for each in purchase.items)),
        "created_at": search.moment(order.placed_at, now),
        "processed_at": search.moment(order.placed_at, now),
        "updated_at": search.moment(order.updated_at, now),
        "status": search.words(*_statuses(purchase)),
        "financial_status": search.words(standing.financial_status(purchase).value),
        "fulfillment_status": search.words(*_PROGRESS_WORDS[progress]),
        "return_status": search.words(standing.return_status(purchase).value),
    }


def _statuses(purchase: Purchase) -> tuple[str, ...]:
    if purchase.cancelled_at:
        return ("any", "cancelled")
    if purchase.closed_at:
        return ("any", "closed")
    return ("any", "open", "not_closed")
