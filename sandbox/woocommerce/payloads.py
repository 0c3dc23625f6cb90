"""What a webhook delivery says: the resource as the API would show it now."""

from sandbox.channel import Json

from .order_json import order_json
from .product_json import found_variation_json, product_json
from .records import Change
from .site import Site


def payload(site: Site, change: Change) -> Json | None:
    """The body of a delivery; nothing when its resource is gone meanwhile."""
    resource, _, event = change.topic.partition(".")
    if event == "deleted":
        return {"id": change.id}
    if resource == "order":
        record = site.records.get(change.id)
        return None if record is None else order_json(site, record)
    return _product(site, change.id)


def _product(site: Site, number: int) -> Json | None:
    if number in site.products:
        return product_json(site, site.products[number])
    for product in site.products.values():
        variation = product.variation(number)
        if variation is not None:
            return found_variation_json(site, product, variation)
    return None
