"""Products and variations in WooCommerce's JSON."""

from sandbox.channel import Json
from sandbox.listings import Listing

from .catalogue import Product, Stock, Variation
from .order_json import address, links
from .site import Site
from .times import gmt_text, local_text

_ALLOWED = "GET POST PUT PATCH DELETE"


def product_json(site: Site, product: Product) -> Json:
    """A product; the stock of a variable one is on its variations, or on itself."""
    listing = product.listing
    price = str(listing.price) if listing else _lowest(product)
    return {
        "id": product.id,
        "name": product.name,
        "slug": product.slug,
        "permalink": f"{site.base_url}/product/{product.slug}/",
        **_dates(product.created_at, product.updated_at),
        "type": "simple" if listing else "variable",
        "status": "publish",
        "featured": False,
        "catalog_visibility": "visible",
        "description": "",
        "short_description": "",
        "sku": listing.sku if listing else "",
        "price": price,
        "regular_price": price if listing else "",
        **_NO_SALE,
        "purchasable": True,
        "total_sales": product.sales,
        **_NOT_DIGITAL,
        "external_url": "",
        "button_text": "",
        "tax_status": "taxable",
        "tax_class": "",
        **_stock(product.stock, product.stock.manages),
        "sold_individually": False,
        **_PARCEL,
        "shipping_required": True,
        "shipping_taxable": True,
        "reviews_allowed": True,
        "average_rating": "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": 0,
        "purchase_note": "",
        "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": _attributes(product),
        "default_attributes": [],
        "variations": [variation.id for variation in product.variations],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": "",
        "related_ids": [],
        "meta_data": [],
        "stock_status": _shown_status(product),
        "has_options": not listing,
        "post_password": "",
        "global_unique_id": listing.barcode if listing else "",
        "_links": links(site, "products", f"products/{product.id}", _ALLOWED),
    }


def variation_json(site: Site, product: Product, variation: Variation) -> Json:
    """A variation; ``manage_stock`` is "parent" where the product keeps the stock."""
    parent = f"products/{product.id}"
    here = f"{parent}/variations"
    return {
        "id": variation.id,
        "type": "variation",
        **_dates(variation.listing.created_at, variation.listing.updated_at),
        "description": "",
        "permalink": f"{site.base_url}/product/{product.slug}/?attribute_size="
        f"{variation.id}",
        **_priced(variation.listing),
        "status": "publish",
        "purchasable": True,
        **_NOT_DIGITAL,
        "tax_status": "taxable",
        "tax_class": "parent",
        **_variation_stock(product, variation),
        **_PARCEL,
        "image": None,
        "gallery_image_ids": [],
        "attributes": [
            {"id": 0, "name": "Size", "slug": "size", "option": variation.option}
        ],
        "menu_order": 0,
        "meta_data": [],
        "name": variation.option,
        "parent_id": product.id,
        "_links": {
            **links(site, here, f"{here}/{variation.id}", _ALLOWED),
            "up": [{"href": address(site, parent)}],
        },
    }


def found_variation_json(site: Site, product: Product, variation: Variation) -> Json:
    """A variation as a search for its SKU among the products shows it."""
    shown = product_json(site, product)
    variant = variation_json(site, product, variation)
    return {name: variant.get(name, value) for name, value in shown.items()} | {
        "type": "variation",
        "parent_id": product.id,
        "variations": [],
    }


def _dates(created: int, modified: int) -> Json:
    return {
        "date_created": local_text(created),
        "date_created_gmt": gmt_text(created),
        "date_modified": local_text(modified),
        "date_modified_gmt": gmt_text(modified),
    }


def _priced(listing: Listing) -> Json:
    return {
        "sku": listing.sku,
        "global_unique_id": listing.barcode,
        "price": str(listing.price),
        "regular_price": str(listing.price),
        **_NO_SALE,
    }


def _stock(stock: Stock, manages: object) -> Json:
    return {
        "manage_stock": manages,
        "stock_quantity": stock.quantity if stock.manages else None,
        "backorders": stock.backorders,
        "backorders_allowed": stock.backorders != "no",
        "backordered": stock.status == "onbackorder",
        "low_stock_amount": None,
    }


def _variation_stock(product: Product, variation: Variation) -> Json:
    keeper = product.keeper(variation.listing)
    if keeper is None:
        shown = _stock(variation.stock, False)
        return {**shown, "stock_status": variation.stock.status}
    manages: object = True if keeper is variation.stock else "parent"
    return {**_stock(keeper, manages), "stock_status": keeper.status}


def _shown_status(product: Product) -> str:
    if product.listing or product.stock.manages or not product.variations:
        return product.stock.status
    statuses = {variation.stock.status for variation in product.variations}
    return "instock" if "instock" in statuses else min(statuses)


def _attributes(product: Product) -> list[Json]:
    if not product.variations:
        return []
    return [
        {
            "id": 0,
            "name": "Size",
            "slug": "Size",
            "position": 0,
            "visible": True,
            "variation": True,
            "options": [variation.option for variation in product.variations],
        }
    ]


def _lowest(product: Product) -> str:
    return str(min(listing.price for listing in product.listings))


_NO_SALE: Json = {
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "on_sale": False,
}
_NOT_DIGITAL: Json = {
    "virtual": False,
    "downloadable": False,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
}
_PARCEL: Json = {
    "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "",
    "shipping_class_id": 0,
}
