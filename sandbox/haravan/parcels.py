"""Choosing among an order's fulfilments, and moving one along its way."""

from collections.abc import Collection

from sandbox.orders import Event, Order, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .numbers import Numbers
from .records import FulfilledItem, Fulfillment, Purchase
from .statuses import CARRIER_LABELS, CarrierStatus, CodStatus
from .times import milliseconds


def forbid(order: Order, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {order.id} is {order.status}, which forbids it; {allowed}"
    )


def travelling(
    purchase: Purchase, codes: Collection[CarrierStatus]
) -> list[Fulfillment]:
    """The fulfilments in one of these statuses whose parcel is still somewhere."""
    return [
        each
        for each in purchase.fulfillments
        if each.code in codes and not each.parcel.lost_at
    ]


def chosen(
    purchase: Purchase,
    action: str,
    units: Units | None,
    codes: Collection[CarrierStatus],
) -> list[Fulfillment]:
    """All fulfilments in these statuses, or those that hold exactly these units."""
    found = travelling(purchase, codes)
    if not found:
        names = ", ".join(codes)
        raise forbid(purchase.order, action, f"it needs a fulfilment in {names}")
    return found if units is None else whole(found, action, units)


def whole(found: list[Fulfillment], action: str, units: Units) -> list[Fulfillment]:
    """The fulfilments that hold exactly these units; a parcel is never cut."""
    picked: list[Fulfillment] = []
    remaining = dict(units)
    for each in found:
        if covers(remaining, each.parcel.units):
            picked.append(each)
            remaining = less(remaining, each.parcel.units)
    if remaining:
        raise NotAllowed(
            f"{action}: no parcels hold exactly these units; there are " + listed(found)
        )
    return picked


def listed(fulfillments: list[Fulfillment]) -> str:
    """The parcels and their contents, for a sentence."""
    described = (
        f"{each.code} with "
        + ", ".join(f"{quantity} {sku}" for sku, quantity in each.parcel.units.items())
        for each in fulfillments
    )
    return "; ".join(described) or "none"


class Carrier:
    """Packs parcels and puts them into their next status."""

    def __init__(self, world: World, numbers: Numbers) -> None:
        self._world = world
        self._numbers = numbers

    def pack(self, purchase: Purchase, units: Units) -> Fulfillment:
        """Make a fulfilment that no carrier was told of yet."""
        now = milliseconds(self._world)
        id_ = self._numbers.next()
        cod = purchase.order.cod
        parcel = Parcel(
            number=str(id_),
            units=dict(units),
            status=CarrierStatus.PENDING,
            updated_at=self._world.clock.stamp(),
        )
        fulfillment = Fulfillment(
            id=id_,
            parcel=parcel,
            items=[
                FulfilledItem(item=purchase.item(sku), quantity=quantity)
                for sku, quantity in units.items()
            ],
            code=CarrierStatus.PENDING,
            cod_status=CodStatus.PENDING if cod else CodStatus.NONE,
            cod_amount=purchase.order.worth(units) if cod else 0,
            created_at=now,
            updated_at=now,
        )
        purchase.fulfillments.append(fulfillment)
        purchase.order.parcels.append(parcel)
        return fulfillment

    def move(self, fulfillment: Fulfillment, code: CarrierStatus) -> None:
        """Change the status and leave its time stamp, which later steps never touch."""
        now, stamp = milliseconds(self._world), self._world.clock.stamp()
        fulfillment.code = code
        fulfillment.updated_at = now
        fulfillment.reached_at.setdefault(code, now)
        parcel = fulfillment.parcel
        parcel.status, parcel.updated_at = code, stamp
        parcel.events.append(
            Event(at=stamp, code=code.value, text=CARRIER_LABELS[code])
        )

    def accept(self, fulfillment: Fulfillment) -> None:
        """Take up a shipment request: the parcel has a number and waits."""
        parcel = fulfillment.parcel
        parcel.tracking_number = self._world.identifiers.digits(10, "HRV")
        parcel.arranged_at = self._world.clock.stamp()
        self.move(fulfillment, CarrierStatus.READY_TO_PICK)

    def cancel(self, fulfillment: Fulfillment) -> None:
        """Call a shipment off; the dates of the steps before stay."""
        self.move(fulfillment, CarrierStatus.CANCEL)

    def turn_back(self, fulfillment: Fulfillment) -> None:
        """Send a parcel home under its forward number."""
        parcel = fulfillment.parcel
        parcel.turned_back_at = parcel.turned_back_at or self._world.clock.stamp()

    def refuse_cash(self, fulfillment: Fulfillment) -> None:
        """The buyer did not pay for a parcel."""
        if fulfillment.cod_status is CodStatus.PENDING:
            fulfillment.cod_status = CodStatus.NOT_RECEIVED
            fulfillment.cod_refused_at = milliseconds(self._world)
