"""Random lives of orders beside a plain model that knows where each unit is."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from stock.errors import NeverLeft, ReceiptTooLarge, UnitsGone
from stock.reports import OrderReport, ReturnReport
from stock.session import Database
from tests.stock import plain
from tests.stock.stories import (
    AWAITING_PICKUP,
    CANCELLED,
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    NOT_SHIPPED,
    buyer_return,
    simple_order,
)
from tests.stock.world import World, unique

PICK = st.randoms(use_true_random=False)


@dataclass
class Sale:
    """Where a plain shopkeeper knows the units of one order to be."""

    order_id: str
    quantity: int
    left: bool = False
    over: bool = False
    back: int = 0
    told: list[OrderReport | ReturnReport] = field(default_factory=list)
    receipts: list[tuple[int, int, int]] = field(default_factory=list)
    """Receipts that stand: id, good and damaged units."""

    @property
    def still_out(self) -> int:
        """Units that left and have not come back."""
        return self.quantity - self.back if self.left else 0


class Shopkeeper(RuleBasedStateMachine):
    """Sells mugs, hears messages early, late and twice, and receives parcels."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        # All examples share a database, so each has a SKU of its own.
        self.item = unique("MUG")
        self.world.stock(self.item, 10)
        self.counted = 10
        self.sales: list[Sale] = []
        self.minute = 0

    def _tell(self, sale: Sale, *state: object) -> None:
        self.minute += 1
        report = simple_order(
            sale.order_id,
            self.item,
            *state,  # type: ignore[arg-type]
            quantity=sale.quantity,
            minute=self.minute,
        )
        sale.told.append(report)
        self.world.tell(report)

    @rule(quantity=st.integers(1, 4))
    def sell(self, quantity: int) -> None:
        sale = Sale(unique("order"), quantity)
        self.sales.append(sale)
        self._tell(sale, NOT_SHIPPED)

    @precondition(lambda self: self.sales)
    @rule(
        pick=PICK, fulfilment=st.sampled_from([AWAITING_PICKUP, IN_TRANSIT, DELIVERED])
    )
    def ship(self, pick: random.Random, fulfilment: object) -> None:
        sale = pick.choice(self.sales)
        if not sale.over:
            sale.left = True
            self._tell(sale, fulfilment)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK)
    def cancel(self, pick: random.Random) -> None:
        sale = pick.choice(self.sales)
        sale.over = True
        self._tell(sale, NOT_SHIPPED, CANCELLED)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK)
    def fail_delivery(self, pick: random.Random) -> None:
        sale = pick.choice(self.sales)
        if not sale.over:
            sale.left = sale.over = True
            self._tell(sale, IN_TRANSIT, DELIVERY_FAILED)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK)
    def ask_for_return(self, pick: random.Random) -> None:
        sale = pick.choice(self.sales)
        report = buyer_return(sale.order_id, self.item, minute=self.minute)
        sale.told.append(report)
        self.world.tell_return(report)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, good=st.integers(0, 3), damaged=st.integers(0, 2))
    def receive(self, pick: random.Random, good: int, damaged: int) -> None:
        sale = pick.choice(self.sales)
        if not good + damaged:
            return
        try:
            booked = self.world.receive(
                sale.order_id, self.item, good=good, damaged=damaged
            )
        except (NeverLeft, ReceiptTooLarge):
            assert good + damaged > sale.still_out
            return
        assert good + damaged <= sale.still_out
        sale.back += good + damaged
        sale.receipts.append((booked.receipt_id, good, damaged))
        self.counted += good

    @precondition(lambda self: any(sale.receipts for sale in self.sales))
    @rule(pick=PICK)
    def reverse(self, pick: random.Random) -> None:
        sale = pick.choice([sale for sale in self.sales if sale.receipts])
        receipt_id, good, damaged = receipt = pick.choice(sale.receipts)
        try:
            self.world.reverse(receipt_id)
        except UnitsGone:
            assert good > max(0, self._free)
            return
        assert good <= max(0, self._free)
        sale.receipts.remove(receipt)
        sale.back -= good + damaged
        self.counted -= good

    @rule(quantity=st.integers(0, 20))
    def count(self, quantity: int) -> None:
        self.counted += quantity - self._free
        self.world.count(self.item, quantity)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK)
    def hear_old_messages_again(self, pick: random.Random) -> None:
        sale = pick.choice(self.sales)
        for report in pick.sample(sale.told, min(3, len(sale.told))):
            if isinstance(report, OrderReport):
                self.world.tell(report)
            else:
                self.world.tell_return(report)

    @property
    def _free(self) -> int:
        gone = sum(s.quantity for s in self.sales if s.left or not s.over)
        return self.counted - gone

    @invariant()
    def the_ledger_agrees_with_the_shopkeeper(self) -> None:
        level = self.world.level(self.item)
        assert level.available == self._free
        assert level.out == sum(sale.still_out for sale in self.sales)
        assert level.committed == sum(
            s.quantity for s in self.sales if not s.left and not s.over
        )

    @invariant()
    def nothing_that_must_hold_is_broken(self) -> None:
        assert self.world.broken_invariants() == []


def test_the_ledger_is_what_a_shopkeeper_would_write_down(database: Database) -> None:
    class Machine(Shopkeeper):
        world = World(database)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40 if plain.is_sqlite(database) else 10,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
