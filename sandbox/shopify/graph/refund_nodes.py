"""Refunds, payments, and what a refund would pay."""

from collections.abc import Mapping, Sequence

from graphql import GraphQLError

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.formats import graph_time, number_in_gid
from sandbox.shopify.records import (
    Purchase,
    RefundLine,
    RefundRecord,
    Transaction,
)
from sandbox.shopify.refunds import Suggestion, Wish, payouts
from sandbox.shopify.statuses import RestockType, TransactionKind

from . import order_nodes, return_nodes
from .connections import connect
from .line_nodes import LineItemNode
from .nodes import Node, money, money_bag
from .session import Session
from .stock_nodes import LocationNode


class RefundNode(Node):
    """A refund."""

    graphql_type = "Refund"

    def __init__(
        self, session: Session, purchase: Purchase, refund: RefundRecord
    ) -> None:
        super().__init__(session, refund.id)
        self._purchase = purchase
        self.record = refund
        self.note = refund.note
        self.created_at = graph_time(refund.at)
        self.updated_at = self.processed_at = self.created_at
        self.total_refunded_set = money_bag(refund.amount)

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    @property
    def return_(self) -> "return_nodes.ReturnNode | None":
        """The return that it was made for."""
        record = self.record.for_return
        if record is None:
            return None
        return return_nodes.ReturnNode(self._session, self._purchase, record)

    def refund_line_items(self, **paging: object) -> object:
        """The units that it names."""
        return connect(
            self.record.lines,
            lambda each: (each.id, each.id),
            lambda each: RefundLineNode(self._session, self._purchase, each),
            paging,
        )

    def transactions(self, **paging: object) -> object:
        """The money that it moved."""
        return connect(
            self.record.transactions,
            lambda each: (each.id, each.id),
            lambda each: TransactionNode(self._session, self._purchase, each),
            paging,
        )


class RefundLineNode(Node):
    """Units of a line in a refund, made or suggested."""

    graphql_type = "RefundLineItem"

    def __init__(
        self, session: Session, purchase: Purchase, line: RefundLine | Wish
    ) -> None:
        super().__init__(session, line.id if isinstance(line, RefundLine) else 0)
        self._purchase = purchase
        self._line = line
        self.quantity = line.quantity
        self.restock_type = line.restock_type.value
        self.restocked = isinstance(line, RefundLine) and line.restocked
        price = line.item.line.listing.price
        self.price_set = money_bag(price)
        self.subtotal_set = money_bag(price * line.quantity)
        self.total_tax_set = money_bag(0)

    @property
    def line_item(self) -> LineItemNode:
        """The line of the order."""
        return LineItemNode(self._session, self._purchase, self._line.item)

    @property
    def location(self) -> LocationNode | None:
        """Where the units were put back, if they were."""
        return LocationNode(self._session) if self.restocked else None


class TransactionNode(Node):
    """A payment or a refund of one."""

    graphql_type = "OrderTransaction"

    error_code = None
    test = False

    def __init__(
        self, session: Session, purchase: Purchase, transaction: Transaction
    ) -> None:
        super().__init__(session, transaction.id)
        self._purchase = purchase
        self._transaction = transaction
        self.kind = transaction.kind.value
        self.status = transaction.status.value
        self.gateway = self.formatted_gateway = transaction.gateway
        self.manual_payment_gateway = transaction.is_manual
        self.payment_id = f"{purchase.name}.{transaction.id}"
        self.amount_set = money_bag(transaction.amount)
        self.created_at = self.processed_at = graph_time(transaction.at)

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    @property
    def maximum_refundable_v2(self) -> Json | None:
        """What may still go back of a payment."""
        if self._transaction.kind is not TransactionKind.SALE:
            return None
        return money(standing.net_payment(self._purchase))

    @property
    def parent_transaction(self) -> "TransactionNode | None":
        """The payment that a refund came from."""
        parent = self._transaction.parent
        if parent is None:
            return None
        return TransactionNode(self._session, self._purchase, parent)


def suggested_refund(
    session: Session,
    purchase: Purchase,
    rows: Sequence[Mapping[str, object]] | None,
    everything: bool,
) -> Json:
    """The calculation, as ``suggestedRefund`` answers it."""
    refunds = session.shopify.refunds
    wishes = refunds.everything(purchase) if everything else wishes_of(purchase, rows)
    suggestion = refunds.suggest(purchase, wishes)
    return {
        "amountSet": money_bag(suggestion.amount),
        "maximumRefundableSet": money_bag(suggestion.maximum),
        "subtotalSet": money_bag(suggestion.subtotal),
        "discountedSubtotalSet": money_bag(suggestion.subtotal),
        "totalCartDiscountAmountSet": money_bag(0),
        "totalDutiesSet": money_bag(0),
        "totalTaxSet": money_bag(0),
        "shipping": {
            "amountSet": money_bag(0),
            "maximumRefundableSet": money_bag(0),
            "taxSet": money_bag(0),
        },
        "refundLineItems": [
            RefundLineNode(session, purchase, wish) for wish in suggestion.wishes
        ],
        "suggestedTransactions": _suggested(session, purchase, suggestion),
    }


def wishes_of(
    purchase: Purchase, rows: Sequence[Mapping[str, object]] | None
) -> list[Wish]:
    """Refund lines as a client names them."""
    by_id = {item.id: item for item in purchase.items}
    wishes: list[Wish] = []
    for row in rows or ():
        named = str(row["lineItemId"])
        item = by_id.get(number_in_gid(named, "LineItem") or 0)
        quantity = row["quantity"]
        if item is None or not isinstance(quantity, int):
            raise GraphQLError(
                f"Invalid id: {named}", extensions={"code": "RESOURCE_NOT_FOUND"}
            )
        restock_type = RestockType(str(row.get("restockType") or "NO_RESTOCK"))
        wishes.append(Wish(item=item, quantity=quantity, restock_type=restock_type))
    return wishes


def _suggested(
    session: Session, purchase: Purchase, suggestion: Suggestion
) -> list[Json]:
    return [
        {
            "accountNumber": None,
            "amountSet": money_bag(payout.amount),
            "formattedGateway": payout.parent.gateway,
            "gateway": payout.parent.gateway,
            "kind": "SUGGESTED_REFUND",
            "maximumRefundableSet": money_bag(suggestion.maximum),
            "parentTransaction": TransactionNode(session, purchase, payout.parent),
        }
        for payout in payouts(suggestion)
    ]
