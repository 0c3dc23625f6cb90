"""How far an order is, read from its records: money and shipping."""

from decimal import Decimal

from .records import Purchase
from .statuses import CarrierStatus, FinancialStatus, Shipped, TransactionKind


def total_price(purchase: Purchase) -> Decimal:
    """What was bought, at the price of that day."""
    return Decimal(
        sum(each.line.listing.price * each.line.ordered for each in purchase.items)
    )


def captured(purchase: Purchase) -> Decimal:
    """Money that came in."""
    return _moved(purchase, TransactionKind.CAPTURE)


def net_payment(purchase: Purchase) -> Decimal:
    """Money that the shop holds."""
    return captured(purchase) + _moved(purchase, TransactionKind.REFUND)


def outstanding(purchase: Purchase) -> Decimal:
    """Money that the buyer still owes."""
    return max(Decimal(0), total_price(purchase) - captured(purchase))


def financial_status(purchase: Purchase) -> FinancialStatus:
    """``financial_status``; a cancelled order that nobody paid stays pending."""
    if not captured(purchase):
        return FinancialStatus.PENDING
    if net_payment(purchase) <= 0:
        return FinancialStatus.REFUNDED
    if net_payment(purchase) < captured(purchase):
        return FinancialStatus.PARTIALLY_REFUNDED
    if outstanding(purchase):
        return FinancialStatus.PARTIALLY_PAID
    return FinancialStatus.PAID


def shipped(purchase: Purchase) -> Shipped:
    """How much is in fulfilments that were not cancelled."""
    living = sum(
        each.quantity
        for fulfillment in purchase.fulfillments
        if fulfillment.code is not CarrierStatus.CANCEL
        for each in fulfillment.items
    )
    kept = sum(each.line.ordered - each.removed for each in purchase.items)
    if not living:
        return Shipped.NOTHING
    return Shipped.ALL if living >= kept else Shipped.PARTLY


def is_restocked(purchase: Purchase) -> bool:
    """Whether the order is cancelled and every unit of it was put back."""
    return bool(purchase.cancelled_at) and all(
        each.restocked >= each.line.ordered for each in purchase.items
    )


def status_text(purchase: Purchase) -> str:
    """Where the order stands, for the control API."""
    state = "open"
    if purchase.closed_at:
        state = "closed"
    if purchase.cancelled_at:
        state = "cancelled"
    return f"{state}/{financial_status(purchase)}/{shipped(purchase)}"


def _moved(purchase: Purchase, kind: TransactionKind) -> Decimal:
    amounts = [each.amount for each in purchase.transactions if each.kind is kind]
    return sum(amounts, Decimal(0))
