"""Reverse orders: records of cancellations, and what buyers return."""

from collections.abc import Sequence

from sandbox.orders import Units
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .journal import Journal
from .parcels import awaits_parcel, forbid, newest, some_items
from .statuses import (
    WITH_BUYER,
    Decision,
    Initiator,
    ItemStatus,
    OfcStatus,
    RequestType,
    ReverseStatus,
)
from .trade_orders import (
    OrderItem,
    Phase,
    ReverseLine,
    ReverseOrder,
    TradeOrder,
    units_of,
)

RETURN_REASON = (10010025, "Item is defective or not working")
CANCEL_REASON = (10000083, "Change of mind")


class ReverseOrders:
    """Opens reverse orders and moves them on."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal

    def open_cancellation(
        self, shop: Shop, order: TradeOrder, items: Sequence[OrderItem]
    ) -> ReverseOrder:
        """Record that a buyer wants to cancel; such a record has no parcel, ever."""
        case = self._open(order, items, RequestType.CANCEL, CANCEL_REASON, is_rtm=False)
        order.cancellations.append(case)
        self._journal.move_reverse(
            shop, order, case, by="buyer", pushed=("CANCEL_INIT",)
        )
        return case

    def complete_cancellation(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder
    ) -> None:
        """Record that the items are cancelled and, if paid, refunded."""
        pushed: tuple[str, ...] = ("CANCEL_SUCCESS",)
        if order.paid_at:
            pushed += ("CANCEL_REFUND_ISSUED",)
            case.refunded_at = self._world.clock.stamp()
        self._journal.move_reverse(
            shop,
            order,
            case,
            by="system",
            phase=Phase.CLOSED,
            status=ReverseStatus.CANCELLED,
            pushed=pushed,
        )

    def request(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer wants to send goods back to the seller."""
        self._request(shop, order, units, RequestType.RETURN, is_rtm=True)

    def request_to_warehouse(
        self, shop: Shop, order: TradeOrder, units: Units | None
    ) -> None:
        """The buyer wants to send goods back, by way of Lazada's own warehouse."""
        self._request(shop, order, units, RequestType.RETURN, is_rtm=False)

    def request_refund_only(
        self, shop: Shop, order: TradeOrder, units: Units | None
    ) -> None:
        """The buyer wants money back and keeps the goods."""
        self._request(shop, order, units, RequestType.ONLY_REFUND, is_rtm=False)

    def refund(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """Refund the newest open return."""
        case = newest(order, "refund", units, lambda case: case.is_open)
        self.accept(shop, order, case, by="system")

    def agree(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        """The seller agrees that the goods may come back."""
        self._mark_returned(shop, order, case)
        self._journal.move_reverse(shop, order, case, by="seller", phase=Phase.AGREED)

    def confirm(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        """The seller says that the goods are there."""
        self._journal.move_reverse(
            shop, order, case, by="seller", phase=Phase.CONFIRMED
        )

    def accept(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder, *, by: str
    ) -> None:
        """Give the buyer the money of one return."""
        self._mark_returned(shop, order, case)
        case.refunded_at = self._world.clock.stamp()
        self._world.sales.refund(order, case.units, f"return {case.id}")
        self._world.sales.give_back(shop, case.units)
        self._journal.move_reverse(
            shop,
            order,
            case,
            by=by,
            phase=Phase.REFUNDED,
            status=ReverseStatus.REFUNDED,
            pushed=_refund_words(case),
        )

    def reject(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        """The seller says no; the goods stay with the buyer."""
        pushed: tuple[str, ...] = ()
        if case.request_type is RequestType.ONLY_REFUND:
            pushed = ("REFUND_REJECTED",)
        self._close(shop, order, case, ReverseStatus.REJECTED, "seller", pushed)

    def dispute(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        """The seller asks Lazada to judge; the request stays open meanwhile."""
        case.is_dispute = True
        self._journal.move_reverse(shop, order, case, by="seller")

    def withdraw(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer takes the newest request back before sending anything."""
        case = newest(
            order,
            "withdraw_return",
            units,
            lambda case: case.is_open and not case.handed_over_at,
        )
        pushed: tuple[str, ...] = ()
        if case.request_type is RequestType.RETURN:
            pushed = (f"{_route(case)}_CANCELED",)
        self._close(shop, order, case, ReverseStatus.WITHDRAWN, "buyer", pushed)

    def send_back(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer hands the return parcel over; it has a number of its own."""
        case = newest(order, "send_back", units, awaits_parcel)
        case.tracking_number = self._world.identifiers.digits(10, "RLMP") + "VNA"
        case.handed_over_at = self._world.clock.stamp()
        self._mark_returned(shop, order, case)
        self._journal.move_reverse(
            shop,
            order,
            case,
            by="buyer",
            phase=Phase.AGREED if case.status == Phase.REQUESTED else None,
            pushed=(f"{_route(case)}_SHIPPING_BACK",),
        )

    def arrive_back(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        """The carrier says that the return parcel is with the seller."""
        case.came_back_at = self._world.clock.stamp()
        case.ofc_status = OfcStatus.DELIVERED
        case.decision = Decision.TO_MERCHANT
        # A way by Lazada's warehouse has no word for this.
        pushed = ("RTM_RECEIVE_ITEM",) if case.is_rtm else ()
        self._journal.move_reverse(shop, order, case, by="carrier", pushed=pushed)

    def lose(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder, decision: Decision
    ) -> None:
        """The goods of a return never come back."""
        case.lost_at = self._world.clock.stamp()
        case.decision = decision
        self._journal.move_reverse(shop, order, case, by="carrier")

    def _request(
        self,
        shop: Shop,
        order: TradeOrder,
        units: Units | None,
        kind: RequestType,
        *,
        is_rtm: bool,
    ) -> None:
        items = self._returnable(order, units)
        case = self._open(order, items, kind, RETURN_REASON, is_rtm=is_rtm)
        order.returns.append(case)
        pushed = "REFUND_INIT"
        if kind is RequestType.RETURN:
            pushed = f"{_route(case)}_INIT"
        self._journal.move_reverse(shop, order, case, by="buyer", pushed=(pushed,))

    def _returnable(self, order: TradeOrder, units: Units | None) -> list[OrderItem]:
        in_cases = {
            item.id
            for case in order.return_cases
            if case.status != Phase.CLOSED
            for item in case.items
        }
        items = [item for item in order.items_in(WITH_BUYER) if item.id not in in_cases]
        if not items:
            raise forbid(
                order,
                "request_return",
                "it needs delivered items without an open return",
            )
        if self._world.clock.now() > order.returnable_until:
            raise forbid(
                order, "request_return", "the buyer's time to return has passed"
            )
        chosen = items if units is None else some_items(items, units)
        if chosen is None:
            raise NotAllowed(
                f"request_return: of order {order.id} these units can still be "
                f"returned: {units_of(items)}"
            )
        return chosen

    def _open(
        self,
        order: TradeOrder,
        items: Sequence[OrderItem],
        kind: RequestType,
        reason: tuple[int, str],
        *,
        is_rtm: bool,
    ) -> ReverseOrder:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        units = units_of(items)
        case = ReverseOrder(
            id=identifiers.digits(15, "5"),
            units=units,
            status=Phase.REQUESTED,
            reverse_status=ReverseStatus.INITIATE,
            reason=reason[1],
            reason_code=reason[0],
            needs_logistics=kind is RequestType.RETURN,
            in_transit=False,
            after_completion=order.completed,
            amount=order.worth(units) if order.paid_at else 0,
            requested_at=now,
            updated_at=now,
            request_type=kind,
            is_rtm=is_rtm,
            lines=[
                ReverseLine(id=identifiers.digits(15, "5"), item=item) for item in items
            ],
            is_need_refund=bool(order.paid_at),
        )
        for line in case.lines:
            line.item.reverse_order_id = case.id
            line.item.reverse_line_id = line.id
        return case

    def _close(
        self,
        shop: Shop,
        order: TradeOrder,
        case: ReverseOrder,
        status: ReverseStatus,
        by: str,
        pushed: tuple[str, ...],
    ) -> None:
        if not case.came_back_at:
            case.ofc_status = OfcStatus.CANCELLED
        returned = [item for item in case.items if item.status is ItemStatus.RETURNED]
        self._journal.move_reverse(
            shop, order, case, by=by, phase=Phase.CLOSED, status=status, pushed=pushed
        )
        for item in returned:
            item.initiator = Initiator.NOBODY
            item.reason = ""
        self._journal.move(shop, order, returned, ItemStatus.DELIVERED)

    def _mark_returned(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        if case.request_type is not RequestType.RETURN:
            return
        items = [item for item in case.items if item.status in WITH_BUYER]
        for item in items:
            item.initiator = Initiator.RETURN_CUSTOMER
            item.reason = case.reason
        self._journal.move(shop, order, items, ItemStatus.RETURNED)


def _route(case: ReverseOrder) -> str:
    return "RTM" if case.is_rtm else "RTW"


def _refund_words(case: ReverseOrder) -> tuple[str, ...]:
    if case.request_type is RequestType.ONLY_REFUND:
        return ("REFUND_SUCCESS",)
    # A return to the seller has no word for its refund.
    return () if case.is_rtm else ("RTW_REFUND_PENDING",)
