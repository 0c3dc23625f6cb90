"""Orders."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.formats import CURRENCY, graph_time
from sandbox.shopify.records import Purchase
from sandbox.shopify.rest.order_json import gateways
from sandbox.shopify.statuses import FinancialStatus

from . import fulfillment_nodes, refund_nodes, return_nodes
from .connections import connect, limited
from .line_nodes import LineItemNode
from .nodes import Node, count, money_bag
from .session import Session


class OrderNode(Node):
    """An order."""

    graphql_type = "Order"

    billing_address_matches_shipping_address = True
    capturable = False
    confirmed = True
    currency_code = presentment_currency_code = CURRENCY
    edited = False
    email = None
    note = None
    requires_shipping = True
    source_name = "web"
    test = False

    def __init__(self, session: Session, purchase: Purchase) -> None:
        super().__init__(session, purchase.id)
        self._purchase = purchase
        order = purchase.order
        self.name = purchase.name
        self.number = purchase.number
        self.tags: list[str] = []
        self.custom_attributes: list[Json] = []
        self.created_at = self.processed_at = graph_time(order.placed_at)
        self.updated_at = graph_time(order.updated_at)
        self.cancelled_at = graph_time(purchase.cancelled_at)
        self.cancel_reason = purchase.cancel_reason or None
        self.closed_at = graph_time(purchase.closed_at)
        self.closed = bool(purchase.closed_at)
        self.display_fulfillment_status = standing.fulfillment_progress(purchase).value
        self.return_status = standing.return_status(purchase).value
        self.payment_gateway_names = gateways(purchase)
        self.fulfillments_count = count(len(purchase.fulfillments))
        self.transactions_count = count(len(purchase.transactions))

    @property
    def cancellation(self) -> Json | None:
        """What staff wrote when they cancelled."""
        if not self._purchase.cancelled_at:
            return None
        return {"staffNote": self._purchase.staff_note}

    @property
    def display_financial_status(self) -> str:
        """How the order stands with its money."""
        return standing.financial_status(self._purchase).value

    @property
    def fully_paid(self) -> bool:
        """Whether nothing is owed."""
        return not standing.outstanding(self._purchase)

    @property
    def unpaid(self) -> bool:
        """Whether nothing was paid."""
        return self.display_financial_status == FinancialStatus.PENDING

    @property
    def fulfillable(self) -> bool:
        """Whether units wait to be shipped."""
        return any(
            self._purchase.unfulfilled(each) > 0 for each in self._purchase.items
        )

    @property
    def refundable(self) -> bool:
        """Whether units were not refunded."""
        return any(self._purchase.refundable(each) > 0 for each in self._purchase.items)

    restockable = refundable

    @property
    def subtotal_line_items_quantity(self) -> int:
        """Units that were bought."""
        return sum(each.line.ordered for each in self._purchase.items)

    @property
    def current_subtotal_line_items_quantity(self) -> int:
        """Units that remain after refunds."""
        return sum(self._purchase.refundable(each) for each in self._purchase.items)

    @property
    def total_price_set(self) -> Json:
        """The price of what was bought."""
        return money_bag(standing.total_price(self._purchase))

    original_total_price_set = subtotal_price_set = total_price_set

    @property
    def current_total_price_set(self) -> Json:
        """The price of what remains."""
        return money_bag(standing.current_price(self._purchase))

    current_subtotal_price_set = current_total_price_set

    @property
    def net_payment_set(self) -> Json:
        """Money that the shop holds."""
        return money_bag(standing.net_payment(self._purchase))

    @property
    def total_received_set(self) -> Json:
        """Money that came in."""
        return money_bag(standing.received(self._purchase))

    @property
    def total_refunded_set(self) -> Json:
        """Money that went back."""
        return money_bag(standing.refunded_amount(self._purchase))

    @property
    def total_outstanding_set(self) -> Json:
        """Money that is owed."""
        return money_bag(standing.outstanding(self._purchase))

    @property
    def total_shipping_price_set(self) -> Json:
        """Nothing: shipping, taxes and discounts are not played."""
        return money_bag(0)

    current_shipping_price_set = total_shipping_price_set
    current_total_discounts_set = total_shipping_price_set
    current_total_tax_set = total_tax_set = total_shipping_price_set
    total_capturable_set = total_discounts_set = total_shipping_price_set

    def line_items(self, **paging: object) -> object:
        """The lines."""
        return connect(
            self._purchase.items,
            lambda each: (self._purchase.items.index(each), each.id),
            lambda each: LineItemNode(self._session, self._purchase, each),
            paging,
        )

    def fulfillments(
        self, first: int | None = None, query: str | None = None
    ) -> list["fulfillment_nodes.FulfillmentNode"]:
        """The fulfilments, cancelled ones too."""
        return [
            fulfillment_nodes.FulfillmentNode(self._session, self._purchase, each)
            for each in limited(self._purchase.fulfillments, first)
        ]

    def fulfillment_orders(
        self, displayable: bool = False, query: str | None = None, **paging: object
    ) -> object:
        """The one fulfilment order."""
        return connect(
            [self._purchase],
            lambda each: (each.fulfillment_order_id, each.fulfillment_order_id),
            lambda each: fulfillment_nodes.FulfillmentOrderNode(self._session, each),
            paging,
        )

    def refunds(self, first: int | None = None) -> list[object]:
        """The refunds, oldest first."""
        return [
            refund_nodes.RefundNode(self._session, self._purchase, each)
            for each in limited(self._purchase.refunds, first)
        ]

    def transactions(
        self,
        first: int | None = None,
        capturable: bool | None = None,
        manually_resolvable: bool | None = None,
    ) -> list[object]:
        """The payments and refunds, oldest first."""
        return [
            refund_nodes.TransactionNode(self._session, self._purchase, each)
            for each in limited(self._purchase.transactions, first)
        ]

    def returns(self, query: str | None = None, **paging: object) -> object:
        """The returns, oldest first."""
        return connect(
            self._purchase.returns,
            lambda each: (each.created_at, each.id),
            lambda each: return_nodes.ReturnNode(self._session, self._purchase, each),
            paging,
        )

    def suggested_refund(
        self,
        refund_line_items: list[Mapping[str, object]] | None = None,
        suggest_full_refund: bool = False,
        **_: object,
    ) -> object:
        """What a refund of these units would pay."""
        return refund_nodes.suggested_refund(
            self._session, self._purchase, refund_line_items, suggest_full_refund
        )
