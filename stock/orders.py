"""Takes in what channels tell about orders, and moves the units that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import dues, expected, parcels, refunds, set_aside
from stock._upsert import insert_missing
from stock.errors import NothingWaiting
from stock.guard import post
from stock.lines import Unmapped, find_listings, merge_lines, settle_position
from stock.listings import doubt
from stock.locking import locked_orders
from stock.models import LineLevel, Order, OrderLine, SetAsideReason, Shop, Sku
from stock.position import furthest, is_cancelled, rank
from stock.readable import readable_order
from stock.reports import Fulfilment, OrderReport
from stock.timeline import note
from stock.transfers import Bucket, Place, Transfer

ACTOR = "truestock"
"""Answers for movements that follow from a channel's word alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of one report."""

    order_id: str
    moved: int
    """Movements that it caused."""
    unmapped: Sequence[Unmapped] = ()


def take_in(
    session: Session, shop: Shop, reports: Sequence[OrderReport], *, now: datetime
) -> list[TakenIn]:
    """Bring orders up to what a channel reports, all or nothing.

    Commits, ships and releases through the guard, records refunds and tracking
    numbers, and opens or settles expected returns.  Idempotent, and the end does not
    depend on the sequence of the reports.  Lines whose listing is not mapped are set
    aside; their neighbours are taken in.
    """
    reports = sorted(
        (readable_order(report) for report in reports),
        key=lambda report: (report.updated_at, rank(report)),
    )
    orders = _lock_orders(session, shop, reports, now)
    listings = find_listings(session, shop, reports)
    earlier = set_aside.left_before(session, shop, [r.order_id for r in reports])
    unmapped: dict[str, Sequence[Unmapped]] = {}
    ended_before = {order_id: _ended(order) for order_id, order in orders.items()}
    for report in reports:
        order = orders[report.order_id]
        unmapped[report.order_id] = merge_lines(
            order,
            report,
            listings,
            warehouse_id=shop.warehouse_id,
            newest=_merge_head(session, order, report),
            left_before=earlier.get(report.order_id, {}),
        )
        parcels.remember(session, shop, report.order_id, report.parcels)
        _record_refunds(session, shop, order, report, now)
    session.flush()
    moved = _move_units(session, orders.values())
    for report in reports:
        if unmapped[report.order_id]:
            _put_aside(session, shop, report, unmapped[report.order_id], now)
        elif report.order_id in earlier:
            kind = set_aside.ORDER
            set_aside.resolve(session, shop, kind=kind, record_id=report.order_id)
    for order_id, order in orders.items():
        expected.settle(session, order, now=now)
        dues.owe_refund(session, shop, order, now=now)
        if _ended(order) != ended_before[order_id]:
            doubt(session, shop.id, {line.sku_id for line in order.lines})
    return [
        TakenIn(order_id=order_id, moved=moved[order.id], unmapped=unmapped[order_id])
        for order_id, order in orders.items()
    ]


def decide_waiting(
    session: Session, order: Order, *, still_here: bool, actor: str, now: datetime
) -> int:
    """Say where an order's waiting units are, in a person's name.

    Still here: they are released.  Gone: they count as left, and their return is
    expected.  Returns how many units were decided.  Raises ``NothingWaiting``.
    """
    locked = session.scalars(locked_orders().where(Order.id == order.id)).one()
    waiting = sum(line.waiting for line in locked.lines)
    if not waiting:
        raise NothingWaiting(order.channel_order_id)
    for line in locked.lines:
        if still_here:
            line.kept += line.waiting
        else:
            line.left += line.waiting
    word = "still_here" if still_here else "gone"
    note(session, locked, now, word, str(waiting), actor=actor)
    session.flush()
    _move_units(session, [locked], actor=actor)
    expected.settle(session, locked, now=now)
    return waiting


def _record_refunds(
    session: Session, shop: Shop, order: Order, report: OrderReport, now: datetime
) -> None:
    for told in report.refunds:
        is_new = refunds.record(
            session, shop, report.order_id, told, told_at=report.updated_at, now=now
        )
        if is_new:
            amount = f"{told.amount:f} {told.currency}"
            note(session, order, report.updated_at, "refund", amount)


def _ended(order: Order) -> int:
    return sum(x.ended_left + x.ended_here + x.ended_unknown for x in order.lines)


def _lock_orders(
    session: Session, shop: Shop, reports: Sequence[OrderReport], now: datetime
) -> Mapping[str, Order]:
    rows = [_head(shop, report, now) for report in reports]
    insert_missing(
        session, Order, sorted(rows, key=lambda r: str(r["channel_order_id"]))
    )
    names = [report.order_id for report in reports]
    found = session.scalars(
        locked_orders()
        .where(Order.shop_id == shop.id)
        .where(Order.channel_order_id.in_(names))
    )
    return {order.channel_order_id: order for order in found}


