"""Calls about the catalogue."""

from .catalogue import Product, product_json, variant_json
from .wire import Call, Reply, is_within, not_found


class ProductCalls:
    """``products`` and ``variants``."""

    def list(self, call: Call) -> Reply:
        """Products by page."""
        shown = [product_json(each) for each in call.page(_matching(call))]
        return Reply(body={"products": shown})

    def count(self, call: Call) -> Reply:
        """How many products fit."""
        return Reply(body={"count": len(_matching(call))})

    def get(self, call: Call, product_id: int) -> Reply:
        """One product."""
        return Reply(body={"product": product_json(_find(call, product_id))})

    def variants(self, call: Call, product_id: int) -> Reply:
        """The variants of one product by page."""
        product = _find(call, product_id)
        shown = [variant_json(product, each) for each in call.page(product.variants)]
        return Reply(body={"variants": shown})

    def variant(self, call: Call, variant_id: int) -> Reply:
        """One variant."""
        variant = call.store.variants.get(variant_id)
        if variant is None:
            raise not_found()
        product = call.store.product_of(variant.listing)
        return Reply(body={"variant": variant_json(product, variant)})


def _matching(call: Call) -> list[Product]:
    since, ids = call.whole("since_id", 0), call.numbers("ids", 250)
    least, most = call.moment("updated_at_min"), call.moment("updated_at_max")
    return [
        each
        for each in call.store.products.values()
        if each.id > since
        and (not ids or each.id in ids)
        and is_within(least, each.updated_at, most)
    ]


def _find(call: Call, product_id: int) -> Product:
    product = call.store.products.get(product_id)
    if product is None:
        raise not_found()
    return product
