"""Calls about products, their variations, and the stock of both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.channel import Json

from .catalogue import Product, Variation
from .channel import Woocommerce
from .pages import DateFilter, Window, page_reply
from .parameters import Parameters, as_list
from .product_json import found_variation_json, product_json, variation_json
from .stock_writes import StockWriter, loose_fields, strict_fields
from .wire import Call, Reply, WireError, invalid_id

_ORDER_BY = ("date", "id", "include", "title", "slug", "modified", "menu_order")
_TYPES = ("simple", "grouped", "external", "variable")
_STOCK = ("instock", "outofstock", "onbackorder")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    product: Product
    variation: Variation | None = None

    @property
    def id(self) -> int:
        return self.variation.id if self.variation else self.product.id

    @property
    def kind(self) -> str:
        if self.variation:
            return "variation"
        return "simple" if self.product.listing else "variable"

    @property
    def created_at(self) -> int:
        return self.product.created_at

    @property
    def updated_at(self) -> int:
        if self.variation:
            return self.variation.listing.updated_at
        return self.product.updated_at

    @property
    def sku(self) -> str:
        listing = self.variation.listing if self.variation else self.product.listing
        return listing.sku if listing else ""


class ProductCalls:
    """``products`` and ``products/{id}/variations``."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._writer = StockWriter(woocommerce.world, woocommerce.stock)

    def list(self, call: Call) -> Reply:
        """Products by page; a search for SKUs finds variations among them."""
        parameters = Parameters(call.query)
        skus = as_list(call.query.get("sku", ""))
        kind = parameters.choice("type", ("", *_TYPES), "")
        stock_status = parameters.choice("stock_status", ("", *_STOCK), "")
        candidates = [_Row(product=each) for each in call.site.products.values()]
        if skus:
            candidates += [
                _Row(product=product, variation=variation)
                for product in call.site.products.values()
                for variation in product.variations
            ]

        rows = [
            row
            for row in candidates
            if (not skus or row.sku in skus)
            and (not kind or row.kind == kind)
            and (not stock_status or _stock_status(call, row) == stock_status)
        ]
        return _page(call, parameters, rows, lambda row: _product_row(call, row))

    def get(self, call: Call, product_id: int) -> Reply:
        """One product, or a variation by its own number."""
        return Reply(body=_product_row(call, _find_any(call, product_id)))

    def update(self, call: Call, product_id: int) -> Reply:
        """Write a product's stock fields; other fields are left alone."""
        fields = strict_fields(call.given)
        row = _find_any(call, product_id, status=400)
        return Reply(body=self._write_product(call, row, fields))

    def batch_update(self, call: Call, row: Mapping[str, object]) -> Json:
        """One row of ``products/batch``; nothing checks it against the schema."""
        found = _find_any(call, _id(row), status=400)
        return self._write_product(call, found, loose_fields(row))

    def variations(self, call: Call, product_id: int) -> Reply:
        """The variations of a product; of one that is not here, none."""
        product = call.site.products.get(product_id)
        rows = [
            _Row(product=product, variation=variation)
            for variation in (product.variations if product else [])
            if product
        ]
        skus = as_list(call.query.get("sku", ""))
        rows = [row for row in rows if not skus or row.sku in skus]
        parameters = Parameters(call.query)
        return _page(call, parameters, rows, lambda row: _variation_row(call, row))

    def variation(self, call: Call, product_id: int, variation_id: int) -> Reply:
        """One variation."""
        row = _find_variation(call, product_id, variation_id)
        return Reply(body=_variation_row(call, row))

    def update_variation(self, call: Call, product_id: int, variation_id: int) -> Reply:
        """Write a variation's stock fields."""
        fields = strict_fields(call.given)
        row = _find_variation(call, product_id, variation_id, status=400)
        self._writer.write(call, row.product, row.variation, fields)
        return Reply(body=_variation_row(call, row))

    def batch_update_variation(
        self, call: Call, product_id: int, row: Mapping[str, object]
    ) -> Json:
        """One row of ``products/{id}/variations/batch``."""
        found = _find_variation(call, product_id, _id(row), status=400)
        self._writer.write(call, found.product, found.variation, loose_fields(row))
        return _variation_row(call, found)

    def _write_product(
        self, call: Call, row: _Row, fields: Mapping[str, object]
    ) -> Json:
        if row.variation is not None:
            raise WireError(
                "woocommerce_rest_invalid_product_id",
                "To manipulate product variations you should use the "
                "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.",
                404,
            )
        self._writer.write(call, row.product, None, fields)
        return _product_row(call, row)


def _page(
    call: Call,
    parameters: Parameters,
    rows: list[_Row],
    show: Callable[[_Row], Json],
) -> Reply:
    window = Window.read(parameters)
    dates = DateFilter.read(parameters)
    include, exclude = parameters.numbers("include"), parameters.numbers("exclude")
    direction = parameters.choice("order", ("asc", "desc"), "desc")
    by = parameters.choice("orderby", _ORDER_BY, "date")
    parameters.check()
    shown = [
        row
        for row in rows
        if (not include or row.id in include)
        and row.id not in exclude
        and dates.lets_through(row.created_at, row.updated_at)
    ]
    if by == "include" and include:
        shown.sort(key=lambda row: include.index(row.id))
    else:
        key = {"modified": lambda row: (row.updated_at, row.id)}.get(
            by, lambda row: (row.created_at, row.id)
        )
        shown.sort(key=key, reverse=direction == "desc")
    return page_reply(call, shown, window, show)


def _product_row(call: Call, row: _Row) -> Json:
    if row.variation is None:
        return product_json(call.site, row.product)
    return found_variation_json(call.site, row.product, row.variation)


def _stock_status(call: Call, row: _Row) -> object:
    return _product_row(call, row)["stock_status"]


def _variation_row(call: Call, row: _Row) -> Json:
    assert row.variation is not None, "only rows of variations are shown so"
    return variation_json(call.site, row.product, row.variation)


def _find_any(call: Call, number: int, status: int = 404) -> _Row:
    product = call.site.products.get(number)
    if product is not None:
        return _Row(product=product)
    for parent in call.site.products.values():
        variation = parent.variation(number)
        if variation is not None:
            return _Row(product=parent, variation=variation)
    raise invalid_id("product", status)


def _find_variation(
    call: Call, product_id: int, variation_id: int, status: int = 404
) -> _Row:
    product = call.site.products.get(product_id)
    variation = product.variation(variation_id) if product else None
    if product is None or variation is None:
        raise invalid_id("product_variation", status)
    return _Row(product=product, variation=variation)


def _id(row: Mapping[str, object]) -> int:
    value = row.get("id")
    return value if isinstance(value, int) else 0
