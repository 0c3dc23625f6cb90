"""A message as it travels: its body, and the headers that prove where it is from.

The format is that of Standard Webhooks, so that receivers verify it with any of its
libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stock.endpoints import SECRET_PREFIX
from stock.news import DocumentNews, News

TEST_EVENT = "truestock.test"


def body_of(news: News) -> bytes:
    """Return what is sent of a message."""
    if isinstance(news, DocumentNews):
        return compose(str(news.event), news.happened_at, _document(news))
    levels = {code: {"available": units} for code, units in news.available.items()}
    return compose(
        "stock.changed",
        news.happened_at,
        {
            "sku": news.sku,
            "version": news.version,
            "available": sum(news.available.values()),
            "warehouses": levels,
        },
    )


def compose(event: str, happened_at: datetime, data: Mapping[str, Any]) -> bytes:
    """Return the body of a message of any kind."""
    moment = happened_at.astimezone(UTC).isoformat(timespec="milliseconds")
    document = {
        "type": event,
        "timestamp": moment.replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def signed_headers(
    webhook_id: str, body: bytes, *, secrets: Sequence[str], now: datetime
) -> Mapping[str, str]:
    """Return the headers of one attempt; each secret signs, so that one can be changed.

    The timestamp is the attempt's, the id the message's.
    """
    seconds = str(int(now.timestamp()))
    content = f"{webhook_id}.{seconds}.".encode() + body
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_sign(secret, content) for secret in secrets),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def _document(news: DocumentNews) -> Mapping[str, Any]:
    document = {
        "receipt": news.receipt,
        "order": news.order,
        "shop": news.shop,
        "channel": news.channel,
        "warehouse": news.warehouse,
        "by": news.actor,
        "lines": [
            {
                "sku": line.sku,
                "good": line.good,
                "damaged": line.damaged,
                "lost": line.lost,
            }
            for line in news.lines
        ],
    }
    return document | ({"reason": news.reason} if news.reason else {})
