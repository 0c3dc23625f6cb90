"""Says what a scanned number means to whoever stands before the crate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from stock.errors import AmbiguousReference, UnknownOrder
from stock.models import Order
from stock.papers import OrderName
from stock.parcels import find_orders
from stock.readable import readable_text
from stock.sheets.clerk import Clerk
from stock.sheets.matching import EarlierReceipt, Matched, ParcelPlace, match_order

LONGEST_CODE = 100


class Known(StrEnum):
    """What is known of a scanned number."""

    EXPECTED = "expected"
    """It is announced, and units of it are still to come."""
    RECEIVABLE = "receivable"
    """Units are out, though nothing is announced, and nothing came yet."""
    NOT_LEFT = "not_left"
    """Nothing of it has left, so nothing of it can come back."""
    RECEIVED = "received"
    """What was to come has come; more of it may still be out."""
    WRITTEN_OFF = "written_off"
    """What was to come was written off as lost."""
    ON_SHEET = "on_sheet"
    """It is on this sheet already."""
    ON_OTHER_SHEET = "on_other_sheet"
    """It is a draft on another sheet."""
    AMBIGUOUS = "ambiguous"
    """Several orders go by this number."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The order that a number means, and what is away of it."""

    order: OrderName
    expected_return_id: int | None
    return_id: str
    expected: int
    out: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """The answer to one scan."""

    code: str
    known: Known
    match: Match | None = None
    orders: Sequence[OrderName] = ()
    """The orders to choose from, if the number is ambiguous."""
    parcel: ParcelPlace | None = None
    """Where it lies, if it is on a sheet."""
    receipts: Sequence[EarlierReceipt] = ()


def look_up(
    session: Session,
    code: str,
    *,
    sheet_id: int | None,
    by: Clerk,
    order_id: int | None = None,
) -> LookedUp:
    """Say what a forward, return, return-to-sender or order number means.

    ``order_id`` chooses one order of an ambiguous number.  Orders of other shops than
    the person's are unknown to him.
    """
    orders = orders_meant(session, code, by, order_id)
    if not orders:
        return LookedUp(code=code, known=Known.UNKNOWN)
    if len(orders) > 1:
        names = tuple(map(order_name, orders))
        return LookedUp(code=code, known=Known.AMBIGUOUS, orders=names)
    matched = match_order(session, orders[0], code)
    return LookedUp(
        code=code,
        known=standing_of(matched, sheet_id),
        match=_match(matched),
        parcel=matched.draft,
        receipts=tuple(matched.receipts),
    )


def order_meant(
    session: Session, code: str, by: Clerk, order_id: int | None = None
) -> Order:
    """Return the one order that a number means.

    Raises ``UnknownOrder`` or ``AmbiguousReference``.
    """
    orders = orders_meant(session, code, by, order_id)
    if not orders:
        raise UnknownOrder(readable_text(code, LONGEST_CODE))
    if len(orders) > 1:
        raise AmbiguousReference(code, [order.channel_order_id for order in orders])
    return orders[0]


def orders_meant(
    session: Session, code: str, by: Clerk, order_id: int | None
) -> Sequence[Order]:
    """Return the orders that a number means to this person."""
    if code != readable_text(code, LONGEST_CODE):
        return []
    return [
        order
        for order in find_orders(session, code)
        if by.sees_shop(order.shop_id) and order_id in (None, order.id)
    ]


def standing_of(matched: Matched, sheet_id: int | None) -> Known:
    """Say how a parcel of an order stands, seen from a sheet."""
    if matched.draft is not None:
        same = matched.draft.sheet_id == sheet_id
        return Known.ON_SHEET if same else Known.ON_OTHER_SHEET
    if matched.expected:
        return Known.EXPECTED
    if not matched.left:
        return Known.NOT_LEFT
    came = matched.standing_receipts
    if any(receipt.units > receipt.lost for receipt in came):
        return Known.RECEIVED
    if came:
        return Known.WRITTEN_OFF
    return Known.RECEIVABLE if matched.out else Known.RECEIVED


def order_name(order: Order) -> OrderName:
    """Return how people name an order."""
    return OrderName(
        id=order.id,
        number=order.channel_order_id,
        channel=order.shop.channel,
        shop=order.shop.name,
        shop_id=order.shop_id,
    )


def _match(matched: Matched) -> Match:
    return Match(
        order=order_name(matched.order),
        expected_return_id=matched.meant.id if matched.meant else None,
        return_id=matched.meant.return_id if matched.meant else "",
        expected=matched.expected,
        out=matched.out,
        lost=matched.lost,
    )
