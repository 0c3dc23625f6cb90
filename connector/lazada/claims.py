"""Turns Lazada's reverse orders into our values; pure functions.

Field names and meanings are those of ``/reverse/getreverseordersforseller`` and
``/order/reverse/return/detail/list``.  *RTM* is a return to the merchant, *RTW* one to
Lazada's warehouse, which decides what becomes of the goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connector.errors import UnmappedStatus
from connector.lazada.account import Account
from connector.lazada.fields import flag, latest, money, when_if_told, written
from connector.parsing import JsonRecord, Malformed, identifier, record, records
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

CANCEL = "CANCEL"
_RETURN = "RETURN"
_ONLY_REFUND = "ONLY_REFUND"
_REQUEST_TYPES = (CANCEL, _RETURN, _ONLY_REFUND)

_OPEN = (ReturnPhase.REQUESTED, RefundState.PENDING)
_WITHDRAWN = (ReturnPhase.WITHDRAWN, RefundState.REFUSED)
_PAID = (ReturnPhase.CLOSED, RefundState.DONE)

REVERSE_STATUSES: Mapping[str, tuple[ReturnPhase, RefundState]] = {
    "REQUEST_INITIATE": _OPEN,
    "REQUEST_REJECT": _WITHDRAWN,
    "REQUEST_CANCEL": _WITHDRAWN,
    "CANCEL_SUCCESS": _WITHDRAWN,
    "REFUND_SUCCESS": _PAID,
    # The words of the push messages, in case the API uses them too.
    "RTM_INIT": _OPEN,
    "RTM_CANCELED": _WITHDRAWN,
    "RTM_SHIPPING_BACK": (ReturnPhase.SHIPPED_BACK, RefundState.PENDING),
    "RTM_RECEIVE_ITEM": (ReturnPhase.ARRIVED, RefundState.PENDING),
    "RTW_INIT": _OPEN,
    "RTW_CANCELED": _WITHDRAWN,
    "RTW_SHIPPING_BACK": (ReturnPhase.SHIPPED_BACK, RefundState.PENDING),
    "RTW_REJECT": _WITHDRAWN,
    "RTW_REFUND_PENDING": (ReturnPhase.APPROVED, RefundState.PENDING),
    "REFUND_INIT": _OPEN,
    "REFUND_PENDING": (ReturnPhase.APPROVED, RefundState.PENDING),
    "REFUND_REJECTED": _WITHDRAWN,
}

_TRANSPORT_CANCELLED = "RETURN_CANCELED"
_AT_SELLER = "RETURN_RTM_DELIVERED"

# What the quality check of Lazada's warehouse decided.
_SENT_ON_TO_US = ("return_to_merchant", "return_to_merchant_cb")
_KEPT_AWAY = ("scrap", "return_to_customer", "return_to_warehouse", "not_returned")

_PROGRESS = (
    ReturnPhase.REQUESTED,
    ReturnPhase.APPROVED,
    ReturnPhase.SHIPPED_BACK,
    ReturnPhase.ARRIVED,
    ReturnPhase.CLOSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One unit of a reverse order."""

    line: ChannelReturnLine
    status: str
    transport: str
    phase: ReturnPhase
    refund: RefundState | None
    money: Decimal
    comes_back: bool
    tracking_number: str
    reason: str
    deadline: datetime | None


def request_type(detail: JsonRecord) -> str:
    """Return what a reverse order asks for; raises ``Malformed``."""
    told = identifier(detail.get("request_type"), "request_type").upper()
    if told not in _REQUEST_TYPES:
        raise UnmappedStatus(told)
    return told


def lines_in(reverse_order: JsonRecord) -> list[JsonRecord]:
    """Return the lines, which list and detail call by two names."""
    return records(
        reverse_order.get("reverseOrderLineDTOList")
        or reverse_order.get("reverse_order_lines"),
        "reverse order lines",
    )


def changes_of(reverse_order: JsonRecord) -> list[datetime]:
    """Return when each line of a reverse order was last changed, where that is told."""
    return _moments(reverse_order, "gmt_modified")


