"""The two numbers of a SKU, available and committed, and what moves them."""

from collections import Counter
from datetime import UTC, datetime

from sandbox.channel import Json
from sandbox.listings import AutoRestock, Listing, StockWrite
from sandbox.orders import Units
from sandbox.shops import Shop
from sandbox.world import World

from .statuses import Topic
from .webhooks import Webhooks

_LATE_RESTOCK_SECONDS = 3600


class Inventory:
    """Keeps what is promised to orders, and the marketplace's habit of restocking.

    ``available`` is the listing's sellable number.  ``committed`` is ordered and not
    yet collected; it falls when the carrier comes or the order is cancelled.
    """

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._committed: Counter[tuple[str, str]] = Counter()
        self._enabled: dict[tuple[str, str], bool] = {}

    def committed(self, listing: Listing) -> int:
        """Units ordered and not yet collected."""
        return self._committed[listing.item_id, listing.variant_id]

    def set_auto_restock(self, listing: Listing, *, enabled: bool) -> None:
        """Remember the seller's own choice for one SKU."""
        self._enabled[listing.item_id, listing.variant_id] = enabled

    def reserve(self, shop: Shop, units: Units) -> None:
        """Promise units to an order that were already taken off the shelf number."""
        for sku, quantity in units.items():
            self._commit(shop, sku, quantity, -quantity, "ORDER_PLACED")

    def ship(self, shop: Shop, units: Units) -> None:
        """Forget units that the carrier took."""
        for sku, quantity in units.items():
            self._commit(shop, sku, -quantity, 0, "ORDER_SHIPPED")

    def release(self, shop: Shop, units: Units) -> None:
        """Free what was promised to units that will not be collected any more."""
        for sku, quantity in units.items():
            self._commit(shop, sku, -quantity, 0, "ORDER_CANCELLED")

    def restock_cancelled(self, shop: Shop, units: Units) -> None:
        """Do what this shop's habit and each SKU's setting say about a cancellation.

        It never asks where the goods are: that is how phantom stock comes about.
        """
        for sku, quantity in units.items():
            listing = shop.listing(sku)
            chosen = self._enabled.get((listing.item_id, listing.variant_id))
            habit = shop.auto_restock
            if chosen is False:
                habit = AutoRestock.NEVER
            elif chosen and habit is AutoRestock.NEVER:
                habit = AutoRestock.ON_CANCEL
            self._restock(shop, sku, quantity, habit)

    def restock_returned(self, shop: Shop, units: Units) -> None:
        """Do what this shop's habit says about a refund; no setting stops that."""
        for sku, quantity in units.items():
            self._restock(shop, sku, quantity, shop.auto_restock)

    def write(self, shop: Shop, listing: Listing, quantity: int, request: str) -> None:
        """Set the available number, as the seller asked."""
        clock = self._world.clock
        delta = quantity - listing.sellable
        listing.sellable = quantity
        listing.updated_at = clock.stamp()
        shop.writes.append(
            StockWrite(
                at=clock.wall(), sku=listing.sku, quantity=quantity, request=request
            )
        )
        if delta:
            self._announce(shop, listing, delta, 0, "SELLER_UPDATE")

    def _restock(self, shop: Shop, sku: str, quantity: int, habit: AutoRestock) -> None:
        if habit is AutoRestock.ON_CANCEL:
            self._put_back(shop, sku, quantity)
        elif habit is AutoRestock.LATE:
            self._world.agenda.add(
                _LATE_RESTOCK_SECONDS, lambda: self._put_back(shop, sku, quantity)
            )

    def _put_back(self, shop: Shop, sku: str, quantity: int) -> None:
        listing = shop.listing(sku)
        listing.sellable += quantity
        listing.updated_at = self._world.clock.stamp()
        self._announce(shop, listing, quantity, 0, "AUTO_RESTOCK")

    def _commit(
        self, shop: Shop, sku: str, committed: int, available: int, source: str
    ) -> None:
        listing = shop.listing(sku)
        self._committed[listing.item_id, listing.variant_id] += committed
        self._announce(shop, listing, available, committed, source)

    def _announce(
        self, shop: Shop, listing: Listing, available: int, committed: int, source: str
    ) -> None:
        if not self._webhooks.wanted(shop, Topic.INVENTORY_CHANGED_BY_SHOP):
            return
        at = _iso(self._world.clock.stamp())
        draw = self._world.identifiers.passing
        now_committed = self.committed(listing)
        # Unlike everywhere else, the ids of this event are numbers.
        data: Json = {
            "event_id": draw(),
            "occurred_at": at,
            "shop_id": int(self._webhooks.shop_id(shop)),
            "product_id": int(listing.item_id),
            "sku_id": int(listing.variant_id),
            "quantity_snapshot_after_change": {
                "total_quantity": listing.sellable + now_committed,
                "total_available_quantity": listing.sellable,
                "total_committed_quantity": now_committed,
                "in_shop_quantity": listing.sellable,
                "campaign_locked_quantity": 0,
                "creator_locked_quantity": 0,
            },
            "change_detail": [
                {
                    "idempotency_key": draw(),
                    "trigger_source": source,
                    "occurred_at": at,
                    "total_quantity_delta": available + committed,
                    "available_quantity_delta": available,
                    "committed_quantity_delta": committed,
                    "in_shop_quantity_delta": available,
                    "campaign_locked_quantity_delta": 0,
                    "creator_locked_quantity_delta": 0,
                }
            ],
        }
        self._webhooks.post(shop, Topic.INVENTORY_CHANGED_BY_SHOP, data)


def _iso(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
