"""Returns, as the merchant's app drives them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from sandbox.channel import Json
from sandbox.shopify.formats import number_in_gid
from sandbox.shopify.records import (
    FulfillmentLine,
    Purchase,
    ReturnLine,
    ReturnRecord,
)
from sandbox.shopify.returns import ReturnWish, returnable
from sandbox.shopify.statuses import (
    FINAL_DISPOSITIONS,
    DispositionType,
    ReturnStatus,
)

from .return_nodes import ReturnNode, ReverseLineNode
from .session import Session
from .stock_nodes import is_location
from .user_errors import user_error


class ReturnMutations:
    """``returnCreate`` and what follows it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._returns = session.shopify.returns

    def create(self, returnInput: Mapping[str, object]) -> Json:
        """Open a return that needs no approval."""
        order_id = number_in_gid(str(returnInput["orderId"]), "Order")
        purchase = self._session.purchase(order_id)
        if purchase is None:
            error = user_error(
                ["returnInput", "orderId"], "Order not found.", "NOT_FOUND"
            )
            return {"return": None, "userErrors": [error]}
        wishes, errors = _wishes(purchase, returnInput["returnLineItems"])
        if errors:
            return {"return": None, "userErrors": errors}
        if not self._session.applies:
            record = self._returns.draft(purchase, wishes, ReturnStatus.OPEN)
            return self._told(purchase, record)
        shopify = self._session.shopify
        with shopify.chronicle.entry(self._session.shop, purchase, "returnCreate"):
            record = self._returns.open(purchase, wishes, ReturnStatus.OPEN)
        return self._told(purchase, record)

    def approve(self, input: Mapping[str, object]) -> Json:
        """Agree to a return that a buyer asked for."""
        found = self._find(str(input["id"]))
        if found is None:
            return _no_return(["input", "id"])
        purchase, record = found
        if record.status is not ReturnStatus.REQUESTED:
            message = (
                "Return is not approvable. "
                "Only returns with status REQUESTED can be approved."
            )
            return _refused(["input", "id"], message)
        if self._session.applies:
            with self._entry(purchase, "returnApproveRequest"):
                self._returns.approve(record)
        return self._told(purchase, record)

    def turn_down(self, input: Mapping[str, object]) -> Json:
        """Turn down a return that a buyer asked for."""
        found = self._find(str(input["id"]))
        if found is None:
            return _no_return(["input", "id"])
        purchase, record = found
        if record.status is not ReturnStatus.REQUESTED:
            message = (
                "Return is not declinable. "
                "Only non-refunded returns with status REQUESTED can be declined."
            )
            return _refused(["input", "id"], message)
        note = input.get("declineNote")
        if self._session.applies:
            with self._entry(purchase, "returnDeclineRequest"):
                self._returns.turn_down(
                    record,
                    str(input["declineReason"]),
                    note if isinstance(note, str) else None,
                )
        return self._told(purchase, record)

    def close(self, id: str) -> Json:
        """Be done with a return."""
        found = self._find(id)
        if found is None:
            return _no_return(["id"])
        purchase, record = found
        if record.status not in (ReturnStatus.OPEN, ReturnStatus.CLOSED):
            return _refused(["id"], "Return status is invalid.")
        if record.status is ReturnStatus.OPEN and self._session.applies:
            with self._entry(purchase, "returnClose"):
                self._returns.close(record)
        return self._told(purchase, record)

    def dispose(self, dispositionInputs: list[Mapping[str, object]]) -> Json:
        """Say what became of units that came back; all rows or none."""
        if not dispositionInputs:
            error = user_error(
                ["dispositionInputs"], "The array cannot be empty.", "BLANK"
            )
            return {"reverseFulfillmentOrderLineItems": None, "userErrors": [error]}
        errors: list[Json] = []
        rows: list[tuple[Purchase, ReturnRecord, ReturnLine, DispositionType, int]] = []
        for index, each in enumerate(dispositionInputs):
            found, wrong = self._disposition(each, ["dispositionInputs", str(index)])
            errors += [] if wrong is None else [wrong]
            rows += [] if found is None else [found]
        if len({record.id for _, record, *_ in rows}) > 1:
            message = (
                "Cannot dispose items from more than one reverse fulfillment order."
            )
            errors = [user_error(["dispositionInputs"], message, "INVALID")]
        if errors:
            return {"reverseFulfillmentOrderLineItems": None, "userErrors": errors}
        purchase = rows[0][0]
        if self._session.applies:
            with self._entry(purchase, "reverseFulfillmentOrderDispose"):
                for _, record, line, type_, quantity in rows:
                    self._returns.dispose(
                        self._session.shop, record, line, type_, quantity
                    )
        return {
            "reverseFulfillmentOrderLineItems": [
                ReverseLineNode(self._session, purchase, line)
                for _, _, line, *_ in rows
            ],
            "userErrors": [],
        }

    def _disposition(
        self, row: Mapping[str, object], path: list[str]
    ) -> tuple[
        tuple[Purchase, ReturnRecord, ReturnLine, DispositionType, int] | None,
        Json | None,
    ]:
        number = number_in_gid(
            str(row["reverseFulfillmentOrderLineItemId"]),
            "ReverseFulfillmentOrderLineItem",
        )
        found = self._line(number or 0)
        if found is None:
            field = [*path, "reverseFulfillmentOrderLineItemId"]
            message = "Reverse fulfillment order line item not found."
            return None, user_error(field, message, "NOT_FOUND")
        purchase, record, line = found
        type_, quantity = DispositionType(str(row["dispositionType"])), row["quantity"]
        is_whole = isinstance(quantity, int) and quantity > 0
        open_units = line.quantity - line.disposed
        too_many = (
            type_ in FINAL_DISPOSITIONS
            and isinstance(quantity, int)
            and quantity > open_units
        )
        if not is_whole or too_many or not isinstance(quantity, int):
            message = "Quantity is not available for disposition."
            return None, user_error([*path, "quantity"], message, "INVALID")
        location_id = row.get("locationId")
        needs_location = type_ is DispositionType.RESTOCKED
        if (needs_location or location_id is not None) and not is_location(
            self._session, str(location_id)
        ):
            field = [*path, "locationId"]
            return None, user_error(field, "Location not found.", "NOT_FOUND")
        return (purchase, record, line, type_, quantity), None

    def _line(self, number: int) -> tuple[Purchase, ReturnRecord, ReturnLine] | None:
        for purchase in self._session.purchases():
            for record in purchase.returns:
                for line in record.lines:
                    is_open = record.status is ReturnStatus.OPEN
                    if is_open and line.reverse_line_id == number:
                        return purchase, record, line
        return None

    def _find(self, id_: str) -> tuple[Purchase, ReturnRecord] | None:
        number = number_in_gid(id_, "Return")
        for purchase in self._session.purchases():
            for record in purchase.returns:
                if record.id == number:
                    return purchase, record
        return None

    def _entry(self, purchase: Purchase, action: str) -> AbstractContextManager[None]:
        chronicle = self._session.shopify.chronicle
        return chronicle.entry(self._session.shop, purchase, action)

    def _told(self, purchase: Purchase, record: ReturnRecord) -> Json:
        node = ReturnNode(self._session, purchase, record)
        return {"return": node, "userErrors": []}


