"""Lets Shopify calculate on which payments of an order an amount can go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.errors import PermanentError
from connector.parsing import JsonRecord, identifier, record, records, text
from connector.shopify.client import Client
from connector.shopify.fields import money

RefundLines = list[dict[str, Any]]

_SUGGESTION = """
query SuggestedRefund($id: ID!, $lines: [RefundLineItemInput!], $all: Boolean) {
  order(id: $id) {
    suggestedRefund(refundLineItems: $lines, suggestFullRefund: $all) {
      suggestedTransactions {
        gateway
        amountSet { presentmentMoney { amount currencyCode } }
        maximumRefundableSet { presentmentMoney { amount currencyCode } }
        parentTransaction { id }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    """A payment of the order that money can go back on."""

    gateway: str
    parent: str
    suggested: Decimal
    most: Decimal


def transactions_for(
    client: Client, order_gid: str, amount: Decimal, lines: RefundLines
) -> list[dict[str, Any]]:
    """Return the transactions of a refund, which add up to ``amount``.

    Raises ``PermanentError`` where the order's payments cannot bear it, ``Malformed``
    for an answer that is not understood.
    """
    shares: list[tuple[_Payment, Decimal]] | None = None
    if lines:
        payments = _payments(client, order_gid, {"lines": lines, "all": False})
        shares = _spread(amount, payments)
    if shares is None:
        # More than the lines are worth, as with the cost of shipping.
        payments = _payments(client, order_gid, {"lines": None, "all": True})
        shares = _spread(amount, payments)
    if shares is None:
        raise PermanentError("the order's payments do not cover this amount")
    return [
        {
            "orderId": order_gid,
            "kind": "REFUND",
            "gateway": payment.gateway,
            "parentId": payment.parent or None,
            "amount": format(share, "f"),
        }
        for payment, share in shares
    ]


def _payments(
    client: Client, order_gid: str, variables: Mapping[str, object]
) -> list[_Payment]:
    data = client.read(_SUGGESTION, {"id": order_gid, **variables})
    found = record(data.get("order"), "order").get("suggestedRefund")
    suggestion = record(found or {}, "suggestedRefund")
    suggested = records(
        suggestion.get("suggestedTransactions"), "suggestedTransactions"
    )
    return [_payment(entry) for entry in suggested]


def _payment(entry: JsonRecord) -> _Payment:
    suggested = money(entry.get("amountSet"), "amountSet")
    most = entry.get("maximumRefundableSet")
    parent = record(entry.get("parentTransaction") or {}, "parentTransaction")
    return _Payment(
        gateway=identifier(entry.get("gateway"), "gateway"),
        parent=text(parent.get("id"), "parent id"),
        suggested=suggested,
        most=money(most, "maximumRefundableSet") if most else suggested,
    )


def _spread(
    amount: Decimal, payments: Sequence[_Payment]
) -> list[tuple[_Payment, Decimal]] | None:
    """Return each payment's share: first what is suggested, then what is possible.

    ``None`` where they cannot bear it: an amount is never trimmed.
    """
    left = amount
    shares: list[Decimal] = []
    for payment in payments:
        share = min(left, payment.suggested, payment.most)
        shares.append(share)
        left -= share
    for place, payment in enumerate(payments):
        more = min(left, payment.most - shares[place])
        shares[place] += more
        left -= more
    if left > 0:
        return None
    pairs = zip(payments, shares, strict=True)
    return [(payment, share) for payment, share in pairs if share > 0]