def return_of(
    return_id: str, detail: JsonRecord, account: Account, read_at: datetime
) -> ChannelReturn:
    """Return the return; ``read_at`` stands in where no time of change is told.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    kind = request_type(detail)
    to_us = _to_us(detail)
    lines = [_line(entry, kind, to_us, account) for entry in lines_in(detail)]
    if not lines:
        raise Malformed("the reverse order names no lines", "no_lines")
    coming = [line for line in lines if line.comes_back]
    return ChannelReturn(
        return_id=return_id,
        order_id=identifier(detail.get("trade_order_id"), "trade_order_id"),
        updated_at=_updated_at(detail, read_at),
        phase=_phase(coming or lines),
        raw_status=_raw_status(lines),
        goods_come_back=bool(coming),
        lines=tuple(line.line for line in coming or lines),
        parcels=_parcels(lines),
        refund=_refund(return_id, lines, account),
        reason="; ".join(dict.fromkeys(line.reason for line in lines if line.reason)),
        claim_before=_claim_before(lines),
    )


def _updated_at(detail: JsonRecord, read_at: datetime) -> datetime:
    told = changes_of(detail) or _moments(detail, "order_line_gmt_create")
    return max(told, default=read_at)


def _moments(reverse_order: JsonRecord, ending: str) -> list[datetime]:
    found = (latest(line, ending) for line in lines_in(reverse_order))
    return [moment for moment in found if moment is not None]


def _to_us(detail: JsonRecord) -> bool | None:
    """Whether the goods come straight to the seller; ``None`` where it is not told."""
    if detail.get("is_rtm") is None:
        return None
    return flag(detail.get("is_rtm"), "is_rtm")


def _line(entry: JsonRecord, kind: str, to_us: bool | None, account: Account) -> _Line:
    status = identifier(entry.get("reverse_status"), "reverse_status").upper()
    if status not in REVERSE_STATUSES:
        raise UnmappedStatus(status)
    transport = written(entry.get("ofc_status"), "ofc_status").upper()
    number = written(entry.get("tracking_number"), "tracking_number")
    needs_refund = entry.get("is_need_refund")
    pays = needs_refund is None or flag(needs_refund, "is_need_refund")
    return _Line(
        line=_what(entry),
        status=status,
        transport=transport,
        phase=_line_phase(status, transport, number),
        refund=REVERSE_STATUSES[status][1] if pays else None,
        money=money(entry.get("refund_amount"), "refund_amount") * account.reverse_unit,
        comes_back=kind == _RETURN and _comes_back(entry, status, transport, to_us),
        tracking_number=number,
        reason=written(entry.get("reason_text"), "reason_text"),
        deadline=when_if_told(entry.get("sla"), "sla"),
    )


def _what(entry: JsonRecord) -> ChannelReturnLine:
    product = entry.get("productDTO") or entry.get("product") or {}
    item = written(record(product, "product").get("product_id"), "product_id")
    variant = written(entry.get("platform_sku_id"), "platform_sku_id")
    return ChannelReturnLine(
        listing=ListingRef(item_id=item, variant_id=variant),
        quantity=1,
        line_id=identifier(entry.get("trade_order_line_id"), "trade_order_line_id"),
        sku=written(entry.get("seller_sku_id"), "seller_sku_id"),
    )


def _line_phase(status: str, transport: str, number: str) -> ReturnPhase:
    """Return how far a unit has come.

    The words for the way back are in no public list, so the return parcel's number is
    the only sign of it; whether the carrier has the parcel already, nothing says.
    """
    phase = REVERSE_STATUSES[status][0]
    if phase not in (ReturnPhase.REQUESTED, ReturnPhase.APPROVED):
        return phase
    if transport == _TRANSPORT_CANCELLED:
        return ReturnPhase.WITHDRAWN
    if transport == _AT_SELLER:
        return ReturnPhase.ARRIVED
    return ReturnPhase.SHIPPED_BACK if number else phase


def _comes_back(
    entry: JsonRecord, status: str, transport: str, to_us: bool | None
) -> bool:
    withdrawn = REVERSE_STATUSES[status][0] is ReturnPhase.WITHDRAWN
    if withdrawn or transport == _TRANSPORT_CANCELLED:
        return False
    decision = written(entry.get("whqc_decision"), "whqc_decision").lower()
    if decision in _KEPT_AWAY:
        return False
    # Until the warehouse has decided, a return to it may still be sent on to us.
    return bool(to_us) or decision in ("", *_SENT_ON_TO_US)


def _phase(lines: Sequence[_Line]) -> ReturnPhase:
    """Return the phase of the unit that is furthest behind."""
    alive = [line.phase for line in lines if line.phase in _PROGRESS]
    return min(alive, key=_PROGRESS.index, default=ReturnPhase.WITHDRAWN)


def _raw_status(lines: Iterable[_Line]) -> str:
    words = (f"{line.status}/{line.transport}".rstrip("/") for line in lines)
    return ", ".join(sorted(set(words)))


def _parcels(lines: Iterable[_Line]) -> tuple[Parcel, ...]:
    numbers = dict.fromkeys(line.tracking_number for line in lines)
    return tuple(
        Parcel(tracking_number=number, direction=ParcelDirection.RETURN)
        for number in numbers
        if number
    )


def _refund(
    return_id: str, lines: Iterable[_Line], account: Account
) -> ChannelRefund | None:
    """Return the money for those units that are not refused, unless all of them are."""
    paying = [line for line in lines if line.refund is not None]
    alive = [line for line in paying if line.refund is not RefundState.REFUSED]
    amount = sum((line.money for line in alive or paying), Decimal(0))
    if not amount:
        return None
    return ChannelRefund(
        refund_id=f"return:{return_id}",
        amount=amount,
        currency=account.currency,
        state=_refund_state(alive),
        reason=next((line.reason for line in paying if line.reason), ""),
    )


def _refund_state(alive: Sequence[_Line]) -> RefundState:
    if not alive:
        return RefundState.REFUSED
    paid = all(line.refund is RefundState.DONE for line in alive)
    return RefundState.DONE if paid else RefundState.PENDING


def _claim_before(lines: Iterable[_Line]) -> datetime | None:
    """Return the first deadline that the seller can still miss."""
    over = (ReturnPhase.CLOSED, ReturnPhase.WITHDRAWN)
    deadlines = (line.deadline for line in lines if line.phase not in over)
    return min((at for at in deadlines if at), default=None)
