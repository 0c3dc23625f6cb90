"""Calls that change orders."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from . import standing
from .cancellations import CancelTerms
from .channel import Haravan
from .order_calls import find, order_reply
from .records import Purchase
from .refund_calls import refund_amounts, refund_wishes
from .statuses import CANCEL_REASONS
from .times import milliseconds
from .wire import Call, Reply, flag, invalid, money, words


class OrderWrites:
    """``PUT orders/{id}.json`` and ``POST orders/{id}/….json``."""

    def __init__(self, haravan: Haravan) -> None:
        self._world = haravan.world
        self._journal = haravan.journal
        self._cancellations = haravan.cancellations

    def update(self, call: Call, order_id: int) -> Reply:
        """Write the note; items and quantities can never be changed."""
        purchase, note = find(call, order_id), words(call.part("order"), "note")
        return self._change(
            call, purchase, "update", lambda: _write_note(purchase, note)
        )

    def confirm(self, call: Call, order_id: int) -> Reply:
        """Confirm an order; twice is once."""
        purchase = find(call, order_id)
        _refuse_cancelled(purchase)

        def confirm() -> None:
            now = milliseconds(self._world)
            purchase.confirmed_at = purchase.confirmed_at or now

        return self._change(call, purchase, "confirm", confirm)

    def close(self, call: Call, order_id: int) -> Reply:
        """Put an order into the archive; twice is once."""
        purchase = find(call, order_id)
        _refuse_cancelled(purchase)

        def close() -> None:
            purchase.closed_at = purchase.closed_at or milliseconds(self._world)

        return self._change(call, purchase, "close", close)

    def open(self, call: Call, order_id: int) -> Reply:
        """Take an order out of the archive again."""
        purchase = find(call, order_id)
        _refuse_cancelled(purchase)

        def reopen() -> None:
            purchase.closed_at = 0

        return self._change(call, purchase, "open", reopen)

    def add_tags(self, call: Call, order_id: int) -> Reply:
        """Add tags, which come as text joined by commas."""
        purchase, tags = find(call, order_id), _tags(call.body)

        def add() -> None:
            purchase.tags += [tag for tag in tags if tag not in purchase.tags]

        self._change(call, purchase, "tag", add)
        return Reply(body={"tags": ",".join(purchase.tags)})

    def delete_tags(self, call: Call, order_id: int) -> Reply:
        """Remove tags."""
        purchase, tags = find(call, order_id), _tags(call.body)

        def remove() -> None:
            purchase.tags = [tag for tag in purchase.tags if tag not in tags]

        self._change(call, purchase, "tag", remove)
        return Reply(body={"tags": ",".join(purchase.tags)})

    def cancel(self, call: Call, order_id: int) -> Reply:
        """Cancel, at any time but once."""
        purchase = find(call, order_id)
        _refuse_cancelled(purchase)
        terms = _cancel_terms(purchase, call.body)
        return self._change(
            call,
            purchase,
            "api_cancel",
            lambda: self._cancellations.carry_out(call.store, purchase, terms),
        )

    def _change(
        self, call: Call, purchase: Purchase, action: str, change: Callable[[], None]
    ) -> Reply:
        with self._journal.entry(call.store, purchase, action):
            change()
        return order_reply(call.store, purchase)


def _cancel_terms(purchase: Purchase, sent: Mapping[str, object]) -> CancelTerms:
    # The documentation requires a reason, and shows a cancel without one that was
    # carried out for the reason "other".
    reason = words(sent, "reason") or "other"
    if reason not in CANCEL_REASONS:
        raise invalid("reason", f"must be one of {', '.join(CANCEL_REASONS)}")
    nested = sent.get("refund")
    if nested is not None and not isinstance(nested, dict):
        raise invalid("refund", "must be an object")
    amounts = [amount for amount in [money(sent, "amount")] if amount]
    amounts += refund_amounts(nested or {})
    _check_amounts(purchase, amounts)
    return CancelTerms(
        reason=reason,
        restock=_restocks(sent, nested),
        amounts=amounts,
        wishes=refund_wishes(purchase, nested or {}),
        note=words(sent, "note"),
        keeps_fulfillments=bool(flag(sent, "ignore_cancel_fulfillment")),
    )


def _restocks(sent: Mapping[str, object], nested: Mapping[str, object] | None) -> bool:
    """Whether fulfilled units are put back.

    Alone, ``restock`` is false unless it says true.  A nested refund turns that
    around: the documented cancel with one and without the key came out restocked, so
    that only false at both levels keeps the stock as it is.
    """
    if nested is None:
        return flag(sent, "restock") is True
    return not (flag(sent, "restock") is False and flag(nested, "restock") is False)


def _check_amounts(purchase: Purchase, amounts: list[Decimal]) -> None:
    most = standing.net_payment(purchase)
    if sum(amounts, Decimal(0)) > most:
        raise invalid("amount", f"can not be more than {most:.4f}")


def _refuse_cancelled(purchase: Purchase) -> None:
    if purchase.cancelled_at:
        raise invalid("order", "was cancelled")


def _write_note(purchase: Purchase, note: str | None) -> None:
    purchase.note = note if note is not None else purchase.note


def _tags(sent: Mapping[str, object]) -> list[str]:
    tags = [tag.strip() for tag in (words(sent, "tags") or "").split(",")]
    if not any(tags):
        raise invalid("tags", "is required")
    return [tag for tag in tags if tag]
