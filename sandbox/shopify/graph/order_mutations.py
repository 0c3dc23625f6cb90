"""Cancelling and refunding over the API."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.cancellations import Terms
from sandbox.shopify.formats import gid, number_in_gid
from sandbox.shopify.records import Purchase, Transaction
from sandbox.shopify.refunds import Payout, Wish
from sandbox.shopify.statuses import RestockType

from .order_nodes import OrderNode
from .refund_nodes import RefundNode
from .session import Session
from .shop_nodes import JobNode
from .stock_nodes import is_location
from .user_errors import user_error

_LONGEST_NOTE = 255


class OrderMutations:
    """``orderCancel`` and ``refundCreate``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def cancel(
        self,
        orderId: str,
        restock: bool,
        reason: str,
        refund: bool | None = None,
        refundMethod: Mapping[str, object] | None = None,
        notifyCustomer: bool = False,
        staffNote: str | None = None,
    ) -> Json:
        """Begin to cancel; it is done in the background."""
        purchase = self._session.purchase(number_in_gid(orderId, "Order"))
        error = _cancel_error(purchase, refund, refundMethod, staffNote)
        if error is None and purchase is not None:
            problem = self._session.shopify.cancellations.problem(purchase)
            if problem is not None:
                error = user_error(["orderId"], problem, "INVALID")
        if error is not None or purchase is None:
            plain = {key: error[key] for key in ("field", "message")} if error else {}
            return {
                "job": None,
                "orderCancelUserErrors": [error],
                "userErrors": [plain],
            }
        method = refundMethod or {}
        terms = Terms(
            reason=reason,
            restock_here=restock,
            restock_gone=restock,
            refund=refund is True or method.get("originalPaymentMethodsRefund") is True,
            staff_note=staffNote,
        )
        job_id = self._begin(purchase, terms)
        return {
            "job": JobNode(self._session, job_id, None),
            "orderCancelUserErrors": [],
            "userErrors": [],
        }

    def refund(self, input: Mapping[str, object]) -> Json:
        """Refund lines, money, or both."""
        purchase = self._session.purchase(number_in_gid(str(input["orderId"]), "Order"))
        if purchase is None:
            error = user_error(["orderId"], "Order does not exist")
            return {"order": None, "refund": None, "userErrors": [error]}
        wishes, errors = self._wishes(purchase, _maps(input.get("refundLineItems")))
        payouts, money_errors = _payouts(purchase, _maps(input.get("transactions")))
        errors += money_errors
        if not errors and self._session.fails_in_part:
            errors = [user_error(None, "Refund could not be processed")]
        if errors:
            order = OrderNode(self._session, purchase)
            return {"order": order, "refund": None, "userErrors": errors}
        note = input.get("note")
        return self._book(
            purchase, wishes, payouts, note if isinstance(note, str) else None
        )

    def _book(
        self,
        purchase: Purchase,
        wishes: Sequence[Wish],
        payouts: Sequence[Payout],
        note: str | None,
    ) -> Json:
        shopify, shop = self._session.shopify, self._session.shop
        refund = shopify.refunds.draft(purchase, wishes, payouts, note)
        if self._session.applies:
            with shopify.chronicle.entry(shop, purchase, "refundCreate"):
                shopify.refunds.book(shop, purchase, refund)
        return {
            "order": OrderNode(self._session, purchase),
            "refund": RefundNode(self._session, purchase, refund),
            "userErrors": [],
        }

    def _begin(self, purchase: Purchase, terms: Terms) -> str:
        shopify, shop = self._session.shopify, self._session.shop
        job_id = gid("Job", str(UUID(hex=shopify.world.identifiers.passing())))
        shopify.jobs.add(job_id)

        def work() -> None:
            shopify.jobs.discard(job_id)
            if shopify.cancellations.problem(purchase) is None:
                with shopify.chronicle.entry(shop, purchase, "orderCancel"):
                    shopify.cancellations.carry_out(shop, purchase, terms)

        def pretend() -> None:
            shopify.jobs.discard(job_id)

        shopify.world.agenda.add(0, work if self._session.applies else pretend)
        return job_id

    def _wishes(
        self, purchase: Purchase, rows: Sequence[Mapping[str, object]]
    ) -> tuple[list[Wish], list[Json]]:
        by_id = {item.id: item for item in purchase.items}
        wishes: list[Wish] = []
        errors: list[Json] = []
        for index, row in enumerate(rows):
            path = ["refundLineItems", str(index)]
            item = by_id.get(number_in_gid(str(row["lineItemId"]), "LineItem") or 0)
            quantity = row["quantity"]
            if item is None or not isinstance(quantity, int):
                message = "Line item does not exist"
                errors.append(user_error([*path, "lineItemId"], message))
                continue
            restock_type = RestockType(str(row.get("restockType") or "NO_RESTOCK"))
            wish = Wish(item=item, quantity=quantity, restock_type=restock_type)
            error = _wish_error(purchase, wish, wishes, path)
            if error is None:
                error = self._location_error(wish, row.get("locationId"), path)
            if error is not None:
                errors.append(error)
            wishes.append(wish)
        return wishes, errors

    def _location_error(
        self, wish: Wish, location_id: object, path: list[str]
    ) -> Json | None:
        if wish.restock_type is RestockType.NO_RESTOCK or location_id is None:
            return None
        if is_location(self._session, str(location_id)):
            return None
        return user_error([*path, "locationId"], "Location does not exist")


