"""Writing the stock fields of a product or a variation."""

from collections.abc import Mapping

from sandbox.listings import StockWrite
from sandbox.world import World

from .catalogue import Product, Stock, Variation
from .parameters import Parameters, as_whole
from .stock import StockRoom
from .wire import Call

_STATUSES = ("instock", "outofstock", "onbackorder")
_BACKORDERS = ("no", "notify", "yes")


def strict_fields(given: Mapping[str, object]) -> dict[str, object]:
    """The stock fields of a single write, refused unless they fit the schema."""
    parameters = Parameters(given)
    fields: dict[str, object] = {}
    if "stock_quantity" in given:
        fields["stock_quantity"] = parameters.whole("stock_quantity", 0)
    if "manage_stock" in given:
        fields["manage_stock"] = parameters.flag("manage_stock")
    if "stock_status" in given:
        fields["stock_status"] = parameters.choice("stock_status", _STATUSES, "")
    if "backorders" in given:
        fields["backorders"] = parameters.choice("backorders", _BACKORDERS, "no")
    parameters.check()
    return fields


def loose_fields(row: Mapping[str, object]) -> dict[str, object]:
    """The stock fields of one row of a batch, which nothing checks.

    What fits the schema of a single write means the same; a fraction is cut off, and a
    word that is no yes is a no.
    """
    fields: dict[str, object] = {}
    quantity = row.get("stock_quantity")
    if quantity is not None:
        fields["stock_quantity"] = _cut(quantity)
    if row.get("manage_stock") is not None:
        fields["manage_stock"] = str(row["manage_stock"]).lower() in (
            "true",
            "1",
            "yes",
        )
    if row.get("stock_status") in _STATUSES:
        fields["stock_status"] = row["stock_status"]
    if row.get("backorders") in _BACKORDERS:
        fields["backorders"] = row["backorders"]
    return fields


class StockWriter:
    """Applies stock fields as WooCommerce does, odd corners included."""

    def __init__(self, world: World, room: StockRoom) -> None:
        self._world = world
        self._room = room

    def write(
        self,
        call: Call,
        product: Product,
        variation: Variation | None,
        fields: Mapping[str, object],
    ) -> None:
        """Write to the row that was named.

        A quantity for a row that does not manage its own stock is answered with
        success and changes nothing: the parent's number stands.
        """
        stock = variation.stock if variation else product.stock
        applied = _apply(stock, fields)
        listing = variation.listing if variation else product.listing
        product.touch(listing, self._world.clock.stamp())
        self._room.mirror(call.site, product)
        call.site.tell("product.updated", variation.id if variation else product.id)
        if applied is not None:
            self._note(call, product, variation, applied)

    def _note(
        self, call: Call, product: Product, variation: Variation | None, quantity: int
    ) -> None:
        kept = variation.stock if variation else product.stock
        for listing in product.listings:
            if product.keeper(listing) is kept:
                call.site.shop.writes.append(
                    StockWrite(
                        at=self._world.clock.wall(),
                        sku=listing.sku,
                        quantity=quantity,
                        request=call.label,
                    )
                )


def _apply(stock: Stock, fields: Mapping[str, object]) -> int | None:
    manages = fields.get("manage_stock")
    if isinstance(manages, bool):
        stock.manages = manages
    backorders, status = fields.get("backorders"), fields.get("stock_status")
    if isinstance(backorders, str):
        stock.backorders = backorders
    if not stock.manages:
        stock.quantity = None
        stock.status = status if isinstance(status, str) else stock.status
        return None
    quantity = fields.get("stock_quantity")
    if isinstance(quantity, int):
        stock.set_quantity(quantity)
        return quantity
    stock.quantity = stock.quantity or 0
    stock.follow()
    return None


def _cut(value: object) -> int:
    whole = as_whole(value)
    if whole is not None:
        return whole
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0
