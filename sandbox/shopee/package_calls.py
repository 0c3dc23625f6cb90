"""Calls about packages and their tracking."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.orders import Order, Parcel

from .channel import Shopee
from .order_calls import find_order, list_row
from .order_json import LOCATION, LOGISTICS_CHANNEL, package_detail
from .paging import Key, page_after
from .statuses import ARRANGEABLE, OrderStatus, PackageStatus
from .wire import Answer, Bare, Call, WireError, number_in, page_size, wrong

_MOST_DETAILS = 50

# What ``filter.package_status`` stands for; none of them has been shipped yet.
_WORK = {
    0: (PackageStatus.NOT_START, *ARRANGEABLE, PackageStatus.REQUEST_CREATED),
    1: (PackageStatus.NOT_START,),
    2: ARRANGEABLE,
    3: (PackageStatus.REQUEST_CREATED,),
}

_Pair = tuple[Order, Parcel]


class PackageCalls:
    """``order/*`` about packages, and ``logistics/*``."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee

    def shipment_list(self, call: Call) -> Answer:
        """Packages of orders that can be arranged now."""
        shippable = [
            (order, parcel)
            for order, parcel in _pairs(call)
            if order.status in (OrderStatus.READY_TO_SHIP, OrderStatus.RETRY_SHIP)
            and parcel.status in ARRANGEABLE
        ]
        page, more, cursor = page_after(
            shippable, _key, call.text("cursor", ""), call.page_size()
        )
        return {
            "order_list": [list_row(order, parcel.number) for order, parcel in page],
            "more": more,
            "next_cursor": cursor,
        }

    def search(self, call: Call) -> Answer:
        """The work queue: packages that were not shipped yet."""
        wanted = _object(call.body, "filter").get("package_status", 0)
        if not isinstance(wanted, int) or wanted not in _WORK:
            raise wrong("package_status must be 0, 1, 2 or 3.")
        pagination = _object(call.body, "pagination")
        size = page_size(number_in(pagination, "page_size"))
        cursor = pagination.get("cursor") or ""
        if not isinstance(cursor, str):
            raise wrong("cursor is invalid.")
        waiting = [pair for pair in _pairs(call) if pair[1].status in _WORK[wanted]]
        page, more, next_cursor = page_after(waiting, _key, cursor, size)
        return {
            "packages_list": [
                {
                    **list_row(order, parcel.number),
                    "logistics_channel_id": LOGISTICS_CHANNEL,
                    "product_location_id": LOCATION,
                    "sorting_group": "North",
                    "is_shipment_arranged": bool(parcel.arranged_at),
                }
                for order, parcel in page
            ],
            "pagination": {
                "total_count": len(waiting),
                "next_cursor": next_cursor,
                "more": more,
            },
            "sort": {"sort_type": 1, "ascending": False},
        }

    def detail(self, call: Call) -> Answer:
        """Up to fifty packages by number."""
        wanted = call.texts("package_number_list", _MOST_DETAILS)
        known = {parcel.number: (order, parcel) for order, parcel in _pairs(call)}
        found = [known[number] for number in wanted if number in known]
        if not found:
            raise WireError(
                "error_not_found", "Wrong parameters, detail: the package is not found."
            )
        return {"package_list": [package_detail(*pair) for pair in found]}

    def tracking_number(self, call: Call) -> Answer:
        """The forward number of a package; empty before it is arranged."""
        _, parcel = _named(call)
        return {
            "tracking_number": parcel.tracking_number,
            "first_mile_tracking_number": None,
            "hint": "",
        }

    def tracking_info(self, call: Call) -> Answer:
        """The carrier's events, newest first."""
        order, parcel = _named(call)
        return {
            "order_sn": order.id,
            "package_number": parcel.number,
            "logistics_status": parcel.status,
            "tracking_info": [
                {
                    "update_time": event.at,
                    "description": event.text,
                    "logistics_status": event.code,
                }
                for event in reversed(parcel.events)
            ],
        }

    def ship_order(self, call: Call) -> Answer:
        """Arrange the shipment of an order, or of one package of a split order."""
        order = find_order(call)
        ways = [
            name
            for name in ("pickup", "dropoff", "non_integrated")
            if name in call.body
        ]
        if len(ways) != 1:
            raise wrong("one of pickup, dropoff and non_integrated is required.")
        parcel = _one(order, str(call.body.get("package_number") or ""))
        allowed = order.status in (OrderStatus.READY_TO_SHIP, OrderStatus.RETRY_SHIP)
        if not allowed or parcel.status not in ARRANGEABLE:
            raise WireError(
                "logistics.error_param", "The order status does not allow shipping."
            )
        if call.applies:
            shop = call.shop_account.shop
            with self._shopee.chronicle.entry(shop, order, "ship_order"):
                self._shopee.carrier.accept(parcel)
        return Bare()


def _pairs(call: Call) -> list[_Pair]:
    return [
        (order, parcel)
        for order in call.shop_account.shop.orders.values()
        for parcel in order.parcels
    ]


def _key(pair: _Pair) -> Key:
    order, parcel = pair
    return order.placed_at, parcel.number


def _named(call: Call) -> _Pair:
    order = call.shop_account.shop.orders.get(call.text("order_sn"))
    if order is None:
        raise WireError("logistics.invalid_error", "The order is not exist.")
    return order, _one(order, call.text("package_number", ""))


def _one(order: Order, number: str) -> Parcel:
    if not number:
        if len(order.parcels) > 1:
            raise wrong("package_number is required for a split order.")
        return order.parcels[0]
    for parcel in order.parcels:
        if parcel.number == number:
            return parcel
    raise WireError("logistics.invalid_error", "The package is not exist.")


def _object(body: Mapping[str, object], name: str) -> Json:
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise wrong(f"{name} must be an object.")
    return value
