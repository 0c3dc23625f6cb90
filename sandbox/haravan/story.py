"""An order's way from the shop to the buyer, or half of it."""

from sandbox.orders import Units, covers
from sandbox.refusals import NotAllowed
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .parcels import Carrier, chosen, forbid, travelling
from .payments import Payments
from .records import Fulfillment, Purchase
from .statuses import ON_THE_WAY, WAITS_FOR_CARRIER, CarrierStatus, CodStatus
from .store import Store
from .times import milliseconds


class Story:
    """What the merchant, the carrier and the buyer do on the way out."""

    def __init__(
        self, world: World, inventory: Inventory, carrier: Carrier, payments: Payments
    ) -> None:
        self._world = world
        self._inventory = inventory
        self._carrier = carrier
        self._payments = payments

    def confirm(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The merchant confirms an order that came in."""
        if purchase.confirmed_at or purchase.cancelled_at:
            raise forbid(purchase.order, "confirm", "only an unconfirmed order")
        purchase.confirmed_at = milliseconds(self._world)

    def close(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The merchant puts an order that is done into the archive."""
        if purchase.closed_at or purchase.cancelled_at:
            raise forbid(purchase.order, "close", "only an open order")
        purchase.closed_at = milliseconds(self._world)

    def pay(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The money of an order that was not paid at once comes in."""
        if not standing.outstanding(purchase) or purchase.cancelled_at:
            raise forbid(purchase.order, "pay", "only an order that waits for money")
        self._payments.capture(purchase, standing.outstanding(purchase))

    def prepare(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The merchant fulfils without telling a carrier; the goods stay here."""
        self._pack(store, purchase, "prepare", units)

    def arrange(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The merchant hands a shipment to a carrier, of some units or of the rest.

        From here on the units have left the merchant's books.
        """
        if purchase.cancelled_at:
            raise forbid(purchase.order, "arrange", "a cancelled order stays here")
        packed = travelling(purchase, [CarrierStatus.PENDING])
        if units is not None:
            packed = [each for each in packed if each.parcel.units == units][:1]
        if not packed or (units is None and purchase.waiting_units()):
            packed.append(self._pack(store, purchase, "arrange", units))
        for each in packed:
            self._carrier.accept(each)

    def fetch(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The carrier is on the way to fetch the parcel."""
        for each in chosen(purchase, "fetch", units, [CarrierStatus.READY_TO_PICK]):
            self._carrier.move(each, CarrierStatus.PICKING)

    def pick_up(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The carrier takes the parcels that wait for it."""
        for each in chosen(purchase, "pick_up", units, WAITS_FOR_CARRIER):
            each.parcel.picked_up_at = self._world.clock.stamp()
            self._carrier.move(each, CarrierStatus.DELIVERING)

    def deliver(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """The buyer takes the parcel; cash is handed over with the last one."""
        for each in chosen(purchase, "deliver", units, ON_THE_WAY):
            each.parcel.delivered_at = self._world.clock.stamp()
            self._carrier.move(each, CarrierStatus.DELIVERED)
            if each.cod_status is CodStatus.PENDING:
                each.cod_status = CodStatus.PAID
                each.cod_paid_at = milliseconds(self._world)
        self._take_cash(purchase)

    def miss_customer(
        self, store: Store, purchase: Purchase, units: Units | None
    ) -> None:
        """The carrier did not find the buyer and will try once more."""
        delivering = [CarrierStatus.DELIVERING]
        for each in chosen(purchase, "miss_customer", units, delivering):
            self._carrier.move(each, CarrierStatus.NOT_MEET_CUSTOMER)

    def wait_for_return(
        self, store: Store, purchase: Purchase, units: Units | None
    ) -> None:
        """The carrier gives up and keeps the parcel until it is sent back."""
        for each in chosen(purchase, "wait_for_return", units, ON_THE_WAY):
            self._give_up(each)

    def fail_delivery(
        self, store: Store, purchase: Purchase, units: Units | None
    ) -> None:
        """The buyer refuses or is not found; the parcel turns back as it is.

        Nothing else happens: no cancel, no refund, no stock.
        """
        codes = (*ON_THE_WAY, CarrierStatus.WAITING_FOR_RETURN)
        for each in chosen(purchase, "fail_delivery", units, codes):
            if each.code is not CarrierStatus.WAITING_FOR_RETURN:
                self._give_up(each)
            self._carrier.move(each, CarrierStatus.RETURN)

    def _give_up(self, fulfillment: Fulfillment) -> None:
        if fulfillment.code is CarrierStatus.DELIVERING:
            self._carrier.move(fulfillment, CarrierStatus.NOT_MEET_CUSTOMER)
        self._carrier.move(fulfillment, CarrierStatus.WAITING_FOR_RETURN)
        self._carrier.turn_back(fulfillment)
        self._carrier.refuse_cash(fulfillment)

    def _pack(
        self, store: Store, purchase: Purchase, action: str, units: Units | None
    ) -> Fulfillment:
        waiting = purchase.waiting_units()
        if purchase.cancelled_at or not waiting:
            needed = "it needs units that are not fulfilled"
            raise forbid(purchase.order, action, needed)
        packed = dict(waiting if units is None else units)
        if not covers(waiting, packed):
            raise NotAllowed(f"{action}: not fulfilled are {waiting}")
        purchase.confirmed_at = purchase.confirmed_at or milliseconds(self._world)
        self._inventory.ship(store, packed)
        return self._carrier.pack(purchase, packed)

    def _take_cash(self, purchase: Purchase) -> None:
        all_paid = all(
            each.cod_status is CodStatus.PAID for each in purchase.fulfillments
        )
        due = standing.outstanding(purchase)
        is_open = not purchase.cancelled_at and not purchase.waiting_units()
        if purchase.order.cod and all_paid and is_open and due:
            self._payments.capture(purchase, due)
