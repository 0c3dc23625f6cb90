"""A seller with two shops, some articles on the shelf, and orders in every state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.settings import Settings
from stock import expected, mapping, orders, returns, shops, stocktakes
from stock.levels import find_sku, find_warehouse
from stock.models import (
    ExpectedReturn,
    Listing,
    Order,
    Receipt,
    Shop,
    Sku,
    StockLevel,
    Warehouse,
)
from stock.reports import (
    Ending,
    Fulfilment,
    LineReport,
    ListingReport,
    OrderReport,
    ParcelReport,
    Portion,
    RefundReport,
    ReturnLineReport,
    ReturnPhase,
    ReturnReport,
)
from stock.session import Database
from stock.stocktakes import Counted
from stock.vault import Vault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OPENED_AT = NOW - timedelta(days=6)
COUNTED_AT = NOW - timedelta(days=40)
IN_TRANSIT = Fulfilment.IN_TRANSIT
CANCELLED = Ending.CANCELLED
BARCODE = "8934567890123"

Result = TypeVar("Result")


class Seller:
    """Tells the stock room what channels would; every call is one transaction."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.vault = Vault(settings.credentials_keys)

    def open_shop(
        self, name: str, *, channel: str = "shopee", **settings: object
    ) -> None:
        """Connect a shop."""
        self._run(
            lambda session: shops.add_shop(
                session,
                self.vault,
                name=name,
                channel=channel,
                external_id=name,
                settings=settings,
                now=COUNTED_AT,
                orders_since=COUNTED_AT,
            )
        )

    def sell(self, shop: str, sku: str, title: str = "", barcode: str = "") -> None:
        """List an article under its own code."""
        report = ListingReport(
            item_id=sku,
            variant_id="",
            sku=sku,
            title=title or f"Article {sku}",
            quantity=0,
            barcode=barcode,
        )
        self._run(
            lambda session: mapping.import_listings(
                session, shops.find_shop(session, shop), [report], now=NOW
            )
        )

    def bundle(self, shop: str, item_id: str, parts: Mapping[str, int]) -> None:
        """List an item that stands for several units."""
        self.sell(shop, item_id)

        def work(session: Session) -> None:
            owner = shops.find_shop(session, shop)
            listing = mapping.find_listing(session, owner, item_id, "")
            assert listing is not None
            skus = {find_sku(session, sku).id: n for sku, n in parts.items()}
            mapping.map_listing(session, listing, skus)

        self._run(work)

    def pack_in(self, shop: str, warehouse: str) -> None:
        """Let a shop's new order lines be packed in a warehouse of their own."""

        def work(session: Session) -> None:
            place = Warehouse(code=warehouse, name=warehouse)
            session.add(place)
            session.flush()
            shops.find_shop(session, shop).warehouse_id = place.id

        self._run(work)

    def count(self, sku: str, quantity: int) -> None:
        """Count free-to-sell units in."""

        def work(session: Session) -> None:
            counted = Counted(
                find_sku(session, sku), find_warehouse(session, "MAIN"), quantity
            )
            stocktakes.post_stocktake(
                session, [counted], document="count", actor="lan", now=COUNTED_AT
            )

        self._run(work)

    def order(
        self,
        number: str,
        quantity: int = 1,
        *,
        sku: str = "MUG",
        fulfilment: Fulfilment | None = IN_TRANSIT,
        ending: Ending | None = CANCELLED,
        tracking: str = "",
        shop: str = "one",
        reason: str = "",
        note: str = "",
    ) -> int:
        """Let the channel report an order of one line; return its id."""
        portion = Portion(quantity=quantity, fulfilment=fulfilment, ending=ending)
        report = OrderReport(
            order_id=number,
            ordered_at=NOW - timedelta(days=9),
            updated_at=NOW - timedelta(days=7),
            raw_status="TOLD",
            currency="VND",
            total=Decimal(99000) * quantity,
            lines=(_line(sku, quantity, portion),),
            parcels=(
                (ParcelReport(number=tracking, direction="forward", carrier=note),)
                if tracking
                else ()
            ),
            refunds=(_refund(number, quantity),) if ending else (),
            reason=reason,
        )

        return self._take_in(report, shop)

    def order_units(
        self,
        number: str,
        *skus: str,
        fulfilment: Fulfilment | None = IN_TRANSIT,
        ending: Ending | None = CANCELLED,
    ) -> int:
        """Let the channel report a line for each unit, ``unit-1`` being the first."""
        portion = Portion(quantity=1, fulfilment=fulfilment, ending=ending)
        report = OrderReport(
            order_id=number,
            ordered_at=NOW - timedelta(days=9),
            updated_at=NOW - timedelta(days=7),
            raw_status="TOLD",
            currency="VND",
            total=Decimal(99000) * len(skus),
            lines=tuple(
                _line(sku, 1, portion, line_id=f"unit-{n}")
                for n, sku in enumerate(skus, start=1)
            ),
        )
        return self._take_in(report, "one")

    def announce_units(self, number: str, return_id: str, *line_ids: str) -> int:
        """Let the buyer announce a return of lines of one unit; return its id."""
        report = ReturnReport(
            return_id=return_id,
            order_id=number,
            updated_at=NOW - timedelta(days=3),
            phase=ReturnPhase.APPROVED,
            goods_come_back=True,
            lines=tuple(
                ReturnLineReport(item_id="", variant_id="", quantity=1, line_id=line_id)
                for line_id in line_ids
            ),
        )

        def work(session: Session) -> int:
            returns.take_in(session, shops.find_shop(session, "one"), [report], now=NOW)
            named = ExpectedReturn.return_id == return_id
            return session.scalars(select(ExpectedReturn.id).where(named)).one()

        return self._run(work)

    def return_states(self) -> dict[str, str]:
        """Return the states of all expected returns by what the channel calls them."""
        with self.database.read() as session:
            found = session.scalars(select(ExpectedReturn))
            return {item.return_id: str(item.state) for item in found}

    def announce_return(
        self, number: str, quantity: int = 1, *, claim_before: datetime | None = None
    ) -> None:
        """Let the buyer announce a return of MUG."""
        report = ReturnReport(
            return_id=f"RMA-{number}",
            order_id=number,
            updated_at=NOW - timedelta(days=3),
            phase=ReturnPhase.APPROVED,
            goods_come_back=True,
            lines=(ReturnLineReport(item_id="MUG", variant_id="", quantity=quantity),),
            claim_before=claim_before,
        )
        self._run(
            lambda session: returns.take_in(
                session, shops.find_shop(session, "one"), [report], now=NOW
            )
        )

    def push_listings(self) -> None:
        """Let every channel have taken our newest numbers, without a look back."""

        def work(session: Session) -> None:
            for listing in session.scalars(select(Listing)):
                listing.pushed_version = listing.wanted_version

        self._run(work)

    def confirm_listings(self) -> None:
        """Let every channel have heard, and shown, our newest numbers."""

        def work(session: Session) -> None:
            for listing in session.scalars(select(Listing)):
                listing.pushed_version = listing.wanted_version
                listing.confirmed_version = listing.wanted_version

        self._run(work)

    def change_shop(self, name: str, **values: object) -> None:
        """Set columns of a shop."""

        def work(session: Session) -> None:
            shop = shops.find_shop(session, name)
            for column, value in values.items():
                setattr(shop, column, value)

        self._run(work)

    def change_order(self, number: str, **values: object) -> None:
        """Set columns of an order, and let its channel tell of it again."""

        def work(session: Session) -> None:
            order = self._order(session, number)
            for column, value in values.items():
                setattr(order, column, value)
            session.flush()
            expected.settle(session, order, now=OPENED_AT)

        self._run(work)

    def available(self, sku: str = "MUG") -> int:
        """Return the free-to-sell units in the first warehouse."""
        with self.database.read() as session:
            return session.scalars(
                select(StockLevel.available)
                .join(Sku, Sku.id == StockLevel.sku_id)
                .where(Sku.code == sku)
                .order_by(StockLevel.warehouse_id)
            ).all()[0]

    def receipts(self) -> list[Receipt]:
        """Return all receipts, with their lines."""
        with self.database.read() as session:
            found = list(session.scalars(select(Receipt).order_by(Receipt.id)))
            for receipt in found:
                assert receipt.lines is not None
            return found

    def shop(self, name: str) -> Shop:
        """Return a shop."""
        with self.database.read() as session:
            return shops.find_shop(session, name)

    def _take_in(self, report: OrderReport, shop: str) -> int:
        def work(session: Session) -> int:
            found = shops.find_shop(session, shop)
            orders.take_in(session, found, [report], now=OPENED_AT)
            return self._order(session, report.order_id).id

        return self._run(work)

    def _order(self, session: Session, number: str) -> Order:
        return session.scalars(
            select(Order).where(Order.channel_order_id == number)
        ).one()

    def _run(self, work: Callable[[Session], Result]) -> Result:
        with self.database.write() as session:
            return work(session)


def _line(
    sku: str, quantity: int, portion: Portion, *, line_id: str = ""
) -> LineReport:
    return LineReport(
        line_id=line_id or f"line-{sku}",
        item_id=sku,
        variant_id="",
        sku=sku,
        title=sku,
        quantity=quantity,
        unit_price=Decimal(99000),
        portions=(portion,),
    )


def _refund(number: str, quantity: int) -> RefundReport:
    return RefundReport(
        refund_id=f"refund-{number}",
        amount=Decimal(99000) * quantity,
        currency="VND",
        state="done",
    )
