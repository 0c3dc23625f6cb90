"""Refunds: calculate first, then create."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.shopify.formats import CURRENCY, gid, rest_money
from sandbox.shopify.graph.order_mutations import OrderMutations
from sandbox.shopify.graph.refund_nodes import RefundNode
from sandbox.shopify.records import Purchase
from sandbox.shopify.refunds import Wish, payouts
from sandbox.shopify.statuses import RestockType

from .order_calls import purchase_of
from .order_json import OrderJson
from .wire import Answer, Call, RestError, not_found


class RefundCalls:
    """``refunds.json`` and below."""

    def list(self, call: Call) -> Answer:
        """The refunds of an order."""
        purchase = purchase_of(call)
        rows = [_writer(call).refund(purchase, each) for each in purchase.refunds]
        return Answer(body={"refunds": rows})

    def show(self, call: Call) -> Answer:
        """One refund."""
        purchase = purchase_of(call)
        for each in purchase.refunds:
            if each.id == call.numbers["refund_id"]:
                return Answer(body={"refund": _writer(call).refund(purchase, each)})
        raise not_found()

    def calculate(self, call: Call) -> Answer:
        """What a refund would pay, with transactions of kind ``suggested_refund``."""
        purchase = purchase_of(call)
        sent = call.section("refund")
        rows = _rows(sent.get("refund_line_items"))
        wishes = [_wish(call, purchase, row) for row in rows]
        suggestion = call.session.shopify.refunds.suggest(purchase, wishes)
        body: Json = {
            "currency": CURRENCY,
            "shipping": {
                "amount": rest_money(0),
                "tax": rest_money(0),
                "maximum_refundable": rest_money(0),
            },
            "refund_line_items": [_wish_json(wish) for wish in wishes],
            "transactions": [
                {
                    "order_id": purchase.id,
                    "kind": "suggested_refund",
                    "gateway": payout.parent.gateway,
                    "parent_id": payout.parent.id,
                    "amount": rest_money(payout.amount),
                    "currency": CURRENCY,
                    "maximum_refundable": rest_money(suggestion.maximum),
                }
                for payout in payouts(suggestion)
            ],
        }
        return Answer(body={"refund": body})

    def create(self, call: Call) -> Answer:
        """Refund lines, money, or both, by the same rules as over GraphQL."""
        purchase = purchase_of(call)
        sent = call.section("refund")
        payload = OrderMutations(call.session).refund(_as_graph_input(purchase, sent))
        errors = payload["userErrors"]
        if isinstance(errors, list) and errors:
            raise RestError(422, {"base": [each["message"] for each in errors]})
        refund = payload["refund"]
        assert isinstance(refund, RefundNode), "a refund without errors was made"
        return Answer(
            body={"refund": _writer(call).refund(purchase, refund.record)}, status=201
        )


def _as_graph_input(
    purchase: Purchase, sent: Mapping[str, object]
) -> Mapping[str, object]:
    return {
        "orderId": gid("Order", purchase.id),
        "note": sent.get("note"),
        "refundLineItems": [
            {
                "lineItemId": str(row.get("line_item_id")),
                "quantity": row.get("quantity"),
                "restockType": str(row.get("restock_type") or "no_restock").upper(),
                "locationId": _text(row.get("location_id")),
            }
            for row in _rows(sent.get("refund_line_items"))
        ],
        "transactions": [
            {
                "kind": str(row.get("kind")).upper(),
                "parentId": str(row.get("parent_id")),
                "amount": str(row.get("amount")),
            }
            for row in _rows(sent.get("transactions"))
        ],
    }


def _wish(call: Call, purchase: Purchase, row: Mapping[str, object]) -> Wish:
    by_id = {each.id: each for each in purchase.items}
    item = by_id.get(call.whole("line_item_id", row))
    if item is None:
        raise RestError(422, {"base": ["Line item does not exist"]})
    quantity = call.whole("quantity", row)
    if not 1 <= quantity <= purchase.refundable(item):
        message = "Quantity cannot refund more items than were purchased"
        raise RestError(422, {"base": [message]})
    named = str(row.get("restock_type") or "no_restock").upper()
    if named not in set(RestockType):
        raise RestError(422, {"restock_type": ["is not included in the list"]})
    return Wish(item=item, quantity=quantity, restock_type=RestockType(named))


def _wish_json(wish: Wish) -> Json:
    price = wish.item.line.listing.price
    return {
        "line_item_id": wish.item.id,
        "quantity": wish.quantity,
        "restock_type": wish.restock_type.lower(),
        "location_id": None,
        "price": rest_money(price),
        "subtotal": rest_money(price * wish.quantity),
        "total_tax": rest_money(0),
        "discounted_price": rest_money(price),
        "discounted_total_price": rest_money(price * wish.quantity),
        "total_cart_discount_amount": rest_money(0),
    }


def _rows(value: object) -> list[Mapping[str, object]]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _writer(call: Call) -> OrderJson:
    session = call.session
    return session.shopify.announcements.json_of(session.shop)