def _cancel_error(
    purchase: Purchase | None,
    refund: bool | None,
    refund_method: Mapping[str, object] | None,
    staff_note: str | None,
) -> Json | None:
    if refund is not None and refund_method is not None:
        return user_error(
            ["refund"],
            "Only one of the arguments `refund` or `refund_method` is allowed.",
            "INVALID",
        )
    if staff_note is not None and len(staff_note) > _LONGEST_NOTE:
        return user_error(
            ["staffNote"],
            f"Staff note is too long. Maximum length is {_LONGEST_NOTE} characters.",
            "INVALID",
        )
    if purchase is None:
        return user_error(["orderId"], "Order does not exist", "NOT_FOUND")
    return None


def _wish_error(
    purchase: Purchase, wish: Wish, before: Sequence[Wish], path: list[str]
) -> Json | None:
    same = [each for each in before if each.item is wish.item]
    wanted = wish.quantity + sum(each.quantity for each in same)
    if wish.quantity < 1 or wanted > purchase.refundable(wish.item):
        return user_error(
            [*path, "quantity"], "Quantity cannot refund more items than were purchased"
        )
    if wish.restock_type is RestockType.LEGACY_RESTOCK:
        return user_error([*path, "restockType"], "Restock type is not supported")
    if wish.restock_type is not RestockType.CANCEL:
        return None
    cancelled = wish.quantity + sum(
        each.quantity for each in same if each.restock_type is RestockType.CANCEL
    )
    returning = purchase.returning(wish.item)
    here = min(
        purchase.unfulfilled(wish.item), purchase.refundable(wish.item) - returning
    )
    if cancelled > here:
        return user_error(
            [*path, "quantity"],
            "Quantity cannot cancel more items than are unfulfilled",
        )
    return None


def _payouts(
    purchase: Purchase, rows: Sequence[Mapping[str, object]]
) -> tuple[list[Payout], list[Json]]:
    payouts: list[Payout] = []
    for row in rows:
        if row["kind"] != "REFUND":
            kind = str(row["kind"]).lower()
            return [], [user_error(None, f"Kind {kind} is not a valid transaction")]
        parent = _parent(purchase, row.get("parentId"))
        if parent is None:
            message = "Transactions require a parent_id associated with the order"
            return [], [user_error(["transactions"], message)]
        amount = _whole_dong(str(row["amount"]))
        if amount is None:
            message = "Amount must be a positive amount of money"
            return [], [user_error(["transactions"], message)]
        payouts.append(Payout(parent=parent, amount=amount))
    asked, net = sum(each.amount for each in payouts), standing.net_payment(purchase)
    if asked > net:
        message = (
            f"Refund amount {asked:,}₫ is greater than net payment received {net:,}₫"
        )
        return [], [user_error(None, message)]
    return payouts, []


def _parent(purchase: Purchase, id_: object) -> Transaction | None:
    number = number_in_gid(str(id_), "OrderTransaction")
    return next((each for each in purchase.transactions if each.id == number), None)


def _whole_dong(text: str) -> int | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount <= 0 or amount != int(amount):
        return None
    return int(amount)


def _maps(value: object) -> list[Mapping[str, object]]:
    return value if isinstance(value, list) else []
