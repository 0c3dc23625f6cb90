"""Keeps what a channel told us and we cannot apply yet, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from stock.models import SetAside, SetAsideReason, Shop
from stock.position import left
from stock.readable import readable_text
from stock.reports import LineReport

ORDER = "order"
RETURN = "return"
MOST_FACTS = 20


def put_aside(
    session: Session,
    shop: Shop,
    *,
    kind: str,
    record_id: str,
    reason: SetAsideReason,
    detail: str,
    now: datetime,
    lines: Sequence[LineReport] = (),
) -> None:
    """Remember a record that must be tried again; the same one is kept once.

    What its lines told about having left is kept as well, for it is never unlearned.
    """
    # Set aside, it may be, because its very name cannot be kept.
    record_id = readable_text(record_id, 100)
    record = _find(session, shop, kind, record_id)
    if record is None:
        record = SetAside(
            shop_id=shop.id, kind=kind, record_id=record_id, since=now, report={}
        )
        session.add(record)
    record.reason = reason
    record.detail = readable_text(detail, 500)
    record.tried_at = record.asked_at = now
    record.report = {
        "left": _merge_left(record.report, lines),
        "lines": _facts(lines) or record.report.get("lines", []),
    }


def resolve(session: Session, shop: Shop, *, kind: str, record_id: str) -> None:
    """Forget a record that could be applied."""
    resolve_all(session, shop, kind=kind, record_ids=[record_id])


def resolve_all(
    session: Session, shop: Shop, *, kind: str, record_ids: Sequence[str]
) -> None:
    """Forget records that could be applied, or turn out to be none of ours."""
    session.execute(
        delete(SetAside)
        .where(SetAside.shop_id == shop.id)
        .where(SetAside.kind == kind)
        .where(SetAside.record_id.in_(record_ids))
    )


def left_before(
    session: Session, shop: Shop, order_ids: Sequence[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return, by order and line, what was known to have left while set aside."""
    found = session.scalars(
        select(SetAside)
        .where(SetAside.shop_id == shop.id)
        .where(SetAside.kind == ORDER)
        .where(SetAside.record_id.in_(order_ids))
    )
    return {record.record_id: record.report.get("left", {}) for record in found}


def ask_next(
    session: Session, shop: Shop, *, kind: str, limit: int, now: datetime
) -> Sequence[str]:
    """Return the records to ask for again, and let them go to the end of the queue.

    They go there whatever the channel answers: those of which it tells nothing any
    more must not stand before the others for ever.
    """
    found = session.scalars(
        select(SetAside)
        .where(SetAside.shop_id == shop.id)
        .where(SetAside.kind == kind)
        .where(SetAside.record_id != "")
        .order_by(SetAside.asked_at.nulls_first(), SetAside.id)
        .limit(limit)
    ).all()
    for record in found:
        record.asked_at = now
    return [record.record_id for record in found]


def all_records(session: Session, shop: Shop | None = None) -> Sequence[SetAside]:
    """Return what waits, of one shop or of all, the longest waiting first."""
    query = select(SetAside).options(joinedload(SetAside.shop))
    if shop is not None:
        query = query.where(SetAside.shop_id == shop.id)
    return session.scalars(query.order_by(SetAside.since, SetAside.id)).all()


def how_many(session: Session, shop: Shop) -> int:
    """Count what waits of one shop."""
    counted = select(func.count()).where(SetAside.shop_id == shop.id)
    return session.scalar(counted) or 0


def _find(session: Session, shop: Shop, kind: str, record_id: str) -> SetAside | None:
    return session.scalar(
        select(SetAside)
        .where(SetAside.shop_id == shop.id)
        .where(SetAside.kind == kind)
        .where(SetAside.record_id == record_id)
    )


def _facts(lines: Sequence[LineReport]) -> list[dict[str, Any]]:
    """Return what people need to know which listings a record waits for."""
    return [
        {
            "item_id": line.item_id,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
        }
        for line in lines[:MOST_FACTS]
    ]


def _merge_left(report: dict[str, Any], lines: Sequence[LineReport]) -> dict[str, int]:
    known: dict[str, int] = dict(report.get("left", {}))
    for line in lines:
        known[line.line_id] = max(known.get(line.line_id, 0), left(line.portions))
    return known
