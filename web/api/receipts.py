"""Return receipts: the only way in which units that left become stock again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag

from stock.feeds import receipts_page
from stock.models import ExpectedReturn, Order, Receipt
from stock.models.keys import Scope
from stock.parcels import find_orders
from stock.receipts import FoundSku, record_receipt, spread_over_lines
from web.api import problems
from web.api.cursors import read_cursor, write_cursor
from web.api.named import (
    asked_shops,
    bookable_warehouse,
    named_order,
    named_receipt,
)
from web.api.operations import Call, Created, operation
from web.api.problems import UNKNOWN_CURSOR, UNKNOWN_SHOP, Problem
from web.api.refusals import ambiguous, unknown_order
from web.api.shapes import (
    Answer,
    AskedIdentifier,
    AskedMoment,
    Body,
    Code,
    Identifier,
    ListQuery,
    Moment,
    Note,
    Page,
    PersonName,
    Quantity,
)

MOST_LINES = 500
_SUBJECT = "receipts"


class OrderById(Body):
    """An order by its id here."""

    id: Identifier


class OrderByNumber(Body):
    """An order by the number that its channel gave it."""

    number: Code
    shop: Code | None = Field(
        default=None, description="Needed where two shops have the number."
    )


class OrderByParcel(Body):
    """An order by what a scanner reads from its parcel: forward, return or RMA."""

    tracking_number: Code


def _variant(given: Any) -> str | None:
    if isinstance(given, Body):
        names = set(type(given).model_fields)
    else:
        names = set(given) if isinstance(given, dict) else set()
    found = [name for name in ("id", "number", "tracking_number") if name in names]
    return f"<{found[0]}>" if len(found) == 1 else None


OrderName = Annotated[
    Annotated[OrderById, Tag("<id>")]
    | Annotated[OrderByNumber, Tag("<number>")]
    | Annotated[OrderByParcel, Tag("<tracking_number>")],
    Discriminator(
        _variant,
        custom_error_type="order_name",
        custom_error_message="name the order by id, by number or by tracking_number",
    ),
]


class NewReceiptLine(Body):
    """What came back of one SKU; at least one unit."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"minimum": 1}}}
                for name in ("good", "damaged", "lost")
            ]
        }
    )

    sku: Code
    good: Quantity = Field(default=0, description="Sellable: available at once.")
    damaged: Quantity = Field(default=0, description="Here, not sellable.")
    lost: Quantity = Field(default=0, description="Missing; will not come back.")


