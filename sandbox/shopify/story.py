"""An order's way from the shop to the buyer, or half of it."""

from sandbox.orders import Event, Parcel, Units, covers
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .parcels import chosen, forbid, is_out, is_waiting, travels_back
from .records import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    Purchase,
)
from .statuses import EventStatus, FulfillmentStatus, TransactionStatus


class Story:
    """What the merchant, the carrier and the buyer do on the way out."""

    def __init__(self, world: World, inventory: Inventory) -> None:
        self._world = world
        self._inventory = inventory

    def pay(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The money of an order that was not paid at once comes in."""
        if standing.received(purchase) or purchase.cancelled_at:
            raise forbid(purchase, "pay", "only an order that waits for its money")
        self._take_money(purchase)

    def arrange(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The merchant fulfils: units are packed under a tracking number.

        From here on they have left the merchant's books, and left on hand.
        """
        waiting = unfulfilled(purchase)
        if purchase.cancelled_at or not waiting:
            raise forbid(purchase, "arrange", "it needs units that are not fulfilled")
        packed = dict(waiting if units is None else units)
        if not covers(waiting, packed):
            raise NotAllowed(f"arrange: not fulfilled are {waiting}")
        self._fulfil(shop, purchase, packed)

    def pick_up(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The carrier takes the parcels that wait for it."""
        for each in chosen(purchase, "pick_up", units, is_waiting, "a packed parcel"):
            each.parcel.picked_up_at = self._world.clock.stamp()
            self._scan(each, EventStatus.IN_TRANSIT, "Đơn hàng đang được vận chuyển")

    def deliver(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The buyer takes the parcel; cash is handed over with the last one."""
        for each in chosen(purchase, "deliver", units, is_out, "a parcel on its way"):
            each.parcel.delivered_at = self._world.clock.stamp()
            self._scan(each, EventStatus.DELIVERED, "Giao hàng thành công")
        all_there = all(each.parcel.delivered_at for each in purchase.fulfillments)
        cod = purchase.order.cod and not purchase.cancelled_at
        if cod and all_there and not unfulfilled(purchase):
            self._take_money(purchase)

    def fail_delivery(
        self, shop: Shop, purchase: Purchase, units: Units | None
    ) -> None:
        """The buyer refuses or is not found; the parcel turns back as it is.

        Shopify does nothing about it: no return, no cancel, no refund.
        """
        needs = "a parcel on its way"
        for each in chosen(purchase, "fail_delivery", units, is_out, needs):
            self._scan(each, EventStatus.ATTEMPTED_DELIVERY, "Giao không thành công")
            self._scan(each, EventStatus.FAILURE, "Người nhận từ chối, chuyển hoàn")
            each.parcel.turned_back_at = self._world.clock.stamp()

    def bring_back(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """A parcel that turned back reaches the merchant; nothing on Shopify tells."""
        needs = "a parcel or a return on its way back"
        for each in chosen(purchase, "arrive_back", units, travels_back, needs):
            each.parcel.came_back_at = self._world.clock.stamp()

    def cancel_fulfillment(
        self, shop: Shop, purchase: Purchase, units: Units | None
    ) -> None:
        """Somebody takes the fulfilment back; Shopify counts the units as here."""
        live = "a fulfilment that was not cancelled"
        for each in chosen(
            purchase, "cancel_fulfillment", units, lambda each: each.is_live, live
        ):
            self.revert(shop, purchase, each)

    def revert(self, shop: Shop, purchase: Purchase, fulfillment: Fulfillment) -> None:
        """Cancel one fulfilment; a parcel that is on its way is called back."""
        in_returns = any(purchase.returned_from(each) for each in fulfillment.lines)
        if in_returns:
            raise forbid(purchase, "cancel_fulfillment", "it has a return")
        now = self._world.clock.stamp()
        if is_out(fulfillment):
            fulfillment.parcel.turned_back_at = now
        fulfillment.status = FulfillmentStatus.CANCELLED
        fulfillment.updated_at = fulfillment.parcel.updated_at = now
        fulfillment.parcel.status = fulfillment.display_status
        for line in fulfillment.lines:
            line.item.reverted += line.quantity
        self._inventory.unship(shop, fulfillment.parcel.units)

    def _fulfil(self, shop: Shop, purchase: Purchase, units: Units) -> None:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        number = identifiers.digits(10, "VN")
        fulfillment = Fulfillment(
            id=identifiers.number(13),
            name=f"{purchase.name}-F{len(purchase.fulfillments) + 1}",
            parcel=Parcel(
                number=number,
                units=dict(units),
                status="",
                updated_at=now,
                tracking_number=number,
                arranged_at=now,
            ),
            lines=[
                FulfillmentLine(
                    id=identifiers.number(14),
                    item=purchase.item(sku),
                    quantity=quantity,
                )
                for sku, quantity in units.items()
            ],
            created_at=now,
            updated_at=now,
        )
        for line in fulfillment.lines:
            line.item.reverted -= min(line.item.reverted, line.quantity)
        purchase.fulfillments.append(fulfillment)
        purchase.order.parcels.append(fulfillment.parcel)
        self._inventory.ship(shop, units)
        confirmed = purchase.order.cod
        status = EventStatus.CONFIRMED if confirmed else EventStatus.LABEL_PRINTED
        self._scan(fulfillment, status, "Đã tạo vận đơn")

    def _scan(
        self, fulfillment: Fulfillment, status: EventStatus, message: str
    ) -> None:
        now = self._world.clock.stamp()
        fulfillment.events.append(
            FulfillmentEvent(
                id=self._world.identifiers.number(14),
                status=status,
                at=now,
                message=message,
            )
        )
        fulfillment.updated_at = now
        parcel = fulfillment.parcel
        parcel.events.append(Event(at=now, code=status.value, text=message))
        parcel.status, parcel.updated_at = fulfillment.display_status, now

    def _take_money(self, purchase: Purchase) -> None:
        now = self._world.clock.stamp()
        for transaction in purchase.transactions:
            if transaction.status is TransactionStatus.PENDING:
                transaction.amount = standing.current_price(purchase)
                transaction.status = TransactionStatus.SUCCESS
                transaction.at = purchase.order.paid_at = now


def unfulfilled(purchase: Purchase) -> dict[str, int]:
    """Units of each SKU that wait to be shipped; rows of zero are left out."""
    waiting = {each.line.sku: purchase.unfulfilled(each) for each in purchase.items}
    return {sku: quantity for sku, quantity in waiting.items() if quantity}