def _head(shop: Shop, report: OrderReport, now: datetime) -> dict[str, object]:
    return {
        "shop_id": shop.id,
        "channel_order_id": report.order_id,
        "ordered_at": report.ordered_at,
        "updated_at": report.updated_at,
        "first_seen_at": now,
        "raw_status": "",
        "fulfilment": Fulfilment.NOT_SHIPPED,
        "cancelled": False,
        "currency": report.currency,
        "total": report.total,
        "rank": "",
        "revision": 0,
    }


def _merge_head(session: Session, order: Order, report: OrderReport) -> bool:
    reached = furthest(report.lines)
    if reached.rank > Fulfilment(order.fulfilment).rank or not order.rank:
        order.fulfilment = max(reached, Fulfilment(order.fulfilment), key=_rank)
        note(session, order, report.updated_at, "fulfilment", order.fulfilment)
    if (report.updated_at, rank(report)) < (order.updated_at, order.rank):
        return False
    if is_cancelled(report) and not order.cancelled:
        note(session, order, report.updated_at, "cancelled", report.reason)
    order.updated_at = report.updated_at
    order.rank = rank(report)
    order.raw_status = report.raw_status[:100]
    order.cancelled = is_cancelled(report)
    order.total = report.total
    return True


def _rank(fulfilment: Fulfilment) -> int:
    return fulfilment.rank


def _move_units(
    session: Session, orders: Iterable[Order], *, actor: str = ACTOR
) -> dict[int, int]:
    transfers: dict[int, list[Transfer]] = {}
    lines = [line for order in orders for line in order.lines]
    levels = _levels(session, lines)
    counted = _counted_at(session, lines)
    for order in orders:
        moves = [
            replace(move, actor=actor)
            for line in order.lines
            for move in _line_transfers(
                order, line, levels[line.id], counted[line.sku_id]
            )
        ]
        if moves:
            order.revision += 1
        transfers[order.id] = moves
    post(session, [move for moves in transfers.values() for move in moves])
    return {order_id: len(moves) for order_id, moves in transfers.items()}


def _levels(session: Session, lines: Sequence[OrderLine]) -> Mapping[int, LineLevel]:
    found = session.scalars(
        select(LineLevel)
        .where(LineLevel.order_line_id.in_([line.id for line in lines]))
        .execution_options(populate_existing=True)
    )
    return {level.order_line_id: level for level in found}


def _counted_at(
    session: Session, lines: Sequence[OrderLine]
) -> Mapping[int, datetime | None]:
    skus = {line.sku_id for line in lines}
    found = session.execute(select(Sku.id, Sku.counted_at).where(Sku.id.in_(skus)))
    return {sku_id: counted_at for sku_id, counted_at in found}


def _line_transfers(
    order: Order, line: OrderLine, level: LineLevel, counted_at: datetime | None
) -> Iterable[Transfer]:
    target = settle_position(line)
    shipping = target.shipped - level.shipped
    committing = target.committed + shipping - level.committed
    opening = level.movement_id == 0 and _is_opening(order, counted_at)
    if opening and committing > 0:
        # The stocktake left these units out: they were promised already.  Counting
        # them in first keeps what is free to sell as it was counted.
        yield _transfer(order, line, Bucket.OUTSIDE, Bucket.AVAILABLE, committing)
    if committing > 0:
        yield _transfer(order, line, Bucket.AVAILABLE, Bucket.COMMITTED, committing)
    if committing < 0:
        yield _transfer(order, line, Bucket.COMMITTED, Bucket.AVAILABLE, -committing)
    if shipping > 0:
        yield _transfer(order, line, Bucket.COMMITTED, Bucket.OUT, shipping)


def _is_opening(order: Order, counted_at: datetime | None) -> bool:
    # Channels stamp whole seconds: within the second of the count, the order is new.
    return counted_at is not None and order.ordered_at < counted_at.replace(
        microsecond=0
    )


def _transfer(
    order: Order, line: OrderLine, source: Bucket, target: Bucket, quantity: int
) -> Transfer:
    is_opening = source is Bucket.OUTSIDE
    name = "opening balance of order" if is_opening else "order"
    return Transfer(
        key=f"line:{line.id}:{order.revision}:{source}:{target}",
        sku_id=line.sku_id,
        quantity=quantity,
        source=Place(source, line.warehouse_id),
        target=Place(target, line.warehouse_id),
        order_line_id=None if is_opening else line.id,
        document=f"{name} {order.channel_order_id}",
        actor=ACTOR,
        reason=order.raw_status,
    )


def _put_aside(
    session: Session,
    shop: Shop,
    report: OrderReport,
    unmapped: Sequence[Unmapped],
    now: datetime,
) -> None:
    set_aside.put_aside(
        session,
        shop,
        kind=set_aside.ORDER,
        record_id=report.order_id,
        reason=SetAsideReason.UNMAPPED_SKU,
        detail="; ".join(str(line) for line in unmapped),
        lines=[item.line for item in unmapped],
        now=now,
    )
