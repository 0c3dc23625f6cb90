"""A channel that answers what a test tells it to, installed as outsiders do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from connector import Connector
from connector.base import Capabilities, Settings
from connector.errors import ConnectorError
from connector.settings import required_text
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ChannelReturn,
    ChannelReturnLine,
    Ending,
    ListingRef,
    Page,
    Portion,
    RefundRequest,
    RefundState,
    Rejected,
    ReturnPhase,
    ShopIdentity,
    Stage,
    StockResult,
    StockUpdate,
    WriteOutcome,
)

Item = TypeVar("Item")
Told = TypeVar("Told", ChannelOrder | Rejected, ChannelReturn | Rejected)


@dataclass
class Script:
    """What the channel knows, and what goes wrong with its next calls."""

    stock: dict[str, int] = field(default_factory=dict)
    orders: dict[str, ChannelOrder | Rejected] = field(default_factory=dict)
    returns: dict[str, ChannelReturn | Rejected] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Orders of which it tells nothing at all, not even that it has none."""
    outcomes: list[WriteOutcome] = field(default_factory=list)
    errors: list[ConnectorError] = field(default_factory=list)
    before_write: Callable[[], None] = lambda: None
    sent: list[StockUpdate] = field(default_factory=list)
    refunds: list[RefundRequest] = field(default_factory=list)
    refund_errors: list[ConnectorError] = field(default_factory=list)
    """What goes wrong with the next refunds, after they were carried out."""
    calls: list[str] = field(default_factory=list)

    def call(self, name: str) -> None:
        """Note a call, and let it fail when that is its turn."""
        self.calls.append(name)
        if self.errors:
            raise self.errors.pop(0)


SCRIPTS: dict[str, Script] = {}
"""By the token in the shop's settings."""


class ScriptedConnector(Connector):
    """Compares and sets, and can do nothing but what the contract demands."""

    channel = "scripted"
    title = "Scripted"
    capabilities = Capabilities(
        restocks_by_itself=False,
        compare_and_set=True,
        merchant_refunds=True,
        webhooks=False,
        hint_queue=False,
        consent_page=False,
        write_batch=10,
    )
    secret_settings = frozenset({"token"})

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return {**given, "token": required_text(given, "token")}

    @property
    def script(self) -> Script:
        return SCRIPTS[self.settings.read()["token"]]

    def identify(self) -> ShopIdentity:
        self.script.call("identify")
        return ShopIdentity(shop_id="1", name="Scripted")

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        self.script.call("read_orders")
        return _page(_since(since, self.script.orders.values()), ChannelOrder)

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        self.script.call("fetch_orders")
        known, silent = self.script.orders, self.script.silent
        told = [known.get(i) or _unknown(i) for i in order_ids if i not in silent]
        return _page(told, ChannelOrder)

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        self.script.call("read_returns")
        return _page(_since(since, self.script.returns.values()), ChannelReturn)

    def fetch_returns(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        self.script.call("fetch_returns")
        known = self.script.returns
        return _page([known.get(i) or _unknown(i) for i in return_ids], ChannelReturn)

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        return Page(
            items=tuple(
                ChannelListing(
                    listing=ListingRef(item_id=sku), sku=sku, title=sku, quantity=units
                )
                for sku, units in self.script.stock.items()
            )
        )

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        self.script.call("read_stock")
        stock = self.script.stock
        return {one: stock[one.item_id] for one in listings if one.item_id in stock}

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        self.script.call("write_stock")
        self.script.before_write()
        return [self._write(update) for update in updates]

    def refund(self, request: RefundRequest) -> ChannelRefund:
        script = self.script
        if request.key not in {one.key for one in script.refunds}:
            script.refunds.append(request)
        if script.refund_errors:
            raise script.refund_errors.pop(0)
        return ChannelRefund(
            refund_id=f"r-{request.key}",
            amount=request.amount,
            currency=request.currency,
            state=RefundState.DONE,
        )

    def _write(self, update: StockUpdate) -> StockResult:
        script = self.script
        script.sent.append(update)
        item_id = update.listing.item_id
        fits = update.expected == script.stock[item_id]
        outcome = WriteOutcome.ACCEPTED if fits else WriteOutcome.STALE
        if script.outcomes:
            outcome = script.outcomes.pop(0)
        if outcome is WriteOutcome.ACCEPTED:
            script.stock[item_id] = update.quantity
        return StockResult(listing=update.listing, outcome=outcome)


def install(folder: Path) -> None:
    """Lay down what a package with this connector leaves in an environment."""
    package = folder / "scripted-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: scripted\n")
    (package / "entry_points.txt").write_text(
        "[truestock.connectors]\nscripted = tests.daemon.scripted:ScriptedConnector\n"
    )


def sold(
    order_id: str,
    sku: str = "A",
    quantity: int = 1,
    *,
    stage: Stage = Stage.NOT_SHIPPED,
    ending: Ending | None = None,
    age: timedelta = timedelta(),
) -> ChannelOrder:
    """Say that a buyer took units of one SKU."""
    now = datetime.now(UTC).replace(microsecond=0) - age
    return ChannelOrder(
        order_id=order_id,
        ordered_at=now,
        updated_at=now,
        raw_status=str(stage),
        currency="VND",
        total=Decimal(1000),
        lines=(
            ChannelOrderLine(
                line_id="1",
                listing=ListingRef(item_id=sku),
                sku=sku,
                title=sku,
                quantity=quantity,
                unit_price=Decimal(1000),
                portions=(Portion(quantity=quantity, stage=stage, ending=ending),),
            ),
        ),
    )


def later(order: ChannelOrder, stage: Stage, ending: Ending | None) -> ChannelOrder:
    """Say the next thing about an order."""
    (line,) = order.lines
    portion = Portion(quantity=line.quantity, stage=stage, ending=ending)
    return replace(
        order,
        updated_at=order.updated_at + timedelta(seconds=1),
        lines=(replace(line, portions=(portion,)),),
    )


def coming_back(return_id: str, order_id: str, sku: str = "A") -> ChannelReturn:
    """Say that a buyer sends one unit back."""
    return ChannelReturn(
        return_id=return_id,
        order_id=order_id,
        updated_at=datetime.now(UTC),
        phase=ReturnPhase.APPROVED,
        raw_status="approved",
        goods_come_back=True,
        lines=(
            ChannelReturnLine(
                listing=ListingRef(item_id=sku), quantity=1, line_id="1", sku=sku
            ),
        ),
    )


def strange(record_id: str) -> Rejected:
    """Say something that no mapping table knows."""
    return Rejected(record_id=record_id, reason="unknown_status", detail="HALF_BAKED")


def _since(since: datetime, found: Iterable[Told]) -> list[Told]:
    return [
        one for one in found if isinstance(one, Rejected) or one.updated_at >= since
    ]


def _unknown(record_id: str) -> Rejected:
    return Rejected(record_id=record_id, reason="not_found", detail="no such record")


def _page(found: Sequence[object], kind: type[Item]) -> Page[Item]:
    return Page(
        items=tuple(one for one in found if isinstance(one, kind)),
        rejected=tuple(one for one in found if isinstance(one, Rejected)),
    )
