"""Returns and the parcels that bring them back."""

from sandbox.channel import Json
from sandbox.shopify.formats import graph_time
from sandbox.shopify.records import (
    Disposition,
    Purchase,
    ReturnLine,
    ReturnRecord,
    ReverseDelivery,
)
from sandbox.shopify.statuses import ReturnStatus

from . import fulfillment_nodes, order_nodes, refund_nodes
from .connections import connect
from .nodes import Node
from .session import Session
from .stock_nodes import LocationNode


class ReturnNode(Node):
    """A return."""

    graphql_type = "Return"

    def __init__(
        self, session: Session, purchase: Purchase, record: ReturnRecord
    ) -> None:
        super().__init__(session, record.id)
        self._purchase = purchase
        self._record = record
        self.name = record.name
        self.status = record.status.value
        self.created_at = graph_time(record.created_at)
        self.request_approved_at = graph_time(record.approved_at)
        self.closed_at = graph_time(record.closed_at)
        self.total_quantity = sum(each.quantity for each in record.lines)

    @property
    def decline(self) -> Json | None:
        """Why it was turned down."""
        if self._record.decline is None:
            return None
        reason, note = self._record.decline
        return {"reason": reason, "note": note}

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    def return_line_items(self, **paging: object) -> object:
        """What comes back."""
        return connect(
            self._record.lines,
            lambda each: (each.id, each.id),
            lambda each: ReturnLineNode(self._session, self._purchase, each),
            paging,
        )

    def refunds(self, **paging: object) -> object:
        """The refunds that were made for it."""
        return connect(
            [
                each
                for each in self._purchase.refunds
                if each.for_return is self._record
            ],
            lambda each: (each.at, each.id),
            lambda each: refund_nodes.RefundNode(self._session, self._purchase, each),
            paging,
        )

    def reverse_fulfillment_orders(self, **paging: object) -> object:
        """The reverse fulfilment order; there is none before the approval."""
        agreed = self._record.status in (ReturnStatus.OPEN, ReturnStatus.CLOSED)
        return connect(
            [self._record] if agreed else [],
            lambda each: (each.reverse_order_id, each.reverse_order_id),
            lambda each: ReverseOrderNode(self._session, self._purchase, each),
            paging,
        )


class ReturnLineNode(Node):
    """Units that come back."""

    graphql_type = "ReturnLineItem"

    customer_note = None

    def __init__(self, session: Session, purchase: Purchase, line: ReturnLine) -> None:
        super().__init__(session, line.id)
        self._purchase = purchase
        self._line = line
        self.quantity = line.quantity
        self.refunded_quantity = line.refunded
        self.refundable_quantity = line.quantity - line.refunded
        self.processed_quantity = line.disposed
        self.unprocessed_quantity = line.quantity - line.disposed
        self.processable_quantity = self.unprocessed_quantity
        self.return_reason = line.reason
        self.return_reason_note = line.note

    @property
    def fulfillment_line_item(self) -> "fulfillment_nodes.FulfillmentLineNode":
        """What was shipped."""
        return fulfillment_nodes.FulfillmentLineNode(
            self._session, self._purchase, self._line.source
        )


class ReverseOrderNode(Node):
    """What the location expects back."""

    graphql_type = "ReverseFulfillmentOrder"

    def __init__(
        self, session: Session, purchase: Purchase, record: ReturnRecord
    ) -> None:
        super().__init__(session, record.reverse_order_id)
        self._purchase = purchase
        self._record = record
        done = all(each.disposed == each.quantity for each in record.lines)
        is_closed = done or record.status is ReturnStatus.CLOSED
        self.status = "CLOSED" if is_closed else "OPEN"

    @property
    def order(self) -> "order_nodes.OrderNode":
        """The order that it belongs to."""
        return order_nodes.OrderNode(self._session, self._purchase)

    def line_items(self, **paging: object) -> object:
        """What is expected, and what became of it."""
        return connect(
            self._record.lines,
            lambda each: (each.reverse_line_id, each.reverse_line_id),
            lambda each: ReverseLineNode(self._session, self._purchase, each),
            paging,
        )

    def reverse_deliveries(self, **paging: object) -> object:
        """The parcels that bring it."""
        return connect(
            self._record.deliveries,
            lambda each: (each.id, each.id),
            lambda each: ReverseDeliveryNode(
                self._session, self._purchase, self._record, each
            ),
            paging,
        )


class ReverseLineNode(Node):
    """Units of a fulfilment line that are expected back."""

    graphql_type = "ReverseFulfillmentOrderLineItem"

    def __init__(self, session: Session, purchase: Purchase, line: ReturnLine) -> None:
        super().__init__(session, line.reverse_line_id)
        self._purchase = purchase
        self._line = line
        self.total_quantity = line.quantity
        self.dispositions = [
            DispositionNode(session, each) for each in line.dispositions
        ]

    @property
    def fulfillment_line_item(self) -> "fulfillment_nodes.FulfillmentLineNode":
        """What was shipped."""
        return fulfillment_nodes.FulfillmentLineNode(
            self._session, self._purchase, self._line.source
        )


class DispositionNode(Node):
    """What became of units that came back."""

    graphql_type = "ReverseFulfillmentOrderDisposition"

    def __init__(self, session: Session, disposition: Disposition) -> None:
        super().__init__(session, disposition.id)
        self.type = disposition.type.value
        self.quantity = disposition.quantity
        self.created_at = graph_time(disposition.at)
        self.location = LocationNode(session) if disposition.has_location else None


class ReverseDeliveryNode(Node):
    """A parcel that brings a return."""

    graphql_type = "ReverseDelivery"

    def __init__(
        self,
        session: Session,
        purchase: Purchase,
        record: ReturnRecord,
        delivery: ReverseDelivery,
    ) -> None:
        super().__init__(session, delivery.id)
        self._purchase = purchase
        self._record = record
        self._delivery = delivery

    @property
    def reverse_fulfillment_order(self) -> ReverseOrderNode:
        """What the location expects."""
        return ReverseOrderNode(self._session, self._purchase, self._record)

    @property
    def deliverable(self) -> "DeliverableNode":
        """How it travels."""
        return DeliverableNode(self._delivery)

    def reverse_delivery_line_items(self, **paging: object) -> object:
        """What is inside."""
        rows = list(zip(self._delivery.line_ids, self._record.lines, strict=True))
        return connect(
            rows,
            lambda each: (each[0], each[0]),
            lambda each: ReverseDeliveryLineNode(
                self._session, self._purchase, each[0], each[1]
            ),
            paging,
        )


class DeliverableNode:
    """A parcel with a tracking number."""

    graphql_type = "ReverseDeliveryShippingDeliverable"

    label = None

    def __init__(self, delivery: ReverseDelivery) -> None:
        self.tracking = {
            "carrierName": delivery.carrier,
            "number": delivery.tracking_number,
            "url": None,
        }


class ReverseDeliveryLineNode(Node):
    """Units in a parcel that brings a return."""

    graphql_type = "ReverseDeliveryLineItem"

    def __init__(
        self, session: Session, purchase: Purchase, number: int, line: ReturnLine
    ) -> None:
        super().__init__(session, number)
        self.quantity = line.quantity
        self.reverse_fulfillment_order_line_item = ReverseLineNode(
            session, purchase, line
        )
        self.dispositions = self.reverse_fulfillment_order_line_item.dispositions
