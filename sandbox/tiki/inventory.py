"""The three numbers of a product: available, reserved and sellable.

``available`` is what lies on the shelf, units that are promised to open orders
included; Tiki subtracts those by itself, and buyers see the difference.
"""

from dataclasses import dataclass, replace

from sandbox.listings import AutoRestock, Listing, StockWrite
from sandbox.orders import Units
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import Accounts
from .queues import Queues
from .statuses import EventType, Model

_LATE_RELEASE_SECONDS = 3600


@dataclass(kw_only=True)
class Shelf:
    """How many units of one product there are, and how many are promised."""

    available: int
    reserved: int = 0

    @property
    def sellable(self) -> int:
        """What is left to sell; below zero when less was written than is promised."""
        return self.available - self.reserved

    @property
    def shown(self) -> int:
        """What buyers see."""
        return max(0, self.sellable)


class Inventory:
    """Keeps the numbers, and Tiki's habit of moving them by itself.

    An order stays reserved until the buyer takes the parcel or the order ends some
    other way; handing it to the carrier changes neither number.
    """

    def __init__(self, world: World, accounts: Accounts, queues: Queues) -> None:
        self._world = world
        self._accounts = accounts
        self._queues = queues
        self._shelves: dict[str, Shelf] = {}

    def stock(self, listing: Listing) -> None:
        """Begin to count a product at what it is listed with."""
        self._shelves[listing.item_id] = Shelf(available=listing.sellable)

    def shelf(self, listing: Listing) -> Shelf:
        """The numbers of one product."""
        return self._shelves[listing.item_id]

    def recount(self, shop: Shop, units: Units) -> None:
        """Show buyers the true number again, after a sale that did not come about."""
        for sku in units:
            listing = shop.listing(sku)
            listing.sellable = self.shelf(listing).shown

    def reserve(self, shop: Shop, units: Units) -> None:
        """Promise units to an order."""
        self._move(shop, units, available=0, reserved=1)

    def consume(self, shop: Shop, units: Units) -> None:
        """Forget units that the buyer has, on the shelf as well as reserved."""
        self._move(shop, units, available=-1, reserved=-1)

    def free(self, shop: Shop, units: Units) -> None:
        """Let go of a reserve and leave the shelf as the seller last wrote it.

        Buyers see more at once, wherever the goods are: that is how phantom stock
        comes about.
        """
        self._move(shop, units, available=0, reserved=-1)

    def release(self, shop: Shop, units: Units) -> None:
        """Do what this shop's habit says about an order that fell through."""
        gone = dict(units)
        if shop.auto_restock is AutoRestock.NEVER:
            self.consume(shop, gone)
        elif shop.auto_restock is AutoRestock.ON_CANCEL:
            self.free(shop, gone)
        else:
            self._world.agenda.add(_LATE_RELEASE_SECONDS, lambda: self.free(shop, gone))

    def write(self, shop: Shop, listing: Listing, available: int, request: str) -> None:
        """Set what lies on the shelf, as the seller says.

        The list of writes shows what buyers could buy afterwards, so that it can be
        compared with other channels; the request shows what was sent.
        """
        shelf = self.shelf(listing)
        before = replace(shelf)
        shelf.available = available
        self._settle(shop, listing, before)
        shop.writes.append(
            StockWrite(
                at=self._world.clock.wall(),
                sku=listing.sku,
                quantity=shelf.shown,
                request=f"{request} qty_available={available}",
            )
        )

    def _move(self, shop: Shop, units: Units, *, available: int, reserved: int) -> None:
        for sku, quantity in units.items():
            listing = shop.listing(sku)
            shelf = self.shelf(listing)
            before = replace(shelf)
            # The seller may have written less than what is being taken away.
            shelf.available = max(0, shelf.available + available * quantity)
            shelf.reserved += reserved * quantity
            self._settle(shop, listing, before)

    def _settle(self, shop: Shop, listing: Listing, before: Shelf) -> None:
        shelf = self.shelf(listing)
        listing.sellable = shelf.shown
        if shelf == before:
            return
        listing.updated_at = self._world.clock.stamp()
        account = self._accounts.of(shop)
        self._queues.publish(
            account,
            EventType.INVENTORY_UPDATED,
            {
                "product_id": int(listing.item_id),
                "original_sku": listing.sku,
                "warehouse_id": account.supplies.id,
                "quantity_from": 0,
                "quantity_to": 0,
                "quantity_available_from": before.available,
                "quantity_available_to": shelf.available,
                "quantity_reserved_from": before.reserved,
                "quantity_reserved_to": shelf.reserved,
                "quantity_sellable_from": before.sellable,
                "quantity_sellable_to": shelf.sellable,
            },
            version="v2",
        )


def model_of(sku: str) -> Model:
    """The operation model that a SKU is sold under: its prefix tells.

    ``ODF-`` is brought to Tiki's warehouse order by order, ``SD-`` is delivered by the
    seller, ``FBT-`` is Tiki's own stock; everything else is dropship.
    """
    prefix = sku.partition("-")[0] if "-" in sku else ""
    return _MODELS.get(prefix, Model.DROPSHIP)


_MODELS = {
    "ODF": Model.ON_DEMAND,
    "SD": Model.SELLER_DELIVERY,
    "FBT": Model.BY_TIKI,
}
