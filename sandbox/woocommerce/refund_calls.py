"""Calls about an order's refunds."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from .channel import Woocommerce
from .order_calls import find
from .order_json import refund_json
from .pages import Window, page_reply
from .parameters import Parameters, as_whole
from .records import OrderRecord, RefundRecord
from .refunds import RefundedRow, RefundRefused, RefundRequest
from .wire import Call, Reply, WireError, invalid_id

_RESOURCE = "shop_order_refund"


class RefundCalls:
    """``orders/{id}/refunds``."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._refunds = woocommerce.refunds

    def list(self, call: Call, order_id: int) -> Reply:
        """An order's refunds, newest first."""
        parameters = Parameters(call.query)
        window = Window.read(parameters)
        parameters.check()
        record = find(call, order_id)
        rows = sorted(record.refunds, key=lambda each: each.id, reverse=True)
        return page_reply(
            call, rows, window, lambda row: refund_json(call.site, record, row)
        )

    def get(self, call: Call, order_id: int, refund_id: int) -> Reply:
        """One refund."""
        record = find(call, order_id)
        return Reply(
            body=refund_json(call.site, record, _find_refund(record, refund_id))
        )

    def create(self, call: Call, order_id: int) -> Reply:
        """Create a refund.  Nothing makes it idempotent.

        Its refusals carry the status as a bare number, which is answered as a 500.
        """
        record = call.site.records.get(order_id)
        if record is None:
            raise _bare("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
        request = _request(record, call.body)
        if request.amount < 0:
            raise _bare(
                "woocommerce_rest_invalid_order_refund",
                "Refund amount must be greater than zero.",
                400,
            )
        try:
            refund = self._refunds.create(call.site, record, request)
        except RefundRefused as refused:
            raise _bare(
                "woocommerce_rest_cannot_create_order_refund", str(refused), 500
            ) from refused
        return Reply(body=refund_json(call.site, record, refund), status=201)

    def delete(self, call: Call, order_id: int, refund_id: int) -> Reply:
        """Remove a refund for good; the order's status and the stock stay."""
        record = find(call, order_id)
        refund = _find_refund(record, refund_id)
        parameters = Parameters(call.given)
        if not parameters.flag("force"):
            raise WireError(
                "woocommerce_rest_trash_not_supported",
                f"The {_RESOURCE} does not support trashing.",
                501,
            )
        shown = refund_json(call.site, record, refund)
        record.refunds.remove(refund)
        call.site.tell("order.updated", record.id)
        return Reply(body=shown)


def _find_refund(record: OrderRecord, refund_id: int) -> RefundRecord:
    for refund in record.refunds:
        if refund.id == refund_id:
            return refund
    raise invalid_id(_RESOURCE)


def _request(record: OrderRecord, body: Mapping[str, object]) -> RefundRequest:
    parameters = Parameters(body)
    sent_amount = parameters.strict_text("amount")
    reason = parameters.strict_text("reason")
    through_gateway = parameters.flag("api_refund", True)
    restock = parameters.flag("api_restock", True)
    parameters.check()
    rows = _rows(record, body.get("line_items"))
    amount = _money(sent_amount)
    if amount is None:
        # Without an amount the rows say it, and without those it is nothing.
        amount = sum(row.total for row in rows.values())
    return RefundRequest(
        amount=amount,
        reason=reason or "",
        rows=rows,
        through_gateway=through_gateway,
        restock=restock,
        meta=_meta(body.get("meta_data")),
    )


def _rows(record: OrderRecord, sent: object) -> dict[int, RefundedRow]:
    rows: dict[int, RefundedRow] = {}
    for row in sent if isinstance(sent, list) else []:
        if not isinstance(row, dict):
            continue
        item_id = as_whole(row.get("id"))
        quantity = as_whole(row.get("quantity", 0)) or 0
        total = _money(row.get("refund_total", 0)) or 0
        # Rows of another order, and rows that say nothing, are passed over.
        if item_id is not None and record.item(item_id) and (quantity or total):
            rows[item_id] = RefundedRow(quantity=quantity, total=total)
    return rows


def _meta(sent: object) -> dict[str, object]:
    return {
        row["key"]: row.get("value")
        for row in (sent if isinstance(sent, list) else [])
        if isinstance(row, dict) and isinstance(row.get("key"), str)
    }


def _money(value: object) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return int(Decimal(str(value)).to_integral_value())
    except InvalidOperation:
        return None


def _bare(code: str, message: str, number: int) -> WireError:
    return WireError(code, message, 500, number)