def _wishes(purchase: Purchase, rows: object) -> tuple[list[ReturnWish], list[Json]]:
    assert isinstance(rows, list), "the schema asks for a list"
    wishes: list[ReturnWish] = []
    errors: list[Json] = []
    left = dict(returnable(purchase))
    for index, row in enumerate(rows):
        path = ["returnInput", "returnLineItems", str(index)]
        source = _source(purchase, str(row["fulfillmentLineItemId"]))
        if source is None:
            message = "Fulfillment Line Item was not found."
            field = [*path, "fulfillmentLineItemId"]
            errors.append(user_error(field, message, "NOT_FOUND"))
            continue
        sku, quantity = source.item.line.sku, row["quantity"]
        room = min(left.get(sku, 0), source.quantity - purchase.returned_from(source))
        if not 1 <= quantity <= room:
            message = "Return line item has an invalid quantity."
            errors.append(user_error([*path, "quantity"], message, "INVALID"))
            continue
        left[sku] -= quantity
        reason = row.get("returnReason")
        if reason is None:
            message = (
                "Return line items Either return reason or return reason definition "
                "must be provided"
            )
            errors.append(user_error(path, message, "NOT_FOUND"))
            continue
        note = row.get("returnReasonNote") or ""
        wishes.append(
            ReturnWish(source=source, quantity=quantity, reason=reason, note=note)
        )
    return wishes, errors


def _source(purchase: Purchase, id_: str) -> FulfillmentLine | None:
    number = number_in_gid(id_, "FulfillmentLineItem")
    for fulfillment in purchase.live_fulfillments():
        for line in fulfillment.lines:
            if line.id == number:
                return line
    return None


def _no_return(field: list[str]) -> Json:
    return _refused(field, "Return not found.", "NOT_FOUND")


def _refused(field: list[str], message: str, code: str = "INVALID_STATE") -> Json:
    return {"return": None, "userErrors": [user_error(field, message, code)]}
