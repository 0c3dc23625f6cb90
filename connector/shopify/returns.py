"""Reads Shopify's returns, which can only be found through their orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.errors import UnexpectedAnswer, UnmappedStatus
from connector.parsing import JsonRecord, Malformed
from connector.rejections import not_found, rejected
from connector.shopify.changes import Position, changed_orders
from connector.shopify.claims import return_of
from connector.shopify.client import Client
from connector.shopify.fields import gid, is_number, nodes, number_of
from connector.shopify.money_back import REFUND_FIELDS
from connector.shopify.nodes import NodeReader, whole_connection
from connector.shopify.order_documents import CHANGED_RETURNS
from connector.values import ChannelReturn, Page, Rejected

PAGE_SIZE = 50
BATCH_SIZE = 5

_LINE_FIELDS = """
    quantity
    customerNote
    ... on ReturnLineItem {
      returnReasonNote
      fulfillmentLineItem { lineItem { id sku product { id } variant { id } } }
    }
"""

_RETURNS = f"""
query Returns($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Return {{
      id
      status
      decline {{ note }}
      order {{ id updatedAt presentmentCurrencyCode }}
      returnLineItems(first: 10) {{
        nodes {{ {_LINE_FIELDS} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
      reverseFulfillmentOrders(first: 3) {{
        nodes {{
          status
          lineItems(first: 10) {{ nodes {{ dispositions {{ type quantity }} }} }}
          reverseDeliveries(first: 3) {{
            nodes {{
              deliverable {{
                ... on ReverseDeliveryShippingDeliverable {{
                  tracking {{ number carrierName }}
                }}
              }}
            }}
          }}
        }}
      }}
      refunds(first: 3) {{ nodes {{ {REFUND_FIELDS} }} }}
    }}
  }}
}}
"""


class ReturnReader:
    """Reads returns by their orders' time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._returns = NodeReader(client, _RETURNS, BATCH_SIZE)

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelReturn]:
        """Return the returns of a page of changed orders, the oldest change first."""
        position = Position.of(cursor, since)
        orders, following = changed_orders(
            self._client, CHANGED_RETURNS, position, PAGE_SIZE
        )
        page = self.by_number(self._numbers(orders))
        return Page(
            items=tuple(sorted(page.items, key=lambda found: found.updated_at)),
            rejected=page.rejected,
            next_cursor=following,
        )

    def by_number(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(return_ids))
        gids = [gid("Return", one) for one in wanted if is_number(one)]
        returns = self._returns.read(gids)
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for return_id in wanted:
            entry = returns.get(gid("Return", return_id))
            if entry is None:
                refused.append(not_found(return_id, "Shopify"))
                continue
            try:
                items.append(return_of(self._whole(entry)))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(return_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _numbers(self, orders: Sequence[JsonRecord]) -> list[str]:
        try:
            return [
                number_of(entry.get("id"), "return id")
                for order in orders
                for entry in nodes(
                    whole_connection(self._client, order, "Order", "returns", "id").get(
                        "returns"
                    ),
                    "returns",
                )
            ]
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _whole(self, entry: JsonRecord) -> JsonRecord:
        return whole_connection(
            self._client, entry, "Return", "returnLineItems", _LINE_FIELDS
        )
