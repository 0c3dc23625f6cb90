"""Turns TikTok Shop's return JSON into our values; pure functions.

Field names and meanings are those of ``returns/search`` and ``rma/search``.  An RMA
(return merchandise authorisation) stands for the parcel that travels back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from connector.errors import UnmappedStatus
from connector.parsing import (
    JsonRecord,
    Malformed,
    epoch,
    identifier,
    moment,
    records,
    text,
)
from connector.tiktok.fields import refunded
from connector.values import (
    ChannelRefund,
    ChannelReturn,
    ChannelReturnLine,
    ListingRef,
    Parcel,
    ParcelDirection,
    RefundState,
    ReturnPhase,
)

_PENDING, _DONE, _REFUSED = RefundState.PENDING, RefundState.DONE, RefundState.REFUSED

RETURN_STATUSES: Mapping[str, tuple[ReturnPhase, RefundState]] = {
    "RETURN_OR_REFUND_REQUEST_PENDING": (ReturnPhase.REQUESTED, _PENDING),
    "AWAITING_BUYER_RESPONSE": (ReturnPhase.REQUESTED, _PENDING),
    "AWAITING_BUYER_SHIP": (ReturnPhase.APPROVED, _PENDING),
    "BUYER_SHIPPED_ITEM": (ReturnPhase.SHIPPED_BACK, _PENDING),
    # The seller has looked into the parcel and refused to pay: the goods are there.
    "REJECT_RECEIVE_PACKAGE": (ReturnPhase.ARRIVED, _REFUSED),
    # These two are about the money and say nothing of the parcel.
    "RETURN_OR_REFUND_REQUEST_SUCCESS": (ReturnPhase.APPROVED, _PENDING),
    "RETURN_OR_REFUND_REQUEST_COMPLETE": (ReturnPhase.CLOSED, _DONE),
    "REFUND_OR_RETURN_REQUEST_REJECT": (ReturnPhase.WITHDRAWN, _REFUSED),
    "RETURN_OR_REFUND_REQUEST_CANCEL": (ReturnPhase.WITHDRAWN, _REFUSED),
    "REPLACEMENT_REQUEST_PENDING": (ReturnPhase.REQUESTED, _PENDING),
    "REPLACEMENT_REQUEST_REJECT": (ReturnPhase.WITHDRAWN, _REFUSED),
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": (ReturnPhase.APPROVED, _DONE),
    "REPLACEMENT_REQUEST_CANCEL": (ReturnPhase.WITHDRAWN, _REFUSED),
    "REPLACEMENT_REQUEST_COMPLETE": (ReturnPhase.CLOSED, _REFUSED),
    "EXCHANGE_REQUEST_PENDING": (ReturnPhase.REQUESTED, _PENDING),
    "EXCHANGE_REQUEST_REFUND_SUCCESS": (ReturnPhase.APPROVED, _DONE),
    "EXCHANGE_REQUEST_CANCEL": (ReturnPhase.WITHDRAWN, _REFUSED),
    "EXCHANGE_REQUEST_COMPLETE": (ReturnPhase.CLOSED, _REFUSED),
}

RETURN_TYPES: Mapping[str, bool] = {
    "REFUND": False,
    "RETURN_AND_REFUND": True,
    "REPLACEMENT": True,
    "EXCHANGE": True,
}
"""Whether goods come back, unless the buyer may keep them."""

RMA_PHASES: Mapping[str, ReturnPhase] = {
    "RETURN_IN_TRANSIT": ReturnPhase.SHIPPED_BACK,
    "PENDING_PACKAGE_REVIEW": ReturnPhase.ARRIVED,
    "PACKAGE_REVIEW_COMPLETED": ReturnPhase.ARRIVED,
}
"""What is known of the parcel; before it travels an RMA says nothing of it."""


def is_under_way(detail: JsonRecord) -> bool:
    """Whether the parcel of a return may be travelling, so that its RMA tells."""
    try:
        phase = RETURN_STATUSES[text(detail.get("return_status"), "return_status")][0]
        comes_back = RETURN_TYPES[text(detail.get("return_type"), "return_type")]
    except (KeyError, Malformed):
        return False
    return comes_back and phase not in (ReturnPhase.REQUESTED, ReturnPhase.WITHDRAWN)


def return_of(
    detail: JsonRecord, rma_statuses: tuple[str, ...], products: Mapping[str, str]
) -> ChannelReturn:
    """Return the return; ``products`` names the product of each line item of orders.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    status = identifier(detail.get("return_status"), "return_status")
    kind = identifier(detail.get("return_type"), "return_type")
    for word, known in ((status, RETURN_STATUSES), (kind, RETURN_TYPES)):
        if word not in known:
            raise UnmappedStatus(word)
    return_id = identifier(detail.get("return_id"), "return_id")
    return ChannelReturn(
        return_id=return_id,
        order_id=identifier(detail.get("order_id"), "order_id"),
        updated_at=moment(detail.get("update_time"), "update_time"),
        phase=_phase(detail, status, rma_statuses),
        raw_status="/".join((kind, status, *rma_statuses)),
        goods_come_back=_goods_come_back(detail, kind),
        lines=_lines(detail, products),
        parcels=_parcels(detail),
        refund=_refund(return_id, detail, status),
        reason=_reason(detail),
        claim_before=_claim_before(detail),
    )


