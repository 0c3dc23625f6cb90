"""One seller's office in a test: what people and jobs do there, in single calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from connector import Connector, MemorySettings, Transport
from connector.registry import connector_class, open_connector
from daemon.office import Office, ShopSettings
from daemon.translate import listing_report, refund_mode
from daemon.work import Reconciled, reconcile, sync, work_shop
from stock import audit, levels, listings, mapping, receipts, shops, stocktakes
from stock.board import OpenReturn, open_returns
from stock.models import Drift, Listing, Order, SetAside, Shop
from stock.parcels import find_order
from stock.receipts import Booked, FoundSku
from stock.stocktakes import Counted
from tests.sandbox.driver import Seller

CLERK = "lan@example.vn"
SHOP = "s1"
PATIENCE_SECONDS = 1.5
_ROUNDS = 10


class Clock:
    """The office's clock: the real time, and a little more when a test says so."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class HastyOffice(Office):
    """Waits for a channel as long as a test can, and is not kept slow."""

    def connect(self, shop: Shop) -> Connector:
        transport = Transport(
            requests_per_second=10_000, deadline_seconds=PATIENCE_SECONDS, now=self.now
        )
        return open_connector(
            shop.channel, ShopSettings(self, shop.name), self.now, transport
        )


class Desk:
    """Acts in an office; every call is what one command or one job does."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office = office
        self.clock = clock
        self.database = office.database

    def connect(self, channel: str, settings: dict[str, Any], name: str = SHOP) -> None:
        """Add a shop, due at once."""
        now = self.office.now()
        kind = connector_class(channel)
        store = MemorySettings(kind.prepare_settings(settings, now))
        with self.database.write() as session:
            shops.add_shop(
                session,
                self.office.vault,
                name=name,
                channel=channel,
                external_id=name,
                settings=store.read(),
                now=now,
                orders_since=now - timedelta(days=1),
                refunds=refund_mode(kind),
            )

    def import_listings(self, name: str = SHOP) -> None:
        """Bring in a shop's catalogue."""
        with self.database.read() as session:
            shop = shops.find_shop(session, name)
        connector = self.office.connect(shop)
        reports = [listing_report(one) for one in connector.read_listings().items]
        connector.transport.close()
        with self.database.write() as session:
            shop = shops.find_shop(session, name)
            mapping.import_listings(session, shop, reports, now=self.office.now())

    def count(self, **quantities: int) -> None:
        """Post a stocktake of free-to-sell units."""
        with self.database.write() as session:
            warehouse = levels.all_warehouses(session)[0]
            stocktakes.post_stocktake(
                session,
                [
                    Counted(levels.find_sku(session, sku), warehouse, n)
                    for sku, n in quantities.items()
                ],
                document="a count",
                actor=CLERK,
                now=self.office.now(),
            )

    def open(self, seller: Seller, **quantities: int) -> None:
        """Connect, import and count a shop, and bring its channel in step."""
        self.connect("shopee", seller.settings, seller.name)
        self.import_listings(seller.name)
        self.count(**quantities)
        self.sync(seller.name)

    def sync(self, name: str = SHOP) -> None:
        """Do a shop's round."""
        sync(self.office, name)

    def reconcile(self, name: str = SHOP) -> Reconciled:
        """Compare a shop with its channel."""
        return reconcile(self.office, name)

    def work_due(self, name: str = SHOP) -> None:
        """Do what is due, as a worker would that hears the bell."""
        work_shop(self.office, name)

    def make_due(self, name: str = SHOP) -> None:
        """Let so much time pass that whatever waits is due."""
        self.execute("UPDATE listing SET due_at = NULL")
        self.execute(
            "UPDATE shop SET sync_due_at = added_at, reconcile_due_at = added_at"
        )

    def until_idle(self, name: str = SHOP) -> None:
        """Work until nothing is owed, doubted or failing."""
        for _ in range(_ROUNDS):
            self.make_due(name)
            self.work_due(name)
            shop = self.shop(name)
            with self.database.read() as session:
                owed = shops.owed_pushes(session, shop)
                doubted = listings.doubted(session, shop, after_id=0, limit=1)
            if not (shop.failures or owed or doubted):
                return
        raise AssertionError(f"never idle: {self.shop(name).last_error}")

    def receive(self, reference: str, *found: FoundSku, key: str = "key-1") -> Booked:
        """Post a return receipt, as the form does."""
        with self.database.write() as session:
            order = find_order(session, reference)
            return receipts.record_receipt(
                session,
                order,
                receipts.spread_over_lines(session, order, found),
                key=key,
                warehouse_id=levels.all_warehouses(session)[0].id,
                actor=CLERK,
                now=self.office.now(),
            )

    def execute(self, statement: str, **values: object) -> None:
        """Run a statement that no room offers: time that passes, damage."""
        with self.database.write() as session:
            session.execute(text(statement), values)

    def shop(self, name: str = SHOP) -> Shop:
        """Return a shop as it is now."""
        with self.database.read() as session:
            return shops.find_shop(session, name)

    def level(self, sku: str) -> dict[str, int]:
        """Return where a SKU's units are; buckets that hold none are left out."""
        buckets = ("available", "committed", "out", "damaged", "lost")
        with self.database.read() as session:
            found = levels.levels_of(session, levels.find_sku(session, sku))
            level = found["MAIN"]
            held = {bucket: int(getattr(level, bucket)) for bucket in buckets}
        return {bucket: units for bucket, units in held.items() if units}

    def listing(self, sku: str, name: str = SHOP) -> Listing:
        """Return a shop's listing of a SKU."""
        with self.database.read() as session:
            shop = shops.find_shop(session, name)
            return session.scalars(
                select(Listing)
                .where(Listing.shop_id == shop.id)
                .where(Listing.channel_sku == sku)
            ).one()

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order's state, its lines' units and its refunds."""
        with self.database.read() as session:
            order = find_order(session, order_id)
            return {
                "fulfilment": str(order.fulfilment),
                "cancelled": order.cancelled,
                "waiting": sum(line.waiting for line in order.lines),
                "refunds": [
                    (int(r.amount), r.currency, r.state) for r in order.refunds
                ],
                "returns": [
                    (r.return_id, str(r.state), sum(x.quantity for x in r.lines))
                    for r in order.expected_returns
                ],
            }

    def orders(self) -> list[str]:
        """Return the numbers of all orders that were taken in."""
        with self.database.read() as session:
            return list(session.scalars(select(Order.channel_order_id)))

    def awaited(self) -> Sequence[OpenReturn]:
        """Return what should come back."""
        with self.database.read() as session:
            return open_returns(session, limit=100)

    def set_aside(self) -> dict[str, str]:
        """Return what was set aside, with the reason."""
        with self.database.read() as session:
            rows = session.scalars(select(SetAside)).all()
        return {row.record_id: str(row.reason) for row in rows}

    def drifts(self) -> list[tuple[int, int]]:
        """Return each drift as our number and theirs."""
        with self.database.read() as session:
            rows = session.scalars(select(Drift).order_by(Drift.id)).all()
        return [(row.ours, row.theirs) for row in rows]

    def broken(self) -> list[str]:
        """Return the invariants that do not hold."""
        with self.database.read() as session:
            return [f.invariant.name for f in audit.examine(session) if not f.holds]

    def write(self, work: Any) -> Any:
        """Do something in one transaction with the shop at hand."""

        def at_shop(session: Session) -> Any:
            return work(session, shops.find_shop(session, SHOP))

        return self.database.run(at_shop)


def good(sku: str, units: int) -> FoundSku:
    """Say that units came back as they left."""
    return FoundSku(sku=sku, good=units)
