"""What sellers, buyers and carriers do to the recorded order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector import ChannelOrder, Ending, Portion, Stage

ORDER = "6100000000001"
SHIRT = "14500000000001"
BAG = "14500000000002"

Json = dict[str, Any]
Play = Callable[[Callable[[Json], object]], ChannelOrder]


def portions(order: ChannelOrder) -> dict[str, tuple[Portion, ...]]:
    return {line.line_id: line.portions for line in order.lines}


def units(count: int, stage: Stage, ending: Ending | None = None) -> Portion:
    return Portion(quantity=count, stage=stage, ending=ending)


def unship(order: Json) -> None:
    order.update(displayFulfillmentStatus="UNFULFILLED", fulfillments=[])
    for line in order["lineItems"]["nodes"]:
        line["unfulfilledQuantity"] = line["quantity"]


def cancel(order: Json) -> None:
    order.update(cancelledAt="2026-11-01T10:00:00Z", cancelReason="CUSTOMER")
    for line in order["lineItems"]["nodes"]:
        line.update(currentQuantity=0, unfulfilledQuantity=0)


def withdraw(order: Json) -> None:
    """Cancel the fulfilment, as the admin asks for before it cancels an order."""
    order["displayFulfillmentStatus"] = "UNFULFILLED"
    order["fulfillments"][0].update(status="CANCELLED", displayStatus="CANCELED")
    for line in order["lineItems"]["nodes"]:
        line["unfulfilledQuantity"] = line["quantity"]


def carry(order: Json, count: int) -> None:
    """Let the fulfilment hold so many shirts and nothing else."""
    shirts = {"quantity": count, "lineItem": {"id": f"gid://shopify/LineItem/{SHIRT}"}}
    order["fulfillments"][0]["fulfillmentLineItems"]["nodes"] = [shirts]
    order["displayFulfillmentStatus"] = "PARTIALLY_FULFILLED"
    shirt, bag = order["lineItems"]["nodes"]
    shirt["unfulfilledQuantity"] = shirt["quantity"] - count
    bag["unfulfilledQuantity"] = 1


def money(amount: str) -> Json:
    return {"presentmentMoney": {"amount": amount, "currencyCode": "VND"}}


def give_back(
    order: Json,
    restock_type: str,
    count: int,
    *,
    note: str | None = None,
    status: str = "SUCCESS",
    of_return: str | None = None,
) -> None:
    """Add a refund of so many shirts."""
    amount = money(f"{count * 150000}.0")
    refund = {
        "id": f"gid://shopify/Refund/{9_800_000_000_001 + len(order['refunds'])}",
        "note": note,
        "totalRefundedSet": amount,
        "transactions": {
            "nodes": [{"kind": "REFUND", "status": status, "amountSet": amount}]
        },
        "return": {"id": of_return} if of_return else None,
        "refundLineItems": {
            "nodes": [
                {
                    "quantity": count,
                    "restockType": restock_type,
                    "lineItem": {"id": f"gid://shopify/LineItem/{SHIRT}"},
                }
            ],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        },
    }
    order["refunds"].append(refund)
    shirt = order["lineItems"]["nodes"][0]
    shirt["currentQuantity"] = max(0, shirt["currentQuantity"] - count)
