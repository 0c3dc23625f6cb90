"""Cancelling: by the buyer, the seller or the marketplace, and what follows."""

from collections.abc import Sequence

from sandbox.orders import Parcel, Units
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .orders import Cancellation, LineItem, TikTokOrder, units_of
from .parcels import Carrier, forbid, on_the_way, parcels_in
from .statuses import (
    STILL_HERE,
    CancelStatus,
    CancelType,
    OrderStatus,
    PackageStatus,
    Role,
    TrackingEvent,
)

BUYER_REASON = "ecom_order_to_ship_canceled_reason_no_longer_needed"
SELLER_REASONS = {
    "seller_cancel_reason_out_of_stock": "Out of stock",
    "seller_cancel_reason_wrong_price": "Pricing error",
    "seller_cancel_paid_reason_address_not_deliver": "Unable to deliver to the address",
}
_FAILED_REASON = "ecom_order_shipped_canceled_reason_delivery_failed"
_LOST_REASON = "ecom_order_shipped_canceled_reason_package_lost"
_LATE_REASON = "ecom_order_canceled_reason_exceeded_deadline"
_TEXTS = {
    BUYER_REASON: "No longer needed",
    _FAILED_REASON: "Package delivery failed",
    _LOST_REASON: "Package lost",
    _LATE_REASON: "The order was not delivered in time",
    **SELLER_REASONS,
}
_ANSWER_WITHIN = 2 * 86400


