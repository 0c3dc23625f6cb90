"""Haravan's JSON for transactions and refunds.

A transaction is written in three ways: inside an order, inside a refund, and by the
calls about transactions.
"""

from decimal import Decimal

from sandbox.channel import Json

from .formats import timestamp
from .records import Purchase, RefundLine, RefundRecord, Transaction
from .store import Store

_DONE = "Thành công"


def transaction_json(
    store: Store, purchase: Purchase, transaction: Transaction
) -> Json:
    """As the calls about transactions answer it: the kind begins with a capital."""
    return {
        **_transaction(store, purchase, transaction),
        "kind": transaction.kind.capitalize(),
        "status": "success",
        "is_cod_gateway": False,
    }


def transaction_in_order(
    store: Store, purchase: Purchase, transaction: Transaction
) -> Json:
    """As an order shows it: without a status."""
    return _transaction(store, purchase, transaction)


def refund_json(store: Store, purchase: Purchase, refund: RefundRecord) -> Json:
    """As the calls about refunds answer it."""
    return {
        "created_at": timestamp(refund.at),
        "id": refund.id,
        "note": refund.note,
        "refund_line_items": [_refund_line(store, each) for each in refund.lines],
        "restock": refund.restock,
        "user_id": store.user_id,
        "order_id": purchase.id,
        "location_id": refund.location_id,
        "transactions": [
            {
                **_transaction(store, purchase, each),
                "status": _DONE,
                "is_cod_gateway": False,
            }
            for each in refund.transactions
        ],
    }


def refund_in_order(store: Store, purchase: Purchase, refund: RefundRecord) -> Json:
    """As an order shows it: no lines are nothing instead of an empty list."""
    shown = refund_json(store, purchase, refund)
    return {**shown, "refund_line_items": shown["refund_line_items"] or None}


def _refund_line(store: Store, line: RefundLine) -> Json:
    listing = line.item.line.listing
    return {
        "id": line.id,
        "line_item": {
            "fulfillment_service": None,
            "fulfillment_status": None,
            "grams": 0.0,
            "price": Decimal(listing.price),
            "product_id": int(listing.item_id),
            "quantity": line.item.line.ordered,
            "requires_shipping": True,
            "sku": listing.sku,
            "title": store.product_of(listing).name,
            "variant_id": int(listing.variant_id),
            "variant_title": None,
            "vendor": "Khác",
            "name": store.product_of(listing).name,
            # The row has no number of its own; line_item_id beside it names the line.
            "id": 0,
            "barcode": listing.barcode or None,
            "properties": None,
        },
        "line_item_id": line.item.id,
        "quantity": line.quantity,
    }


def _transaction(store: Store, purchase: Purchase, transaction: Transaction) -> Json:
    return {
        "amount": transaction.amount,
        "authorization": None,
        "created_at": timestamp(transaction.at),
        "device_id": None,
        "gateway": purchase.gateway,
        "id": transaction.id,
        "kind": transaction.kind.value,
        "order_id": purchase.id,
        "receipt": None,
        "status": None,
        "test": False,
        "user_id": transaction.user_id,
        "location_id": store.location_id,
        "payment_details": None,
        "parent_id": transaction.parent_id,
        "currency": "VND",
        "haravan_transaction_id": None,
        "external_transaction_id": None,
        "send_email": False,
    }
