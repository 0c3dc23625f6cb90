"""Calls about orders and where their parcels are."""

from collections.abc import Iterator

from sandbox.channel import Json
from sandbox.shops import Shop

from .channel import TikTok
from .errors import no_order
from .order_json import order_json, parcel_tracking, price_detail, tracking
from .orders import TikTokOrder
from .paging import Stamped, page
from .statuses import OrderStatus
from .wire import Call, Fields, invalid

_MOST_IDS = 50


def orders_of(shop: Shop) -> Iterator[TikTokOrder]:
    """A shop's orders, oldest first."""
    for order in shop.orders.values():
        assert isinstance(order, TikTokOrder), "this channel places no others"
        yield order


def find_order(call: Call, order_id: str) -> TikTokOrder:
    """An order of the call's shop, or the refusal."""
    order = call.shop_account.shop.orders.get(order_id)
    if not isinstance(order, TikTokOrder):
        raise no_order(order_id)
    return order


class OrderCalls:
    """``order/*`` and the tracking of an order."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def search(self, call: Call) -> Json:
        """Orders by filters in the body; pages and sorting stand in the query."""
        size = call.page_size(100)
        account = call.shop_account
        wanted = _Filter(call.fields())
        rows = [
            Stamped(
                row=order,
                id=order.id,
                created_at=order.placed_at,
                updated_at=order.updated_at,
            )
            for order in orders_of(account.shop)
            if wanted.takes(order, account.warehouse.sales_id)
        ]
        return page(
            call, rows, size, "orders", lambda row: order_json(row, account.warehouse)
        )

    def detail(self, call: Call) -> Json:
        """Up to fifty orders; those that are not here are left out."""
        ids = [part for part in call.text("ids").split(",") if part]
        if not 1 <= len(ids) <= _MOST_IDS:
            raise invalid(f"The `ids` query parameter takes 1 to {_MOST_IDS} values.")
        account = call.shop_account
        known = [each for each in dict.fromkeys(ids) if each in account.shop.orders]
        if not known:
            raise no_order(ids[0])
        found = [find_order(call, each) for each in known]
        return {"orders": [order_json(each, account.warehouse) for each in found]}

    def price_detail(self, call: Call) -> Json:
        """What an order cost, unit by unit."""
        return price_detail(find_order(call, call.path["order_id"]))

    def tracking(self, call: Call) -> Json:
        """The scans of an order's packages in one list."""
        return tracking(find_order(call, call.path["order_id"]))

    def parcel_tracking(self, call: Call) -> Json:
        """The scans of an order, package by package."""
        return parcel_tracking(find_order(call, call.path["order_id"]))


class _Filter:
    """What a search asks for."""

    def __init__(self, fields: Fields) -> None:
        self._status = fields.choice("order_status", OrderStatus)
        self._shipping = fields.optional_text("shipping_type")
        if self._shipping not in ("", "TIKTOK", "SELLER"):
            raise invalid("The `shipping_type` value is not supported.")
        self._buyer = fields.optional_text("buyer_user_id")
        self._asked = fields.flag("is_buyer_request_cancel")
        self._warehouses = fields.texts("warehouse_ids")
        self._created = between(fields, "create_time")
        self._updated = between(fields, "update_time")

    def takes(self, order: TikTokOrder, warehouse_id: str) -> bool:
        """Whether an order fits."""
        return (
            self._status in ("", order.status)
            and self._shipping in ("", "TIKTOK")
            and self._buyer in ("", order.buyer_id)
            and self._asked in (None, order.cancel_asked)
            and (not self._warehouses or warehouse_id in self._warehouses)
            and order.placed_at in self._created
            and order.updated_at in self._updated
        )


def between(fields: Fields, name: str) -> range:
    """The whole seconds from ``_ge`` on and before ``_lt``."""
    since = fields.optional_number(f"{name}_ge")
    until = fields.optional_number(f"{name}_lt")
    return range(since or 0, 2**40 if until is None else until)
