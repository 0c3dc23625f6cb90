"""One shop on Haravan with everything that it stores."""

from dataclasses import dataclass, field

from sandbox.channel import Json
from sandbox.listings import Listing
from sandbox.shops import Shop

from .catalogue import Product, Variant
from .records import EventRecord, Purchase


@dataclass(frozen=True, kw_only=True, eq=False)
class AdjustedLine:
    """How much one variant moved."""

    id: int
    variant: Variant
    quantity: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Adjustment:
    """A booked inventory adjustment, whichever type the request had."""

    id: int
    number: str
    at: int
    location_id: int
    reason: str
    note: str | None
    tags: str | None
    lines: list[AdjustedLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that webhooks tell."""

    topic: str
    body: Json


@dataclass(kw_only=True, eq=False)
class Store:
    """A shop's data alone and no service.

    A request that must leave no trace runs on a copy of it.
    """

    shop: Shop
    org_id: int
    user_id: int
    location_id: int
    transit_location_id: int
    opened_at: int
    subscribed: bool = False
    next_order_number: int = 100001
    next_adjustment_number: int = 100001
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    purchases: dict[int, Purchase] = field(default_factory=dict)
    adjustments: dict[int, Adjustment] = field(default_factory=dict)
    events: list[EventRecord] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)

    def variant_of(self, listing: Listing) -> Variant:
        """The variant through which a listing is sold."""
        return self.variants[int(listing.variant_id)]

    def product_of(self, listing: Listing) -> Product:
        """The product that a listing belongs to."""
        return self.products[int(listing.item_id)]

    def tell(self, topic: str, body: Json) -> None:
        """Note a change for the webhooks."""
        self.announcements.append(Announcement(topic=topic, body=body))
