"""A shop that keeps the refunds of one order as Haravan does, at the HTTP edge."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from connector import RefundRequest
from tests.connector.haravan.conftest import API

REFUNDS = f"{API}/orders/800501/refunds.json"


@dataclass
class Till:
    """A shop that keeps the refunds of one order as Haravan does."""

    order: dict[str, Any]
    sent: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[Any] = field(default_factory=list)
    """What befalls the next refunds: an answer, or "lost" for an answer lost."""

    @property
    def kept(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.order["refunds"]
        return found

    def make(self, request: Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        self.sent.append(body)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, tuple):
            return trouble
        asked = body["refund"]
        made = {
            "id": 9410 + len(self.kept),
            "created_at": "2026-11-05T08:00:00.5Z",
            "note": asked["note"],
            "restock": asked["restock"],
            "refund_line_items": asked["refund_line_items"],
            "transactions": [
                {"kind": "refund", "amount": -one["amount"], "status": "Thành công"}
                for one in asked["transactions"]
            ],
        }
        self.kept.append(made)
        if trouble == "lost":
            raise requests.ConnectionError("the line broke")
        return 201, {}, json.dumps({"refund": made})

    def show(self, _request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps({"order": self.order})


def asked(**changes: Any) -> RefundRequest:
    values: dict[str, Any] = {
        "key": "cancel-800501-1",
        "order_id": "800501",
        "amount": Decimal(370000),
        "currency": "VND",
        "quantities": {"9101": 2},
        "reason": "Khách huỷ",
    }
    return RefundRequest(**(values | changes))


def refused(status: int, body: Any) -> tuple[int, dict[str, str], str]:
    return status, {}, json.dumps(body)
