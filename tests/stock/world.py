"""A small shop to tell stories with: a vault, mapped listings, counted units."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stock import (
    audit,
    mapping,
    orders,
    receipts,
    returns,
    reversals,
    shops,
    stocktakes,
)
from stock.levels import find_sku, find_warehouse
from stock.models import (
    ExpectedReturn,
    LineLevel,
    Listing,
    Movement,
    Order,
    OrderLine,
    Receipt,
    ReturnState,
    Shop,
    Sku,
    StockLevel,
    Warehouse,
)
from stock.orders import TakenIn
from stock.receipts import Booked, FoundSku
from stock.reports import ListingReport, OrderReport, ReturnReport
from stock.reversals import Reversed
from stock.schema import MAIN_WAREHOUSE
from stock.session import Database
from stock.stocktakes import Counted
from stock.transfers import Bucket, Place, Transfer
from stock.vault import Vault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
COUNTED_AT = NOW - timedelta(days=30)
CLERK = "lan@example.vn"
SUPERVISOR = "minh@example.vn"

_unique = itertools.count(1)


def unique(word: str) -> str:
    """Return a reference that no other test uses."""
    return f"{word}-{next(_unique)}"


def ledger(session: Session) -> list[tuple[object, ...]]:
    """Return the whole history, as it can be told without ids."""
    rows = session.execute(
        select(
            Movement.sku_id,
            Movement.from_bucket,
            Movement.to_bucket,
            func.sum(Movement.quantity),
        )
        .group_by(Movement.sku_id, Movement.from_bucket, Movement.to_bucket)
        .order_by(Movement.sku_id, Movement.from_bucket, Movement.to_bucket)
    )
    return [tuple(row) for row in rows]


def listed(item_id: str, *, sku: str | None = None, quantity: int = 0) -> ListingReport:
    """Say what the shop lists; its seller code is the item's id unless told."""
    return ListingReport(
        item_id=item_id,
        variant_id="",
        sku=item_id if sku is None else sku,
        title=item_id,
        quantity=quantity,
    )


