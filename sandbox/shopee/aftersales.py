"""Returns: on the way, after delivery, and the parcels that bring goods back."""

from collections.abc import Callable

from sandbox.orders import Event, Order, Parcel, Return, Units, covers, less, total
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .parcels import Carrier, forbid, listed, parcels_in, whole_parcels
from .statuses import (
    OPEN_RETURNS,
    OrderStatus,
    PackageStatus,
    ReturnStatus,
    ReverseStatus,
)
from .story import Story

_RETURNABLE = (
    OrderStatus.SHIPPED,
    OrderStatus.TO_CONFIRM_RECEIVE,
    OrderStatus.COMPLETED,
    OrderStatus.TO_RETURN,
)


class Aftersales:
    """What buyers send back, and what becomes of it on the way."""

    def __init__(self, world: World, carrier: Carrier, story: Story) -> None:
        self._world = world
        self._carrier = carrier
        self._story = story

    def request(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer wants to return: delivered goods, or a parcel still on its way."""
        if order.status not in _RETURNABLE:
            names = ", ".join(status.value for status in _RETURNABLE)
            raise forbid(order, "request_return", f"allowed in {names}")
        delivered = _returnable(order)
        if delivered and (units is None or covers(delivered, units)):
            self._check_window(order)
            self._open(order, delivered if units is None else units)
            return
        on_the_way = [
            parcel
            for parcel in parcels_in(order, (PackageStatus.PICKUP_DONE,))
            if not parcel.turned_back_at
        ]
        if not on_the_way:
            raise NotAllowed(
                f"request_return: of order {order.id} these units can still be "
                f"returned: {delivered or 'none'}"
            )
        if units is not None:
            on_the_way = whole_parcels(on_the_way, units, "request_return")
        self._turn_back(shop, order, on_the_way)

    def refund(self, shop: Shop, order: Order, units: Units | None) -> None:
        """Accept the newest open return: the buyer gets the money back."""
        case = _newest(order, "refund", units, lambda case: case.status in OPEN_RETURNS)
        self.accept(shop, order, case)

    def accept(self, shop: Shop, order: Order, case: Return) -> None:
        """Accept one return."""
        case.status = ReturnStatus.ACCEPTED
        case.updated_at = case.refunded_at = self._world.clock.stamp()
        for line in order.lines:
            quantity = case.units.get(line.sku, 0)
            line.return_requested -= quantity
            line.returned += quantity
        self._world.sales.refund(order, case.units, f"return {case.id}")
        self._world.sales.give_back(shop, case.units)

    def send_back(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer hands the return parcel over; it has a number of its own."""
        case = _newest(order, "send_back", units, _awaits_parcel)
        case.tracking_number = self._world.identifiers.digits(12, "RNSHV")
        case.handed_over_at = self._world.clock.stamp()
        if case.status == ReturnStatus.REQUESTED:
            case.status = ReturnStatus.PROCESSING
        self._move(case, ReverseStatus.PICKUP_DONE, "Người mua đã gửi hàng hoàn")

    def arrive_back(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The carrier says that it brought goods back to the seller."""
        case = _pick(order.returns, units, _parcel_comes)
        if case is not None:
            case.came_back_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.DELIVERY_DONE, "Đã giao hàng hoàn")
            return
        for parcel in _turned(order, "arrive_back", units):
            self._carrier.bring_back(parcel)
            self._tell_case(order, parcel, ReverseStatus.TURNED_BACK_DELIVERED)

    def lose(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The carrier loses a parcel: a return parcel, one turned back, or one out."""
        case = _pick(order.returns, units, _parcel_comes)
        if case is not None:
            case.lost_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.LOST, "Kiện hàng hoàn bị thất lạc")
            return
        lost = _turned_or_out(order, "lose", units)
        self._story.lose(shop, order, lost)
        for parcel in lost:
            self._tell_case(order, parcel, ReverseStatus.TURNED_BACK_LOST)

    def claim_not_received(self, shop: Shop, order: Order, units: Units | None) -> None:
        """Record a refund without a parcel for a delivery that failed.

        The goods come back all the same, on the forward number.
        """
        failed = [
            parcel
            for parcel in parcels_in(order, (PackageStatus.DELIVERY_FAILED,))
            if not any(parcel.number in case.parcels for case in order.returns)
        ]
        if not failed:
            raise forbid(
                order, "claim_not_received", "it needs a package that failed delivery"
            )
        case = self._new_case(order, total([parcel.units for parcel in failed]), failed)
        case.needs_logistics = False
        case.in_transit = False
        case.status = ReturnStatus.ACCEPTED
        case.reason = "NOT_RECEIPT"
        case.reverse_status = ReverseStatus.NOT_STARTED
        case.refunded_at = case.requested_at

    def _check_window(self, order: Order) -> None:
        if self._world.clock.now() > order.returnable_until:
            raise forbid(
                order, "request_return", "the buyer's time to return has passed"
            )

    def _open(self, order: Order, units: Units) -> None:
        self._new_case(order, units, [])
        for line in order.lines:
            line.return_requested += units.get(line.sku, 0)

    def _turn_back(self, shop: Shop, order: Order, parcels: list[Parcel]) -> None:
        units = total([parcel.units for parcel in parcels])
        case = self._new_case(order, units, parcels)
        for line in order.lines:
            line.return_requested += units.get(line.sku, 0)
        for parcel in parcels:
            self._carrier.turn_back(parcel)
        self.accept(shop, order, case)

    def _new_case(self, order: Order, units: Units, parcels: list[Parcel]) -> Return:
        now = self._world.clock.stamp()
        case = Return(
            id=self._world.identifiers.digits(
                9, self._world.identifiers.day(now, "%y%m%d")
            ),
            units=dict(units),
            status=ReturnStatus.REQUESTED,
            reverse_status=(
                ReverseStatus.TURNED_BACK if parcels else ReverseStatus.NOT_STARTED
            ),
            reason="CHANGE_MIND",
            needs_logistics=True,
            in_transit=bool(parcels),
            after_completion=order.completed,
            amount=order.worth(units),
            requested_at=now,
            updated_at=now,
            parcels=[parcel.number for parcel in parcels],
        )
        order.returns.append(case)
        return case

    def _move(self, case: Return, status: ReverseStatus, text: str) -> None:
        case.reverse_status = status
        case.updated_at = self._world.clock.stamp()
        case.events.append(Event(at=case.updated_at, code=status.value, text=text))

    def _tell_case(self, order: Order, parcel: Parcel, status: ReverseStatus) -> None:
        for case in order.returns:
            if case.in_transit and parcel.number in case.parcels:
                case.came_back_at = parcel.came_back_at
                case.lost_at = parcel.lost_at
                case.reverse_status = status
                case.updated_at = self._world.clock.stamp()


def _returnable(order: Order) -> dict[str, int]:
    delivered = parcels_in(order, (PackageStatus.DELIVERY_DONE,))
    asked = [case.units for case in order.returns if not case.parcels]
    return less(total([parcel.units for parcel in delivered]), total(asked))


def _awaits_parcel(case: Return) -> bool:
    return case.needs_logistics and not case.in_transit and not case.handed_over_at


def _parcel_comes(case: Return) -> bool:
    return bool(case.handed_over_at and not case.came_back_at and not case.lost_at)


def _pick(
    cases: list[Return], units: Units | None, fits: Callable[[Return], bool]
) -> Return | None:
    for case in reversed(cases):
        if fits(case) and (units is None or case.units == units):
            return case
    return None


def _newest(
    order: Order, action: str, units: Units | None, fits: Callable[[Return], bool]
) -> Return:
    case = _pick(order.returns, units, fits)
    if case is None:
        described = ", ".join(
            f"{each.id} {each.status} {each.reverse_status}" for each in order.returns
        )
        raise forbid(
            order, action, f"no return waits for it; returns: {described or 'none'}"
        )
    return case


def _turned(order: Order, action: str, units: Units | None) -> list[Parcel]:
    turned = [parcel for parcel in order.parcels if parcel.travels_back]
    if not turned:
        raise forbid(order, action, "no parcel is on its way back: use send_back first")
    return turned if units is None else whole_parcels(turned, units, action)


def _turned_or_out(order: Order, action: str, units: Units | None) -> list[Parcel]:
    moving = [parcel for parcel in order.parcels if parcel.travels_back]
    moving = moving or parcels_in(order, (PackageStatus.PICKUP_DONE,))
    moving = [p for p in moving if not p.came_back_at and not p.lost_at]
    if not moving:
        raise forbid(
            order,
            action,
            f"no parcel is in a carrier's hands; there are {listed(order.parcels)}",
        )
    return moving if units is None else whole_parcels(moving, units, action)