class NewReceipt(Body):
    """What the warehouse found in a parcel."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order": {"tracking_number": "SPX1"},
                    "warehouse": "MAIN",
                    "by": "lan@example.vn",
                    "lines": [{"sku": "MUG", "good": 2, "damaged": 1}],
                }
            ]
        }
    )

    order: OrderName
    expected_return_id: Identifier | None = Field(
        default=None, description="The expected return to be settled first."
    )
    warehouse: Code = Field(description="Where the goods are now.")
    by: PersonName = Field(description="Who checked the goods and answers for it.")
    note: Note = ""
    lines: Annotated[list[NewReceiptLine], Field(min_length=1, max_length=MOST_LINES)]


class ReceiptLineAnswer(Answer):
    """What a receipt booked of one order line."""

    order_line_id: Identifier
    sku: str
    good: Quantity
    damaged: Quantity
    lost: Quantity
    found: Quantity = Field(
        description="Of the good and damaged ones, those written off as lost before."
    )


class Reversal(Answer):
    """What took a receipt back."""

    by: str
    reason: str
    reversed_at: Moment


class ReceiptAnswer(Answer):
    """A posted return receipt; it is never edited."""

    id: Identifier
    number: str = Field(description="As people read it out: R000012.")
    order_id: Identifier
    order_number: str
    shop: str
    warehouse: str
    by: str
    note: str
    posted_at: Moment
    lines: list[ReceiptLineAnswer]
    reversal: Reversal | None


class Receipts(Page):
    """A page of receipts."""

    items: list[ReceiptAnswer]


class ReceiptQuery(ListQuery):
    """Which receipts."""

    shop: Code | None = Field(default=None, description="The name of one shop.")
    order_id: AskedIdentifier | None = None
    since: AskedMoment | None = Field(default=None, description="Posted then or later.")


@operation(
    "GET",
    "/receipts",
    subject=_SUBJECT,
    scope=Scope.RECEIPTS_READ,
    refusals=(UNKNOWN_CURSOR, UNKNOWN_SHOP),
)
def list_receipts(call: Call, query: ReceiptQuery) -> Receipts:
    """List return receipts, the one booked first at the beginning"""
    after = read_cursor(call, query)
    found = receipts_page(
        call.session,
        shop_ids=asked_shops(call, query.shop),
        order_id=query.order_id,
        since=query.since,
        after=after[0] if after else None,
        limit=query.limit,
    )
    return Receipts(
        items=[receipt_answer(receipt) for receipt in found.items],
        next_cursor=(
            write_cursor(call, query, found.items[-1].id) if found.more else None
        ),
    )


@operation(
    "GET",
    "/receipts/{receipt_id}",
    subject=_SUBJECT,
    scope=Scope.RECEIPTS_READ,
    refusals=(problems.UNKNOWN_RECEIPT,),
)
def get_receipt(call: Call, receipt_id: int) -> ReceiptAnswer:
    """Read one return receipt"""
    return receipt_answer(named_receipt(call, receipt_id))


@operation(
    "POST",
    "/receipts",
    subject=_SUBJECT,
    scope=Scope.RECEIPTS_WRITE,
    read_by="get_receipt",
    refusals=(
        problems.UNKNOWN_ORDER,
        problems.UNKNOWN_RETURN,
        problems.UNKNOWN_SHOP,
        problems.UNKNOWN_SKU,
        problems.UNKNOWN_WAREHOUSE,
        problems.AMBIGUOUS,
        problems.NEVER_LEFT,
        problems.RECEIPT_TOO_LARGE,
    ),
)
def create_receipt(call: Call, body: NewReceipt) -> Created[ReceiptAnswer]:
    """Book what came back

    All lines or none. The units are available at once where they are good, and every
    channel that sells them is told.
    """
    order = _meant(call, body.order)
    warehouse = bookable_warehouse(call, body.warehouse)
    opened = _opened(call, order, body.expected_return_id)
    lines = spread_over_lines(
        call.session,
        order,
        [_found(line) for line in body.lines],
        expected_return_id=opened,
    )
    booked = record_receipt(
        call.session,
        order,
        lines,
        key=call.request_key,
        warehouse_id=warehouse.id,
        actor=body.by,
        now=call.now,
        note_text=body.note,
        expected_return_id=opened,
    )
    receipt = named_receipt(call, booked.receipt_id)
    return Created(
        answer=receipt_answer(receipt),
        place={"receipt_id": receipt.id},
        document=f"receipt {receipt.number}",
        by=body.by,
        sku_ids=receipt_skus(receipt),
    )


def receipt_answer(receipt: Receipt) -> ReceiptAnswer:
    """Return a receipt as answers tell it."""
    reversal = receipt.reversal
    return ReceiptAnswer(
        id=receipt.id,
        number=receipt.number,
        order_id=receipt.order_id,
        order_number=receipt.order.channel_order_id,
        shop=receipt.order.shop.name,
        warehouse=receipt.warehouse.code,
        by=receipt.actor,
        note=receipt.note,
        posted_at=receipt.posted_at,
        lines=[
            ReceiptLineAnswer(
                order_line_id=line.order_line_id,
                sku=line.order_line.sku.code,
                good=line.good,
                damaged=line.damaged,
                lost=line.lost,
                found=line.found,
            )
            for line in receipt.lines
        ],
        reversal=(
            Reversal(
                by=reversal.actor,
                reason=reversal.reason,
                reversed_at=reversal.reversed_at,
            )
            if reversal
            else None
        ),
    )


def receipt_skus(receipt: Receipt) -> list[int]:
    """Return the ids of the SKUs that a receipt is about."""
    return sorted({line.order_line.sku_id for line in receipt.lines})


def _meant(call: Call, name: OrderById | OrderByNumber | OrderByParcel) -> Order:
    if isinstance(name, OrderById):
        return named_order(call, name.id)
    if isinstance(name, OrderByParcel):
        return _only(call, name.tracking_number, None, by_number=False)
    return _only(call, name.number, name.shop, by_number=True)


def _only(call: Call, reference: str, shop: str | None, *, by_number: bool) -> Order:
    shop_ids = asked_shops(call, shop)
    plain = reference.strip().casefold()
    found = [
        order
        for order in find_orders(call.session, reference)
        if shop_ids is None or order.shop_id in shop_ids
        if not by_number or order.channel_order_id.casefold() == plain
    ]
    if not found:
        raise unknown_order(reference)
    if len(found) > 1:
        raise ambiguous(
            reference, [f"{x.shop.name} {x.channel_order_id} ({x.id})" for x in found]
        )
    return found[0]


def _opened(call: Call, order: Order, return_id: int | None) -> int | None:
    if return_id is None:
        return None
    expected = call.session.get(ExpectedReturn, return_id)
    if expected is None or expected.order_id != order.id:
        raise Problem(
            problems.UNKNOWN_RETURN,
            f"Order {order.channel_order_id} has no expected return {return_id}."
            " Leave it out, or take one of the order's own.",
            {"expected_return_id": return_id},
        )
    return return_id


def _found(line: NewReceiptLine) -> FoundSku:
    return FoundSku(sku=line.sku, good=line.good, damaged=line.damaged, lost=line.lost)
