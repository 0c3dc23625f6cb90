"""A channel in memory and its connector: the smallest that keeps every rule.

To learn from, to copy, and to prove the rules on: a test breaks this connector on
purpose and sees exactly one rule complain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from connector.base import Capabilities, Connector, Settings
from connector.conformance.world import Basket, Fault
from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    RateLimited,
    UnexpectedAnswer,
)
from connector.settings import MemorySettings, required_text
from connector.transport import Transport
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelOrderLine,
    ChannelReturn,
    ChannelReturnLine,
    Ending,
    ListingRef,
    Page,
    Parcel,
    ParcelDirection,
    Portion,
    Rejected,
    ReturnPhase,
    ShopIdentity,
    Stage,
    StockResult,
    StockUpdate,
    WriteOutcome,
)


@dataclass
class _Sale:
    order_id: str
    basket: dict[str, int]
    at: datetime
    stage: Stage = Stage.NOT_SHIPPED
    ending: Ending | None = None
    returned: dict[str, int] = field(default_factory=dict)
    phase: ReturnPhase | None = None


class MemoryWorld:
    """The channel: what it sells, what was bought, what was written to it."""

    def __init__(self) -> None:
        self.token = "token-1"
        self.stock: dict[str, int] = {}
        self.sales: dict[str, _Sale] = {}
        self._writes: list[tuple[str, int]] = []
        self._fault: Fault | None = None

    def add_item(self, sku: str, quantity: int) -> ListingRef:
        self.stock[sku] = quantity
        return ListingRef(item_id=sku)

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        order_id = f"M{len(self.sales) + 1}"
        for sku, count in basket.items():
            self.stock[sku] -= count
        self.sales[order_id] = _Sale(order_id, dict(basket), datetime.now(UTC))
        return order_id

    def arrange(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.AWAITING_PICKUP

    def pick_up(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.IN_TRANSIT

    def deliver(self, order_id: str) -> None:
        self.sales[order_id].stage = Stage.DELIVERED

    def fail_delivery(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.DELIVERY_FAILED

    def lose(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.LOST

    def cancel(self, order_id: str) -> None:
        self.sales[order_id].ending = Ending.CANCELLED

    def request_return(self, order_id: str, basket: Basket) -> None:
        self.sales[order_id].returned = dict(basket)
        self.sales[order_id].phase = ReturnPhase.REQUESTED

    def send_back(self, order_id: str) -> None:
        self.sales[order_id].phase = ReturnPhase.SHIPPED_BACK

    def arrive_back(self, order_id: str) -> None:
        self.sales[order_id].phase = ReturnPhase.ARRIVED

    def visible_stock(self, sku: str) -> int:
        return self.stock[sku]

    def stock_writes(self) -> list[tuple[str, int]]:
        return list(self._writes)

    def cause(self, fault: Fault) -> None:
        self._fault = fault

    def write(self, sku: str, quantity: int) -> None:
        """Carry out one stock write."""
        self.stock[sku] = quantity
        self._writes.append((sku, quantity))

    def befalling(self) -> Fault | None:
        """Return what goes wrong with the request that is made now."""
        fault, self._fault = self._fault, None
        return fault


class MemoryConnector(Connector):
    """Talks to a ``MemoryWorld``."""

    channel = "memory"
    title = "Memory"
    capabilities = Capabilities(
        restocks_by_itself=False,
        compare_and_set=False,
        merchant_refunds=False,
        webhooks=False,
        hint_queue=False,
        consent_page=False,
        write_batch=100,
    )
    secret_settings = frozenset({"token"})

    def __init__(self, world: MemoryWorld, token: str = "token-1") -> None:
        settings = MemorySettings({"token": token})
        super().__init__(settings, Transport(), lambda: datetime.now(UTC))
        self._world = world

    @classmethod
    def prepare_settings(cls, given: Settings, now: datetime) -> Settings:
        return {**given, "token": required_text(given, "token")}

    def identify(self) -> ShopIdentity:
        self._call()
        return ShopIdentity(shop_id="memory", name="Memory")

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        self._call()
        sales = [sale for sale in self._world.sales.values() if sale.at >= since]
        return Page(items=tuple(_order(sale) for sale in sales))

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        self._call()
        sales = self._world.sales
        return Page(
            items=tuple(_order(sales[one]) for one in order_ids if one in sales),
            rejected=tuple(
                Rejected(record_id=one, reason="not_found", detail="no such order")
                for one in order_ids
                if one not in sales
            ),
        )

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        self._call()
        sales = [sale for sale in self._world.sales.values() if sale.at >= since]
        return Page(items=tuple(_return(sale) for sale in sales if sale.phase))

    def read_listings(self, *, cursor: str | None = None) -> Page[ChannelListing]:
        self._call()
        return Page(
            items=tuple(
                ChannelListing(
                    listing=ListingRef(item_id=sku), sku=sku, title=sku, quantity=count
                )
                for sku, count in self._world.stock.items()
            )
        )

    def read_stock(self, listings: Sequence[ListingRef]) -> Mapping[ListingRef, int]:
        self._call()
        stock = self._world.stock
        return {one: stock[one.item_id] for one in listings if one.item_id in stock}

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return self._answered(lambda: [self._write(update) for update in updates])

    def _write(self, update: StockUpdate) -> StockResult:
        known = update.listing.item_id in self._world.stock
        if not known or update.quantity < 0:
            return StockResult(
                listing=update.listing,
                outcome=WriteOutcome.REFUSED,
                detail="no such listing" if not known else "less than nothing",
            )
        self._world.write(update.listing.item_id, update.quantity)
        return StockResult(listing=update.listing, outcome=WriteOutcome.ACCEPTED)

    def _call(self) -> None:
        self._answered(lambda: [])

    def _answered(
        self, carry_out: Callable[[], list[StockResult]]
    ) -> list[StockResult]:
        if self.settings.read()["token"] != self._world.token:
            raise AuthenticationError("the token is refused")
        # An expired token would be renewed here; this channel's token lives for ever.
        fault = self._world.befalling()
        if fault is Fault.THROTTLED:
            raise RateLimited(1)
        if fault is Fault.HTML:
            raise UnexpectedAnswer
        results = carry_out()
        if fault is Fault.LOST_ANSWER:
            raise OutcomeUnknown if results else UnexpectedAnswer
        return results


def _order(sale: _Sale) -> ChannelOrder:
    return ChannelOrder(
        order_id=sale.order_id,
        ordered_at=sale.at,
        updated_at=sale.at,
        raw_status=sale.stage,
        currency="VND",
        total=Decimal(1000),
        lines=tuple(
            ChannelOrderLine(
                line_id=sku,
                listing=ListingRef(item_id=sku),
                sku=sku,
                title=sku,
                quantity=count,
                unit_price=Decimal(1000),
                portions=(
                    Portion(quantity=count, stage=sale.stage, ending=sale.ending),
                ),
            )
            for sku, count in sale.basket.items()
        ),
        parcels=(
            Parcel(
                tracking_number=f"T-{sale.order_id}", direction=ParcelDirection.FORWARD
            ),
        ),
    )


def _return(sale: _Sale) -> ChannelReturn:
    return ChannelReturn(
        return_id=f"R-{sale.order_id}",
        order_id=sale.order_id,
        updated_at=sale.at,
        phase=sale.phase or ReturnPhase.REQUESTED,
        raw_status="return",
        goods_come_back=True,
        lines=tuple(
            ChannelReturnLine(
                listing=ListingRef(item_id=sku), quantity=count, line_id=sku, sku=sku
            )
            for sku, count in sale.returned.items()
        ),
    )
