"""What an endpoint is told: the facts of a message, as they stand when it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import (
    HookEvent,
    HookMessage,
    OrderLine,
    Receipt,
    ReceiptLine,
    ReceiptReversal,
    Sku,
    StockLevel,
    Warehouse,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Units of one SKU on a document."""

    sku: str
    good: int
    damaged: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNews:
    """A return receipt was posted, or taken back."""

    event: HookEvent
    happened_at: datetime
    receipt: str
    order: str
    shop: str
    channel: str
    warehouse: str
    actor: str
    reason: str
    """Why it was taken back; nothing for a receipt."""
    lines: Sequence[Counted]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockNews:
    """A SKU's free units are other than before."""

    happened_at: datetime
    sku: str
    version: int
    """A larger one is newer, for one endpoint and SKU."""
    available: Mapping[str, int]
    """By warehouse."""


News = DocumentNews | StockNews


def read_news(session: Session, message: HookMessage) -> News:
    """Return what a message tells.

    For stock the caller holds the message's row: no number can change before it is
    released, so version and numbers belong together.
    """
    if message.event == HookEvent.RECEIPT_POSTED:
        return _posted(session, message.subject_id)
    if message.event == HookEvent.RECEIPT_REVERSED:
        return _reversed(session, message.subject_id)
    return _stock(session, message)


def _posted(session: Session, receipt_id: int) -> DocumentNews:
    receipt = session.get_one(Receipt, receipt_id)
    return _document(
        receipt,
        HookEvent.RECEIPT_POSTED,
        happened_at=receipt.posted_at,
        actor=receipt.actor,
        reason="",
        lines=_lines(session, receipt),
    )


def _reversed(session: Session, reversal_id: int) -> DocumentNews:
    reversal = session.get_one(ReceiptReversal, reversal_id)
    receipt = session.get_one(Receipt, reversal.receipt_id)
    return _document(
        receipt,
        HookEvent.RECEIPT_REVERSED,
        happened_at=reversal.reversed_at,
        actor=reversal.actor,
        reason=reversal.reason,
        # What a receipt booked as lost stays lost.
        lines=[
            Counted(sku=line.sku, good=line.good, damaged=line.damaged, lost=0)
            for line in _lines(session, receipt)
            if line.good or line.damaged
        ],
    )


def _document(
    receipt: Receipt,
    event: HookEvent,
    *,
    happened_at: datetime,
    actor: str,
    reason: str,
    lines: Sequence[Counted],
) -> DocumentNews:
    shop = receipt.order.shop
    return DocumentNews(
        event=event,
        happened_at=happened_at,
        receipt=receipt.number,
        order=receipt.order.channel_order_id,
        shop=shop.name,
        channel=shop.channel,
        warehouse=receipt.warehouse.code,
        actor=actor,
        reason=reason,
        lines=lines,
    )


def _lines(session: Session, receipt: Receipt) -> Sequence[Counted]:
    units: dict[str, Counter[str]] = {}
    rows = session.execute(
        select(Sku.code, ReceiptLine.good, ReceiptLine.damaged, ReceiptLine.lost)
        .join(OrderLine, OrderLine.id == ReceiptLine.order_line_id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(ReceiptLine.receipt_id == receipt.id)
        .order_by(ReceiptLine.id)
    )
    for code, good, damaged, lost in rows:
        own = units.setdefault(code, Counter())
        own.update(good=good, damaged=damaged, lost=lost)
    return [
        Counted(sku=code, good=n["good"], damaged=n["damaged"], lost=n["lost"])
        for code, n in units.items()
    ]


def _stock(session: Session, message: HookMessage) -> StockNews:
    rows = session.execute(
        select(Warehouse.code, StockLevel.available)
        .join(StockLevel, StockLevel.warehouse_id == Warehouse.id)
        .where(StockLevel.sku_id == message.subject_id)
        .order_by(Warehouse.id)
    )
    return StockNews(
        happened_at=message.happened_at,
        sku=session.get_one(Sku, message.subject_id).code,
        version=message.version,
        available={code: available for code, available in rows},
    )
