"""Choosing among an order's packages, items and returns."""

from collections.abc import Callable, Iterable

from sandbox.orders import Parcel, Units, covers, less
from sandbox.refusals import NotAllowed

from .statuses import ItemStatus
from .trade_orders import OrderItem, Phase, ReverseOrder, TradeOrder


def forbid(order: TradeOrder, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    statuses = ", ".join(order.statuses)
    return NotAllowed(
        f"{action}: order {order.id} has items in {statuses}, which forbids it; "
        f"{allowed}"
    )


def parcels_with(order: TradeOrder, statuses: Iterable[ItemStatus]) -> list[Parcel]:
    """The packages whose items are in one of these statuses."""
    wanted = tuple(statuses)
    return [
        parcel
        for parcel in order.parcels
        if any(item.status in wanted for item in order.packed_in(parcel))
    ]


def whole_parcels(parcels: list[Parcel], units: Units, action: str) -> list[Parcel]:
    """The packages that together hold exactly these units; none is ever cut."""
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


def some_items(items: Iterable[OrderItem], units: Units) -> list[OrderItem] | None:
    """So many items of each SKU, or ``None`` when there are not enough."""
    remaining = dict(units)
    chosen: list[OrderItem] = []
    for item in items:
        if remaining.get(item.sku):
            remaining[item.sku] -= 1
            chosen.append(item)
    return None if any(remaining.values()) else chosen


def listed(parcels: list[Parcel]) -> str:
    """The packages and their contents, for a sentence."""
    described = (
        f"{parcel.number} with "
        + ", ".join(f"{quantity} {sku}" for sku, quantity in parcel.units.items())
        for parcel in parcels
    )
    return "; ".join(described) or "none"


def newest(
    order: TradeOrder,
    action: str,
    units: Units | None,
    fits: Callable[[ReverseOrder], bool],
) -> ReverseOrder:
    """The newest return that an action fits, with exactly these units if named."""
    case = pick(order, units, fits)
    if case is None:
        described = ", ".join(
            f"{each.id} {each.request_type} {each.status}"
            for each in order.return_cases
        )
        raise forbid(
            order, action, f"no return waits for it; returns: {described or 'none'}"
        )
    return case


def pick(
    order: TradeOrder, units: Units | None, fits: Callable[[ReverseOrder], bool]
) -> ReverseOrder | None:
    """The newest fitting return, or ``None``."""
    for case in reversed(order.return_cases):
        if fits(case) and (units is None or case.units == units):
            return case
    return None


def awaits_parcel(case: ReverseOrder) -> bool:
    """Whether the buyer may still hand a parcel over."""
    wanted = case.needs_logistics and case.status != Phase.CLOSED
    return wanted and not case.handed_over_at


def parcel_comes(case: ReverseOrder) -> bool:
    """Whether the buyer's parcel is on its way back."""
    return bool(case.handed_over_at and not case.came_back_at and not case.lost_at)
