"""How far an order is, read from its records: money, shipping, returns."""

from .records import Purchase, ReturnRecord
from .statuses import (
    FinancialStatus,
    FulfillmentProgress,
    OrderReturnStatus,
    ReturnStatus,
    TransactionKind,
    TransactionStatus,
)


def total_price(purchase: Purchase) -> int:
    """What was bought, at the price of that day."""
    return sum(each.line.listing.price * each.line.ordered for each in purchase.items)


def current_price(purchase: Purchase) -> int:
    """What remains of it after refunds and removals."""
    return sum(
        each.line.listing.price * purchase.refundable(each) for each in purchase.items
    )


def received(purchase: Purchase) -> int:
    """Money that came in."""
    return _moved(purchase, TransactionKind.SALE)


def refunded_amount(purchase: Purchase) -> int:
    """Money that went back."""
    return _moved(purchase, TransactionKind.REFUND)


def net_payment(purchase: Purchase) -> int:
    """Money that the shop holds."""
    return received(purchase) - refunded_amount(purchase)


def outstanding(purchase: Purchase) -> int:
    """Money that the buyer still owes."""
    if purchase.cancelled_at:
        return 0
    return max(0, current_price(purchase) - net_payment(purchase))


def financial_status(purchase: Purchase) -> FinancialStatus:
    """``displayFinancialStatus``."""
    if not received(purchase):
        voided = bool(purchase.cancelled_at)
        return FinancialStatus.VOIDED if voided else FinancialStatus.PENDING
    if not refunded_amount(purchase):
        return FinancialStatus.PAID
    if net_payment(purchase) <= 0:
        return FinancialStatus.REFUNDED
    return FinancialStatus.PARTIALLY_REFUNDED


def fulfillment_progress(purchase: Purchase) -> FulfillmentProgress:
    """``displayFulfillmentStatus``."""
    shipped = sum(purchase.fulfilled(each) for each in purchase.items)
    waiting = sum(purchase.unfulfilled(each) for each in purchase.items)
    if not shipped:
        return FulfillmentProgress.UNFULFILLED
    if waiting:
        return FulfillmentProgress.PARTIALLY_FULFILLED
    return FulfillmentProgress.FULFILLED


def return_status(purchase: Purchase) -> OrderReturnStatus:
    """``returnStatus``: what still has to be done comes before what is done."""
    by_status = {status: _in(purchase, status) for status in ReturnStatus}
    if by_status[ReturnStatus.REQUESTED]:
        return OrderReturnStatus.RETURN_REQUESTED
    open_returns = by_status[ReturnStatus.OPEN]
    if open_returns:
        inspected = all(_is_inspected(record) for record in open_returns)
        if inspected:
            return OrderReturnStatus.INSPECTION_COMPLETE
        return OrderReturnStatus.IN_PROGRESS
    if by_status[ReturnStatus.CLOSED]:
        return OrderReturnStatus.RETURNED
    return OrderReturnStatus.NO_RETURN


def _is_inspected(record: ReturnRecord) -> bool:
    return all(each.disposed == each.quantity for each in record.lines)


def _in(purchase: Purchase, status: ReturnStatus) -> list[ReturnRecord]:
    return [record for record in purchase.returns if record.status is status]


def _moved(purchase: Purchase, kind: TransactionKind) -> int:
    return sum(
        each.amount
        for each in purchase.transactions
        if each.kind is kind and each.status is TransactionStatus.SUCCESS
    )
