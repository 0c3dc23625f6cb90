"""What the stock room refuses, and why; facts are attributes, not text."""

from __future__ import annotations

from datetime import datetime


class StockError(Exception):
    """The ledger refused; nothing was written."""


class UnguardedWrite(StockError):
    """Somebody tried to change stock without going through ``stock.guard.post``."""

    def __init__(self, table: str, operation: str) -> None:
        self.table = table
        self.operation = operation
        super().__init__(
            f"{operation} on {table} refused: stock moves only through stock.guard.post"
        )


class ForbiddenTransfer(StockError):
    """The rule book has no such transfer, or it lacks the document it needs."""

    def __init__(self, source: str, target: str, missing: str) -> None:
        self.source = source
        self.target = target
        self.missing = missing
        super().__init__(f"units may not move from {source} to {target}: {missing}")


class InsufficientStock(StockError):
    """A bucket that may not go below zero would."""

    def __init__(self, *, bucket: str, owner: str, asked: int, held: int) -> None:
        self.bucket = bucket
        self.owner = owner
        self.asked = asked
        self.held = held
        super().__init__(
            f"{owner} holds {held} units in '{bucket}', {asked} were asked for"
        )


class IdempotencyConflict(StockError):
    """The same key was used before with other content."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"key {key!r} was used before with other content")


class SamePerson(StockError):
    """A reversal needs a second person."""

    def __init__(self, actor: str) -> None:
        self.actor = actor
        super().__init__(f"{actor} booked this receipt and may not reverse it")


class UnknownSku(StockError):
    """No such SKU."""

    def __init__(self, sku: str) -> None:
        self.sku = sku
        super().__init__(f"unknown SKU {sku!r}")


class UnknownWarehouse(StockError):
    """No such warehouse."""

    def __init__(self, warehouse: str) -> None:
        self.warehouse = warehouse
        super().__init__(f"unknown warehouse {warehouse!r}")


class UnknownShop(StockError):
    """No such shop."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        super().__init__(f"unknown shop {shop!r}")


class UnknownOrder(StockError):
    """No order or parcel goes by this number."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(f"no order or parcel goes by {reference!r}")


class AmbiguousReference(StockError):
    """Several orders go by this number."""

    def __init__(self, reference: str, orders: list[str]) -> None:
        self.reference = reference
        self.orders = orders
        super().__init__(f"{reference!r} belongs to several orders: {orders}")


class NeverLeft(StockError):
    """A receipt was asked for an order none of whose units ever left."""

    def __init__(self, order: str) -> None:
        self.order = order
        super().__init__(f"nothing of order {order} has left the warehouse")


class ReceiptTooLarge(StockError):
    """More units were to be received than are out."""

    def __init__(self, *, order: str, sku: str, asked: int, out: int) -> None:
        self.order = order
        self.sku = sku
        self.asked = asked
        self.out = out
        super().__init__(
            f"order {order}: {asked} units of {sku} asked for, {out} are out"
        )


class EmptyReceipt(StockError):
    """A receipt books nothing."""


class UnknownReceipt(StockError):
    """No such return receipt."""

    def __init__(self, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(f"unknown return receipt {receipt!r}")


class ReasonMissing(StockError):
    """A receipt was to be reversed without a reason."""

    def __init__(self, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(f"to reverse receipt {receipt} takes a reason")


class AlreadyReversed(StockError):
    """A receipt can be reversed once."""

    def __init__(self, *, receipt: str, actor: str, reversed_at: datetime) -> None:
        self.receipt = receipt
        self.actor = actor
        self.reversed_at = reversed_at
        super().__init__(f"receipt {receipt} was reversed already, by {actor}")


class NothingToReverse(StockError):
    """A receipt put no units into the building; units booked as lost stay lost."""

    def __init__(self, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(
            f"receipt {receipt} put no good or damaged units into stock, and units"
            " booked as lost stay lost"
        )


class UnitsGone(StockError):
    """A receipt's units are no longer where it put them: sold, repaired, scrapped."""

    def __init__(
        self,
        *,
        receipt: str,
        sku: str,
        warehouse: str,
        bucket: str,
        asked: int,
        held: int,
    ) -> None:
        self.receipt = receipt
        self.sku = sku
        self.warehouse = warehouse
        self.bucket = bucket
        self.asked = asked
        self.held = held
        super().__init__(
            f"receipt {receipt} put {asked} units of {sku} into '{bucket}' in"
            f" {warehouse}, {held} are still there"
        )


class InvalidQuantity(StockError):
    """A quantity is not a whole number of units within bounds."""

    def __init__(self, given: object) -> None:
        self.given = given
        super().__init__(f"{given!r} is not a whole number from 0 to 9,999,999")


class UnreadableReport(StockError):
    """A channel's report holds something that cannot be kept as it is."""

    def __init__(self, field: str, given: str, why: str) -> None:
        self.field = field
        self.given = given
        self.why = why
        super().__init__(f"{field} {given!a} {why}")


class NothingWaiting(StockError):
    """The order has no units whose whereabouts are in question."""

    def __init__(self, order: str) -> None:
        self.order = order
        super().__init__(f"order {order} has no units waiting for a decision")


class LeaseLost(StockError):
    """Somebody else took over this piece of work; stop at once."""


class VaultError(StockError):
    """A sealed secret could not be opened."""


class PersonExists(StockError):
    """There is a person of this name, in whatever spelling."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a person named {name!r} already")


class UnknownPerson(StockError):
    """No such person."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"unknown person {name!r}")


class NameRefused(StockError):
    """A person is named by some printable characters, not too many."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("a person is named by 1 to 100 printable characters")


class WeakPassword(StockError):
    """A password is too short, too long, or the person's own name."""

    def __init__(self, *, least: int, most: int) -> None:
        self.least = least
        self.most = most
        super().__init__(
            f"a password has {least} to {most} characters and is not the name"
        )


class LastAdmin(StockError):
    """Somebody must be left who can let others in."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is the last administrator")


class PersonDisabled(StockError):
    """A person is let in no more."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is let in no more")


class LaunchUsed(StockError):
    """A launch opens the page once."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        super().__init__(f"a launch of {issuer} was used before")


class LoginRefused(StockError):
    """A name and a password do not belong together; which is wrong stays unsaid."""

    def __init__(self) -> None:
        super().__init__("name and password do not belong together")


class TooManyLogins(StockError):
    """Signing in failed too often lately, for this name or from this address."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("signing in failed too often lately")
