"""An order's way from checkout to the buyer, or half of it."""

from sandbox.orders import Order, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .lifecycle import Lifecycle
from .parcels import Carrier, chosen, forbid, listed, parcels_in
from .records import OrderRecord
from .refunds import RefundedRow, RefundRequest, Refunds
from .site import Site
from .statuses import ENDED, LIVE, SHIPPED, OrderStatus, ParcelStatus
from .tracking import TrackingPlugin

_UNPAID = (OrderStatus.PENDING, OrderStatus.ON_HOLD, OrderStatus.FAILED)
_SENDABLE = (OrderStatus.PROCESSING, OrderStatus.PARTIAL_SHIPPED)


class Story:
    """What the buyer, the shop's owner and the carrier do on the way out."""

    def __init__(
        self,
        world: World,
        carrier: Carrier,
        plugin: TrackingPlugin,
        lifecycle: Lifecycle,
        refunds: Refunds,
    ) -> None:
        self._world = world
        self._carrier = carrier
        self._plugin = plugin
        self._lifecycle = lifecycle
        self._refunds = refunds

    def pay(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The payment arrives."""
        if record.status not in _UNPAID:
            raise forbid(record.order, "pay", "pending, on-hold or failed is needed")
        self._lifecycle.change(site, record, OrderStatus.PROCESSING)

    def hold(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The buyer chose a bank transfer: the order waits for the money."""
        if record.status != OrderStatus.PENDING:
            raise forbid(record.order, "hold", "only a pending order can wait")
        self._lifecycle.change(site, record, OrderStatus.ON_HOLD)

    def fail_payment(
        self, site: Site, record: OrderRecord, units: Units | None
    ) -> None:
        """The payment was refused."""
        if record.status not in (OrderStatus.PENDING, OrderStatus.ON_HOLD):
            raise forbid(record.order, "fail_payment", "pending or on-hold is needed")
        self._lifecycle.change(site, record, OrderStatus.FAILED)

    def arrange(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The seller makes a label, for some units or for all that wait.

        The status stays; the tracking number is what tells.
        """
        order = record.order
        waiting = parcels_in(order, (ParcelStatus.PENDING,))
        if record.status not in _SENDABLE or not waiting:
            raise forbid(
                order, "arrange", f"processing is needed; {listed(order.parcels)}"
            )
        if units is not None:
            waiting = [self._parcel_with(order, waiting, units)]
        for parcel in waiting:
            self._carrier.label(parcel)
        self._written(site, record)

    def pick_up(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The carrier takes parcels; the plugin marks the order as shipped."""
        waiting = parcels_in(record.order, (ParcelStatus.PRE_TRANSIT,))
        for parcel in chosen(record.order, "pick_up", units, waiting):
            self._carrier.move(parcel, ParcelStatus.IN_TRANSIT)
            parcel.picked_up_at = parcel.updated_at
        still_here = parcels_in(
            record.order, (ParcelStatus.PENDING, ParcelStatus.PRE_TRANSIT)
        )
        self._advance(
            site,
            record,
            OrderStatus.PARTIAL_SHIPPED if still_here else OrderStatus.COMPLETED,
        )

    def complete(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The owner hands everything over without a label and marks it completed."""
        waiting = parcels_in(record.order, (ParcelStatus.PENDING,))
        if record.status not in _SENDABLE or not waiting:
            raise forbid(record.order, "complete", "processing is needed")
        for parcel in waiting:
            self._carrier.move(parcel, ParcelStatus.IN_TRANSIT)
            parcel.picked_up_at = parcel.updated_at
        self._advance(site, record, OrderStatus.COMPLETED)

    def deliver(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The buyer takes the parcel."""
        travelling = parcels_in(record.order, (ParcelStatus.IN_TRANSIT,))
        for parcel in chosen(record.order, "deliver", units, travelling):
            self._carrier.move(parcel, ParcelStatus.DELIVERED)
            parcel.delivered_at = parcel.updated_at
        live = {parcel.status for parcel in parcels_in(record.order, LIVE)}
        if live == {ParcelStatus.DELIVERED}:
            self._advance(site, record, OrderStatus.DELIVERED)
        else:
            self._written(site, record)

    def fail_delivery(
        self, site: Site, record: OrderRecord, units: Units | None
    ) -> None:
        """The buyer refuses or is not found; the parcel turns back as it is.

        Once nothing else of the order lives on, the plugin sets it to failed, and
        WooCommerce puts the units back as for a failed payment.
        """
        travelling = parcels_in(record.order, (ParcelStatus.IN_TRANSIT,))
        for parcel in chosen(record.order, "fail_delivery", units, travelling):
            self._carrier.turn_back(parcel)
            self._count_lost_sale(record, parcel)
        self.give_up_delivery(site, record, "Failed delivery")

    def give_up_delivery(self, site: Site, record: OrderRecord, reason: str) -> None:
        """Set the order to failed if no parcel of it can still arrive."""
        if parcels_in(record.order, LIVE) or record.status in ENDED:
            self._written(site, record)
            return
        record.order.cancelled_by = "system"
        record.order.cancel_reason = reason
        self._lifecycle.change(site, record, OrderStatus.FAILED)

    def lose(self, site: Site, record: OrderRecord, parcels: list[Parcel]) -> None:
        """The carrier loses parcels, on their way to the buyer or back."""
        for parcel in parcels:
            self._carrier.move(parcel, ParcelStatus.EXCEPTION)
            parcel.lost_at = parcel.updated_at
            if not parcel.turned_back_at:
                self._count_lost_sale(record, parcel)
        self.give_up_delivery(site, record, "Parcel lost")

    def cancel(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """Cancel: the buyer before paying, the shop's owner by hand at any time.

        WooCommerce stops nobody from cancelling an order that has left.  A part is
        taken out by a refund, for it knows no partial cancellation.
        """
        order = record.order
        if record.status in (OrderStatus.CANCELLED, OrderStatus.TRASH):
            raise forbid(order, "cancel", "there is nothing left to cancel")
        if units is not None and any(
            units.get(line.sku, 0) != line.active for line in order.lines
        ):
            self._cancel_part(site, record, units)
            return
        by_buyer = record.status in (OrderStatus.PENDING, OrderStatus.FAILED)
        order.cancelled_by = "buyer" if by_buyer else "seller"
        order.cancel_reason = "Change of mind"
        self._lifecycle.change(site, record, OrderStatus.CANCELLED)

    def refund_rows(self, record: OrderRecord, units: Units) -> dict[int, RefundedRow]:
        """The rows of a refund for these units at the price they were sold for."""
        return {
            item.id: RefundedRow(
                quantity=units[item.line.sku],
                total=units[item.line.sku] * item.line.listing.price,
            )
            for item in record.items
            if units.get(item.line.sku)
        }

    def refund_by_hand(self, site: Site, record: OrderRecord, units: Units) -> None:
        """The owner refunds on the order's page; the box to restock is the habit."""
        rows = self.refund_rows(record, units)
        amount = min(sum(row.total for row in rows.values()), record.refundable)
        self._refunds.by_hand(
            site, record, RefundRequest(amount=amount, reason="By hand", rows=rows)
        )

    def _cancel_part(self, site: Site, record: OrderRecord, units: Units) -> None:
        waiting = parcels_in(record.order, (ParcelStatus.PENDING,))
        for sku, quantity in units.items():
            if quantity > sum(parcel.units.get(sku, 0) for parcel in waiting):
                raise NotAllowed(
                    "cancel: units can be called off in part before they have a "
                    f"label only; {listed(record.order.parcels)}"
                )
        self.refund_by_hand(site, record, units)

    def _advance(self, site: Site, record: OrderRecord, status: OrderStatus) -> None:
        if record.status in (*_SENDABLE, *SHIPPED):
            self._lifecycle.change(site, record, status)
        self._written(site, record)

    def _written(self, site: Site, record: OrderRecord) -> None:
        self._plugin.write(site, record)
        self._lifecycle.save(site, record)

    def _count_lost_sale(self, record: OrderRecord, parcel: Parcel) -> None:
        for line in record.order.lines:
            line.cancelled += min(line.active, parcel.units.get(line.sku, 0))

    def _parcel_with(self, order: Order, waiting: list[Parcel], units: Units) -> Parcel:
        for parcel in waiting:
            if parcel.units == units:
                return parcel
        for parcel in waiting:
            if covers(parcel.units, units):
                parcel.units = less(parcel.units, units)
                part = self._carrier.new_parcel(units)
                order.parcels.append(part)
                return part
        raise NotAllowed(
            f"arrange: no parcel that waits holds these units; {listed(waiting)}"
        )
