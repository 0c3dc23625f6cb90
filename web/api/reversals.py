"""Reversals: a second person takes a receipt back."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from stock.models.keys import Scope
from stock.reversals import reverse_receipt
from web.api import problems
from web.api.named import bookable_warehouse, named_receipt
from web.api.operations import Call, Created, operation
from web.api.receipts import ReceiptAnswer, receipt_answer, receipt_skus
from web.api.shapes import Body, PersonName, Reason


class NewReversal(Body):
    """Why a receipt was wrong, and who says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"by": "minh@example.vn", "reason": "another order's parcel"}]
        }
    )

    by: PersonName = Field(description="Who answers for it: not who booked it.")
    reason: Reason


@operation(
    "POST",
    "/receipts/{receipt_id}/reversal",
    subject="receipts",
    scope=Scope.REVERSALS_WRITE,
    read_by="get_receipt",
    refusals=(
        problems.UNKNOWN_RECEIPT,
        problems.UNKNOWN_WAREHOUSE,
        problems.ALREADY_REVERSED,
        problems.INSUFFICIENT,
        problems.NOTHING_TO_REVERSE,
        problems.SAME_PERSON,
        problems.UNITS_GONE,
    ),
)
def create_reversal(
    call: Call, receipt_id: int, body: NewReversal
) -> Created[ReceiptAnswer]:
    """Take a whole receipt back

    Its good and damaged units are out again and can be received anew. Refused when they
    are no longer where the receipt put them. Both stay visible for ever.
    """
    receipt = named_receipt(call, receipt_id)
    bookable_warehouse(call, receipt.warehouse.code)
    reverse_receipt(
        call.session,
        receipt,
        key=call.request_key,
        reason=body.reason,
        actor=body.by,
        now=call.now,
    )
    call.session.expire(receipt)
    reversed_receipt = named_receipt(call, receipt_id)
    return Created(
        answer=receipt_answer(reversed_receipt),
        place={"receipt_id": receipt_id},
        document=f"reversal of receipt {receipt.number}",
        by=body.by,
        sku_ids=receipt_skus(reversed_receipt),
    )
