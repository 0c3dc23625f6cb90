"""Returns, of which WooCommerce knows nothing, and refunds by hand."""

from collections.abc import Callable

from sandbox.orders import Order, Parcel, Return, Units, covers, less, total
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .parcels import Carrier, chosen, forbid, listed, parcels_in
from .records import OrderRecord
from .site import Site
from .statuses import OrderStatus, ParcelStatus, ReturnStatus, ReverseStatus
from .story import Story


class Aftersales:
    """What buyers send back and what owners pay back.

    Requests, return parcels and their arrival leave no trace on the site: the buyer
    writes an e-mail, the parcel comes.  Only the refund shows.
    """

    def __init__(self, world: World, carrier: Carrier, story: Story) -> None:
        self._world = world
        self._carrier = carrier
        self._story = story

    def request(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The buyer asks to return goods that were delivered."""
        delivered = _returnable(record.order)
        if not delivered or not covers(delivered, units or {}):
            raise forbid(
                record.order,
                "request_return",
                f"delivered and not yet asked for: {delivered or 'nothing'}; "
                "a parcel on its way turns back with fail_delivery",
            )
        wanted = dict(delivered if units is None else units)
        record.order.returns.append(self._new_case(record.order, wanted))
        for line in record.order.lines:
            line.return_requested += min(line.active, wanted.get(line.sku, 0))

    def refund(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The owner refunds by hand: a return that waits, or units of the order."""
        order = record.order
        if not order.paid_at or record.status == OrderStatus.TRASH:
            raise forbid(order, "refund", "nothing was paid")
        if not record.refundable:
            raise forbid(order, "refund", "everything was refunded")
        case = _pick(order.returns, units, lambda each: not each.refunded_at)
        wanted = dict(case.units if case else units or _not_refunded(record))
        if not covers(_not_refunded(record), wanted):
            raise NotAllowed(
                f"refund: of order {order.id} these units can still be refunded: "
                f"{_not_refunded(record)}"
            )
        self._story.refund_by_hand(site, record, wanted)
        if case is not None:
            case.status = ReturnStatus.REFUNDED
            case.refunded_at = case.updated_at = self._world.clock.stamp()

    def send_back(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The buyer hands the return parcel over, to a carrier of their own."""
        case = _pick(record.order.returns, units, lambda each: not each.handed_over_at)
        if case is None:
            raise forbid(record.order, "send_back", "use request_return first")
        case.tracking_number = self._world.identifiers.digits(10, "RET")
        case.handed_over_at = self._world.clock.stamp()
        self._move(case, ReverseStatus.IN_TRANSIT)

    def arrive_back(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """Goods reach the seller; the site hears nothing of it."""
        case = _pick(record.order.returns, units, _travels)
        if case is not None:
            case.came_back_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.DELIVERED)
            return
        turned = [each for each in record.order.parcels if each.travels_back]
        for parcel in chosen(record.order, "arrive_back", units, turned):
            parcel.came_back_at = self._world.clock.stamp()

    def lose(self, site: Site, record: OrderRecord, units: Units | None) -> None:
        """The carrier loses a parcel: a return parcel, one turned back, or one out."""
        case = _pick(record.order.returns, units, _travels)
        if case is not None:
            case.lost_at = self._world.clock.stamp()
            self._move(case, ReverseStatus.LOST)
            return
        moving = _in_carriers_hands(record.order)
        self._story.lose(site, record, chosen(record.order, "lose", units, moving))

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


def _returnable(order: Order) -> dict[str, int]:
    delivered = parcels_in(order, (ParcelStatus.DELIVERED,))
    asked = total([case.units for case in order.returns])
    rest = less(total([parcel.units for parcel in delivered]), asked)
    return {sku: quantity for sku, quantity in rest.items() if quantity > 0}


def _not_refunded(record: OrderRecord) -> dict[str, int]:
    refunded: dict[int, int] = {}
    for refund in record.refunds:
        for row in refund.items:
            refunded[row.item.id] = refunded.get(row.item.id, 0) + row.quantity
    rest = {
        item.line.sku: item.line.ordered - refunded.get(item.id, 0)
        for item in record.items
    }
    return {sku: quantity for sku, quantity in rest.items() if quantity > 0}


def _travels(case: Return) -> bool:
    return bool(case.handed_over_at and not case.came_back_at and not case.lost_at)


def _in_carriers_hands(order: Order) -> list[Parcel]:
    back = [parcel for parcel in order.parcels if parcel.travels_back]
    if back:
        return back
    out = parcels_in(order, (ParcelStatus.IN_TRANSIT,))
    if not out:
        raise forbid(
            order, "lose", f"no parcel is in a carrier's hands; {listed(order.parcels)}"
        )
    return out


def _pick(
    cases: list[Return], units: Units | None, fits: Callable[[Return], bool]
) -> Return | None:
    for case in reversed(cases):
        if fits(case) and (units is None or case.units == units):
            return case
    return None
