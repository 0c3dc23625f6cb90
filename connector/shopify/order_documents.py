"""The queries about orders.

Nested lists are kept short, because a query pays for what it could return; what does
not fit is read afterwards (``orders.py``).
"""

from __future__ import annotations

from connector.shopify.money_back import REFUND_FIELDS

LISTED_FULFILMENTS = 5
LISTED_REFUNDS = 5

LINE_FIELDS = """
    id
    name
    sku
    quantity
    currentQuantity
    unfulfilledQuantity
    requiresShipping
    discountedUnitPriceSet { presentmentMoney { amount currencyCode } }
    product { id }
    variant { id }
"""

SHIPPED_FIELDS = "quantity lineItem { id }"

REFUNDED_FIELDS = "quantity restockType lineItem { id }"

_FULFILMENT = f"""
fragment FulfilmentEvidence on Fulfillment {{
    id
    status
    displayStatus
    inTransitAt
    deliveredAt
    trackingInfo(first: 3) {{ number company }}
    fulfillmentLineItems(first: 10) {{
      nodes {{ {SHIPPED_FIELDS} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
    events(first: 10, sortKey: HAPPENED_AT, reverse: true) {{
      nodes {{ status happenedAt }}
    }}
}}
"""

_REFUND = f"""
fragment RefundEvidence on Refund {{
    {REFUND_FIELDS}
    return {{ id }}
    refundLineItems(first: 10) {{
      nodes {{ {REFUNDED_FIELDS} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
}}
"""

ORDERS = f"""
query OrdersWithEvidence($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id
      createdAt
      updatedAt
      cancelledAt
      cancelReason
      presentmentCurrencyCode
      displayFinancialStatus
      displayFulfillmentStatus
      totalPriceSet {{ presentmentMoney {{ amount currencyCode }} }}
      lineItems(first: 10) {{
        nodes {{ {LINE_FIELDS} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
      fulfillments(first: {LISTED_FULFILMENTS}) {{ ...FulfilmentEvidence }}
      refunds(first: {LISTED_REFUNDS}) {{ ...RefundEvidence }}
    }}
  }}
}}
{_FULFILMENT}
{_REFUND}
"""

PARTS = """
query PartsOfOrder($id: ID!) {
  order(id: $id) {
    fulfillments(first: 250) { id }
    refunds(first: 250) { id }
  }
}
"""

FULFILMENTS = f"""
query Fulfilments($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ...FulfilmentEvidence }}
}}
{_FULFILMENT}
"""

REFUNDS = f"""
query Refunds($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ...RefundEvidence }}
}}
{_REFUND}
"""

CHANGED = """
query ChangedOrders($filter: String!, $size: Int!, $after: String) {
  orders(first: $size, after: $after, query: $filter, sortKey: UPDATED_AT) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CHANGED_RETURNS = """
query OrdersWithReturns($filter: String!, $size: Int!, $after: String) {
  orders(first: $size, after: $after, query: $filter, sortKey: UPDATED_AT) {
    nodes {
      id
      updatedAt
      returns(first: 10) {
        nodes { id }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
