"""One seller account: its listings, its orders and what it was asked."""

from dataclasses import dataclass, field

from .listings import AutoRestock, Listing, StockWrite
from .orders import Order
from .refusals import Unknown


@dataclass(kw_only=True)
class Tally:
    """How often an endpoint was called, by outcome."""

    ok: int = 0
    refused: int = 0


@dataclass(kw_only=True)
class Shop:
    """A seller account on one channel."""

    channel: str
    name: str
    auto_restock: AutoRestock
    webhook_url: str | None
    opened_at: int
    requests_per_hour: int | None = None
    """How often its API may be asked, where the marketplace limits hours."""
    listings: dict[str, Listing] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    writes: list[StockWrite] = field(default_factory=list)
    requests: dict[str, Tally] = field(default_factory=dict)

    def listing(self, sku: str) -> Listing:
        """The listing of a SKU that was added to this shop."""
        if sku not in self.listings:
            raise Unknown(f"sku: shop {self.name} does not list {sku!r}")
        return self.listings[sku]

    def count(self, path: str, *, accepted: bool) -> None:
        """Remember one request to an endpoint."""
        tally = self.requests.setdefault(path, Tally())
        if accepted:
            tally.ok += 1
        else:
            tally.refused += 1

    def sold(self) -> dict[str, int]:
        """Units sold of each SKU, without those cancelled before they left."""
        sold = dict.fromkeys(self.listings, 0)
        for order in self.orders.values():
            for line in order.lines:
                sold[line.sku] += line.ordered - line.cancelled_before_leaving
        return sold
