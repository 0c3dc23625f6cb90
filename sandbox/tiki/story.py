"""An order's way from the seller to the buyer, or half of it."""

from sandbox.orders import Units
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .journal import Journal
from .records import Requisition, TikiOrder
from .refusing import check_whole, forbid
from .statuses import (
    ARRIVED,
    BEFORE_PACKING,
    LEAVING_STEPS,
    PACKING,
    PACKING_STEPS,
    WITH_BUYER,
    Confirmation,
    Model,
    OrderStatus,
    ShippingStatus,
)

CARRIER = "TNSL"
_COMPLETES_AFTER = 7 * 86400
_RETURNABLE_FOR = 30 * 86400


class Story:
    """What the seller, the carrier and the buyer do on the way out."""

    def __init__(self, world: World, journal: Journal, inventory: Inventory) -> None:
        self._world = world
        self._journal = journal
        self._inventory = inventory

    def pay(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer pays for an order that was placed without paying."""
        if order.status != OrderStatus.WAITING_PAYMENT:
            raise forbid(order, "pay", "only an order in waiting_payment can be paid")
        order.paid_at = self._world.clock.stamp()
        self._journal.move(
            shop,
            order,
            OrderStatus.PAID,
            OrderStatus.PROCESSING,
            OrderStatus.QUEUEING,
        )

    def confirm(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The seller says that everything is on the shelf; the status stays."""
        if order.status != OrderStatus.QUEUEING or not order.waiting_items:
            raise forbid(order, "confirm", "it needs a queueing order with open items")
        for item in order.waiting_items:
            self._journal.confirm(order, item, Confirmation.SELLER_CONFIRMED)

    def start_picking(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The shipper is on the way to the goods, which are still on the shelf."""
        if order.status != OrderStatus.QUEUEING or order.carried_by_seller:
            raise forbid(order, "start_picking", "it needs a queueing, carried order")
        self._confirm_the_rest(order)
        self._journal.move(shop, order, OrderStatus.PICKING)

    def pack(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The goods are being packed; nothing waits to be fetched yet."""
        if order.status not in BEFORE_PACKING:
            raise forbid(order, "pack", "it needs an order that is not packed")
        self._confirm_the_rest(order)
        self._go_on(shop, order, OrderStatus.PACKAGING)

    def arrange(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Confirm, pack and wait for whoever carries the parcel.

        In the on-demand model the goods are in Tiki's warehouse by then.
        """
        if order.status not in PACKING:
            raise forbid(order, "arrange", "it needs an order from queueing to packing")
        check_whole(order, "arrange", units)
        self._confirm_the_rest(order)
        if order.model is Model.ON_DEMAND:
            self._bring_to_tiki(order)
        order.parcel.arranged_at = self._world.clock.stamp()
        order.parcel.tracking_number = self._world.identifiers.digits(12, "TNSL")
        for item in order.items:
            if item.confirmation is Confirmation.SELLER_CONFIRMED:
                self._journal.confirm(order, item, Confirmation.READY_TO_PICK)
        self._go_on(shop, order, OrderStatus.READY_TO_SHIP)

    def pick_up(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The parcel leaves; the goods stay reserved."""
        if order.status != OrderStatus.READY_TO_SHIP:
            raise forbid(order, "pick_up", "it needs an order in ready_to_ship")
        check_whole(order, "pick_up", units)
        now = self._world.clock.stamp()
        order.parcel.picked_up_at = now
        for item in order.items:
            if item.active:
                item.fulfilled_at = now
        self._journal.scan(order, ShippingStatus.PICKED)
        self._journal.scan(order, ShippingStatus.DELIVERING)
        self._journal.move(shop, order, *LEAVING_STEPS[order.model])

    def deliver(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """The buyer takes the parcel, and pays if nothing was paid yet."""
        if order.status != OrderStatus.SHIPPING:
            raise forbid(order, "deliver", "it needs an order in shipping")
        check_whole(order, "deliver", units)
        now = self._world.clock.stamp()
        order.parcel.delivered_at = now
        order.paid_at = order.paid_at or now
        order.returnable_until = self._world.clock.now() + _RETURNABLE_FOR
        self._inventory.consume(shop, order.reserved)
        order.reserved = {}
        self._journal.scan(order, ShippingStatus.DELIVERED)
        self._journal.move(shop, order, ARRIVED[order.model])
        self._world.agenda.add(
            _COMPLETES_AFTER, lambda: self._complete_unless_over(shop, order)
        )

    def complete(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki takes the order as done."""
        if order.status not in WITH_BUYER or order.completed:
            raise forbid(order, "complete", "it needs a delivered order")
        order.completed = True
        self._journal.move(shop, order, OrderStatus.COMPLETE)

    def close(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki files a finished order away."""
        if order.status != OrderStatus.COMPLETE:
            raise forbid(order, "close", "it needs an order in complete")
        self._journal.move(shop, order, OrderStatus.CLOSED)

    def hold(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki stops an order that has not left, for a question of its own."""
        if order.status not in PACKING:
            raise forbid(order, "hold", "it needs an order that is not packed")
        order.held_in = order.status
        self._journal.move(shop, order, OrderStatus.HOLDED)

    def resume(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki lets a held order go on where it was."""
        if order.status != OrderStatus.HOLDED:
            raise forbid(order, "resume", "it needs an order in holded")
        self._journal.move(shop, order, OrderStatus(order.held_in))

    def free_reserve(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki forgets the reserve of a parcel on its way and not the shelf.

        Nothing documents when a reserve ends.  If it ended at handover, buyers would
        see units that have left until the seller writes a smaller number.
        """
        if order.status != OrderStatus.SHIPPING or not order.reserved:
            raise forbid(order, "free_reserve", "it needs a reserved order on its way")
        self._inventory.free(shop, order.reserved)
        order.reserved = {}

    def _complete_unless_over(self, shop: Shop, order: TikiOrder) -> None:
        if order.status in WITH_BUYER and not order.completed:
            with self._journal.entry(order, "complete"):
                self.complete(shop, order, None)

    def _confirm_the_rest(self, order: TikiOrder) -> None:
        for item in order.waiting_items:
            self._journal.confirm(order, item, Confirmation.SELLER_CONFIRMED)

    def _go_on(self, shop: Shop, order: TikiOrder, last: OrderStatus) -> None:
        steps = PACKING_STEPS[order.model]
        done = OrderStatus(order.status)
        begin = steps.index(done) + 1 if done in steps else 0
        self._journal.move(shop, order, *steps[begin : steps.index(last) + 1])

    def _bring_to_tiki(self, order: TikiOrder) -> None:
        identifiers = self._world.identifiers
        for item in order.items:
            if item.active:
                item.requisition = Requisition(
                    id=identifiers.number(7),
                    code=identifiers.digits(8, "PR"),
                    at=self._world.clock.stamp(),
                )