class Cancellations:
    """What may be called off, and the records that tell of it."""

    def __init__(self, world: World, carrier: Carrier, inventory: Inventory) -> None:
        self._world = world
        self._carrier = carrier
        self._inventory = inventory

    def cancel(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer cancels the whole order, which is granted at once."""
        self.check(order, "cancel", units)
        self.grant(shop, order, self.ask_for(order, Role.BUYER, BUYER_REASON))

    def ask(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer asks to cancel; the seller must answer in time."""
        self.check(order, "ask_cancel", units)
        if order.status in (OrderStatus.UNPAID, OrderStatus.ON_HOLD):
            raise forbid(order, "ask_cancel", "nobody is asked yet: use cancel")
        case = self.ask_for(order, Role.BUYER, BUYER_REASON)
        case.deadline = self._world.clock.stamp() + _ANSWER_WITHIN
        order.cancel_asked = True
        for line in order.lines:
            line.cancel_requested = line.active

    def auto_cancel(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The marketplace calls off an order that is late, even one on its way.

        The carrier turns such a parcel round, and its package is CANCELLED: only
        the collection time still tells that it left.
        """
        if not _living(order, _undelivered(order)):
            raise forbid(order, "auto_cancel", "allowed before delivery only")
        if units is not None:
            raise forbid(order, "auto_cancel", "it takes everything undelivered")
        self._close_pending(order)
        for parcel in on_the_way(order):
            self._carrier.turn_back(parcel)
        self.grant(shop, order, self.ask_for(order, Role.SYSTEM, _LATE_REASON))

    def fail(self, shop: Shop, order: TikTokOrder, parcels: list[Parcel]) -> None:
        """Call off what could not be delivered; the package stays FULFILLING."""
        items = _living(order, parcels)
        case = self._record(order, items, Role.SYSTEM, _FAILED_REASON)
        self._book(shop, order, case)

    def lose(self, shop: Shop, order: TikTokOrder, parcels: list[Parcel]) -> None:
        """Call off what the carrier lost on its way out."""
        items = _living(order, parcels)
        for parcel in parcels:
            self._carrier.move(parcel, PackageStatus.CANCELLED)
        if items:
            case = self._record(order, items, Role.SYSTEM, _LOST_REASON)
            self._book(shop, order, case)

    def check(self, order: TikTokOrder, action: str, units: Units | None) -> None:
        """Refuse what the marketplace would not cancel any more."""
        if not self.allows(order):
            raise forbid(
                order,
                action,
                "allowed before collection only: use fail_delivery, auto_cancel or "
                "request_return",
            )
        if order.pending_cancellation() is not None:
            raise forbid(order, action, "the seller must answer the request first")
        if units is not None and units != units_of(_living(order, order.parcels)):
            raise forbid(order, action, "here an order is cancelled as a whole")

    def allows(self, order: TikTokOrder) -> bool:
        """Whether the goods are still in the building."""
        gone = any(parcel.picked_up_at for parcel in order.parcels)
        return not gone and order.status != OrderStatus.CANCELLED

    def ask_for(self, order: TikTokOrder, role: Role, reason: str) -> Cancellation:
        """Open the record of a cancellation of everything undelivered."""
        if role is Role.BUYER:
            order.cancel_requested_at = self._world.clock.stamp()
        return self._record(order, _living(order, _undelivered(order)), role, reason)

    def grant(self, shop: Shop, order: TikTokOrder, case: Cancellation) -> None:
        """Carry out a cancellation that was asked for."""
        self._forget_request(order)
        here = parcels_in(order, STILL_HERE)
        case.should_replenish = bool(here)
        for parcel in (*here, *parcels_in(order, (PackageStatus.FULFILLING,))):
            if all(item.parcel is not parcel for item in case.items):
                continue
            if parcel.arranged_at and not parcel.picked_up_at:
                self._carrier.scan(parcel, TrackingEvent.CANCELLED)
            self._carrier.move(parcel, PackageStatus.CANCELLED)
        waiting = [item for item in case.items if not item.parcel.picked_up_at]
        self._inventory.release(shop, units_of(waiting))
        self._book(shop, order, case)

    def refuse(self, order: TikTokOrder, case: Cancellation) -> None:
        """The seller says no; the order goes on where it was."""
        self._forget_request(order)
        self._set(case, CancelStatus.WITHDRAWN)

    def complete(self, case: Cancellation) -> None:
        """The refund has reached the buyer."""
        self._set(case, CancelStatus.COMPLETE)

    def _close_pending(self, order: TikTokOrder) -> None:
        pending = order.pending_cancellation()
        if pending is not None:
            self.refuse(order, pending)

    def _forget_request(self, order: TikTokOrder) -> None:
        order.cancel_asked = False
        for line in order.lines:
            line.cancel_requested = 0

    def _record(
        self, order: TikTokOrder, items: list[LineItem], role: Role, reason: str
    ) -> Cancellation:
        now = self._world.clock.stamp()
        draw = self._world.identifiers.digits
        case = Cancellation(
            id=draw(15, "4035"),
            order=order,
            items=items,
            item_ids=[draw(15, "4035") for _ in items],
            type=CancelType.BUYER_CANCEL if role is Role.BUYER else CancelType.CANCEL,
            status=CancelStatus.PENDING,
            role=role,
            reason=reason,
            reason_text=_TEXTS[reason],
            amount=order.worth(units_of(items)) if order.paid_at else 0,
            requested_at=now,
            updated_at=now,
        )
        order.cancellations.append(case)
        return case

    def _book(self, shop: Shop, order: TikTokOrder, case: Cancellation) -> None:
        for item in case.items:
            line = order.line(item.sku)
            assert line is not None, "a line item is one unit of a line"
            line.cancelled += 1
            line.cancelled_before_leaving += not item.parcel.arranged_at
            item.cancelled = True
            item.cancelled_by = case.role.value
            item.cancel_reason = case.reason_text
        units = units_of(case.items)
        self._world.sales.refund(order, units, f"cancellation {case.id}")
        self._inventory.restock_cancelled(shop, units)
        order.cancelled_by = case.role.value
        order.cancel_reason = case.reason_text
        self._set(case, CancelStatus.SUCCESS)

    def _set(self, case: Cancellation, status: CancelStatus) -> None:
        case.status = status
        case.updated_at = self._world.clock.stamp()
        case.deadline = 0


def _undelivered(order: TikTokOrder) -> list[Parcel]:
    return parcels_in(order, set(PackageStatus) - {PackageStatus.COMPLETED})


def _living(order: TikTokOrder, parcels: Sequence[Parcel]) -> list[LineItem]:
    return [
        item
        for parcel in parcels
        for item in order.in_parcel(parcel)
        if not item.cancelled
    ]
