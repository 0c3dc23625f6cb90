"""An order as the control API shows it; the same for every channel."""

from .channel import Json
from .orders import Order, Parcel, Return, Units


def order_view(channel: str, order: Order) -> Json:
    """Everything that the sandbox knows about one order."""
    return {
        "id": order.id,
        "channel": channel,
        "shop": order.shop,
        "status": order.status,
        "cod": order.cod,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "paid_at": order.paid_at or None,
        "cancelled_by": order.cancelled_by,
        "cancel_reason": order.cancel_reason,
        "lines": [
            {
                "sku": line.sku,
                "quantity": line.ordered,
                "active": line.active,
                "cancelled": line.cancelled,
                "cancelled_before_leaving": line.cancelled_before_leaving,
                "return_requested": line.return_requested,
                "returned": line.returned,
            }
            for line in order.lines
        ],
        "packages": [_parcel(parcel) for parcel in order.parcels],
        "returns": [_return(case) for case in order.returns],
        "refunds": [
            {"at": refund.at, "amount": refund.amount, "reason": refund.reason}
            for refund in order.refunds
        ],
        "history": [
            {"at": entry.at, "action": entry.action, "status": entry.status}
            for entry in order.history
        ],
    }


def _parcel(parcel: Parcel) -> Json:
    return {
        "number": parcel.number,
        "status": parcel.status,
        "tracking_number": parcel.tracking_number,
        "lines": _lines(parcel.units),
        "arranged_at": parcel.arranged_at or None,
        "picked_up_at": parcel.picked_up_at or None,
        "delivered_at": parcel.delivered_at or None,
        "turned_back_at": parcel.turned_back_at or None,
        "came_back_at": parcel.came_back_at or None,
        "lost_at": parcel.lost_at or None,
        "events": [{"at": event.at, "code": event.code} for event in parcel.events],
    }


def _return(case: Return) -> Json:
    return {
        "id": case.id,
        "status": case.status,
        "reverse_status": case.reverse_status,
        "reason": case.reason,
        "in_transit": case.in_transit,
        "lines": _lines(case.units),
        "amount": case.amount,
        "tracking_number": case.tracking_number,
        "requested_at": case.requested_at,
        "refunded_at": case.refunded_at or None,
        "handed_over_at": case.handed_over_at or None,
        "came_back_at": case.came_back_at or None,
        "lost_at": case.lost_at or None,
    }


def _lines(units: Units) -> list[Json]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in units.items()]
