"""Returns, of which Haravan knows only refunds and carrier statuses."""

from collections.abc import Callable

from sandbox.orders import Order, Return, Units, covers, less, total
from sandbox.world import World

from . import standing
from .parcels import forbid, travelling, whole
from .records import Fulfillment, Purchase
from .refunds import Refunds, wishes_of
from .statuses import ON_THE_WAY, CarrierStatus, ReturnStatus, ReverseStatus
from .store import Store


class Aftersales:
    """What buyers send back and what the merchant pays back.

    A request, the return parcel and its arrival leave no trace on Haravan: the buyer
    calls, the parcel comes.  Only the refund shows.
    """

    def __init__(self, world: World, refunds: Refunds) -> None:
        self._world = world
        self._refunds = refunds

    def request(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The buyer asks to return goods that were delivered."""
        delivered = _returnable(purchase)
        if not delivered or not covers(delivered, units or {}):
            raise forbid(
                purchase.order,
                "request_return",
                f"delivered and not yet asked for: {delivered or 'nothing'}; "
                "a parcel on its way turns back with fail_delivery",
            )
        wanted = dict(delivered if units is None else units)
        purchase.order.returns.append(self._new_case(purchase.order, wanted))
        for line in purchase.order.lines:
            line.return_requested += min(line.active, wanted.get(line.sku, 0))

    def refund(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """Staff refund: the newest return that waits for it, or units of the order."""
        order = purchase.order
        if standing.net_payment(purchase) <= 0:
            raise forbid(order, "refund", "there is no money to give back")
        case = _pick(order.returns, units, lambda each: not each.refunded_at)
        wanted = case.units if case else units
        wishes = wishes_of(purchase, wanted, "refund")
        self._refunds.refund(store, purchase, wishes, note="Khách trả hàng")
        if case is not None:
            case.status = ReturnStatus.REFUNDED
            case.refunded_at = case.updated_at = self._world.clock.stamp()

    def send_back(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The buyer hands the return parcel over, to a carrier of their own."""
        case = _pick(
            purchase.order.returns, units, lambda each: not each.handed_over_at
        )
        if case is None:
            raise forbid(purchase.order, "send_back", "use request_return first")
        case.tracking_number = self._world.identifiers.digits(10, "RET")
        case.handed_over_at = self._world.clock.stamp()
        self._move(case, ReverseStatus.IN_TRANSIT)

    def arrive_back(
        self, store: Store, purchase: Purchase, units: Units | None
    ) -> None:
        """Goods reach the merchant; nothing on Haravan tells."""
        case = _pick(purchase.order.returns, units, _travels)
        if case is not None:
            case.came_back_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.DELIVERED)
            return
        for each in self._turned(purchase, "arrive_back", units):
            each.parcel.came_back_at = self._world.clock.stamp()

    def lose(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The carrier loses a parcel; its status stays as it was for good."""
        case = _pick(purchase.order.returns, units, _travels)
        if case is not None:
            case.lost_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.LOST)
            return
        for each in self._in_carriers_hands(purchase, units):
            each.parcel.lost_at = self._world.clock.stamp()

    def _turned(
        self, purchase: Purchase, action: str, units: Units | None
    ) -> list[Fulfillment]:
        codes = (CarrierStatus.RETURN, CarrierStatus.CANCEL)
        turned = [
            each for each in travelling(purchase, codes) if each.parcel.travels_back
        ]
        if not turned:
            needed = "no parcel or return is on its way back"
            raise forbid(purchase.order, action, needed)
        return turned if units is None else whole(turned, action, units)

    def _in_carriers_hands(
        self, purchase: Purchase, units: Units | None
    ) -> list[Fulfillment]:
        found = [each for each in purchase.fulfillments if each.parcel.travels_back]
        found = found or travelling(purchase, ON_THE_WAY)
        if not found:
            needed = "no parcel is in a carrier's hands"
            raise forbid(purchase.order, "lose", needed)
        return found if units is None else whole(found, "lose", units)

    def _new_case(self, order: Order, units: dict[str, int]) -> Return:
        now = self._world.clock.stamp()
        return Return(
            id=self._world.identifiers.digits(8, "R"),
            units=units,
            status=ReturnStatus.REQUESTED,
            reverse_status=ReverseStatus.NOT_STARTED,
            reason="Change of mind",
            needs_logistics=True,
            in_transit=False,
            after_completion=True,
            amount=order.worth(units),
            requested_at=now,
            updated_at=now,
        )

    def _move(self, case: Return, status: ReverseStatus) -> None:
        case.reverse_status = status
        case.updated_at = self._world.clock.stamp()


def _returnable(purchase: Purchase) -> dict[str, int]:
    delivered = travelling(purchase, [CarrierStatus.DELIVERED])
    asked = total([case.units for case in purchase.order.returns])
    rest = less(total([each.parcel.units for each in delivered]), asked)
    return {sku: quantity for sku, quantity in rest.items() if quantity > 0}


def _travels(case: Return) -> bool:
    return bool(case.handed_over_at and not case.came_back_at and not case.lost_at)


def _pick(
    cases: list[Return], units: Units | None, fits: Callable[[Return], bool]
) -> Return | None:
    for case in reversed(cases):
        if fits(case) and (units is None or case.units == units):
            return case
    return None
