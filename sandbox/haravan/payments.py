"""Writing down money that is awaited, comes in, or goes back."""

from decimal import Decimal

from sandbox.world import World

from .numbers import Numbers
from .records import Purchase, Transaction
from .statuses import TransactionKind
from .times import milliseconds


class Payments:
    """Makes transactions; the newest stands first, as orders show them."""

    def __init__(self, world: World, numbers: Numbers) -> None:
        self._world = world
        self._numbers = numbers

    def expect(self, purchase: Purchase, amount: Decimal) -> None:
        """Note what the buyer will have to pay."""
        self._add(purchase, TransactionKind.PENDING, amount, None, 0)

    def capture(
        self, purchase: Purchase, amount: Decimal, user_id: int = 0
    ) -> Transaction:
        """Money came in."""
        parents = [each.id for each in purchase.transactions]
        parent = parents[-1] if parents else None
        purchase.order.paid_at = purchase.order.paid_at or self._world.clock.stamp()
        return self._add(purchase, TransactionKind.CAPTURE, amount, parent, user_id)

    def give_back(
        self, purchase: Purchase, amount: Decimal, user_id: int
    ) -> Transaction:
        """Money went back."""
        return self._add(purchase, TransactionKind.REFUND, -amount, None, user_id)

    def _add(
        self,
        purchase: Purchase,
        kind: TransactionKind,
        amount: Decimal,
        parent_id: int | None,
        user_id: int,
    ) -> Transaction:
        transaction = Transaction(
            id=self._numbers.next(),
            kind=kind,
            amount=amount,
            at=milliseconds(self._world),
            user_id=user_id,
            parent_id=parent_id,
        )
        purchase.transactions.insert(0, transaction)
        return transaction
