"""When a site takes units off its stock, and when it puts them back by itself."""

from collections.abc import Iterable, Mapping

from sandbox.listings import AutoRestock, Listing
from sandbox.orders import Units
from sandbox.refusals import NotAllowed
from sandbox.world import World

from .catalogue import Product
from .records import LineItem, OrderRecord
from .site import Site
from .statuses import RESTORES_STOCK

LATE_RESTOCK_SECONDS = 3600
NOT_MANAGED = 1_000_000
"""What buyers may order of a product whose stock nobody counts."""


class StockRoom:
    """Moves the numbers on products and variations."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, site: Site, units: Units) -> None:
        """Refuse a sale of several variations that share too small a stock."""
        wanted: dict[int, int] = {}
        for sku, quantity in units.items():
            listing = site.shop.listing(sku)
            keeper = site.keeper(listing)
            if keeper is None or keeper.quantity is None:
                continue
            wanted[id(keeper)] = wanted.get(id(keeper), 0) + quantity
            free = keeper.quantity - _held(site, listing)
            if wanted[id(keeper)] > free:
                raise NotAllowed(f"sku {sku}: sold out, its product has {free} left")

    def hold(self, site: Site, record: OrderRecord) -> None:
        """Keep units for an order that is being paid; the number stays as it is."""
        site.held[record.id] = {i.line.sku: i.line.ordered for i in record.items}
        self._mirror(site, record)

    def release(self, site: Site, record: OrderRecord) -> None:
        """Let go of what was kept for an order."""
        if site.held.pop(record.id, None):
            self._mirror(site, record)

    def reduce(self, site: Site, record: OrderRecord) -> None:
        """Take every row off the stock, unless it was before."""
        if record.stock_reduced:
            return
        for item in record.items:
            ordered = item.line.ordered
            if not item.reduced and self._move(site, item, -ordered):
                item.meta.put("_reduced_stock", str(ordered))
                site.product_of(item.line.listing).sales += ordered
        record.stock_reduced = True

    def restore(self, site: Site, record: OrderRecord) -> None:
        """Put back what an order took, after the habit of the site.

        Nobody asks where the goods are: a shipped order that is cancelled comes back
        like any other.
        """
        if not record.stock_reduced:
            return
        habit = site.shop.auto_restock
        if habit is AutoRestock.LATE:
            self._world.agenda.add(
                LATE_RESTOCK_SECONDS, lambda: self._restore_late(site, record)
            )
            return
        if habit is AutoRestock.ON_CANCEL:
            self._put_back(site, record)
        record.stock_reduced = False

    def restock(
        self, site: Site, record: OrderRecord, quantities: Mapping[int, int]
    ) -> None:
        """Put refunded units back; never more than once for the same unit."""
        for item in record.items:
            quantity = quantities.get(item.id, 0)
            if quantity and item.reduced and self._move(site, item, quantity):
                before = item.meta.get("_restock_refunded_items")
                again = quantity + (int(before) if isinstance(before, str) else 0)
                item.meta.put("_reduced_stock", str(item.reduced - quantity))
                item.meta.put("_restock_refunded_items", str(again))

    def restock_late(
        self, site: Site, record: OrderRecord, quantities: Mapping[int, int]
    ) -> None:
        """The same, an hour later on the clock."""
        self._world.agenda.add(
            LATE_RESTOCK_SECONDS, lambda: self.restock(site, record, quantities)
        )

    def mirror(self, site: Site, product: Product) -> None:
        """Show buyers what the product's rows say now."""
        for listing in product.listings:
            listing.sellable = _sellable(site, product, listing)

    def mirror_units(self, site: Site, skus: Iterable[str]) -> None:
        """The same for the products of several SKUs."""
        for sku in skus:
            self.mirror(site, site.product_of(site.shop.listing(sku)))

    def _mirror(self, site: Site, record: OrderRecord) -> None:
        self.mirror_units(site, [item.line.sku for item in record.items])

    def _restore_late(self, site: Site, record: OrderRecord) -> None:
        if record.status in RESTORES_STOCK and record.stock_reduced:
            self._put_back(site, record)
            record.stock_reduced = False

    def _put_back(self, site: Site, record: OrderRecord) -> None:
        for item in record.items:
            if item.reduced and self._move(site, item, item.reduced):
                item.meta.drop("_reduced_stock")

    def _move(self, site: Site, item: LineItem, quantity: int) -> bool:
        listing = item.line.listing
        product = site.product_of(listing)
        keeper = product.keeper(listing)
        if keeper is None:
            return False
        keeper.set_quantity((keeper.quantity or 0) + quantity)
        product.touch(listing, self._world.clock.stamp())
        self.mirror(site, product)
        site.tell("product.updated", product.row_of(keeper))
        return True


def _sellable(site: Site, product: Product, listing: Listing) -> int:
    keeper = product.keeper(listing)
    if keeper is None:
        status = product.own_stock(listing).status
        return 0 if status == "outofstock" else NOT_MANAGED
    return max(0, (keeper.quantity or 0) - _held(site, listing))


def _held(site: Site, listing: Listing) -> int:
    keeper = site.keeper(listing)
    return sum(
        quantity
        for units in site.held.values()
        for sku, quantity in units.items()
        if site.keeper(site.shop.listing(sku)) is keeper
    )
