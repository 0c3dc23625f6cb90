"""How SKUs are laid out as products and variants, and Haravan's JSON for them."""

from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.channel import Json
from sandbox.listings import Listing

from .formats import timestamp

# The first SKU of a call stands alone, the next two share a product, then one alone
# again: whoever reads the catalogue always meets both shapes.
LAYOUT = (1, 2)

_ONLY_TITLE = "Default Title"


@dataclass(kw_only=True, eq=False)
class Variant:
    """A SKU with its stock at both locations.

    The available number at the shop's own location is the listing's, the number that
    buyers see; on hand is available and committed together.
    """

    id: int
    listing: Listing
    level_id: int
    transit_level_id: int
    updated_at: int
    committed: int = 0
    in_transit: int = 0
    transit_updated_at: int = 0


@dataclass(kw_only=True, eq=False)
class Product:
    """A product with one variant or several."""

    id: int
    name: str
    created_at: int
    variants: list[Variant] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When anything of it changed last."""
        return max(variant.updated_at for variant in self.variants)


def product_json(product: Product) -> Json:
    """A product as every call answers it."""
    options: list[Json] = [
        {
            "name": "Title" if len(product.variants) == 1 else "Phân loại",
            "id": product.id + 1,
            "position": 1,
            "product_id": product.id,
        }
    ]
    return {
        "body_html": product.name,
        "body_plain": None,
        "created_at": timestamp(product.created_at),
        "handle": f"san-pham-{product.id}",
        "id": product.id,
        "images": [],
        "product_type": "Khác",
        "published_at": timestamp(product.created_at),
        "published_scope": "global",
        "tags": None,
        "template_suffix": "product",
        "title": product.name,
        "updated_at": timestamp(product.updated_at),
        "variants": [variant_json(product, each) for each in product.variants],
        "vendor": "Khác",
        "options": options,
        "only_hide_from_list": False,
        "not_allow_promotion": False,
    }


def variant_json(product: Product, variant: Variant) -> Json:
    """A variant; its quantity is what buyers may order."""
    listing = variant.listing
    title = variant_title(product, variant)
    return {
        "barcode": listing.barcode or None,
        "compare_at_price": Decimal(0),
        "created_at": timestamp(product.created_at),
        "fulfillment_service": None,
        "grams": Decimal(0),
        "id": variant.id,
        "inventory_management": "haravan",
        "inventory_policy": "deny",
        "inventory_quantity": listing.sellable,
        "position": product.variants.index(variant) + 1,
        "price": Decimal(listing.price),
        "product_id": product.id,
        "requires_shipping": True,
        "sku": listing.sku,
        "taxable": False,
        "title": title,
        "updated_at": timestamp(variant.updated_at),
        "image_id": None,
        "option1": title,
        "option2": None,
        "option3": None,
        "inventory_advance": None,
    }


def variant_title(product: Product, variant: Variant) -> str:
    """A variant that stands alone has no name of its own."""
    return _ONLY_TITLE if len(product.variants) == 1 else variant.listing.name
