"""Choosing among an order's parcels, and moving one along its way."""

from collections.abc import Iterable, Sequence

from sandbox.orders import Event, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .orders import LineItem, TikTokOrder, units_of
from .statuses import DESCRIPTIONS, PackageStatus, TrackingEvent


def forbid(order: TikTokOrder, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {order.id} is {order.status}, which forbids it; {allowed}"
    )


def parcels_in(order: TikTokOrder, statuses: Iterable[str]) -> list[Parcel]:
    """The order's parcels that are in one of these statuses."""
    wanted = tuple(statuses)
    return [parcel for parcel in order.parcels if parcel.status in wanted]


def on_the_way(order: TikTokOrder) -> list[Parcel]:
    """Parcels that the carrier is bringing to the buyer."""
    return [
        parcel
        for parcel in parcels_in(order, (PackageStatus.FULFILLING,))
        if not parcel.turned_back_at
    ]


def whole_parcels(
    parcels: Sequence[Parcel], units: Units | None, action: str
) -> list[Parcel]:
    """The parcels that together hold exactly these units; a parcel is never cut."""
    if units is None:
        return list(parcels)
    chosen: list[Parcel] = []
    remaining = dict(units)
    for parcel in parcels:
        if covers(remaining, parcel.units):
            chosen.append(parcel)
            remaining = less(remaining, parcel.units)
    if remaining:
        raise NotAllowed(
            f"{action}: no packages hold exactly these units; there are "
            + listed(parcels)
        )
    return chosen


def listed(parcels: Iterable[Parcel]) -> str:
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

    def new_parcel(self, units: Units) -> Parcel:
        """A package with a number of its own that nobody arranged yet."""
        return Parcel(
            number=self._world.identifiers.digits(15, "1153"),
            units=dict(units),
            status=PackageStatus.TO_FULFILL,
            updated_at=self._world.clock.stamp(),
        )

    def split(
        self, order: TikTokOrder, parcel: Parcel, items: Sequence[LineItem]
    ) -> Parcel:
        """Take units out of a package into a new one."""
        taken = units_of(items)
        part = self.new_parcel(taken)
        parcel.units = less(parcel.units, taken)
        parcel.updated_at = part.updated_at
        for item in items:
            item.parcel = part
        order.parcels.append(part)
        return part

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
        self.move(parcel, PackageStatus.PROCESSING)
        parcel.tracking_number = self._world.identifiers.digits(12, "8")
        parcel.arranged_at = parcel.updated_at
        self.scan(parcel, TrackingEvent.LABEL_CREATED)

    def turn_back(self, parcel: Parcel) -> None:
        """Send a parcel home under its forward number."""
        parcel.turned_back_at = self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.RETURNING)

    def bring_back(self, parcel: Parcel) -> None:
        """Hand a turned parcel to the seller; only its tracking tells."""
        parcel.came_back_at = self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.RETURNED)

    def lose(self, parcel: Parcel) -> None:
        """Lose a parcel for good."""
        parcel.lost_at = self._world.clock.stamp()
        self.scan(parcel, TrackingEvent.LOST)
