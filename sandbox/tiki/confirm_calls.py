"""What a seller tells Tiki about an order, and the papers that go with it."""

from sandbox.channel import Json

from .channel import Tiki
from .order_calls import OrderCalls
from .order_json import TIKI_WAREHOUSE, order_json, warehouse_json
from .records import OrderItem, TikiOrder
from .statuses import Confirmation, Model, OrderStatus
from .times import local, moment
from .wire import Call, WireError, whole

_SLOT_SECONDS = 4 * 3600
_SLOTS = 6


class ConfirmCalls:
    """Confirming stock, reporting deliveries, fetching labels."""

    def __init__(self, tiki: Tiki) -> None:
        self._tiki = tiki
        self._orders = OrderCalls()

    def confirm(self, call: Call) -> Json:
        """Say which items are on the shelf; the others are struck off the order."""
        order = self._waiting_order(call)
        if order.model is Model.DROPSHIP:
            raise WireError(400, "The order is not supported by this operation")
        named = call.body.get("available_item_ids")
        known = [item.id for item in order.items]
        if not isinstance(named, list) or any(each not in known for each in named):
            raise WireError(400, "available_item_ids has items that are not waiting")
        self._check_inventory(call)
        missing = [i for i in order.waiting_items if i.id not in named]
        if call.applies:
            self._say(call, order, missing)
        return self._answer(call, order)

    def confirm_dropship(self, call: Call) -> Json:
        """Say yes or no to a dropship order as a whole."""
        order = self._waiting_order(call)
        if order.model is not Model.DROPSHIP:
            raise WireError(400, "The order is not supported by this operation")
        word = call.body.get("confirmation_status")
        if word not in (Confirmation.SELLER_CONFIRMED, Confirmation.SELLER_CANCELED):
            raise WireError(400, "confirmation_status is not valid")
        self._check_inventory(call)
        confirmed = word == Confirmation.SELLER_CONFIRMED
        if confirmed:
            _check_pickup_time(call)
        if call.applies:
            self._say(call, order, [] if confirmed else order.waiting_items)
        return self._answer(call, order)

    def pickup_slots(self, call: Call) -> Json:
        """The times at which a driver could come."""
        first = call.wall - call.wall % _SLOT_SECONDS + _SLOT_SECONDS
        slots = [local(first + turn * _SLOT_SECONDS) for turn in range(_SLOTS)]
        return {"expected_pickup_times": slots}

    def update_delivery(self, call: Call) -> Json:
        """A seller who delivers says how it went."""
        order = self._orders.find(call)
        if not order.carried_by_seller or order.status not in (
            OrderStatus.READY_TO_SHIP,
            OrderStatus.SHIPPING,
        ):
            raise WireError(400, "The order is not being delivered by the seller")
        status, cause = call.body.get("status"), call.body.get("failure_cause")
        if status not in ("successful_delivery", "failed_delivery"):
            raise WireError(400, "status is not valid")
        causes = ("out_of_needs", "redelivery_appointment", "out_of_stock")
        if status == "failed_delivery" and cause not in causes:
            raise WireError(400, "failure_cause is not valid")
        if call.applies:
            self._deliver(call, order, str(cause) if cause else "")
        return self._answer(call, order)

    def label(self, call: Call) -> Json:
        """Where the label is; there is none before the order is confirmed."""
        order = self._orders.find(call)
        if order.waiting_items or order.status == OrderStatus.CANCELED:
            raise WireError(400, "The order has no label")
        return {"shipping_label_url": f"https://print.tiki.invalid/{order.id}.html"}

    def inventories(self, call: Call) -> Json:
        """The warehouses that an order may be confirmed from."""
        codes = call.words("tiki_warehouse_codes")
        if not codes:
            raise WireError(400, "tiki_warehouse_codes must not be empty")
        account = call.account
        served = TIKI_WAREHOUSE["code"] in codes
        return {
            "seller_inventories": (
                [warehouse_json(account.supplies, account)] if served else []
            ),
            "mappings": (
                [
                    {
                        "tiki_warehouse_code": TIKI_WAREHOUSE["code"],
                        "seller_inventory_ids": [account.supplies.id],
                    }
                ]
                if served
                else []
            ),
        }

    def _waiting_order(self, call: Call) -> TikiOrder:
        order = self._orders.find(call)
        if order.status != OrderStatus.QUEUEING or not order.waiting_items:
            raise WireError(400, "The order is not waiting for confirmation")
        return order

    def _check_inventory(self, call: Call) -> None:
        if whole(call.body, "seller_inventory_id") != call.account.supplies.id:
            raise WireError(400, "seller_inventory_id is not valid")

    def _say(self, call: Call, order: TikiOrder, missing: list[OrderItem]) -> None:
        tiki, shop = self._tiki, call.account.shop
        with tiki.journal.entry(order, "seller_confirms"):
            if missing:
                tiki.cancellations.strike_off(shop, order, missing)
            if order.waiting_items:
                tiki.story.confirm(shop, order, None)

    def _deliver(self, call: Call, order: TikiOrder, cause: str) -> None:
        tiki, shop = self._tiki, call.account.shop
        with tiki.journal.entry(order, "seller_delivers"):
            if order.status == OrderStatus.READY_TO_SHIP:
                tiki.story.pick_up(shop, order, None)
            if not cause:
                tiki.story.deliver(shop, order, None)
            elif cause != "redelivery_appointment":
                tiki.cancellations.fail_delivery(shop, order, None)

    def _answer(self, call: Call, order: TikiOrder) -> Json:
        return order_json(order, call.account, ())


def _check_pickup_time(call: Call) -> None:
    text = call.body.get("expected_pickup_time")
    if not isinstance(text, str) or moment(text, "expected_pickup_time") is None:
        raise WireError(400, "expected_pickup_time must not be empty")
