"""What comes back after delivery, of which the API shows next to nothing."""

from sandbox.orders import Return, Units, covers, less, total
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .cancellations import Cancellations
from .journal import Journal
from .records import TikiOrder
from .refusing import check_whole, forbid
from .statuses import (
    ON_THE_WAY,
    WITH_BUYER,
    OrderStatus,
    ReturnStatus,
    ShippingStatus,
    WithdrawalStatus,
)


class Aftersales:
    """Returns that buyers settle with Tiki's service desk.

    There is no call that lists them.  Once Tiki agrees, a waybill for the way back
    stands on the order; an order whose goods all travel back is called returned.
    """

    def __init__(
        self, world: World, journal: Journal, cancellations: Cancellations
    ) -> None:
        self._world = world
        self._journal = journal
        self._cancellations = cancellations

    def request(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer wants to return delivered goods, and Tiki makes a waybill."""
        if order.status not in (*WITH_BUYER, OrderStatus.RETURNED):
            raise forbid(order, "request_return", "it needs a delivered order")
        returnable = _returnable(order)
        wanted = dict(returnable if units is None else units)
        if not wanted or not covers(returnable, wanted):
            raise NotAllowed(
                f"request_return: of order {order.id} these units can still be "
                f"returned: {returnable or 'none'}"
            )
        if self._world.clock.now() > order.returnable_until:
            raise forbid(
                order, "request_return", "the buyer's time to return has passed"
            )
        order.returns.append(self._case(order, wanted))
        for line in order.lines:
            line.return_requested += wanted.get(line.sku, 0)
        order.return_shipping_code = order.returns[-1].tracking_number
        self._journal.touch(order)

    def refund(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki gives the money back; nothing of the order shows it."""
        for case in reversed(order.returns):
            fits = units is None or case.units == units
            if case.status == ReturnStatus.REQUESTED and fits:
                self._accept(order, case)
                return
        raise forbid(order, "refund", "no return waits for it")

    def send_back(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer hands the return parcel over."""
        case = _waiting(order, units)
        if case is None:
            raise forbid(order, "send_back", "no return waits for its parcel")
        case.handed_over_at = case.updated_at = self._world.clock.stamp()
        case.reverse_status = ShippingStatus.RETURNING
        self._journal.scan(order, ShippingStatus.RETURNING)
        sent = total([each.units for each in order.returns if each.handed_over_at])
        if sent == order.parcel.units:
            self._journal.move(shop, order, OrderStatus.RETURNED)

    def arrive_back(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Goods are brought to the seller's door."""
        now = self._world.clock.stamp()
        case = _travelling(order, units)
        if case is not None:
            case.came_back_at = case.updated_at = now
            case.reverse_status = ShippingStatus.RETURNED
        elif order.parcel.travels_back:
            check_whole(order, "arrive_back", units)
            order.parcel.came_back_at = now
            for item in order.items:
                for withdrawal in item.withdrawals:
                    withdrawal.status = WithdrawalStatus.COMPLETED
        else:
            raise forbid(order, "arrive_back", "nothing is on its way back")
        self._journal.scan(order, ShippingStatus.RETURNED)

    def lose(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The carrier loses a parcel: a return parcel, one turned back, or one out."""
        case = _travelling(order, units)
        if case is not None:
            case.lost_at = case.updated_at = self._world.clock.stamp()
            case.reverse_status = ShippingStatus.LOST
            self._journal.scan(order, ShippingStatus.LOST)
            return
        check_whole(order, "lose", units)
        if order.status in ON_THE_WAY:
            self._cancellations.lose(shop, order)
        elif order.parcel.travels_back:
            order.parcel.lost_at = self._world.clock.stamp()
            self._journal.scan(order, ShippingStatus.LOST)
        else:
            raise forbid(order, "lose", "no parcel is in a carrier's hands")

    def _case(self, order: TikiOrder, units: dict[str, int]) -> Return:
        identifiers = self._world.identifiers
        now = self._world.clock.stamp()
        return Return(
            id=identifiers.digits(9),
            units=units,
            status=ReturnStatus.REQUESTED,
            reverse_status=ShippingStatus.PENDING,
            reason="Khách hàng muốn trả hàng",
            needs_logistics=True,
            in_transit=False,
            after_completion=order.completed,
            amount=order.worth(units),
            requested_at=now,
            updated_at=now,
            tracking_number=identifiers.digits(12, "RT"),
        )

    def _accept(self, order: TikiOrder, case: Return) -> None:
        case.status = ReturnStatus.ACCEPTED
        case.updated_at = case.refunded_at = self._world.clock.stamp()
        for line in order.lines:
            quantity = case.units.get(line.sku, 0)
            line.return_requested -= quantity
            line.returned += quantity
        self._world.sales.refund(order, case.units, f"return {case.id}")


def _returnable(order: TikiOrder) -> dict[str, int]:
    asked = total([case.units for case in order.returns])
    return less(order.parcel.units, asked) if order.parcel.delivered_at else {}


def _waiting(order: TikiOrder, units: Units | None) -> Return | None:
    for case in reversed(order.returns):
        if not case.handed_over_at and (units is None or case.units == units):
            return case
    return None


def _travelling(order: TikiOrder, units: Units | None) -> Return | None:
    for case in reversed(order.returns):
        over = case.came_back_at or case.lost_at
        fits = units is None or case.units == units
        if case.handed_over_at and not over and fits:
            return case
    return None
