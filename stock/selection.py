"""Which of the open returns a reader wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from stock.claim_desk.board_filter import ClaimFilter, claim_condition
from stock.models import ExpectedReturn, ExpectedReturnLine, OrderLine, Shop
from stock.parcels import find_orders
from stock.sku_search import skus_by_code

FEW_LINES = 500
"""An article that is so seldom to come back is looked for by its own lines."""


class Sort(StrEnum):
    """What the returns are put in order by; among equals the older one is lower."""

    AGE = "age"
    VALUE = "value"
    CLAIM = "claim"
    CARRIER = "carrier"
    SHOP = "shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A filter of the open returns, and their order."""

    search: str = ""
    """An order, return or tracking number, a SKU or a barcode."""
    shop_ids: Sequence[int] | None = None
    carrier: str | None = None
    opened_until: datetime | None = None
    currency: str | None = None
    least_value: Decimal | None = None
    """In ``currency``, where sellers have several."""
    due_after: datetime | None = None
    due_until: datetime | None = None
    claim: ClaimFilter | None = None
    """Whether somebody has claimed for them, and how far that is."""
    currencies: Sequence[str] | None = None
    """Those of the open returns, where somebody has looked them up already."""
    sort: Sort = Sort.AGE
    descending: bool = False
    windows: Mapping[int, timedelta] = field(default_factory=dict)
    """Time to claim by shop id, where the channel tells no deadline; all shops, in
    the order in which people read them."""

    def shops_by_window(self) -> Mapping[timedelta, Sequence[int]]:
        """Return the shops that have the same time to claim."""
        shops: dict[timedelta, list[int]] = {}
        for shop_id, window in self.windows.items():
            shops.setdefault(window, []).append(shop_id)
        return shops


def seen_shops(session: Session, selection: Selection) -> Sequence[int]:
    """Return the shops whose returns are asked for, in the order of people."""
    shops = selection.windows or session.scalars(select(Shop.id).order_by(Shop.id))
    seen = selection.shop_ids
    return [shop_id for shop_id in shops if seen is None or shop_id in seen]


def is_open() -> ColumnElement[bool]:
    """Return the condition that units are still to come."""
    # Word for word the condition of the indexes: with a parameter in it no database
    # could know that they apply.
    return ExpectedReturn.open_units > literal_column("0")


def conditions(session: Session, selection: Selection) -> list[ColumnElement[bool]]:
    """Return what holds for the selected returns, but for when they are due.

    Looks up what is searched for.
    """
    found: list[ColumnElement[bool]] = [is_open()]
    if selection.search.strip():
        found.append(_matches(session, selection.search, selection.shop_ids))
    if selection.claim is not None:
        found.append(claim_condition(session, selection.claim))
    return [*found, *map(as_filter, _narrowed(selection))]


def due_conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """Return what holds for the returns that are due when it is asked for."""
    found = []
    if selection.due_after is not None:
        found.append(as_filter(~due_by(selection, selection.due_after)))
    if selection.due_until is not None:
        found.append(as_filter(due_by(selection, selection.due_until)))
    return found


def due_by(selection: Selection, moment: datetime) -> ColumnElement[bool]:
    """Return the condition that the right to claim ends by then; never unknown."""
    told = ExpectedReturn.claim_before
    untold = [
        and_(
            told.is_(None),
            ExpectedReturn.shop_id.in_(shop_ids),
            ExpectedReturn.opened_at <= moment - window,
        )
        for window, shop_ids in selection.shops_by_window().items()
    ]
    return or_(and_(told.is_not(None), told <= moment), *untold)


def as_filter(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same, but as no reason to go by an index.

    SQLite would go by the condition's index and then sort; the index that is in order
    is the better one for a page.
    """
    return condition.is_(true())


def _narrowed(selection: Selection) -> Iterable[ColumnElement[bool]]:
    if selection.shop_ids is not None:
        yield ExpectedReturn.shop_id.in_(selection.shop_ids)
    if selection.carrier is not None:
        yield ExpectedReturn.carrier == selection.carrier
    if selection.opened_until is not None:
        yield ExpectedReturn.opened_at <= selection.opened_until
    if selection.currency is not None:
        yield ExpectedReturn.currency == selection.currency
    if selection.least_value is not None:
        yield ExpectedReturn.value_at_risk >= selection.least_value


def _matches(
    session: Session, search: str, shop_ids: Sequence[int] | None
) -> ColumnElement[bool]:
    # Looked up first: as one condition it would be asked of every open return.
    code = search.strip()
    orders = [order.id for order in find_orders(session, code, shop_ids=shop_ids)]
    skus = [sku.id for sku in skus_by_code(session, code)]
    ways: list[ColumnElement[bool]] = []
    if orders:
        ways.append(_of_orders(session, orders))
    if skus:
        ways.append(_of_skus(session, skus))
    return or_(*ways) if ways else false()


def _of_orders(session: Session, orders: Collection[int]) -> ColumnElement[bool]:
    # By their ids: no order of the list makes a database prefer to read all of it.
    returns = select(ExpectedReturn.id).where(ExpectedReturn.order_id.in_(orders))
    found = session.scalars(returns).all()
    # Of an empty list SQLite makes a question to each open return.
    return ExpectedReturn.id.in_(found) if found else false()


def _of_skus(session: Session, skus: Sequence[int]) -> ColumnElement[bool]:
    found: set[int] = set()
    # One by one: to put several in order, a database would read all that was sold.
    for sku_id in skus:
        found.update(session.scalars(_sold_last(sku_id)))
    line = select(ExpectedReturnLine.order_line_id).join(
        OrderLine, OrderLine.id == ExpectedReturnLine.order_line_id
    )
    holds = line.where(*_is_to_come(), OrderLine.sku_id.in_(skus)).exists()
    if len(found) > FEW_LINES:
        # So common an article fills a page after few of the open returns.
        return holds
    return and_(_of_orders(session, found), holds)


def _sold_last(sku_id: int) -> Select[int]:
    """Return orders that a SKU is to come back of: the newest, a few and one more."""
    # Counted, for of whether there is one PostgreSQL would make a join, and read all.
    to_come = (
        select(func.count())
        .select_from(ExpectedReturn)
        .join(ExpectedReturnLine, and_(*_is_to_come()))
        .where(ExpectedReturn.order_id == OrderLine.order_id, is_open())
        .where(ExpectedReturnLine.order_line_id == OrderLine.id)
        .scalar_subquery()
    )
    # What was sold last comes back, so a common article has soon shown that it is one.
    return (
        select(OrderLine.order_id)
        .where(OrderLine.sku_id == sku_id, to_come > literal_column("0"))
        .order_by(OrderLine.order_id.desc())
        .limit(literal_column(str(FEW_LINES + 1)))
    )


def _is_to_come() -> Sequence[ColumnElement[bool]]:
    """Return the conditions that a line of a return has units to come."""
    line = ExpectedReturnLine
    return (
        line.expected_return_id == ExpectedReturn.id,
        line.quantity > line.settled,
    )
