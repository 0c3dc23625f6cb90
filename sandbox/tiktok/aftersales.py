"""Returns and refunds, and the parcels that bring goods back."""

from collections.abc import Callable

from sandbox.orders import Units
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .cancellations import Cancellations
from .inventory import Inventory
from .orders import LineItem, Record, ReturnCase, TikTokOrder, pick, units_of
from .parcels import Carrier, forbid, listed, on_the_way, whole_parcels
from .statuses import (
    REFUSED,
    UNDECIDED,
    OrderStatus,
    ReturnStatus,
    ReturnType,
    RmaStatus,
    Role,
)

_ANSWER_WITHIN = 2 * 86400
_SHIP_WITHIN = 7 * 86400
_REASONS = {
    ReturnType.REFUND: "ecom_order_delivered_refund_reason_item_defective",
    ReturnType.RETURN_AND_REFUND: (
        "ecom_order_delivered_refund_and_return_reason_no_need"
    ),
    ReturnType.REPLACEMENT: "ecom_order_delivered_replacement_reason_item_defective",
}


class Aftersales:
    """What buyers ask for once goods were delivered, and how goods come back."""

    def __init__(
        self,
        world: World,
        carrier: Carrier,
        inventory: Inventory,
        cancellations: Cancellations,
    ) -> None:
        self._world = world
        self._carrier = carrier
        self._inventory = inventory
        self._cancellations = cancellations

    def request(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer wants to send goods back for a refund."""
        self._open(order, "request_return", units, ReturnType.RETURN_AND_REFUND)

    def request_refund(
        self, shop: Shop, order: TikTokOrder, units: Units | None
    ) -> None:
        """The buyer wants money and keeps the goods."""
        self._open(order, "request_refund", units, ReturnType.REFUND)

    def request_replacement(
        self, shop: Shop, order: TikTokOrder, units: Units | None
    ) -> None:
        """The buyer wants the same goods once more."""
        self._open(order, "request_replacement", units, ReturnType.REPLACEMENT)

    def refund(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """Refund the newest undecided return, wherever its goods are.

        Before the parcel is back this is the marketplace's quick refund.
        """
        case = _newest(order, "refund", units, _undecided)
        case.quick_refund = _awaits_parcel(case) or _travels(case)
        self.accept(shop, order, case)

    def send_back(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer hands the return parcel over; a request is approved by that."""
        case = _newest(order, "send_back", units, _awaits_parcel)
        case.tracking_number = self._world.identifiers.digits(12, "RT")
        case.handed_over_at = self._world.clock.stamp()
        if case.status in UNDECIDED:
            self.set(case, ReturnStatus.BUYER_SHIPPED, Role.BUYER)
        self._move(case, RmaStatus.IN_TRANSIT)

    def arrive_back(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The carrier says that it brought goods back to the seller."""
        case = _pick(order.cases, units, _travels)
        if case is not None:
            case.came_back_at = self._world.clock.stamp()
            if case.status in UNDECIDED:
                case.deadline = case.came_back_at + _ANSWER_WITHIN
            self._move(case, RmaStatus.PENDING_PACKAGE_REVIEW)
            return
        turned = [parcel for parcel in order.parcels if parcel.travels_back]
        if not turned:
            raise forbid(order, "arrive_back", "no parcel is on its way back")
        for parcel in whole_parcels(turned, units, "arrive_back"):
            self._carrier.bring_back(parcel)

    def lose(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The carrier loses a parcel: a return parcel, one turned back, or one out."""
        case = _pick(order.cases, units, _travels)
        if case is not None:
            case.lost_at = self._world.clock.stamp()
            return
        turned = [parcel for parcel in order.parcels if parcel.travels_back]
        moving = turned or on_the_way(order)
        if not moving:
            raise forbid(
                order,
                "lose",
                f"no parcel is in a carrier's hands; there are {listed(order.parcels)}",
            )
        lost = whole_parcels(moving, units, "lose")
        for parcel in lost:
            self._carrier.lose(parcel)
        if not turned:
            self._cancellations.lose(shop, order, lost)

    def accept(self, shop: Shop, order: TikTokOrder, case: ReturnCase) -> None:
        """Grant the refund; this says nothing about where the goods are."""
        replacing = case.kind is ReturnType.REPLACEMENT
        status = (
            ReturnStatus.REPLACEMENT_REFUNDED if replacing else ReturnStatus.SUCCESS
        )
        self.set(case, status, Role.SELLER)
        case.refunded_at = case.updated_at
        _move_units(order, case, to_returned=True)
        self._world.sales.refund(order, case.units, f"return {case.id}")
        self._inventory.restock_returned(shop, case.units)
        if case.came_back_at:
            self._move(case, RmaStatus.REVIEWED)

    def close(self, order: TikTokOrder, case: ReturnCase, status: ReturnStatus) -> None:
        """End a return without a refund."""
        self.set(case, status, Role.SELLER)
        _move_units(order, case, to_returned=False)

    def run_out(self, shop: Shop, order: TikTokOrder, case: ReturnCase) -> None:
        """What the marketplace does when nobody acted in time, or money arrived."""
        match case.status:
            case ReturnStatus.SUCCESS:
                self.set(case, ReturnStatus.COMPLETE, Role.SYSTEM)
            case ReturnStatus.PENDING if case.needs_logistics:
                self.set(case, ReturnStatus.AWAITING_BUYER_SHIP, Role.SYSTEM)
            case ReturnStatus.PENDING | ReturnStatus.BUYER_SHIPPED:
                self.accept(shop, order, case)
            case ReturnStatus.AWAITING_BUYER_SHIP:
                self.close(order, case, ReturnStatus.WITHDRAWN)

    def set(self, case: ReturnCase, status: ReturnStatus, role: Role) -> None:
        """Change the status and write it into the return's history."""
        case.status = status
        case.updated_at = self._world.clock.stamp()
        case.deadline = 0
        if status is ReturnStatus.AWAITING_BUYER_SHIP:
            case.deadline = case.updated_at + _SHIP_WITHIN
            self._move(case, RmaStatus.AWAITING_BUYER_RETURN)
        case.records.append(
            Record(
                at=case.updated_at,
                event=status.value,
                role=role.value,
                description=f"The request is now {status.value}",
            )
        )

    def _move(self, case: ReturnCase, status: RmaStatus) -> None:
        case.reverse_status = status
        case.updated_at = self._world.clock.stamp()

    def _open(
        self, order: TikTokOrder, action: str, units: Units | None, kind: ReturnType
    ) -> None:
        if OrderStatus.DELIVERED not in order.stages().values():
            raise forbid(order, action, "it needs delivered units")
        items = returnable(order)
        chosen = items if units is None else pick(items, units)
        if not chosen:
            raise NotAllowed(
                f"{action}: of order {order.id} these units can still be returned: "
                f"{units_of(items) or 'none'}"
            )
        self._new_case(order, chosen, kind)

    def _new_case(
        self, order: TikTokOrder, items: list[LineItem], kind: ReturnType
    ) -> None:
        now = self._world.clock.stamp()
        draw = self._world.identifiers.digits
        units = units_of(items)
        replacing = kind is ReturnType.REPLACEMENT
        case = ReturnCase(
            id=draw(15, "4035"),
            rma_id=draw(15, "4035"),
            request_id=draw(15, "4035"),
            order=order,
            items=items,
            item_ids=[draw(15, "4035") for _ in items],
            kind=kind,
            units=units,
            status=(
                ReturnStatus.REPLACEMENT_PENDING if replacing else ReturnStatus.PENDING
            ),
            reverse_status=RmaStatus.INIT,
            reason=_REASONS[kind],
            needs_logistics=kind is ReturnType.RETURN_AND_REFUND,
            in_transit=False,
            after_completion=False,
            amount=order.worth(units),
            requested_at=now,
            updated_at=now,
            deadline=now + _ANSWER_WITHIN,
            buyer_keeps=kind is ReturnType.REFUND,
        )
        case.records.append(
            Record(
                at=now,
                event="ORDER_RETURN",
                role=Role.BUYER.value,
                description="The buyer sent a request",
            )
        )
        order.cases.append(case)
        order.returns.append(case)
        for line in order.lines:
            line.return_requested += units.get(line.sku, 0)


def returnable(order: TikTokOrder) -> list[LineItem]:
    """Delivered units that no other request holds."""
    taken = {
        item.id
        for case in order.cases
        if case.status not in REFUSED
        for item in case.items
    }
    return [
        item
        for item in order.items
        if item.id not in taken and order.stage(item) is OrderStatus.DELIVERED
    ]


def _move_units(order: TikTokOrder, case: ReturnCase, *, to_returned: bool) -> None:
    for line in order.lines:
        quantity = case.units.get(line.sku, 0)
        line.return_requested -= quantity
        if to_returned:
            line.returned += quantity


def _undecided(case: ReturnCase) -> bool:
    return case.status in UNDECIDED


def _awaits_parcel(case: ReturnCase) -> bool:
    return (
        case.needs_logistics
        and not case.buyer_keeps
        and not case.handed_over_at
        and case.status not in (*REFUSED, ReturnStatus.AWAITING_BUYER_RESPONSE)
    )


def _travels(case: ReturnCase) -> bool:
    return bool(case.handed_over_at and not case.came_back_at and not case.lost_at)


def _pick(
    cases: list[ReturnCase], units: Units | None, fits: Callable[[ReturnCase], bool]
) -> ReturnCase | None:
    for case in reversed(cases):
        if fits(case) and (units is None or case.units == units):
            return case
    return None


def _newest(
    order: TikTokOrder,
    action: str,
    units: Units | None,
    fits: Callable[[ReturnCase], bool],
) -> ReturnCase:
    case = _pick(order.cases, units, fits)
    if case is None:
        described = ", ".join(
            f"{each.id} {each.status} {each.reverse_status}" for each in order.cases
        )
        raise forbid(
            order, action, f"no return waits for it; returns: {described or 'none'}"
        )
    return case
