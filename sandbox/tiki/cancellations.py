"""Orders that fall through: struck off, cancelled, refused at the door, lost."""

from collections.abc import Sequence

from sandbox.orders import Units, less
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .journal import Journal
from .records import OrderItem, TikiOrder, Withdrawal
from .refusing import check_whole, forbid
from .statuses import (
    NOT_HANDED_OVER,
    ON_THE_WAY,
    Confirmation,
    OrderStatus,
    ShippingStatus,
)


class Reason:
    """A code and a text of ``cancel_info``."""

    BUYER = ("2034", "Khách hàng đổi ý")
    OUT_OF_STOCK = ("2005", "Nhà bán báo hết hàng")
    NOT_DELIVERED = ("2041", "Giao hàng không thành công")
    LOST = ("2052", "Đơn vị vận chuyển làm mất hàng")


class Cancellations:
    """Ends an order, and lets Tiki do with its reserve what it does."""

    def __init__(self, world: World, journal: Journal, inventory: Inventory) -> None:
        self._world = world
        self._journal = journal
        self._inventory = inventory

    def cancel(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer cancels, even while the parcel is on its way."""
        if order.status in ON_THE_WAY:
            check_whole(order, "cancel", units)
            self._turn_back(order)
        elif order.status in NOT_HANDED_OVER or order.status == OrderStatus.HOLDED:
            check_whole(order, "cancel", units)
            self._stop(order)
        else:
            raise forbid(order, "cancel", "goods are with the buyer or it has ended")
        self._end(shop, order, OrderStatus.CANCELED, Reason.BUYER, by="buyer")

    def fail_delivery(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer refuses or is not found; the parcel turns back."""
        if order.status != OrderStatus.SHIPPING:
            raise forbid(order, "fail_delivery", "it needs an order in shipping")
        check_whole(order, "fail_delivery", units)
        self._journal.scan(order, ShippingStatus.FAILED)
        order.carrier_reason = "customer_not_available"
        self._turn_back(order)
        # A seller who delivers says that delivery failed, which cancels the order;
        # what a carrier brings back is returned.
        ended = (
            OrderStatus.CANCELED if order.carried_by_seller else OrderStatus.RETURNED
        )
        self._end(shop, order, ended, Reason.NOT_DELIVERED, by="system")

    def lose(self, shop: Shop, order: TikiOrder) -> None:
        """The carrier loses the parcel on its way to the buyer."""
        order.parcel.lost_at = self._world.clock.stamp()
        self._journal.scan(order, ShippingStatus.LOST)
        self._end(shop, order, OrderStatus.CANCELED, Reason.LOST, by="system")

    def strike_off(
        self, shop: Shop, order: TikiOrder, items: Sequence[OrderItem]
    ) -> None:
        """The seller says that items are out of stock; the rest goes on.

        An order without any item left is cancelled.
        """
        for item in items:
            self._journal.confirm(order, item, Confirmation.SELLER_CANCELED)
        if not any(item.active for item in order.items):
            self._stop(order)
            self._end(
                shop, order, OrderStatus.CANCELED, Reason.OUT_OF_STOCK, by="seller"
            )
            return
        units = {item.line.sku: item.line.ordered for item in items}
        order.parcel.units = less(order.parcel.units, units)
        self._book(order, units)
        order.reserved = less(order.reserved, units)
        self._inventory.release(shop, units)

    def _stop(self, order: TikiOrder) -> None:
        if order.at_tiki:
            order.parcel.turned_back_at = self._world.clock.stamp()
            self._withdraw(order)
        self._journal.scan(order, ShippingStatus.CANCELED)

    def _turn_back(self, order: TikiOrder) -> None:
        order.parcel.turned_back_at = self._world.clock.stamp()
        if not order.carried_by_seller:
            order.return_shipping_code = f"RT{order.parcel.tracking_number}"
        self._journal.scan(order, ShippingStatus.RETURNING)

    def _withdraw(self, order: TikiOrder) -> None:
        for item in order.items:
            if item.requisition is not None:
                number = self._world.identifiers.number(7)
                item.withdrawals.append(Withdrawal(id=number))

    def _end(
        self,
        shop: Shop,
        order: TikiOrder,
        status: OrderStatus,
        reason: tuple[str, str],
        *,
        by: str,
    ) -> None:
        order.cancelled_by = by
        order.cancel_code, order.cancel_reason = reason
        if status is OrderStatus.CANCELED:
            order.canceled_at = self._world.clock.stamp()
        self._book(order, order.parcel.units)
        self._journal.move(shop, order, status)
        reserved, order.reserved = order.reserved, {}
        self._inventory.release(shop, reserved)

    def _book(self, order: TikiOrder, units: Units) -> None:
        left = bool(order.parcel.arranged_at)
        for line in order.lines:
            quantity = units.get(line.sku, 0)
            line.cancelled += quantity
            if not left:
                line.cancelled_before_leaving += quantity
        self._world.sales.refund(order, units, "cancelled")
