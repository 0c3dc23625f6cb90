"""Pulls a queue of events, which Tiki has instead of webhooks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from connector.errors import ConnectorError, RateLimited
from connector.parsing import JsonRecord, Malformed, records, told
from connector.tiki.client import Client
from connector.tiki.consent import SELLER_PATH
from connector.tiki.refusals import Refused
from connector.values import Hint, HintKind, Page

QUEUES = "/v1/queues"

_KINDS: Mapping[str, HintKind] = {
    "ORDER_CREATED_SUCCESSFULLY": HintKind.ORDER,
    "ORDER_STATUS_UPDATED": HintKind.ORDER,
    "PRODUCT_INVENTORY_UPDATED": HintKind.STOCK,
}


class EventQueue:
    """Reads the queue that a shop's settings name, if they name one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._social_id: str | None = None

    def page(self, cursor: str | None) -> Page[Hint]:
        """Confirm the batch before, if any, and return the next one.

        A public app's queue can hold events of several sellers.  The others' are left
        out here and are gone once confirmed: give each shop a queue of its own.
        """
        code = self._client.account().queue_code
        if not code:
            return Page(items=())
        batch = self._pulled(f"{QUEUES}/{code}/events/pull", cursor)
        try:
            events = records(batch.get("events"), "events")
        except Malformed:
            events = []
        hints = tuple(hint_of(event) for event in events if self._is_ours(event))
        return Page(items=hints, next_cursor=told(batch.get("ack_id")) or None)

    def _pulled(self, path: str, cursor: str | None) -> JsonRecord:
        try:
            return self._client.pull(path, {"ack_id": cursor})
        except Refused:
            if cursor is None:
                raise
        # The batch is not there any more: begin anew, at the oldest unconfirmed event.
        return self._client.pull(path, {"ack_id": None})

    def _is_ours(self, event: JsonRecord) -> bool:
        """Whether an event names our seller, or nobody can tell."""
        named = told(event.get("sid"))
        if not named:
            return True
        if self._social_id is None:
            self._social_id = self._seller_social_id()
        return self._social_id in ("", named)

    def _seller_social_id(self) -> str:
        """Return how events name our seller; the document calls the field outdated."""
        try:
            return told(self._client.read(SELLER_PATH).get("sid"))
        except RateLimited:
            raise
        except ConnectorError:
            return ""


def hint_of(event: JsonRecord) -> Hint:
    """Return what an event hints at."""
    payload = event.get("payload")
    named: JsonRecord = payload if isinstance(payload, dict) else {}
    kind = _KINDS.get(told(event.get("type")), HintKind.OTHER)
    return Hint(
        event_key=told(event.get("id")) or _digest(event),
        kind=kind,
        order_id=told(named.get("order_code")),
        item_id=told(named.get("product_id")) if kind is HintKind.STOCK else "",
    )


def _digest(event: JsonRecord) -> str:
    written = json.dumps(event, sort_keys=True, default=str)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()
