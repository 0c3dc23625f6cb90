"""Saying what an order does not allow."""

from sandbox.orders import Units
from sandbox.refusals import NotAllowed

from .records import TikiOrder


def forbid(order: TikiOrder, action: str, allowed: str) -> NotAllowed:
    """The refusal of an action, saying what forbids it and what is possible."""
    return NotAllowed(
        f"{action}: order {order.id} is {order.status}, which forbids it; {allowed}"
    )


def check_whole(order: TikiOrder, action: str, units: Units | None) -> None:
    """Refuse a part: an order of Tiki is sent, brought and cancelled whole."""
    if units is not None and dict(units) != order.parcel.units:
        held = ", ".join(f"{n} {sku}" for sku, n in order.parcel.units.items())
        raise NotAllowed(
            f"{action}: Tiki moves an order as a whole; order {order.id} holds {held}"
        )
