"""Choosing among an order's parcels, and moving one along its way."""

from collections.abc import Iterable

from sandbox.orders import Event, Order, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .statuses import DEAD, DESCRIPTIONS, PackageStatus, TrackingEvent

LIVE = tuple(status for status in PackageStatus if status not in DEAD)


def forbid(order: Order, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {order.id} is {order.status}, which forbids it; {allowed}"
    )


def parcels_in(order: Order, statuses: Iterable[str]) -> list[Parcel]:
    """The order's parcels that are in one of these statuses."""
    wanted = tuple(statuses)
    return [parcel for parcel in order.parcels if parcel.status in wanted]


def whole_parcels(parcels: list[Parcel], units: Units, action: str) -> list[Parcel]:
    """The parcels that together hold exactly these units; a parcel is never cut."""
    chosen: list[Parcel] = []
    remaining = dict(units)
    for parcel in parcels:
        if covers(remaining, parcel.units):
            chosen.append(parcel)
            remaining = less(remaining, parcel.units)
    if remaining:
        raise NotAllowed(
            f"{action}: no parcels hold exactly these units; there are "
            + listed(parcels)
        )
    return chosen


def listed(parcels: list[Parcel]) -> str:
    """The parcels and their contents, for a sentence."""
    described = (
        f"{parcel.number} with "
        + ", ".join(f"{quantity} {sku}" for sku, quantity in parcel.units.items())
        for parcel in parcels
    )
    return "; ".join(described) or "none"


class Carrier:
    """Puts parcels into their next status and writes their tracking events."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new_parcel(self, units: Units, status: PackageStatus) -> Parcel:
        """A package with a number of its own."""
        return Parcel(
            number=self._world.identifiers.digits(15, "OFG"),
            units=dict(units),
            status=status,
            updated_at=self._world.clock.stamp(),
        )

    def move(self, parcel: Parcel, status: PackageStatus) -> None:
        """Change the package's status."""
        parcel.status = status
        parcel.updated_at = self._world.clock.stamp()

    def scan(self, parcel: Parcel, event: TrackingEvent) -> None:
        """Add a tracking event; by itself it never touches an update time."""
        parcel.events.append(
            Event(
                at=self._world.clock.stamp(),
                code=event.value,
                text=DESCRIPTIONS[event],
            )
        )

    def accept(self, parcel: Parcel) -> None:
        """Take up a shipment request: the parcel has a number and waits."""
        self.move(parcel, PackageStatus.REQUEST_CREATED)
        if not parcel.tracking_number:
            parcel.tracking_number = self._world.identifiers.digits(12, "SPXVN")
        parcel.arranged_at = parcel.arranged_at or self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.ORDER_CREATED)

    def turn_back(self, parcel: Parcel) -> None:
        """Send a parcel home under its forward number."""
        parcel.turned_back_at = self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.RETURN_STARTED)
        self.scan(parcel, TrackingEvent.RETURN_INITIATED)

    def bring_back(self, parcel: Parcel) -> None:
        """Hand a turned parcel to the seller; only its tracking tells."""
        parcel.came_back_at = self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.RETURNED)
