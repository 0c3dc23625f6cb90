"""Calls about refunds and transactions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sandbox.channel import Json

from . import standing
from .channel import Haravan
from .formats import fresh_timestamp
from .money_json import refund_json, transaction_json
from .order_calls import find
from .records import LineItem, Purchase
from .refunds import RefundTerms, Wish
from .statuses import TransactionKind
from .wire import Call, Reply, flag, invalid, money, not_found, number, rows, words


class RefundCalls:
    """``orders/{id}/refunds`` and ``orders/{id}/transactions``."""

    def __init__(self, haravan: Haravan) -> None:
        self._journal = haravan.journal
        self._refunds = haravan.refunds
        self._payments = haravan.payments

    def list(self, call: Call, order_id: int) -> Reply:
        """The refunds of an order, oldest first."""
        purchase = find(call, order_id)
        shown = [refund_json(call.store, purchase, each) for each in purchase.refunds]
        return Reply(body={"refunds": shown})

    def get(self, call: Call, order_id: int, refund_id: int) -> Reply:
        """One refund."""
        purchase = find(call, order_id)
        for refund in purchase.refunds:
            if refund.id == refund_id:
                shown = refund_json(call.store, purchase, refund)
                return Reply(body={"refund": shown})
        raise not_found()

    def create(self, call: Call, order_id: int) -> Reply:
        """Refund lines, money or both; the same request twice refunds twice."""
        purchase = find(call, order_id)
        terms = _terms(purchase, call.part("refund"))
        with self._journal.entry(call.store, purchase, "api_refund"):
            refund = self._refunds.book(call.store, purchase, terms)
        shown = refund_json(call.store, purchase, refund)
        return Reply(
            body={"refund": {**shown, "created_at": fresh_timestamp(refund.at)}},
            status=201,
        )

    def transactions(self, call: Call, order_id: int) -> Reply:
        """The money of an order, oldest first."""
        purchase = find(call, order_id)
        return Reply(body={"transactions": _transactions(call, purchase)})

    def transaction(self, call: Call, order_id: int, transaction_id: int) -> Reply:
        """One movement of money."""
        for shown in _transactions(call, find(call, order_id)):
            if shown["id"] == transaction_id:
                return Reply(body={"transaction": shown})
        raise not_found()

    def create_transaction(self, call: Call, order_id: int) -> Reply:
        """Write down that money came in or went back; no payment company is asked."""
        purchase = find(call, order_id)
        sent = call.part("transaction")
        kind = (words(sent, "kind") or "").lower()
        amount = money(sent, "amount")
        most = _most(purchase, kind)
        if not amount or amount > most:
            raise invalid("amount", f"must be above 0 and not above {most:.4f}")
        with self._journal.entry(call.store, purchase, f"api_{kind}"):
            if kind == TransactionKind.REFUND:
                made = self._refunds.pay_back(call.store, purchase, amount)
            else:
                user_id = call.store.user_id
                made = self._payments.capture(purchase, amount, user_id)
        shown = transaction_json(call.store, purchase, made)
        return Reply(
            body={"transaction": {**shown, "created_at": fresh_timestamp(made.at)}},
            status=201,
        )


def refund_wishes(purchase: Purchase, sent: Mapping[str, object]) -> list[Wish]:
    """The lines of a refund; what cannot be refunded is refused."""
    wanted: dict[LineItem, int] = {}
    for row in rows(sent, "refund_line_items"):
        item = _item(purchase, number(row, "line_item_id"))
        quantity = number(row, "quantity")
        if quantity < 1:
            raise invalid("quantity", "must be 1 or more")
        wanted[item] = wanted.get(item, 0) + quantity
    for item, quantity in wanted.items():
        if quantity > purchase.refundable(item):
            left = purchase.refundable(item)
            raise invalid("quantity", f"can not be more than {left}")
    return [Wish(item=item, quantity=each) for item, each in wanted.items()]


def refund_amounts(sent: Mapping[str, object]) -> list[Decimal]:
    """The money of a refund."""
    amounts: list[Decimal] = []
    for row in rows(sent, "transactions"):
        if (words(row, "kind") or "").lower() != TransactionKind.REFUND:
            raise invalid("kind", "must be refund")
        amounts.append(money(row, "amount") or Decimal(0))
    return amounts


def _terms(purchase: Purchase, sent: Mapping[str, object]) -> RefundTerms:
    wishes, amounts = refund_wishes(purchase, sent), refund_amounts(sent)
    if not wishes and not any(amounts):
        raise invalid("refund", "names neither lines nor money")
    most = standing.net_payment(purchase)
    if sum(amounts, Decimal(0)) > most:
        raise invalid("amount", f"can not be more than {most:.4f}")
    return RefundTerms(
        wishes=wishes,
        amounts=amounts,
        # Nothing is published about a refund of lines without the key; it restocks
        # here as it did inside of a cancel.
        restock=flag(sent, "restock") is not False,
        note=words(sent, "note"),
    )


def _item(purchase: Purchase, item_id: int) -> LineItem:
    for item in purchase.items:
        if item.id == item_id:
            return item
    raise invalid("line_item_id", f"{item_id} is no line of this order")


def _most(purchase: Purchase, kind: str) -> Decimal:
    if kind == TransactionKind.REFUND:
        return standing.net_payment(purchase)
    if kind == TransactionKind.CAPTURE:
        return standing.outstanding(purchase)
    raise invalid("kind", "must be Capture or Refund")


def _transactions(call: Call, purchase: Purchase) -> Sequence[Json]:
    return [
        transaction_json(call.store, purchase, each)
        for each in reversed(purchase.transactions)
    ]
