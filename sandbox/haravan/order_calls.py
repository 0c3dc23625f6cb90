"""Calls that read orders."""

from collections.abc import Callable

from sandbox.channel import Json

from . import standing
from .events import event_json
from .order_json import order_json
from .records import Purchase
from .statuses import FINANCIAL_FILTERS, Shipped
from .store import Store
from .wire import Call, Reply, bad_request, is_within, not_found

_STATUSES = ("open", "closed", "cancelled", "any")
_MOST_IDS = 250

_SORT_KEYS: dict[str, Callable[[Purchase], int]] = {
    "id": lambda purchase: purchase.id,
    "created_at": lambda purchase: purchase.created_at,
    "processed_at": lambda purchase: purchase.created_at,
    "updated_at": lambda purchase: purchase.updated_at,
}


class OrderCalls:
    """``orders.json``, ``orders/count.json``, ``orders/{id}.json`` and its events."""

    def list(self, call: Call) -> Reply:
        """One page of the orders that fit, newest first unless asked otherwise."""
        found = _sorted(call, _matching(call))
        orders = [
            _only(call, order_json(call.store, each)) for each in call.page(found)
        ]
        return Reply(body={"orders": orders})

    def count(self, call: Call) -> Reply:
        """How many orders fit."""
        return Reply(body={"count": len(_matching(call))})

    def get(self, call: Call, order_id: int) -> Reply:
        """One order, whatever its status."""
        return order_reply(call.store, find(call, order_id))

    def events(self, call: Call, order_id: int) -> Reply:
        """The audit trail of one order."""
        purchase = find(call, order_id)
        trail = [each for each in call.store.events if each.subject_id == purchase.id]
        return Reply(body={"events": [event_json(each) for each in trail]})


def find(call: Call, order_id: int) -> Purchase:
    """An order of this shop."""
    purchase = call.store.purchases.get(order_id)
    if purchase is None:
        raise not_found()
    return purchase


def order_reply(store: Store, purchase: Purchase) -> Reply:
    """An order by itself."""
    return Reply(body={"order": order_json(store, purchase)})


def _matching(call: Call) -> list[Purchase]:
    # Whether closed and cancelled orders are left out without a status is not
    # published; a client that relies on seeing them without asking shall notice.
    status = call.choice("status", _STATUSES, "open")
    financial = call.choice("financial_status", FINANCIAL_FILTERS, "any")
    shipping = call.choice("fulfillment_status", (*Shipped, "any"), "any")
    ids, since = call.numbers("ids", _MOST_IDS), call.whole("since_id", 0)
    bounds = {
        name: (call.moment(f"{name}_min"), call.moment(f"{name}_max"))
        for name in ("created_at", "updated_at", "processed_at")
    }
    return [
        each
        for each in call.store.purchases.values()
        if (status == "any" or status == _status(each))
        and (financial == "any" or financial == standing.financial_status(each))
        and (shipping == "any" or shipping == standing.shipped(each))
        and (not ids or each.id in ids)
        and each.id > since
        and all(
            is_within(least, _SORT_KEYS[name](each), most)
            for name, (least, most) in bounds.items()
        )
    ]


def _status(purchase: Purchase) -> str:
    if purchase.cancelled_at:
        return "cancelled"
    return "closed" if purchase.closed_at else "open"


def _sorted(call: Call, found: list[Purchase]) -> list[Purchase]:
    since = bool(call.text("since_id"))
    order = call.text("order") or ("id asc" if since else "created_at desc")
    name, _, direction = order.partition(" ")
    if name not in _SORT_KEYS or direction not in ("", "asc", "desc"):
        raise bad_request("order must be a field and asc or desc")
    key = _SORT_KEYS[name]
    return sorted(
        found, key=lambda each: (key(each), each.id), reverse=direction == "desc"
    )


def _only(call: Call, order: Json) -> Json:
    names = [name.strip() for name in call.text("fields").split(",") if name.strip()]
    if not names:
        return order
    return {name: value for name, value in order.items() if name in names}
