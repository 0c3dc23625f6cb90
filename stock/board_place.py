"""Says where a return stands in an order of the board, and where a page of it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from stock.at_risk import MOST_AT_RISK
from stock.claims import Opened, claim_deadline
from stock.models import ExpectedReturn
from stock.selection import Selection, Sort

_NO_SHIFT = timedelta(0)


@dataclass(frozen=True, slots=True)
class PageEnd:
    """Where a page ended: its last return, and what that was sorted by then."""

    return_id: int
    at: str = ""
    """Empty stands for what it is sorted by now."""


class Standing(Opened, Protocol):
    """What of a return says where it stands."""

    @property
    def id(self) -> int: ...
    @property
    def shop_id(self) -> int: ...
    @property
    def value_at_risk(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def carrier(self) -> str: ...


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in an order; places of one selection compare as they stand."""

    group: int | str
    """The shop, counted in the order of their names, or the currency: groups follow
    each other.  Otherwise all are of one group."""
    keys: tuple[Any, ...]
    return_id: int


def place_of(item: Standing, selection: Selection) -> Place:
    """Return where a return stands now."""
    return Place(group_of(item, selection), _keys(item, selection), item.id)


def group_of(item: Standing, selection: Selection) -> int | str:
    """Return the group of a return; those of shops are counted from 0."""
    match selection.sort:
        case Sort.SHOP:
            return group_of_shop(item.shop_id, selection)
        case Sort.VALUE:
            return item.currency
        case _:
            return 0


def group_of_shop(shop_id: int, selection: Selection) -> int:
    """Return the place of a shop among all; what nobody knows comes last."""
    shops = list(selection.windows)
    return shops.index(shop_id) if shop_id in shops else len(shops)


def place_of_end(end: PageEnd, last: Standing, selection: Selection) -> Place:
    """Return where a page ended, although its last return may have moved since."""
    keys = _read_keys(end.at, last, selection)
    return Place(group_of(last, selection), keys, last.id)


def end_of_page(last: ExpectedReturn, selection: Selection) -> PageEnd:
    """Return where a page ended; it holds although the return may change."""
    key = _keys(last, selection)[0]
    match selection.sort:
        case Sort.AGE | Sort.SHOP:
            # Neither ever changes.
            return PageEnd(last.id)
        case Sort.VALUE | Sort.CARRIER:
            return PageEnd(last.id, str(key))
        case Sort.CLAIM:
            return PageEnd(last.id, key.isoformat())


def _keys(item: Standing, selection: Selection) -> tuple[Any, ...]:
    match selection.sort:
        case Sort.AGE | Sort.SHOP:
            return (item.opened_at,)
        case Sort.VALUE:
            return (item.value_at_risk,)
        case Sort.CARRIER:
            return (item.carrier, item.opened_at)
        case Sort.CLAIM:
            window = selection.windows.get(item.shop_id, _NO_SHIFT)
            return (claim_deadline(item, window), item.opened_at)


def _read_keys(at: str, last: Standing, selection: Selection) -> tuple[Any, ...]:
    try:
        match selection.sort:
            case Sort.VALUE if at:
                return (_amount(at),)
            case Sort.CLAIM if at:
                return (_moment(at), last.opened_at)
            case Sort.CARRIER if at:
                return (at, last.opened_at)
    except (ValueError, OverflowError, InvalidOperation):
        # Nobody types this; whoever does goes on from where the return is now.
        pass
    return _keys(last, selection)


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not 0 <= amount <= MOST_AT_RISK:
        raise ValueError(text)
    return amount


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    if not 2000 <= moment.year <= 9000:
        # A window to claim is taken off it.
        raise ValueError(text)
    return moment
