"""A site that keeps refunds of one order as WooCommerce does, at the HTTP edge."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from connector import RefundRequest
from tests.connector.woocommerce.conftest import API

REFUNDS = f"{API}/orders/501/refunds"


@dataclass
class Till:
    """A site that keeps refunds of order 501 as WooCommerce does."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[Any] = field(default_factory=list)
    """What befalls the next refunds: a status, or "lost" for an answer lost."""

    def make(self, request: Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        self.sent.append(body)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, tuple):
            return trouble
        made = {
            "id": 640 + len(self.kept),
            "date_created_gmt": "2026-11-02T08:00:01",
            "amount": body["amount"],
            "reason": body["reason"],
            "refunded_payment": body["api_refund"],
            "meta_data": body["meta_data"],
            "line_items": [],
        }
        self.kept.append(made)
        if trouble == "lost":
            raise requests.ConnectionError("the line broke")
        return 201, {}, json.dumps(made)

    def show(self, _request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {"X-WP-TotalPages": "1"}, json.dumps(self.kept)


def asked(**changes: Any) -> RefundRequest:
    values: dict[str, Any] = {
        "key": "cancel-501-1",
        "order_id": "501",
        "amount": Decimal(300000),
        "currency": "VND",
        "reason": "Khách huỷ",
    }
    return RefundRequest(**(values | changes))


def refused(status: int, body: Any) -> tuple[int, dict[str, str], str]:
    return status, {}, json.dumps(body)
