"""Calls of the order-fulfilments feature; without it they are no routes at all."""

from collections.abc import Mapping

from sandbox.world import World

from .channel import Woocommerce
from .order_json import fulfilment_json
from .records import Fulfilment, Meta, OrderRecord
from .times import utc_text
from .tracking import fulfilment_status
from .wire import Call, Reply, WireError, no_route


class FulfilmentCalls:
    """``orders/{id}/fulfillments``."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._world: World = woocommerce.world
        self._lifecycle = woocommerce.lifecycle

    def list(self, call: Call, order_id: int) -> Reply:
        """Every record of an order, in one answer."""
        record = _find(call, order_id)
        return Reply(
            body=[
                fulfilment_json(record, each, as_stored=True)
                for each in record.fulfilments
            ]
        )

    def get(self, call: Call, order_id: int, fulfilment_id: int) -> Reply:
        """One record."""
        record = _find(call, order_id)
        for each in record.fulfilments:
            if each.id == fulfilment_id:
                return Reply(body=fulfilment_json(record, each, as_stored=True))
        raise WireError("404", "Fulfillment not found.", 400)

    def create(self, call: Call, order_id: int) -> Reply:
        """Write a record; whether goods really left is the client's word."""
        record = _find(call, order_id)
        fulfilment = self._new(call, call.body)
        record.fulfilments.append(fulfilment)
        record.meta.put("_fulfillment_status", fulfilment_status(record))
        self._lifecycle.save(call.site, record)
        return Reply(
            body=fulfilment_json(record, fulfilment, as_stored=False), status=201
        )

    def _new(self, call: Call, sent: Mapping[str, object]) -> Fulfilment:
        now = self._world.clock.stamp()
        fulfilled = sent.get("is_fulfilled") is True or sent.get("status") == (
            "fulfilled"
        )
        meta = Meta(numbers=call.site.numbers, table="fulfilment meta")
        rows = sent.get("meta_data")
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and isinstance(row.get("key"), str):
                meta.put(row["key"], row.get("value"))
        if not _items(meta):
            raise WireError(
                "woocommerce_fulfillment_error",
                "The fulfillment should contain at least one item.",
                400,
            )
        if fulfilled:
            meta.put("_date_fulfilled", utc_text(now))
        return Fulfilment(
            id=call.site.numbers.next("fulfilment"),
            parcel="",
            status="fulfilled" if fulfilled else "unfulfilled",
            is_fulfilled=fulfilled,
            updated_at=now,
            meta=meta,
        )


def _items(meta: Meta) -> bool:
    rows = meta.get("_items")
    return (
        isinstance(rows, list)
        and bool(rows)
        and all(
            isinstance(row, dict)
            and isinstance(row.get("item_id"), int)
            and isinstance(row.get("qty"), int)
            for row in rows
        )
    )


def _find(call: Call, order_id: int) -> OrderRecord:
    if not call.site.fulfilments_enabled:
        raise no_route()
    record = call.site.records.get(order_id)
    if record is None:
        raise WireError("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
    return record
