"""Reads TikTok Shop's cancellations: what is refunded for them, and its advice.

The advice, ``should_replenish_stock``, is for people: where the goods are follows from
the order's own evidence alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connector.batches import batches
from connector.parsing import JsonRecord, Malformed, identifier, text, told
from connector.tiktok.client import Client
from connector.tiktok.fields import listed, refunded
from connector.tiktok.sweeps import Sweep, read_page
from connector.values import ChannelRefund, RefundState

SEARCH_PATH = "/return_refund/202602/cancellations/search"
PAGE_SIZE = 50
_MOST_PAGES = 20

_WITHDRAWN = frozenset(
    {"CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_CANCELLED"}
)
_REFUNDED = "CANCELLATION_REQUEST_COMPLETE"
_ADVICE = {
    True: "TikTok Shop advises to restock",
    False: "TikTok Shop advises not to restock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What the cancellations of one order say."""

    refunds: tuple[ChannelRefund, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class CancellationReader:
    """Reads cancellations of orders, or by time of change."""

    _client: Client = field(repr=False)

    def of_orders(self, order_ids: Sequence[str]) -> dict[str, Cancelled]:
        """Return what is cancelled in these orders, as far as this app may ask."""
        found: dict[str, Cancelled] = {}
        for batch in batches(order_ids, PAGE_SIZE):
            for entry in self._all_of(batch):
                order_id = told(entry.get("order_id"))
                known = found.get(order_id, Cancelled())
                found[order_id] = with_cancellation(known, entry)
        return found

    def changed(self, sweep: Sweep) -> tuple[list[str], Sweep | None]:
        """Return the orders whose cancellations changed, and where to go on."""
        entries, following = read_page(sweep, self._page, _entries)
        numbers = (told(entry.get("order_id")) for entry in entries)
        return list(dict.fromkeys(filter(None, numbers))), following

    def _page(self, sweep: Sweep) -> JsonRecord:
        query = {
            "page_size": str(PAGE_SIZE),
            "page_token": sweep.page,
            "sort_field": "update_time",
            "sort_order": "ASC",
        }
        return self._client.where_allowed(
            lambda: self._client.search(SEARCH_PATH, sweep.span(), query)
        )

    def _all_of(self, order_ids: Sequence[str]) -> list[JsonRecord]:
        found: list[JsonRecord] = []
        token = ""
        for _ in range(_MOST_PAGES):
            query = {"page_size": str(PAGE_SIZE), "page_token": token}
            body = {"order_ids": list(order_ids)}
            data = self._client.where_allowed(
                lambda query=query, body=body: self._client.search(  # type: ignore[misc]
                    SEARCH_PATH, body, query
                )
            )
            found += _entries(data)
            token = told(data.get("next_page_token"))
            if not token:
                break
        return found


def _entries(data: JsonRecord) -> list[JsonRecord]:
    return listed(data, "cancellations")


def with_cancellation(known: Cancelled, entry: JsonRecord) -> Cancelled:
    """Return ``known`` with one more cancellation; a withdrawn one says nothing."""
    status = told(entry.get("cancel_status"))
    if status in _WITHDRAWN:
        return known
    advice = entry.get("should_replenish_stock")
    if isinstance(advice, bool):
        known = replace(known, advice=_ADVICE[advice])
    try:
        refund = _refund(entry, status)
    except Malformed:
        refund = None
    return replace(known, refunds=(*known.refunds, refund)) if refund else known


def _refund(entry: JsonRecord, status: str) -> ChannelRefund | None:
    money, currency = refunded(entry)
    if not money:
        return None
    reason = text(entry.get("cancel_reason_text") or entry.get("cancel_reason"), "why")
    return ChannelRefund(
        refund_id=f"cancel:{identifier(entry.get('cancel_id'), 'cancel_id')}",
        amount=money,
        currency=currency,
        state=RefundState.DONE if status == _REFUNDED else RefundState.PENDING,
        reason=reason,
    )
