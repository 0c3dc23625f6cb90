"""Lists parcels that nobody expected, and the orders that became known since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.models import ExpectedReturn, Order, Orphan, OrphanState, Parcel
from stock.parcels import numbers_of
from stock.scope import among
from stock.selection import as_filter


def count_open(session: Session, warehouse_ids: Collection[int] | None) -> int:
    """Count the open orphans of these warehouses; None: of all."""
    query = (
        select(func.count())
        .select_from(Orphan)
        .where(Orphan.state == literal_column("'open'"))
        .where(among(Orphan.warehouse_id, warehouse_ids))
    )
    return session.scalar(query) or 0


def list_orphans(
    session: Session,
    *,
    is_open: bool,
    warehouse_ids: Collection[int] | None = None,
    shop_ids: Collection[int] | None = None,
    limit: int = 50,
    after_id: int | None = None,
) -> Sequence[Orphan]:
    """Return open orphans, oldest first, or the decided ones, newest first.

    One that was matched is its order's shop's alone.
    ``after_id`` is the last one of the page before.
    """
    query = (
        select(Orphan)
        .where(among(Orphan.warehouse_id, warehouse_ids))
        .where(_is_of_shops(shop_ids))
        .options(
            selectinload(Orphan.items),
            joinedload(Orphan.warehouse),
            joinedload(Orphan.order),
        )
        .limit(limit)
    )
    # Said as the index says it, so that a plan made for any value can use it.
    if is_open:
        query = query.where(Orphan.state == literal_column("'open'"))
        query = query.order_by(Orphan.id)
        if after_id is not None:
            query = query.where(Orphan.id > after_id)
    else:
        query = query.where(Orphan.state != OrphanState.OPEN).order_by(Orphan.id.desc())
        if after_id is not None:
            query = query.where(Orphan.id < after_id)
    return session.scalars(query).all()


def _is_of_shops(shop_ids: Collection[int] | None) -> ColumnElement[bool]:
    if shop_ids is None:
        return true()
    theirs = select(Order.id).where(
        Order.id == Orphan.order_id, among(Order.shop_id, shop_ids)
    )
    return or_(Orphan.order_id.is_(None), theirs.exists())


def open_orphans_coded(
    session: Session, code: str, warehouse_ids: Collection[int] | None
) -> Sequence[Orphan]:
    """Return the open orphans that have this code, upper or lower case."""
    return _open_coded(session, _spellings(code), warehouse_ids) if code.strip() else []


def open_orphans_named_by(
    session: Session, order: Order, warehouse_ids: Collection[int] | None
) -> Sequence[Orphan]:
    """Return the open orphans whose code is one of an order's numbers by now."""
    numbers = [
        order.channel_order_id,
        *(parcel.number for parcel in numbers_of(session, order)),
        *(item.return_id for item in order.expected_returns if item.return_id),
    ]
    spellings = set().union(*map(_spellings, numbers))
    return _open_coded(session, spellings, warehouse_ids)


def orphans_of_order(session: Session, order_id: int) -> Sequence[Orphan]:
    """Return the orphans that were matched to an order."""
    query = select(Orphan).where(Orphan.order_id == order_id).order_by(Orphan.id)
    return session.scalars(query).all()


def orders_by_code(
    session: Session, codes: Iterable[str], *, shop_ids: Collection[int] | None = None
) -> Mapping[str, Sequence[Order]]:
    """Return the orders that each of these codes means by now, of whatever kind it is.

    Codes that mean none are left out.
    """
    wanted = {code: _spellings(code) for code in codes if code.strip()}
    spellings = set().union(*wanted.values())
    if not spellings:
        return {}
    named: dict[str, dict[int, Order]] = {}
    # By its shop SQLite would read each order.
    seen = as_filter(among(Order.shop_id, shop_ids))
    for query in _named_orders(spellings):
        for name, order in session.execute(query.where(seen)):
            named.setdefault(name, {})[order.id] = order
    found = {
        code: {x.id: x for same in own for x in named.get(same, {}).values()}
        for code, own in wanted.items()
    }
    return {code: [x for _, x in sorted(y.items())] for code, y in found.items() if y}


def _open_coded(
    session: Session, spellings: Collection[str], warehouse_ids: Collection[int] | None
) -> Sequence[Orphan]:
    return session.scalars(
        select(Orphan)
        .where(Orphan.code.in_(spellings))
        .where(Orphan.state == OrphanState.OPEN)
        .where(among(Orphan.warehouse_id, warehouse_ids))
        .order_by(Orphan.id)
        .limit(10)
    ).all()


def _named_orders(spellings: Collection[str]) -> Sequence[Select[str, Order]]:
    # Three short look-ups: one condition with "or" would read every order there is.
    return (
        select(Order.channel_order_id, Order).where(
            Order.channel_order_id.in_(spellings)
        ),
        select(Parcel.number, Order)
        .join(Order, _same_order(Parcel))
        .where(Parcel.number.in_(spellings)),
        select(ExpectedReturn.return_id, Order)
        .join(Order, _same_order(ExpectedReturn))
        .where(ExpectedReturn.return_id != literal_column("''"))
        .where(ExpectedReturn.return_id.in_(spellings)),
    )


def _same_order(kind: type[Parcel] | type[ExpectedReturn]) -> ColumnElement[bool]:
    return and_(
        kind.shop_id == Order.shop_id, kind.channel_order_id == Order.channel_order_id
    )


def _spellings(code: str) -> set[str]:
    code = code.strip()
    return {code, code.upper(), code.lower()}
