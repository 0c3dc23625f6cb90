"""Products and variations, and which of them keeps the stock."""

from dataclasses import dataclass, field

from sandbox.listings import Listing


@dataclass(kw_only=True)
class Stock:
    """The stock fields of a product or a variation."""

    manages: bool
    quantity: int | None
    status: str = "instock"
    backorders: str = "no"

    def set_quantity(self, quantity: int) -> None:
        """Write the number; whether it is in stock follows from it."""
        self.quantity = quantity
        self.follow()

    def follow(self) -> None:
        """Let the status follow the number, where there is one."""
        if not self.manages or self.quantity is None:
            return
        if self.quantity > 0:
            self.status = "instock"
        else:
            self.status = "outofstock" if self.backorders == "no" else "onbackorder"


@dataclass(kw_only=True)
class Variation:
    """One choice of a variable product."""

    id: int
    option: str
    listing: Listing
    stock: Stock


@dataclass(kw_only=True)
class Product:
    """A simple product with a listing of its own, or a variable one."""

    id: int
    name: str
    slug: str
    stock: Stock
    created_at: int
    changed_at: int
    listing: Listing | None = None
    sales: int = 0
    variations: list[Variation] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When the product's own row changed last."""
        return self.listing.updated_at if self.listing else self.changed_at

    @property
    def listings(self) -> list[Listing]:
        """Everything that is sold through this product."""
        if self.listing is not None:
            return [self.listing]
        return [variation.listing for variation in self.variations]

    def variation(self, variation_id: int) -> Variation | None:
        """One of its variations."""
        return next((v for v in self.variations if v.id == variation_id), None)

    def keeper(self, listing: Listing) -> Stock | None:
        """The stock that counts for a listing; nothing when none is managed."""
        for variation in self.variations:
            if variation.listing is listing and variation.stock.manages:
                return variation.stock
        return self.stock if self.stock.manages else None

    def own_stock(self, listing: Listing) -> Stock:
        """The stock fields in the listing's own row."""
        for variation in self.variations:
            if variation.listing is listing:
                return variation.stock
        return self.stock

    def row_of(self, keeper: Stock) -> int:
        """The number of the row that a stock is kept in."""
        for variation in self.variations:
            if variation.stock is keeper:
                return variation.id
        return self.id

    def touch(self, listing: Listing | None, stamp: int) -> None:
        """Move the update time of the row that keeps the listing, or of its own."""
        if listing is None:
            self.changed_at = stamp
        else:
            listing.updated_at = stamp
