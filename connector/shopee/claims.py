"""Turns Shopee's return JSON into our values; pure functions.

Field names and meanings are those of ``returns/get_return_detail`` and
``returns/get_reverse_tracking_info``.  Shopee's word for how the goods travel back is
the *reverse leg*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.errors import UnmappedStatus
from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    epoch,
    identifier,
    moment,
    quantity,
    record,
    records,
)
from connector.shopee.items import line_id, listing_of, sku_of, written
from connector.values import (
    ChannelOrder,
    ChannelRefund,
    ChannelReturn,
    ChannelReturnLine,
    Ending,
    ListingRef,
    Parcel,
    ParcelDirection,
    RefundState,
    ReturnPhase,
    Stage,
)

_STATUSES: Mapping[str, tuple[ReturnPhase, RefundState]] = {
    "REQUESTED": (ReturnPhase.REQUESTED, RefundState.PENDING),
    "PROCESSING": (ReturnPhase.APPROVED, RefundState.PENDING),
    "JUDGING": (ReturnPhase.REQUESTED, RefundState.PENDING),
    "SELLER_DISPUTE": (ReturnPhase.APPROVED, RefundState.PENDING),
    "ACCEPTED": (ReturnPhase.APPROVED, RefundState.DONE),
    "CANCELLED": (ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    "CLOSED": (ReturnPhase.CLOSED, RefundState.DONE),
    "REFUND_PAID": (ReturnPhase.CLOSED, RefundState.DONE),
}

# The second form is what in-transit and on-the-spot returns use.
_ON_ITS_WAY = {"LOGISTICS_PICKUP_DONE", "LOGISTICS_DELIVERY_FAILED", "Delivery Failed"}
_ARRIVED = {"LOGISTICS_DELIVERY_DONE", "Delivered"}

_ON_THE_FORWARD_NUMBER = (1, 2)
"""``return_refund_request_type``: stopped in transit, refused on the spot."""

_BACK_TO_SELLER = 2
"""``follow_up_action_list[].current_status`` of goods that the warehouse sends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseLeg:
    """How far the goods have come on their way back."""

    status: str = ""
    tracking_number: str = ""
    number_from_warehouse: str = ""


def reverse_leg(detail: JsonRecord, tracking: JsonRecord) -> ReverseLeg:
    """Return the reverse leg; one page spells the status without an "s"."""
    both = {**detail, **{key: value for key, value in tracking.items() if value}}
    statuses = (
        both.get("reverse_logistics_status"),
        both.get("reverse_logistic_status"),
        both.get("logistics_status"),
    )
    return ReverseLeg(
        status=next((text for text in map(_status, statuses) if text), ""),
        tracking_number=written(both.get("tracking_number"), "tracking_number"),
        number_from_warehouse=written(both.get("rts_tracking_number"), "rts number"),
    )


def is_withdrawn(detail: JsonRecord) -> bool:
    """Whether nothing more can come of a return."""
    return _status(detail.get("status")) == "CANCELLED"


def travels_forward(detail: JsonRecord) -> bool:
    """Whether the goods, if they come, come under the order's own tracking number.

    So they do when a parcel is stopped on its way or refused at the door, and in the
    trap of an undelivered order: ``NOT_RECEIPT`` without logistics refunds the money
    and says nothing of the parcel that turns back.
    """
    if _request_type(detail) in _ON_THE_FORWARD_NUMBER:
        return True
    reasons = (detail.get("reason"), detail.get("reassessed_request_reason"))
    return "NOT_RECEIPT" in reasons and detail.get("needs_logistics") is not True