class World:
    """One seller with one shop; every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.vault = Vault([Fernet.generate_key().decode()])
        self.shop = self.open_shop()

    def open_shop(self) -> Shop:
        """Connect one more shop."""
        with self.database.write() as session:
            return shops.add_shop(
                session,
                self.vault,
                name=unique("shop"),
                channel="shopee",
                external_id=unique("external"),
                settings={"token": "secret"},
                now=COUNTED_AT,
                orders_since=COUNTED_AT,
            )

    def add_warehouse(self, code: str) -> Warehouse:
        """Open one more place with a shelf."""
        with self.database.write() as session:
            warehouse = Warehouse(code=code, name=code)
            session.add(warehouse)
        return warehouse

    def stock(self, sku: str, quantity: int, *, shop: Shop | None = None) -> None:
        """List a SKU under its own code and count its units in."""
        self.list_items(listed(sku), shop=shop)
        self.count(sku, quantity)

    def list_items(self, *reports: ListingReport, shop: Shop | None = None) -> None:
        """Take in a part of the shop's catalogue."""
        with self.database.write() as session:
            mapping.import_listings(session, shop or self.shop, reports, now=NOW)

    def bundle(self, item_id: str, components: Mapping[str, int]) -> int:
        """List an item that stands for several units; return the listing's id."""
        self.list_items(listed(item_id, sku=""))
        with self.database.write() as session:
            listing = mapping.find_listing(session, self.shop, item_id, "")
            assert listing is not None
            parts = {find_sku(session, sku).id: n for sku, n in components.items()}
            mapping.map_listing(session, listing, parts)
        return listing.id

    def count(
        self, sku: str, quantity: int, *, warehouse: str = MAIN_WAREHOUSE
    ) -> None:
        """Take stock of one SKU."""
        with self.database.write() as session:
            counted = Counted(
                find_sku(session, sku), find_warehouse(session, warehouse), quantity
            )
            stocktakes.post_stocktake(
                session,
                [counted],
                document=unique("count"),
                actor=CLERK,
                now=COUNTED_AT,
            )

    def tell(self, *reports: OrderReport, shop: Shop | None = None) -> list[TakenIn]:
        """Let the channel report orders."""
        with self.database.write() as session:
            return orders.take_in(session, shop or self.shop, reports, now=NOW)

    def tell_return(self, *reports: ReturnReport) -> list[str]:
        """Let the channel report returns."""
        with self.database.write() as session:
            return returns.take_in(session, self.shop, reports, now=NOW)

    def decide(self, order_id: str, *, still_here: bool) -> int:
        """Let a person say where waiting units are."""
        with self.database.write() as session:
            order = self.find_order(session, order_id)
            return orders.decide_waiting(
                session, order, still_here=still_here, actor=CLERK, now=NOW
            )

    def receive(
        self,
        order_id: str,
        sku: str,
        *,
        good: int = 0,
        damaged: int = 0,
        lost: int = 0,
        key: str = "",
        warehouse: str = MAIN_WAREHOUSE,
    ) -> Booked:
        """Post a return receipt of one SKU."""
        with self.database.write() as session:
            order = self.find_order(session, order_id)
            found = FoundSku(sku=sku, good=good, damaged=damaged, lost=lost)
            return receipts.record_receipt(
                session,
                order,
                receipts.spread_over_lines(session, order, [found]),
                key=key or unique("receipt"),
                warehouse_id=find_warehouse(session, warehouse).id,
                actor=CLERK,
                now=NOW,
            )

    def reverse(
        self,
        receipt_id: int,
        *,
        key: str = "",
        reason: str = "counted twice",
        actor: str = SUPERVISOR,
    ) -> Reversed:
        """Take a receipt back."""
        with self.database.write() as session:
            return reversals.reverse_receipt(
                session,
                session.get_one(Receipt, receipt_id),
                key=key or unique("reversal"),
                reason=reason,
                actor=actor,
                now=NOW,
            )

    def find_order(self, session: Session, order_id: str) -> Order:
        """Return an order of any shop."""
        found = select(Order).where(Order.channel_order_id == order_id)
        return session.scalars(found).one()

    def line_of(self, order_id: str) -> OrderLine:
        """Return an order's only line."""
        with self.database.read() as session:
            return session.scalars(
                select(OrderLine).join(Order).where(Order.channel_order_id == order_id)
            ).one()

    def line_level(self, order_id: str) -> LineLevel:
        """Return where the units of an order's only line are."""
        with self.database.read() as session:
            return session.scalars(
                select(LineLevel)
                .join(OrderLine, OrderLine.id == LineLevel.order_line_id)
                .join(Order)
                .where(Order.channel_order_id == order_id)
            ).one()

    def level(self, sku: str, *, warehouse: str = MAIN_WAREHOUSE) -> StockLevel:
        """Return where a SKU's units are."""
        with self.database.read() as session:
            return session.get_one(
                StockLevel,
                (find_sku(session, sku).id, find_warehouse(session, warehouse).id),
            )

    def sku(self, code: str) -> Sku:
        """Return a SKU."""
        with self.database.read() as session:
            return find_sku(session, code)

    def listing(self, item_id: str) -> Listing:
        """Return one of the shop's listings."""
        with self.database.read() as session:
            found = mapping.find_listing(session, self.shop, item_id, "")
            assert found is not None
            return found

    def return_states(self, order_id: str) -> dict[str, tuple[ReturnState, int, int]]:
        """Return state, announced and settled units of an order's returns."""
        with self.database.read() as session:
            found = session.scalars(
                select(ExpectedReturn)
                .where(ExpectedReturn.channel_order_id == order_id)
                .order_by(ExpectedReturn.return_id)
            )
            return {
                item.return_id: (
                    ReturnState(item.state),
                    sum(line.quantity for line in item.lines),
                    sum(line.settled for line in item.lines),
                )
                for item in found
            }

    def receipt_count(self) -> int:
        """Return how many receipts were ever posted."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Receipt)) or 0

    def broken_invariants(self) -> list[str]:
        """Return the names of the invariants that do not hold."""
        with self.database.read() as session:
            return [f.invariant.name for f in audit.examine(session) if not f.holds]

    def receive_units(self, sku: str, quantity: int, key: str = "") -> Transfer:
        """Ask for units from the world, without posting them."""
        return Transfer(
            key=key or unique("key"),
            sku_id=self.sku(sku).id,
            quantity=quantity,
            source=Place(Bucket.OUTSIDE, self.shop.warehouse_id),
            target=Place(Bucket.AVAILABLE, self.shop.warehouse_id),
            document="delivery note",
            actor=CLERK,
        )
