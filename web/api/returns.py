"""What should come back, with the filters of the board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from stock.board import OpenReturn, open_returns
from stock.board_place import PageEnd, end_of_page
from stock.claims import claim_deadline
from stock.models import ExpectedReturn, ReturnState
from stock.models.keys import Scope
from stock.selection import Selection
from stock.shops import all_shops
from web.api.cursors import read_cursor, write_cursor
from web.api.named import asked_shops
from web.api.operations import Call, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SHOP
from web.api.shapes import (
    Answer,
    AskedAmount,
    AskedCurrency,
    AskedDays,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Money,
    Page,
    Quantity,
    money,
)
from web.board_query import SORTS, UNKNOWN_CARRIER

SortName = Literal[
    "age", "-age", "claim", "-claim", "value", "-value", "carrier", "shop"
]
"""The names of ``web.board_query.SORTS``."""


class ReturnLine(Answer):
    """Units of one order line that should come back."""

    order_line_id: Identifier
    sku: str
    quantity: Quantity
    settled: Quantity = Field(description="Accounted for by receipts and write-offs,")
    lost: Quantity = Field(description="and of those, written off.")
    open: Quantity = Field(description="Still to come.")


class OpenReturnAnswer(Answer):
    """Units that left and should come back."""

    id: Identifier
    shop: str
    order_id: Identifier | None
    order_number: str
    return_id: str = Field(description="The channel's; empty where the order says it.")
    state: ReturnState
    phase: str
    reason: str
    opened_at: Moment
    claim_before: Moment = Field(description="When the right to claim ends,")
    claim_is_estimated: bool = Field(description="if the channel did not say so.")
    open_units: Quantity
    value_at_risk: Money
    carrier: str
    tracking_numbers: list[str]
    lines: list[ReturnLine]


class OpenReturns(Page):
    """A page of what should come back."""

    items: list[OpenReturnAnswer]


class ReturnQuery(ListQuery):
    """Which of the open returns, and in which order."""

    search: Code | None = Field(
        default=None,
        description="An order, return or tracking number, a SKU or a barcode.",
    )
    shop: Code | None = Field(default=None, description="The name of one shop.")
    channel: Code | None = Field(default=None, description="Such as `shopee`.")
    carrier: Code | None = Field(
        default=None, description="Its name; `-` where nobody knows it."
    )
    min_age_days: AskedDays | None = Field(
        default=None, description="Opened at least so many days ago."
    )
    currency: AskedCurrency | None = None
    min_value: AskedAmount | None = Field(
        default=None, description="In whatever currency, unless `currency` is given."
    )
    due: Literal["over", "near", "far"] | None = Field(
        default=None,
        description="The right to claim has ended, ends within the days that the board"
        " shows as near, or later.",
    )
    sort: SortName = "age"


@operation(
    "GET",
    "/expected-returns",
    subject="returns",
    scope=Scope.RETURNS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP),
)
def list_expected_returns(call: Call, query: ReturnQuery) -> OpenReturns:
    """List what should come back

    Units that left and are to be received: cancelled under way, refused at the door,
    sent back by the buyer. The filters and orders are those of the board.
    """
    after = read_cursor(call, query)
    selection = _selection(call, query)
    found = open_returns(
        call.session,
        limit=query.limit + 1,
        after=PageEnd(after[0], after[1]) if after else None,
        selection=selection,
    )
    shown = found[: query.limit]
    end = None
    if len(found) > query.limit:
        last = end_of_page(shown[-1].expected, selection)
        end = write_cursor(call, query, last.return_id, last.at)
    return OpenReturns(
        items=[_answer(item, selection.windows) for item in shown], next_cursor=end
    )


def return_lines(expected: ExpectedReturn) -> list[ReturnLine]:
    """Return the lines of an expected return as answers tell them."""
    return [
        ReturnLine(
            order_line_id=line.order_line_id,
            sku=line.order_line.sku.code,
            quantity=line.quantity,
            settled=line.settled,
            lost=line.lost,
            open=max(0, line.open),
        )
        for line in expected.lines
    ]


def _selection(call: Call, query: ReturnQuery) -> Selection:
    near = call.now + call.settings.claim_windows.near
    bounds: Mapping[str | None, tuple[datetime | None, datetime | None]] = {
        "over": (None, call.now),
        "near": (call.now, near),
        "far": (near, None),
    }
    due_after, due_until = bounds.get(query.due, (None, None))
    sort, descending = SORTS[query.sort]
    shop_ids = asked_shops(call, query.shop, query.channel)
    shops = sorted(all_shops(call.session), key=lambda x: (x.channel, x.name))
    days = query.min_age_days
    return Selection(
        search=query.search or "",
        shop_ids=None if shop_ids is None else sorted(shop_ids),
        carrier="" if query.carrier == UNKNOWN_CARRIER else query.carrier,
        opened_until=None if days is None else call.now - timedelta(days=days),
        currency=query.currency,
        least_value=query.min_value,
        due_after=due_after,
        due_until=due_until,
        sort=sort,
        descending=descending,
        windows={x.id: call.settings.claim_windows.of(x.channel) for x in shops},
    )


def _answer(item: OpenReturn, windows: Mapping[int, timedelta]) -> OpenReturnAnswer:
    expected = item.expected
    return OpenReturnAnswer(
        id=expected.id,
        shop=expected.shop.name,
        order_id=expected.order_id,
        order_number=expected.channel_order_id,
        return_id=expected.return_id,
        state=expected.state,
        phase=expected.phase,
        reason=expected.reason,
        opened_at=expected.opened_at,
        claim_before=claim_deadline(expected, windows[expected.shop_id]),
        claim_is_estimated=expected.claim_before is None,
        open_units=expected.open_units,
        value_at_risk=money(expected.value_at_risk, expected.currency),
        carrier=expected.carrier,
        tracking_numbers=list(item.tracking_numbers),
        lines=return_lines(expected),
    )
