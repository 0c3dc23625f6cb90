"""Fulfilments, their events, and what the location was asked to ship."""

from sandbox.channel import Json
from sandbox.shopify.formats import gid, graph_time
from sandbox.shopify.records import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    LineItem,
    Purchase,
)
from sandbox.shopify.statuses import EventStatus

from . import order_nodes
from .connections import connect, limited
from .line_nodes import LineItemNode
from .nodes import Node, money_bag
from .session import Session
from .stock_nodes import LocationNode


class FulfillmentNode(Node):
    """A fulfilment: one parcel."""

    graphql_type = "Fulfillment"

    estimated_delivery_at = None
    requires_shipping = True

    def __init__(
        self, session: Session, purchase: Purchase, fulfillment: Fulfillment
    ) -> None:
        super().__init__(session, fulfillment.id)
        self._purchase = purchase
        self._fulfillment = fulfillment
        self.name = fulfillment.name
        self.status = fulfillment.status.value
        self.display_status = fulfillment.display_status
        self.created_at = graph_time(fulfillment.created_at)
        self.updated_at = graph_time(fulfillment.updated_at)
        happened_at = fulfillment.happened_at
        self.in_transit_at = graph_time(happened_at(EventStatus.IN_TRANSIT))
        self.delivered_at = graph_time(happened_at(EventStatus.DELIVERED))
        self.total_quantity = sum(each.quantity for each in fulfillment.lines)

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    @property
    def location(self) -> LocationNode:
        """Where it was packed."""
        return LocationNode(self._session)

    def tracking_info(self, first: int | None = None) -> list[Json]:
        """The number that the parcel travels under."""
        number = self._fulfillment.parcel.tracking_number
        return limited([{"company": "Other", "number": number, "url": None}], first)

    def events(self, sort_key: str = "HAPPENED_AT", **paging: object) -> object:
        """What its carrier reported, oldest first."""
        return connect(
            self._fulfillment.events,
            lambda each: (self._fulfillment.events.index(each), each.id),
            lambda each: EventNode(self._session, each),
            paging,
        )

    def fulfillment_line_items(self, **paging: object) -> object:
        """What is inside."""
        return connect(
            self._fulfillment.lines,
            lambda each: (self._fulfillment.lines.index(each), each.id),
            lambda each: FulfillmentLineNode(self._session, self._purchase, each),
            paging,
        )


class FulfillmentLineNode(Node):
    """Units of a line in one fulfilment."""

    graphql_type = "FulfillmentLineItem"

    def __init__(
        self, session: Session, purchase: Purchase, line: FulfillmentLine
    ) -> None:
        super().__init__(session, line.id)
        self._purchase = purchase
        self._line = line
        self.quantity = line.quantity
        price = line.item.line.listing.price
        self.original_total_set = money_bag(price * line.quantity)
        self.discounted_total_set = self.original_total_set

    @property
    def line_item(self) -> LineItemNode:
        """The line of the order."""
        return LineItemNode(self._session, self._purchase, self._line.item)


class EventNode(Node):
    """One scan."""

    graphql_type = "FulfillmentEvent"

    estimated_delivery_at = None

    def __init__(self, session: Session, event: FulfillmentEvent) -> None:
        super().__init__(session, event.id)
        self.status = event.status.value
        self.message = event.message
        self.happened_at = self.created_at = graph_time(event.at)


class FulfillmentOrderNode(Node):
    """What the location was asked to ship."""

    graphql_type = "FulfillmentOrder"

    request_status = "UNSUBMITTED"

    def __init__(self, session: Session, purchase: Purchase) -> None:
        super().__init__(session, purchase.fulfillment_order_id)
        self._purchase = purchase
        self.order_id = gid("Order", purchase.id)
        self.order_name = purchase.name
        self.created_at = graph_time(purchase.order.placed_at)
        self.updated_at = graph_time(purchase.order.updated_at)

    @property
    def status(self) -> str:
        """OPEN while nothing was shipped of it, CLOSED once nothing waits."""
        purchase = self._purchase
        waiting = any(purchase.unfulfilled(each) for each in purchase.items)
        if not waiting:
            return "CLOSED"
        return "IN_PROGRESS" if purchase.live_fulfillments() else "OPEN"

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    @property
    def assigned_location(self) -> Json:
        """Where it shall be packed."""
        location = LocationNode(self._session)
        return {"countryCode": "VN", "location": location, "name": location.name}

    def line_items(self, **paging: object) -> object:
        """How many units of which line."""
        return connect(
            self._purchase.items,
            lambda each: (self._purchase.items.index(each), each.id),
            lambda each: FulfillmentOrderLineNode(self._session, self._purchase, each),
            paging,
        )

    def fulfillments(self, **paging: object) -> object:
        """What was shipped of it."""
        return connect(
            self._purchase.fulfillments,
            lambda each: (each.created_at, each.id),
            lambda each: FulfillmentNode(self._session, self._purchase, each),
            paging,
        )


class FulfillmentOrderLineNode(LineItemNode):
    """How many units of a line shall be shipped, and how many still wait."""

    graphql_type = "FulfillmentOrderLineItem"

    def __init__(self, session: Session, purchase: Purchase, item: LineItem) -> None:
        super().__init__(session, purchase, item)
        self._number = item.fulfillment_order_line_id
        self.total_quantity = item.line.ordered - item.removed
        self.remaining_quantity = purchase.unfulfilled(item)
        self.product_title = self.title
        self.inventory_item_id = gid("InventoryItem", self._variant.inventory_item_id)

    @property
    def line_item(self) -> LineItemNode:
        """The line of the order."""
        return LineItemNode(self._session, self._purchase, self._item)
