"""The fields that a query begins with."""

from collections.abc import Callable, Mapping

from graphql import GraphQLError

from sandbox.shopify.formats import parse_gid

from .connections import MOST_ROWS, connect
from .order_queries import OrderQueries
from .queries import number_of
from .session import Session
from .shop_nodes import AppInstallationNode, JobNode, ShopNode, SubscriptionNode
from .stock_queries import StockQueries


class QueryRoot(OrderQueries, StockQueries):
    """Everything that can be asked of one shop."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._finders: Mapping[str, Callable[[str], object]] = {
            "Fulfillment": self.fulfillment,
            "FulfillmentOrder": self._fulfillment_order,
            "InventoryItem": self.inventory_item,
            "InventoryLevel": self.inventory_level,
            "Location": self.location,
            "Order": self.order,
            "Product": self.product,
            "ProductVariant": self.product_variant,
            "Refund": self.refund,
            "Return": self.return_,
            "ReverseDelivery": self.reverse_delivery,
            "ReverseFulfillmentOrder": self.reverse_fulfillment_order,
            "Shop": self._shop_node,
            "WebhookSubscription": self.webhook_subscription,
        }

    @property
    def shop(self) -> ShopNode:
        """The shop that the token belongs to."""
        return ShopNode(self._session)

    @property
    def current_app_installation(self) -> AppInstallationNode:
        """What the shop granted."""
        return AppInstallationNode(self._session)

    def node(self, id: str) -> object:
        """Anything by its id."""
        parsed = parse_gid(id)
        if parsed is None:
            raise GraphQLError(
                f"Invalid global id '{id}'",
                extensions={
                    "code": "argumentLiteralsIncompatible",
                    "typeName": "CoercionError",
                },
            )
        finder = self._finders.get(parsed[0])
        return None if finder is None else finder(id)

    def nodes(self, ids: list[str]) -> list[object]:
        """Several things by their ids; null where there is none."""
        if len(ids) > MOST_ROWS:
            raise GraphQLError(
                f"The input array size of {len(ids)} is greater than the maximum "
                f"allowed of {MOST_ROWS}.",
                extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
            )
        return [self.node(each) for each in ids]

    def job(self, id: str) -> JobNode | None:
        """Whether something that was begun is done."""
        return JobNode(self._session, id, self)

    def webhook_subscription(self, id: str) -> SubscriptionNode | None:
        """One webhook subscription."""
        number = number_of(id, "WebhookSubscription")
        for each in self._session.shopify.webhooks.of(self._shop):
            if each.id == number:
                return SubscriptionNode(self._session, each)
        return None

    def webhook_subscriptions(
        self,
        sort_key: str = "CREATED_AT",
        query: str | None = None,
        uri: str | None = None,
        topics: list[str] | None = None,
        **paging: object,
    ) -> object:
        """The shop's webhook subscriptions."""
        nodes = [
            SubscriptionNode(self._session, each)
            for each in self._session.shopify.webhooks.of(self._shop)
        ]
        return connect(
            [
                each
                for each in nodes
                if uri in (None, each.uri) and (not topics or each.topic in topics)
            ],
            lambda each: (each.sort_value, each.sort_value),
            lambda each: each,
            paging,
        )

    def _shop_node(self, id: str) -> ShopNode:
        return self.shop
