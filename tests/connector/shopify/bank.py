"""A shop that keeps the refunds of one order as Shopify does, at the HTTP edge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import requests

from connector import RefundRequest
from tests.connector.shopify.conftest import Graph, Reply

ORDER = "gid://shopify/Order/6100000000001"
SHIRT = "14500000000001"
BAG = "14500000000002"
REQUEST = RefundRequest(
    key="refund-1",
    order_id="6100000000001",
    amount=Decimal(300000),
    currency="VND",
    quantities={SHIRT: 2},
    reason="buyer cancelled",
)


class Bank:
    """Keeps the refunds of an order as Shopify does, and counts what is paid."""

    def __init__(self, graph: Graph, reply: Reply) -> None:
        self.graph = graph
        self.reply = reply
        self.refunds: list[dict[str, Any]] = []
        self.answers_are_lost = False
        graph.answer("OrderToRefund", self.order)
        graph.answer("SuggestedRefund", "suggested_refund")
        graph.answer("Refund", self.create)

    def order(self, _variables: Any) -> Any:
        answer = self.reply("order_to_refund")
        answer["data"]["order"]["refunds"] = self.refunds
        return answer

    def create(self, variables: dict[str, Any]) -> Any:
        answer = self.reply("refund_created")
        made = answer["data"]["refundCreate"]["refund"]
        made["note"] = variables["input"]["note"]
        made["id"] = f"gid://shopify/Refund/{len(self.refunds) + 1}"
        self.refunds.append(made)
        if self.answers_are_lost:
            self.answers_are_lost = False
            return requests.ReadTimeout()
        return answer

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [given["input"] for given in self.graph.variables("Refund")]
