"""The answer to a refund for which there is no money to give back."""

from __future__ import annotations

from connector.values import ChannelRefund, RefundRequest, RefundState

NOT_PAID = "the buyer has not paid"
ALL_GIVEN_BACK = "all was given back before"


def refused(request: RefundRequest, reason: str) -> ChannelRefund:
    """Return the refund that was asked for as one that will not come."""
    return ChannelRefund(
        refund_id="",
        amount=request.amount,
        currency=request.currency,
        state=RefundState.REFUSED,
        reason=reason,
    )
