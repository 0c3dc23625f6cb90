"""Choosing among an order's fulfilments, and refusing what cannot be."""

from collections.abc import Callable

from sandbox.orders import Units, covers, less
from sandbox.refusals import NotAllowed

from .chronicle import status_text
from .records import Fulfillment, Purchase


def forbid(purchase: Purchase, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {purchase.id} is {status_text(purchase)}, which forbids it; "
        + allowed
    )


def chosen(
    purchase: Purchase,
    action: str,
    units: Units | None,
    fits: Callable[[Fulfillment], bool],
    needs: str,
) -> list[Fulfillment]:
    """The fulfilments that fit, or those that together hold exactly these units."""
    fitting = [each for each in purchase.fulfillments if fits(each)]
    if not fitting:
        raise forbid(purchase, action, f"it needs {needs}; there is {listed(purchase)}")
    return fitting if units is None else _whole(fitting, units, action, purchase)


def listed(purchase: Purchase) -> str:
    """The fulfilments and their contents, for a sentence."""
    described = (
        f"{each.name} {each.display_status} with "
        + ", ".join(f"{quantity} {sku}" for sku, quantity in each.parcel.units.items())
        for each in purchase.fulfillments
    )
    return "; ".join(described) or "no fulfilment"


def is_waiting(fulfillment: Fulfillment) -> bool:
    """Whether it is packed and not with the carrier."""
    return fulfillment.is_live and not fulfillment.parcel.picked_up_at


def is_out(fulfillment: Fulfillment) -> bool:
    """Whether it is on its way to the buyer."""
    parcel = fulfillment.parcel
    return bool(
        fulfillment.is_live
        and parcel.picked_up_at
        and not parcel.delivered_at
        and not parcel.turned_back_at
    )


def travels_back(fulfillment: Fulfillment) -> bool:
    """Whether it is on its way home under its forward number."""
    return fulfillment.parcel.travels_back


def _whole(
    fitting: list[Fulfillment], units: Units, action: str, purchase: Purchase
) -> list[Fulfillment]:
    for each in fitting:
        if each.parcel.units == units:
            return [each]
    found: list[Fulfillment] = []
    remaining = dict(units)
    for each in fitting:
        if covers(remaining, each.parcel.units):
            found.append(each)
            remaining = less(remaining, each.parcel.units)
    if remaining:
        raise NotAllowed(
            f"{action}: no fulfilments hold exactly these units; there is "
            + listed(purchase)
        )
    return found
