"""What is known of a claimed order, as plain facts that a channel may read.

Only what a claim needs: no buyer's name, address or telephone number is asked for, and
none is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from stock.claim_desk.sheet_evidence import SheetFact, sheet_facts
from stock.models import (
    Claim,
    ClaimEventKind,
    ExpectedReturn,
    Order,
    Receipt,
    ReceiptLine,
)
from stock.parcels import numbers_of
from stock.photos import evidence_of_order, subject_of
from stock.receipt_history import receipts_of

INTERNAL_EVENTS = frozenset({"refund_owed", "refund_refused"})
"""What an order's timeline holds for the seller alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """Units of one SKU, as the order sold them."""

    sku: str
    title: str
    units: int
    price: Decimal
    """Of one unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFact:
    """A return that should have come, or did."""

    return_id: str
    state: str
    reason: str
    opened_at: datetime
    claim_before: datetime | None
    """As the channel told it."""
    announced: Mapping[str, int]
    """Units by SKU."""
    back: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFact:
    """What the warehouse booked, and who took it back."""

    number: str
    at: datetime
    actor: str
    warehouse: str
    note: str
    lines: Sequence[Mapping[str, str | int]]
    reversed_at: datetime | None = None
    reversed_by: str = ""
    reversed_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the timeline."""

    at: datetime
    source: str
    """``order``, ``claim``, or ``sheet``."""
    kind: str
    actor: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFact:
    """A photo's file, and who took it of what."""

    sha256: str
    of: str
    at: datetime
    actor: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All facts of one claim."""

    number: str
    state: str
    cause: str
    units: int
    amount: Decimal
    currency: str
    case_number: str
    note: str
    opened_at: datetime
    opened_by: str
    channel: str
    shop: str
    order: str
    ordered_at: datetime
    order_currency: str
    lines: Sequence[LineFact]
    returns: Sequence[ReturnFact]
    parcels: Sequence[Mapping[str, str]]
    refunds: Sequence[Mapping[str, str | Decimal]]
    receipts: Sequence[ReceiptFact]
    sheets: Sequence[SheetFact]
    photos: Sequence[PhotoFact]
    timeline: Sequence[Happened]


def evidence_of(session: Session, claim: Claim) -> Evidence:
    """Return what is known by now; the same knowledge gives the same facts."""
    order = claim.order
    sheets = sheet_facts(session, order)
    return Evidence(
        number=claim.number,
        state=claim.state,
        cause=claim.cause,
        units=claim.units,
        amount=claim.amount,
        currency=claim.currency,
        case_number=claim.case_number,
        note=claim.note,
        opened_at=claim.opened_at,
        opened_by=claim.opened_by,
        channel=order.shop.channel,
        shop=order.shop.name,
        order=order.channel_order_id,
        ordered_at=order.ordered_at,
        order_currency=order.currency,
        lines=[_line(order, n) for n in range(len(order.lines))],
        returns=[_return(item) for item in order.expected_returns if item.lines],
        parcels=[
            {"number": x.number, "direction": x.direction, "carrier": x.carrier}
            for x in numbers_of(session, order)
        ],
        refunds=[
            {"amount": x.amount, "currency": x.currency, "state": x.state}
            for x in order.refunds
        ],
        receipts=[_receipt(receipt) for receipt in receipts_of(session, order)],
        sheets=sheets,
        photos=_photos(session, order),
        timeline=_timeline(order, claim, sheets),
    )


def _line(order: Order, place: int) -> LineFact:
    line = order.lines[place]
    return LineFact(
        sku=line.sku.code,
        title=line.title or line.sku.name,
        units=line.quantity,
        price=line.unit_price / line.units,
    )


def _return(item: ExpectedReturn) -> ReturnFact:
    announced: dict[str, int] = {}
    back: dict[str, int] = {}
    for line in item.lines:
        sku = line.order_line.sku.code
        announced[sku] = announced.get(sku, 0) + line.quantity
        back[sku] = back.get(sku, 0) + line.settled - line.lost
    return ReturnFact(
        return_id=item.return_id,
        state=item.state,
        # What follows from an order has its raw status there.
        reason=item.reason if item.return_id else "",
        opened_at=item.opened_at,
        claim_before=item.claim_before,
        announced=announced,
        back=back,
    )


def _receipt(receipt: Receipt) -> ReceiptFact:
    taken_back = receipt.reversal
    return ReceiptFact(
        number=receipt.number,
        at=receipt.posted_at,
        actor=receipt.actor,
        warehouse=receipt.warehouse.code,
        note=receipt.note,
        lines=[_receipt_line(line) for line in receipt.lines],
        reversed_at=taken_back.reversed_at if taken_back else None,
        reversed_by=taken_back.actor if taken_back else "",
        reversed_why=taken_back.reason if taken_back else "",
    )


def _receipt_line(line: ReceiptLine) -> Mapping[str, str | int]:
    return {
        "sku": line.order_line.sku.code,
        "good": line.good,
        "damaged": line.damaged,
        "lost": line.lost,
        "found_again": line.found,
    }


def _photos(session: Session, order: Order) -> Sequence[PhotoFact]:
    found: dict[str, PhotoFact] = {}
    for photo in evidence_of_order(session, order.id):
        # One picture of two things is one file.
        found.setdefault(
            photo.sha256,
            PhotoFact(
                sha256=photo.sha256,
                of=subject_of(photo).kind.value,
                at=photo.added_at,
                actor=photo.added_by,
                size=photo.size,
            ),
        )
    return [found[sha256] for sha256 in sorted(found)]


def _timeline(
    order: Order, claim: Claim, sheets: Sequence[SheetFact]
) -> Sequence[Happened]:
    told = [
        Happened(
            at=x.happened_at,
            source="order",
            kind=x.kind,
            actor=x.actor,
            detail=x.detail,
        )
        for x in order.events
        if x.kind not in INTERNAL_EVENTS
    ]
    # Making a pack is not a fact of the case: it would make each pack another one.
    done = [
        Happened(
            at=x.happened_at, source="claim", kind=x.state, actor=x.actor, detail=""
        )
        for x in claim.events
        if x.kind in (ClaimEventKind.OPENED, ClaimEventKind.STEP)
    ]
    judged = [
        Happened(
            at=x.judged_at,
            source="sheet",
            kind="judged",
            actor=x.judged_by,
            detail=x.sheet,
        )
        for x in sheets
    ]
    return sorted([*told, *judged, *done], key=lambda x: x.at)
