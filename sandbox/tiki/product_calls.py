"""Calls about products and their stock."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.channel import Json

from .catalogue import Product
from .channel import Tiki
from .paging import page
from .statuses import EventType, Model
from .times import moment
from .wire import Call, WireError, rows, whole

_APPLIED, _REFUSED = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Update:
    product: Product
    available: int | None
    price: int | None
    active: bool | None


class ProductCalls:
    """``/v2/products`` and ``/v2.1/products``."""

    def __init__(self, tiki: Tiki) -> None:
        self._tiki = tiki
        self._catalogue = tiki.catalogue

    def listed(self, call: Call) -> Json:
        """The seller's products, the newest first."""
        active = call.flag("active")
        span = {
            name: moment(call.text(name), name)
            for name in (
                "created_from_date",
                "created_to_date",
                "updated_from_date",
                "updated_to_date",
            )
        }
        products = [
            product
            for product in self._catalogue.of(call.account.shop)
            if (active is None or product.active is active) and _within(product, span)
        ]
        shown, paging = page(call, products)
        return {"data": [self._show(call, each) for each in shown], "paging": paging}

    def detail(self, call: Call) -> Json:
        """One product by its id."""
        product = self._catalogue.by_id(call.account.shop, int(call.place["id"]))
        if product is None:
            raise WireError(404, "Product not found")
        return self._show(call, product)

    def find_by(self, call: Call) -> Json:
        """One product by the seller's own code."""
        code = call.text("original_sku")
        product = self._catalogue.by_code(call.account.shop, code)
        if product is None:
            raise WireError(404, "Product not found")
        return self._show(call, product)

    def update_sku(self, call: Call) -> Json:
        """Write one product's stock, price or state."""
        update = self._read(call, call.body, "active")
        if call.fails_in_part:
            raise WireError(400, "The product is being updated by another request")
        self._apply(call, update)
        return {"state": "approved"}

    def update_skus(self, call: Call) -> Json:
        """Write many products, each by itself."""
        sent = rows(call.body, "data")
        if not sent:
            raise WireError(400, "data must not be empty")
        return {"data": [self._row(call, row, at) for at, row in enumerate(sent)]}

    def _row(self, call: Call, row: Mapping[str, object], index: int) -> Json:
        named: Json = {
            name: row[name] for name in ("product_id", "original_sku") if name in row
        }
        try:
            update = self._read(call, row, "status")
            if call.fails_in_part and index == 0:
                raise WireError(400, "The product is being updated by another request")
        except WireError as refused:
            errors = list(refused.sentences)
            return {**named, "status": _REFUSED, "state": "rejected", "errors": errors}
        self._apply(call, update)
        return {**named, "status": _APPLIED, "state": "approved", "errors": []}

    def _read(self, call: Call, row: Mapping[str, object], switch: str) -> _Update:
        product = self._product(call, row)
        price = whole(row, "price") if row.get("price") is not None else None
        if price is not None and price <= 0:
            raise WireError(400, "price must be greater than 0")
        _check_warehouses(call, row)
        return _Update(
            product=product,
            available=_available(call, row),
            price=price,
            active=None if row.get(switch) is None else whole(row, switch) == 1,
        )

    def _product(self, call: Call, row: Mapping[str, object]) -> Product:
        shop = call.account.shop
        product = None
        if row.get("product_id") is not None:
            product = self._catalogue.by_id(shop, whole(row, "product_id"))
        elif isinstance(code := row.get("original_sku"), str) and code:
            product = self._catalogue.by_code(shop, code)
        else:
            raise WireError(400, "product_id or original_sku must not be empty")
        if product is None:
            raise WireError(400, "The product was not found")
        return product

    def _apply(self, call: Call, update: _Update) -> None:
        if not call.applies:
            return
        shop, product = call.account.shop, update.product
        # What lies in Tiki's own warehouse is not the seller's to count.
        if update.available is not None and product.model is not Model.BY_TIKI:
            self._tiki.inventory.write(
                shop, product.listing, update.available, call.label
            )
        if update.price is not None and update.price != product.listing.price:
            self._reprice(call, product, update.price)
        if update.active is not None:
            product.active = update.active
        product.version += 1
        product.listing.updated_at = self._tiki.world.clock.stamp()

    def _reprice(self, call: Call, product: Product, price: int) -> None:
        payload: Json = {
            "product_id": product.id,
            "original_sku": product.listing.sku,
            "price_from": product.listing.price,
            "price_to": price,
        }
        product.listing.price = price
        self._tiki.queues.publish(call.account, EventType.PRICE_UPDATED, payload)

    def _show(self, call: Call, product: Product) -> Json:
        return self._catalogue.show(product, call.account, call.words("include"))


def _available(call: Call, row: Mapping[str, object]) -> int | None:
    if row.get("warehouse_quantities") is None:
        return None
    available = None
    for each in rows(row, "warehouse_quantities"):
        warehouse, quantity = whole(each, "warehouse_id"), whole(each, "qty_available")
        if warehouse != call.account.supplies.id:
            raise WireError(400, f"Warehouse {warehouse} was not found")
        if quantity < 0:
            raise WireError(400, "qty_available must not be less than 0")
        available = quantity
    return available


def _check_warehouses(call: Call, row: Mapping[str, object]) -> None:
    named = row.get("seller_warehouse")
    if named is None:
        return
    if not isinstance(named, str):
        raise WireError(400, "seller_warehouse must be a string")
    for word in named.split(","):
        if word.strip() != str(call.account.supplies.id):
            raise WireError(400, f"Warehouse {word.strip()} was not found")


def _within(product: Product, span: Mapping[str, float | None]) -> bool:
    listing = product.listing
    for column, stamp in (
        ("created", listing.created_at),
        ("updated", listing.updated_at),
    ):
        since, until = span[f"{column}_from_date"], span[f"{column}_to_date"]
        if (since is not None and stamp < since) or (
            until is not None and stamp > until
        ):
            return False
    return True
