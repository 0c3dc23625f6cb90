"""Writing down what an action changed, and telling the shop about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sandbox.orders import HistoryEntry
from sandbox.shops import Shop
from sandbox.world import World

from .aftersales import Aftersales
from .announcements import Announcements
from .cancellations import Cancellations
from .orders import Cancellation, ReturnCase, TikTokOrder
from .statuses import UNDECIDED, CancelStatus, OrderStatus, ReturnStatus

_COMPLETES_AFTER = 7 * 86400
_REFUNDED_AFTER = 3600
_HELD_FOR = 3600
_PROGRESS = (
    OrderStatus.UNPAID,
    OrderStatus.ON_HOLD,
    OrderStatus.AWAITING_SHIPMENT,
    OrderStatus.AWAITING_COLLECTION,
    OrderStatus.IN_TRANSIT,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """The values of an order whose change has consequences."""

    status: str
    stages: dict[str, OrderStatus]
    parcels: frozenset[str]
    cancellations: dict[str, str]
    returns: dict[str, str]
    rmas: dict[str, str]

    @classmethod
    def of(cls, order: TikTokOrder) -> Self:
        return cls(
            status=order.status,
            stages=order.stages(),
            parcels=frozenset(parcel.number for parcel in order.parcels),
            cancellations={each.id: each.status for each in order.cancellations},
            returns={each.id: each.status for each in order.cases},
            rmas={each.rma_id: each.reverse_status for each in order.cases},
        )


class Chronicle:
    """Keeps an order's status, times, history and webhooks in step."""

    def __init__(
        self,
        world: World,
        announcements: Announcements,
        cancellations: Cancellations,
        aftersales: Aftersales,
    ) -> None:
        self._world = world
        self._announcements = announcements
        self._cancellations = cancellations
        self._aftersales = aftersales

    def begin(self, shop: Shop, order: TikTokOrder) -> None:
        """Record that an order was placed."""
        self._write(order, "place")
        self._announcements.order(shop, order)

    @contextmanager
    def entry(self, shop: Shop, order: TikTokOrder, action: str) -> Iterator[None]:
        """Record one action; a refused one leaves no trace.

        The update time moves with the status of the order or of a unit.  It does not
        move for tracking events, requests to cancel, or returns.
        """
        before = _Snapshot.of(order)
        yield
        order.status = _status(order)
        after = _Snapshot.of(order)
        now = self._world.clock.stamp()
        if (before.status, before.stages) != (after.status, after.stages):
            order.updated_at = now
            self._stamp(order, now)
        self._write(order, action)
        self._announce(shop, order, before, after)
        self._plan(shop, order, before, after)

    def _stamp(self, order: TikTokOrder, now: int) -> None:
        match order.status:
            case OrderStatus.IN_TRANSIT:
                order.collected_at = order.collected_at or now
            case OrderStatus.DELIVERED:
                order.collected_at = order.collected_at or now
                order.delivered_at = order.delivered_at or now
            case OrderStatus.CANCELLED:
                order.cancelled_at = now

    def _write(self, order: TikTokOrder, action: str) -> None:
        order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(), action=action, status=order.status
            )
        )

    def _announce(
        self, shop: Shop, order: TikTokOrder, before: _Snapshot, after: _Snapshot
    ) -> None:
        if before.status != after.status:
            self._announcements.order(shop, order)
        if before.parcels != after.parcels:
            self._announcements.split(shop, order)
        for cancellation in order.cancellations:
            if before.cancellations.get(cancellation.id) != cancellation.status:
                self._announcements.cancellation(shop, cancellation)
        for case in order.cases:
            if before.returns.get(case.id) != case.status:
                self._announcements.returned(shop, case)
            if before.rmas.get(case.rma_id) != case.reverse_status:
                self._announcements.rma(shop, case)

    def _plan(
        self, shop: Shop, order: TikTokOrder, before: _Snapshot, after: _Snapshot
    ) -> None:
        if before.status != after.status:
            self._plan_order(shop, order)
        for cancellation in order.cancellations:
            if before.cancellations.get(cancellation.id) != cancellation.status:
                self._plan_cancellation(shop, order, cancellation)
        for case in order.cases:
            if (
                before.returns.get(case.id) != case.status
                or before.rmas.get(case.rma_id) != case.reverse_status
            ):
                self._plan_return(shop, order, case)

    def _plan_order(self, shop: Shop, order: TikTokOrder) -> None:
        def end_hold() -> None:
            if order.held and order.status == OrderStatus.ON_HOLD:
                with self.entry(shop, order, "end_hold"):
                    order.held = False

        if order.status == OrderStatus.ON_HOLD:
            self._world.agenda.add(_HELD_FOR, end_hold)
        if order.status == OrderStatus.DELIVERED:
            self._world.agenda.add(
                _COMPLETES_AFTER, lambda: self._complete(shop, order)
            )

    def _complete(self, shop: Shop, order: TikTokOrder) -> None:
        if any(case.status in UNDECIDED for case in order.cases):
            self._world.agenda.add(86400, lambda: self._complete(shop, order))
        elif order.status == OrderStatus.DELIVERED:
            with self.entry(shop, order, "complete"):
                order.completed = True

    def _plan_cancellation(
        self, shop: Shop, order: TikTokOrder, case: Cancellation
    ) -> None:
        def accept_late() -> None:
            if case.status is CancelStatus.PENDING:
                with self.entry(shop, order, "cancel"):
                    self._cancellations.grant(shop, order, case)

        def complete() -> None:
            with self.entry(shop, order, "refund_done"):
                self._cancellations.complete(case)

        if case.status is CancelStatus.PENDING:
            self._world.agenda.add(case.deadline - case.requested_at, accept_late)
        if case.status is CancelStatus.SUCCESS:
            self._world.agenda.add(_REFUNDED_AFTER, complete)

    def _plan_return(self, shop: Shop, order: TikTokOrder, case: ReturnCase) -> None:
        planned = (case.status, case.deadline)

        def let_run_out() -> None:
            if (case.status, case.deadline) == planned:
                with self.entry(shop, order, "deadline"):
                    self._aftersales.run_out(shop, order, case)

        if case.status == ReturnStatus.SUCCESS:
            self._world.agenda.add(_REFUNDED_AFTER, let_run_out)
        elif case.deadline:
            wait = case.deadline - self._world.clock.stamp()
            self._world.agenda.add(wait, let_run_out)


def _status(order: TikTokOrder) -> OrderStatus:
    stages = set(order.stages().values()) - {OrderStatus.CANCELLED}
    if not stages:
        return OrderStatus.CANCELLED
    least = min(stages, key=_PROGRESS.index)
    most = max(stages, key=_PROGRESS.index)
    if least is most or least is OrderStatus.IN_TRANSIT:
        return least
    return OrderStatus.PARTIALLY_SHIPPING
