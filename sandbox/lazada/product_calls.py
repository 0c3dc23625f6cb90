"""Calls about the catalogue and its stock."""

from collections.abc import Callable

from sandbox.channel import Json
from sandbox.listings import Listing, StockWrite

from .catalogue import WAREHOUSE, Product, product_detail, product_row
from .channel import Lazada
from .stock_payload import StockRow, stock_rows
from .times import window
from .wire import Answer, Call, Data, Result, WireError, numbered, parsed

_MOST_PRODUCTS = 50
_HIGHEST_OFFSET = 10_000
_MOST_SELLER_SKUS = 100
_FILTERS = {"all", "live", "inactive", "deleted", "pending", "rejected", "sold-out"}

_NEGATIVE = "Negative sellable on inventory stock"


class _RowRefused(Exception):
    """One SKU of a batch cannot be written; the sentence says why."""


_NewSellable = Callable[[Listing, StockRow], int | None]


class ProductCalls:
    """``/products/*`` and ``/product/*``."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada
        self._catalogue = lazada.catalogue
        self._held = lazada.inventory.held

    def products(self, call: Call) -> Answer:
        """The shop's products by offset, newest first."""
        limit = call.number("limit", 20, least=1, most=_MOST_PRODUCTS, refusal=19)
        offset = call.number("offset", 0, least=0, most=_HIGHEST_OFFSET, refusal=14)
        matching = self._matching(call)
        shown = matching[offset : offset + limit]
        return Data(
            value={
                "total_products": len(matching),
                "products": [product_row(each, self._held) for each in shown],
            }
        )

    def product(self, call: Call) -> Answer:
        """One product."""
        found = self._catalogue.product(call.seller.shop, call.text("item_id"))
        if found is None:
            raise numbered(208, "Item not exist")
        return Data(value=product_detail(found, self._held))

    def warehouses(self, call: Call) -> Answer:
        """The one warehouse of a seller who has no more."""
        warehouse: Json = {
            "code": WAREHOUSE,
            "name": call.seller.shop.name,
            "detailAddress": "******",
            "needToUpdate": False,
            "defaultAddress": True,
            "status": "ACTIVE",
        }
        return Result(
            value={
                "success": True,
                "not_success": False,
                "repeated": False,
                "retry": False,
                "module": [warehouse],
                "error_code": {},
            }
        )

    def update_sellable(self, call: Call) -> Answer:
        """Write absolute sellable numbers."""
        return self._write(call, _absolute("SellableQuantity"))

    def adjust_sellable(self, call: Call) -> Answer:
        """Add to sellable numbers, or take from them; doing it twice does it twice."""

        def adjusted(listing: Listing, row: StockRow) -> int:
            return listing.sellable + _needed(row, "SellableQuantity")

        return self._write(call, adjusted)

    def update_total(self, call: Call) -> Answer:
        """Write totals: what is withheld and occupied is part of the number."""

        def without_held(listing: Listing, row: StockRow) -> int | None:
            held = self._held(listing)
            total = row.quantity("Quantity")
            if total is None:
                return None
            return total - held.withhold - held.occupy

        return self._write(call, without_held)

    def update_product(self, call: Call) -> Answer:
        """Edit products; of their fields only the sellable number is played."""

        def edited(_listing: Listing, row: StockRow) -> int | None:
            return row.quantity("quantity")

        return self._write(call, edited)

    def _write(self, call: Call, new_sellable: _NewSellable) -> Answer:
        """Write each SKU by itself; the refused ones are listed in ``detail``."""
        failed: list[Json] = []
        for index, row in enumerate(stock_rows(call.text("payload"))):
            try:
                if call.fails_in_part and index == 0:
                    raise _RowRefused("Internal Application Error")
                listing = self._listing(call, row)
                sellable = new_sellable(listing, row)
                if sellable is None:
                    # A row about something else than stock writes no stock.
                    continue
                if sellable < 0:
                    raise _RowRefused(_NEGATIVE)
                self._set(call, listing, sellable)
            except _RowRefused as refused:
                name = self._name(call, row)
                failed.append({"seller_sku": name, "message": str(refused)})
        if failed:
            raise WireError("501", "E501: Update product failed", detail=failed)
        return Data(value={})

    def _set(self, call: Call, listing: Listing, sellable: int) -> None:
        if not call.applies:
            return
        listing.sellable = sellable
        listing.updated_at = self._lazada.world.clock.stamp()
        call.seller.shop.writes.append(
            StockWrite(
                at=self._lazada.world.clock.wall(),
                sku=listing.sku,
                quantity=sellable,
                request=call.request_id,
            )
        )

    def _listing(self, call: Call, row: StockRow) -> Listing:
        shop = call.seller.shop
        listing = self._catalogue.listing(shop, row.sku_id, row.seller_sku)
        if listing is None:
            raise _RowRefused("SKU not exist")
        if row.item_id and row.item_id != listing.item_id:
            raise _RowRefused("Item not exist")
        if row.several_warehouses:
            raise _RowRefused("The seller does not have several warehouses")
        return listing

    def _name(self, call: Call, row: StockRow) -> str:
        listing = self._catalogue.listing(call.seller.shop, row.sku_id, row.seller_sku)
        return row.seller_sku if listing is None else listing.sku

    def _matching(self, call: Call) -> list[Product]:
        wanted = call.text("filter", "all")
        if wanted not in _FILTERS:
            raise numbered(36, "Invalid status filter")
        skus = _seller_skus(call)
        created = window(call, "create_after", "create_before")
        updated = window(call, "update_after", "update_before")
        return [
            product
            for product in reversed(self._catalogue.of(call.seller.shop))
            if _passes(product, wanted)
            and created(product.created_at)
            and updated(product.updated_at)
            and (skus is None or any(each.sku in skus for each in product.listings))
        ]


def _passes(product: Product, wanted: str) -> bool:
    # Everything that is listed here is live; nothing is ever switched off.
    if wanted == "sold-out":
        return product.sold_out
    return wanted in ("all", "live")


def _seller_skus(call: Call) -> set[str] | None:
    text = call.text("sku_seller_list", "")
    if not text:
        return None
    names = parsed(text)
    if not isinstance(names, list) or len(names) > _MOST_SELLER_SKUS:
        raise numbered(5, "Invalid Request Format")
    return {str(name) for name in names}


def _absolute(name: str) -> _NewSellable:
    def written(listing: Listing, row: StockRow) -> int:
        return _needed(row, name)

    return written


def _needed(row: StockRow, name: str) -> int:
    quantity = row.quantity(name)
    if quantity is None:
        raise _RowRefused(f"{name} is not a number")
    return quantity