def return_of(
    detail: JsonRecord, tracking: JsonRecord, order: ChannelOrder | None
) -> ChannelReturn:
    """Return the return; ``order`` is given where the goods travel on its parcels.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    status = _status(detail.get("status"))
    if status not in _STATUSES:
        raise UnmappedStatus(status)
    leg = reverse_leg(detail, tracking)
    return_id = identifier(detail.get("return_sn"), "return_sn")
    comes_back = _goods_come_back(detail, leg, order)
    return ChannelReturn(
        return_id=return_id,
        order_id=identifier(detail.get("order_sn"), "order_sn"),
        updated_at=moment(detail.get("update_time"), "update_time"),
        phase=_phase(status, leg),
        raw_status=f"{status}/{leg.status}" if leg.status else status,
        goods_come_back=comes_back,
        lines=_lines(detail),
        parcels=_parcels(leg, order),
        refund=_refund(return_id, detail, status, comes_back, leg),
        reason=written(detail.get("reason"), "reason"),
        claim_before=_claim_before(detail, status, comes_back),
    )


def _phase(status: str, leg: ReverseLeg) -> ReturnPhase:
    phase = _STATUSES[status][0]
    if phase is ReturnPhase.WITHDRAWN:
        return phase
    if leg.status in _ON_ITS_WAY:
        # The money may be settled and the case closed while the parcel travels.
        return ReturnPhase.SHIPPED_BACK
    if leg.status in _ARRIVED and phase is not ReturnPhase.CLOSED:
        return ReturnPhase.ARRIVED
    return phase


def _goods_come_back(
    detail: JsonRecord, leg: ReverseLeg, order: ChannelOrder | None
) -> bool:
    if is_withdrawn(detail):
        return False
    if travels_forward(detail):
        return _request_type(detail) in _ON_THE_FORWARD_NUMBER or _undelivered(order)
    if detail.get("needs_logistics") is not True:
        return leg.status in _ON_ITS_WAY | _ARRIVED
    return _sent_on_by_warehouse(detail)


def _undelivered(order: ChannelOrder | None) -> bool:
    """Whether the order's own parcel is, or may be, on its way back."""
    if order is None:
        return True
    return any(
        portion.stage in (Stage.IN_TRANSIT, Stage.UNKNOWN)
        and portion.ending is not Ending.LOST
        for line in order.lines
        for portion in line.portions
    )


def _sent_on_by_warehouse(detail: JsonRecord) -> bool:
    """Whether Shopee's warehouse, where it checks returns, has not kept the goods."""
    if detail.get("validation_type") != "warehouse_validation":
        return True
    actions = records(detail.get("follow_up_action_list"), "follow_up_action_list")
    decided = [entry.get("current_status") for entry in actions]
    return not decided or _BACK_TO_SELLER in decided


def _lines(detail: JsonRecord) -> tuple[ChannelReturnLine, ...]:
    units: Counter[ListingRef] = Counter()
    skus: dict[ListingRef, str] = {}
    for item in records(detail.get("item"), "item"):
        listing = listing_of(item)
        units[listing] += quantity(item.get("amount"), "amount")
        skus[listing] = sku_of(item, listing, "variation_sku")
    lines = tuple(
        ChannelReturnLine(
            listing=listing, quantity=count, line_id=line_id(listing), sku=skus[listing]
        )
        for listing, count in units.items()
        if count
    )
    if not lines:
        raise Malformed("the return names no items", "no_lines")
    return lines


def _parcels(leg: ReverseLeg, order: ChannelOrder | None) -> tuple[Parcel, ...]:
    found = list(order.parcels) if order else []
    for number, direction in (
        (leg.tracking_number, ParcelDirection.RETURN),
        (leg.number_from_warehouse, ParcelDirection.RETURN_TO_SENDER),
    ):
        if number and all(number != parcel.tracking_number for parcel in found):
            found.append(Parcel(tracking_number=number, direction=direction))
    return tuple(found)


def _refund(
    return_id: str,
    detail: JsonRecord,
    status: str,
    comes_back: bool,
    leg: ReverseLeg,
) -> ChannelRefund | None:
    money = amount(detail.get("refund_amount") or 0, "refund_amount")
    if not money:
        return None
    state = _STATUSES[status][1]
    if (
        status == "ACCEPTED"
        and comes_back
        and leg.status
        and leg.status not in _ARRIVED
    ):
        # Accepted is not yet paid while the goods are expected first.
        state = RefundState.PENDING
    return ChannelRefund(
        refund_id=f"return:{return_id}",
        amount=money,
        currency=identifier(detail.get("currency"), "currency"),
        state=state,
        reason=written(detail.get("reason"), "reason"),
    )


def _claim_before(detail: JsonRecord, status: str, comes_back: bool) -> datetime | None:
    """Return the first deadline that the seller can still miss."""
    deadlines = list(_pending_deadlines(detail))
    if status == "REQUESTED":
        deadlines.append(detail.get("due_date"))
    if status in ("ACCEPTED", "PROCESSING", "REQUESTED") and comes_back:
        deadlines.append(detail.get("return_seller_due_date"))
    moments = [moment for moment in (epoch(d, "deadline") for d in deadlines) if moment]
    return datetime.fromtimestamp(min(moments), UTC) if moments else None


def _pending_deadlines(detail: JsonRecord) -> Iterable[object]:
    proof = record(detail.get("seller_proof") or {}, "seller_proof")
    if proof.get("seller_proof_status") == "PENDING":
        yield proof.get("seller_evidence_deadline")
    claim = record(detail.get("seller_compensation") or {}, "seller_compensation")
    if claim.get("seller_compensation_status") == "PENDING_REQUEST":
        yield claim.get("seller_compensation_due_date")


def _request_type(detail: JsonRecord) -> int:
    return quantity(detail.get("return_refund_request_type") or 0, "request type")


def _status(value: object) -> str:
    return written(value, "status")
