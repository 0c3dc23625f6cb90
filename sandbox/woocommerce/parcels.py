"""Choosing among an order's parcels, and moving one along its way."""

from collections.abc import Iterable, Sequence

from sandbox.orders import Event, Order, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .statuses import ParcelStatus


def forbid(order: Order, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {order.id} is {order.status}, which forbids it; {allowed}"
    )


def parcels_in(order: Order, statuses: Iterable[ParcelStatus]) -> list[Parcel]:
    """The order's parcels that are in one of these statuses."""
    wanted = tuple(statuses)
    return [parcel for parcel in order.parcels if parcel.status in wanted]


def chosen(
    order: Order, action: str, units: Units | None, parcels: Sequence[Parcel]
) -> list[Parcel]:
    """The parcels that hold exactly these units, or all; a parcel is never cut."""
    if not parcels:
        raise forbid(order, action, f"no parcel waits for it; {listed(order.parcels)}")
    if units is None:
        return list(parcels)
    picked: list[Parcel] = []
    remaining = dict(units)
    for parcel in parcels:
        if covers(remaining, parcel.units):
            picked.append(parcel)
            remaining = less(remaining, parcel.units)
    if remaining:
        raise NotAllowed(
            f"{action}: no parcels hold exactly these units; {listed(parcels)}"
        )
    return picked


def listed(parcels: Sequence[Parcel]) -> str:
    """The parcels and their contents, for a sentence."""
    described = (
        f"{parcel.status} with "
        + ", ".join(f"{quantity} {sku}" for sku, quantity in parcel.units.items())
        for parcel in parcels
    )
    return "parcels are " + ("; ".join(described) or "none")


class Carrier:
    """Puts parcels into their next status."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new_parcel(self, units: Units) -> Parcel:
        """Units that will travel together; there is no label yet."""
        return Parcel(
            number=self._world.identifiers.digits(8, "P"),
            units=dict(units),
            status=ParcelStatus.PENDING,
            updated_at=self._world.clock.stamp(),
        )

    def move(self, parcel: Parcel, status: ParcelStatus) -> None:
        """Change where a parcel is."""
        parcel.status = status
        parcel.updated_at = self._world.clock.stamp()
        parcel.events.append(
            Event(at=parcel.updated_at, code=status.value, text=status.value)
        )

    def label(self, parcel: Parcel) -> None:
        """Make a label: the parcel has a tracking number and waits for pickup."""
        self.move(parcel, ParcelStatus.PRE_TRANSIT)
        parcel.tracking_number = self._world.identifiers.digits(10, "GHN")
        parcel.arranged_at = parcel.updated_at

    def turn_back(self, parcel: Parcel) -> None:
        """Send a parcel home under its forward number."""
        self.move(parcel, ParcelStatus.RETURN_TO_SENDER)
        parcel.turned_back_at = parcel.updated_at
