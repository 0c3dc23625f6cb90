"""One WooCommerce site: a shop with its keys and its tables."""

from dataclasses import dataclass, field

from sandbox.listings import Listing
from sandbox.shops import Shop

from .catalogue import Product, Stock
from .records import Change, Numbers, OrderRecord, Webhook


@dataclass(kw_only=True)
class Site:
    """Everything that one installation stores.

    It holds data alone and no service, so that a request which must leave no trace can
    run on a copy.
    """

    shop: Shop
    base_url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    numbers: Numbers
    fulfilments_enabled: bool = True
    nonces: dict[int, str] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    records: dict[int, OrderRecord] = field(default_factory=dict)
    held: dict[int, dict[str, int]] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def product_of(self, listing: Listing) -> Product:
        """The product that a listing is sold through."""
        return self.products[int(listing.item_id)]

    def keeper(self, listing: Listing) -> Stock | None:
        """The stock that counts for a listing; nothing when none is managed."""
        return self.product_of(listing).keeper(listing)

    def tell(self, topic: str, resource_id: int) -> None:
        """Note a change for the webhooks of a topic."""
        self.changes.append(Change(topic=topic, id=resource_id))