def _phase(
    detail: JsonRecord, status: str, rma_statuses: tuple[str, ...]
) -> ReturnPhase:
    phase = RETURN_STATUSES[status][0]
    if phase is ReturnPhase.WITHDRAWN:
        return phase
    parcels = {RMA_PHASES[word] for word in rma_statuses if word in RMA_PHASES}
    if ReturnPhase.SHIPPED_BACK in parcels:
        # The money may be settled and the case closed while a parcel travels.
        return ReturnPhase.SHIPPED_BACK
    if parcels and phase is not ReturnPhase.CLOSED:
        return ReturnPhase.ARRIVED
    if status == "RETURN_OR_REFUND_REQUEST_SUCCESS" and _number(detail):
        return ReturnPhase.SHIPPED_BACK
    return phase


def _goods_come_back(detail: JsonRecord, kind: str) -> bool:
    if not RETURN_TYPES[kind] or detail.get("can_buyer_keep_item") is True:
        return False
    return not _kept_for_part_of_the_money(detail)


def _kept_for_part_of_the_money(detail: JsonRecord) -> bool:
    """Whether the buyer took the seller's offer to keep the goods for less money.

    The offer can also follow a parcel that has come; then there is its number.
    """
    offered = detail.get("seller_proposed_return_type") == "PARTIAL_REFUND"
    settled = text(detail.get("return_status"), "return_status") in (
        "RETURN_OR_REFUND_REQUEST_SUCCESS",
        "RETURN_OR_REFUND_REQUEST_COMPLETE",
    )
    taken = detail.get("buyer_rejected_partial_refund") is not True
    return offered and settled and taken and not _number(detail)


def _lines(
    detail: JsonRecord, products: Mapping[str, str]
) -> tuple[ChannelReturnLine, ...]:
    lines = []
    for item in records(detail.get("return_line_items"), "return_line_items"):
        line_id = identifier(item.get("order_line_item_id"), "order_line_item_id")
        sku_id = identifier(item.get("sku_id"), "sku_id")
        listing = ListingRef(item_id=products.get(line_id, ""), variant_id=sku_id)
        sku = text(item.get("seller_sku"), "seller_sku")
        lines.append(
            ChannelReturnLine(listing=listing, quantity=1, line_id=line_id, sku=sku)
        )
    if not lines:
        raise Malformed("the return names no items", "no_lines")
    return tuple(lines)


def _parcels(detail: JsonRecord) -> tuple[Parcel, ...]:
    number = _number(detail)
    if not number:
        return ()
    carrier = text(detail.get("return_provider_name"), "return_provider_name")
    direction = ParcelDirection.RETURN
    return (Parcel(tracking_number=number, direction=direction, carrier=carrier),)


def _refund(return_id: str, detail: JsonRecord, status: str) -> ChannelRefund | None:
    money, currency = refunded(detail)
    if not money:
        return None
    state = RETURN_STATUSES[status][1]
    if detail.get("arbitration_status") in ("IN_PROGRESS", "SUPPORT_BUYER"):
        # The platform may overrule a seller who refused.
        state = RefundState.PENDING if state is RefundState.REFUSED else state
    return ChannelRefund(
        refund_id=f"return:{return_id}",
        amount=money,
        currency=currency,
        state=state,
        reason=_reason(detail),
    )


def _claim_before(detail: JsonRecord) -> datetime | None:
    """Return the first deadline that the seller can still miss."""
    entries = records(detail.get("seller_next_action_response"), "next actions")
    moments = [epoch(entry.get("deadline"), "deadline") for entry in entries]
    open_ones = [moment for moment in moments if moment]
    return datetime.fromtimestamp(min(open_ones), UTC) if open_ones else None


def _number(detail: JsonRecord) -> str:
    return text(detail.get("return_tracking_number"), "return_tracking_number")


def _reason(detail: JsonRecord) -> str:
    return text(detail.get("return_reason_text") or detail.get("return_reason"), "why")
