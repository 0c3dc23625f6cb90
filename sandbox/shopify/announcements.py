"""Which webhook topics a change calls for, and what they say."""

from dataclasses import dataclass
from typing import Self

from sandbox.channel import Json
from sandbox.shops import Shop

from . import standing
from .accounts import Accounts
from .catalogue import Catalogue, Variant
from .formats import gid, rest_time
from .records import Purchase, ReturnRecord
from .rest.order_json import OrderJson
from .statuses import FulfillmentProgress, ReturnStatus
from .webhooks import Webhooks

_PROGRESS_TOPICS = {
    FulfillmentProgress.FULFILLED: "orders/fulfilled",
    FulfillmentProgress.PARTIALLY_FULFILLED: "orders/partially_fulfilled",
}
_RETURN_TOPICS = {
    ReturnStatus.REQUESTED: "returns/request",
    ReturnStatus.OPEN: "returns/approve",
    ReturnStatus.CLOSED: "returns/close",
    ReturnStatus.DECLINED: "returns/decline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The values of an order whose change is announced."""

    paid: bool
    cancelled: bool
    closed: bool
    progress: FulfillmentProgress
    fulfillments: dict[int, tuple[str, int]]
    refunds: int
    returns: dict[int, tuple[ReturnStatus, int, int]]

    @classmethod
    def of(cls, purchase: Purchase) -> Self:
        """The values as they are now."""
        return cls(
            paid=bool(standing.received(purchase)),
            cancelled=bool(purchase.cancelled_at),
            closed=bool(purchase.closed_at),
            progress=standing.fulfillment_progress(purchase),
            fulfillments={
                each.id: (each.status.value, len(each.events))
                for each in purchase.fulfillments
            },
            refunds=len(purchase.refunds),
            returns={each.id: _return_values(each) for each in purchase.returns},
        )


class Announcements:
    """Turns changes into webhooks."""

    def __init__(
        self, accounts: Accounts, catalogue: Catalogue, webhooks: Webhooks
    ) -> None:
        self._accounts = accounts
        self._catalogue = catalogue
        self._webhooks = webhooks

    def json_of(self, shop: Shop) -> OrderJson:
        """The writer of a shop's orders."""
        location_id = self._accounts.of(shop).location_id
        return OrderJson(self._catalogue, shop, location_id)

    def placed(self, shop: Shop, purchase: Purchase) -> None:
        """A new order, and that it was paid if it was."""
        if not self._webhooks.of(shop):
            return
        order = self.json_of(shop).order(purchase)
        self._webhooks.send(shop, "orders/create", order)
        if standing.received(purchase):
            self._webhooks.send(shop, "orders/paid", order)

    def changed(
        self, shop: Shop, purchase: Purchase, before: Snapshot, after: Snapshot
    ) -> None:
        """Everything that differs between two snapshots."""
        if not self._webhooks.of(shop):
            return
        self._fulfillments(shop, purchase, before, after)
        self._refunds(shop, purchase, before)
        self._returns(shop, purchase, before, after)
        order = self.json_of(shop).order(purchase)
        for topic in _order_topics(before, after):
            self._webhooks.send(shop, topic, order)

    def stock(self, shop: Shop, variant: Variant) -> None:
        """A variant's number changed."""
        level = inventory_level(self._accounts.of(shop).location_id, variant)
        self._webhooks.send(shop, "inventory_levels/update", level)

    def _fulfillments(
        self, shop: Shop, purchase: Purchase, before: Snapshot, after: Snapshot
    ) -> None:
        for fulfillment in purchase.fulfillments:
            had = before.fulfillments.get(fulfillment.id)
            if had != after.fulfillments[fulfillment.id]:
                topic = "fulfillments/create" if had is None else "fulfillments/update"
                body = self.json_of(shop).fulfillment(purchase, fulfillment)
                self._webhooks.send(shop, topic, body)

    def _refunds(self, shop: Shop, purchase: Purchase, before: Snapshot) -> None:
        for refund in purchase.refunds[before.refunds :]:
            body = self.json_of(shop).refund(purchase, refund)
            self._webhooks.send(shop, "refunds/create", body)

    def _returns(
        self, shop: Shop, purchase: Purchase, before: Snapshot, after: Snapshot
    ) -> None:
        for record in purchase.returns:
            had, has = before.returns.get(record.id), after.returns[record.id]
            if had == has:
                continue
            same_status = had is not None and had[0] == has[0]
            topic = "returns/update" if same_status else _RETURN_TOPICS[record.status]
            self._webhooks.send(shop, topic, return_json(purchase, record))


def inventory_level(location_id: int, variant: Variant) -> Json:
    """A level in REST's JSON."""
    return {
        "inventory_item_id": variant.inventory_item_id,
        "location_id": location_id,
        "available": variant.listing.sellable,
        "updated_at": rest_time(variant.listing.updated_at),
        "admin_graphql_api_id": level_gid(variant),
    }


def level_gid(variant: Variant) -> str:
    """A level's global id, which names its item as well."""
    return (
        gid("InventoryLevel", variant.inventory_level_id)
        + f"?inventory_item_id={variant.inventory_item_id}"
    )


def return_json(purchase: Purchase, record: ReturnRecord) -> Json:
    """A return as its webhooks carry it."""
    return {
        "id": record.id,
        "admin_graphql_api_id": gid("Return", record.id),
        "name": record.name,
        "status": record.status.lower(),
        "total_return_line_items": len(record.lines),
        "order": {
            "id": purchase.id,
            "admin_graphql_api_id": gid("Order", purchase.id),
        },
        "return_line_items": [
            {
                "id": line.id,
                "admin_graphql_api_id": gid("ReturnLineItem", line.id),
                "quantity": line.quantity,
                "return_reason": line.reason.lower(),
                "return_reason_note": line.note,
                "fulfillment_line_item": {
                    "id": line.source.id,
                    "line_item": {"id": line.source.item.id},
                },
            }
            for line in record.lines
        ],
    }


def _order_topics(before: Snapshot, after: Snapshot) -> list[str]:
    topics = ["orders/updated"]
    if after.paid and not before.paid:
        topics.append("orders/paid")
    if after.progress != before.progress and after.progress in _PROGRESS_TOPICS:
        topics.append(_PROGRESS_TOPICS[after.progress])
    if after.cancelled and not before.cancelled:
        topics.append("orders/cancelled")
    return topics


def _return_values(record: ReturnRecord) -> tuple[ReturnStatus, int, int]:
    disposed = sum(len(line.dispositions) for line in record.lines)
    return record.status, len(record.deliveries), disposed
