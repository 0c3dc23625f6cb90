"""An order in REST's JSON, which webhooks carry too."""

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.catalogue import Catalogue, Variant
from sandbox.shopify.formats import CURRENCY, gid, rest_money, rest_time
from sandbox.shopify.records import (
    Fulfillment,
    LineItem,
    Purchase,
    RefundLine,
    RefundRecord,
    Transaction,
)
from sandbox.shopify.statuses import FulfillmentProgress
from sandbox.shops import Shop

_PROGRESS = {
    FulfillmentProgress.UNFULFILLED: None,
    FulfillmentProgress.PARTIALLY_FULFILLED: "partial",
    FulfillmentProgress.FULFILLED: "fulfilled",
}


class OrderJson:
    """Writes the orders of one shop."""

    def __init__(self, catalogue: Catalogue, shop: Shop, location_id: int) -> None:
        self._catalogue = catalogue
        self._shop = shop
        self._location_id = location_id

    def order(self, purchase: Purchase) -> Json:
        """The whole order."""
        placed = rest_time(purchase.order.placed_at)
        return {
            "id": purchase.id,
            "admin_graphql_api_id": gid("Order", purchase.id),
            "name": purchase.name,
            "number": purchase.number - 1000,
            "order_number": purchase.number,
            "created_at": placed,
            "processed_at": placed,
            "updated_at": rest_time(purchase.order.updated_at),
            "cancelled_at": rest_time(purchase.cancelled_at),
            "cancel_reason": purchase.cancel_reason.lower() or None,
            "closed_at": rest_time(purchase.closed_at),
            "confirmed": True,
            "test": False,
            "currency": CURRENCY,
            "presentment_currency": CURRENCY,
            "financial_status": standing.financial_status(purchase).lower(),
            "fulfillment_status": _PROGRESS[standing.fulfillment_progress(purchase)],
            "payment_gateway_names": gateways(purchase),
            "source_name": "web",
            "note": None,
            "tags": "",
            "taxes_included": True,
            "subtotal_price": rest_money(standing.total_price(purchase)),
            "total_line_items_price": rest_money(standing.total_price(purchase)),
            "total_price": rest_money(standing.total_price(purchase)),
            "current_total_price": rest_money(standing.current_price(purchase)),
            "total_outstanding": rest_money(standing.outstanding(purchase)),
            "total_discounts": rest_money(0),
            "total_tax": rest_money(0),
            "line_items": [self.line_item(purchase, each) for each in purchase.items],
            "shipping_lines": [],
            "fulfillments": [
                self.fulfillment(purchase, each) for each in purchase.fulfillments
            ],
            "refunds": [self.refund(purchase, each) for each in purchase.refunds],
        }

    def line_item(self, purchase: Purchase, item: LineItem) -> Json:
        """A line; ``fulfillable_quantity`` counts down as it ships."""
        variant = self._variant(item)
        waiting, shipped = purchase.unfulfilled(item), purchase.fulfilled(item)
        partly = "fulfilled" if not waiting else "partial"
        return {
            "id": item.id,
            "admin_graphql_api_id": gid("LineItem", item.id),
            "product_id": variant.product.id,
            "variant_id": variant.id,
            "variant_inventory_management": "shopify",
            "sku": item.line.sku,
            "title": variant.product.title,
            "name": item.line.listing.name,
            "variant_title": variant.title,
            "vendor": self._shop.name,
            "price": rest_money(item.line.listing.price),
            "quantity": item.line.ordered,
            "current_quantity": purchase.refundable(item),
            "fulfillable_quantity": waiting,
            "fulfillment_service": "manual",
            "fulfillment_status": partly if shipped else None,
            "requires_shipping": True,
            "taxable": False,
            "gift_card": False,
            "product_exists": True,
            "grams": 300,
            "total_discount": rest_money(0),
            "properties": [],
            "tax_lines": [],
        }

    def fulfillment(self, purchase: Purchase, fulfillment: Fulfillment) -> Json:
        """A fulfilment with what it carries."""
        events = fulfillment.events
        tracking = fulfillment.parcel.tracking_number
        return {
            "id": fulfillment.id,
            "admin_graphql_api_id": gid("Fulfillment", fulfillment.id),
            "order_id": purchase.id,
            "name": fulfillment.name,
            "status": fulfillment.status.lower(),
            "shipment_status": events[-1].status.lower() if events else None,
            "service": "manual",
            "location_id": self._location_id,
            "created_at": rest_time(fulfillment.created_at),
            "updated_at": rest_time(fulfillment.updated_at),
            "tracking_company": "Other",
            "tracking_number": tracking,
            "tracking_numbers": [tracking],
            "tracking_url": None,
            "tracking_urls": [],
            "receipt": {},
            "line_items": [
                {**self.line_item(purchase, each.item), "quantity": each.quantity}
                for each in fulfillment.lines
            ],
        }

    def refund(self, purchase: Purchase, refund: RefundRecord) -> Json:
        """A refund with its lines and transactions."""
        return {
            "id": refund.id,
            "admin_graphql_api_id": gid("Refund", refund.id),
            "order_id": purchase.id,
            "created_at": rest_time(refund.at),
            "processed_at": rest_time(refund.at),
            "note": refund.note,
            "user_id": None,
            "restock": any(each.restocked for each in refund.lines),
            "return": _return_of(refund),
            "refund_line_items": [
                self._refund_line(purchase, each) for each in refund.lines
            ],
            "transactions": [
                transaction_json(purchase, each) for each in refund.transactions
            ],
            "order_adjustments": [],
        }

    def _refund_line(self, purchase: Purchase, line: RefundLine) -> Json:
        subtotal = line.item.line.listing.price * line.quantity
        return {
            "id": line.id,
            "line_item_id": line.item.id,
            "location_id": self._location_id if line.restocked else None,
            "quantity": line.quantity,
            "restock_type": line.restock_type.lower(),
            "subtotal": subtotal,
            "total_tax": 0,
            "line_item": self.line_item(purchase, line.item),
        }

    def _variant(self, item: LineItem) -> Variant:
        return self._catalogue.variant(self._shop, item.line.sku)


def gateways(purchase: Purchase) -> list[str]:
    """The ways of paying that the order used."""
    return sorted({each.gateway for each in purchase.transactions})


def transaction_json(purchase: Purchase, transaction: Transaction) -> Json:
    """A payment transaction."""
    parent = transaction.parent
    return {
        "id": transaction.id,
        "admin_graphql_api_id": gid("OrderTransaction", transaction.id),
        "order_id": purchase.id,
        "parent_id": None if parent is None else parent.id,
        "kind": transaction.kind.lower(),
        "status": transaction.status.lower(),
        "gateway": transaction.gateway,
        "amount": rest_money(transaction.amount),
        "currency": CURRENCY,
        "created_at": rest_time(transaction.at),
        "processed_at": rest_time(transaction.at),
        "message": None,
        "error_code": None,
        "test": False,
        "source_name": "web",
    }


def _return_of(refund: RefundRecord) -> Json | None:
    record = refund.for_return
    if record is None:
        return None
    return {"id": record.id, "admin_graphql_api_id": gid("Return", record.id)}
