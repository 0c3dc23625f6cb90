"""The shop, its location, its catalogue and its inventory levels."""

from sandbox.channel import Json
from sandbox.shopify.announcements import inventory_level
from sandbox.shopify.catalogue import Product, Variant
from sandbox.shopify.formats import (
    CURRENCY,
    TIME_ZONE,
    gid,
    rest_money,
    rest_time,
)
from sandbox.shopify.graph.session import Session

from .paging import page
from .wire import Answer, Call, RestError, not_found

_MOST_IDS = 50


class StockCalls:
    """``shop``, ``locations``, ``products`` and ``inventory_levels``."""

    def shop(self, call: Call) -> Answer:
        """The shop's own card."""
        account = call.session.account
        return Answer(
            body={
                "shop": {
                    "id": account.shop_id,
                    "name": account.shop.name,
                    "domain": account.domain,
                    "myshopify_domain": account.domain,
                    "email": f"owner@{account.domain}",
                    "country_code": "VN",
                    "currency": CURRENCY,
                    "iana_timezone": TIME_ZONE,
                    "primary_location_id": account.location_id,
                    "plan_name": "basic",
                    "created_at": rest_time(account.shop.opened_at),
                }
            }
        )

    def locations(self, call: Call) -> Answer:
        """The one location."""
        return Answer(body={"locations": [_location(call.session)]})

    def location(self, call: Call) -> Answer:
        """The one location, by its number."""
        _check_location(call.session, call.numbers["location_id"])
        return Answer(body={"location": _location(call.session)})

    def levels_of_location(self, call: Call) -> Answer:
        """All levels of a location."""
        _check_location(call.session, call.numbers["location_id"])
        return _level_page(call, _variants(call))

    def levels(self, call: Call) -> Answer:
        """The levels of up to fifty items or locations."""
        items = _ids(call, "inventory_item_ids")
        places = _ids(call, "location_ids")
        if not items and not places:
            message = "inventory_item_ids or location_ids must be present"
            raise RestError(422, message)
        here = not places or call.session.account.location_id in places
        return _level_page(
            call,
            [
                each
                for each in _variants(call)
                if here and (not items or each.inventory_item_id in items)
            ],
        )

    def set_level(self, call: Call) -> Answer:
        """Write an absolute number; nothing is compared."""
        return _write(call, call.whole("available"))

    def adjust_level(self, call: Call) -> Answer:
        """Add to a number."""
        variant = _named_variant(call)
        adjustment = call.whole("available_adjustment")
        return _write(call, variant.listing.sellable + adjustment)

    def connect_level(self, call: Call) -> Answer:
        """Stock an item at the location, which every item is already."""
        variant = _named_variant(call)
        level = inventory_level(call.session.account.location_id, variant)
        return Answer(body={"inventory_level": level}, status=201)

    def products(self, call: Call) -> Answer:
        """The catalogue."""
        products = call.session.shopify.catalogue.products(call.session.shop)
        found = page(products, lambda each: each.id, call.query)
        named = {"previous": found.previous, "next": found.following}
        return Answer(
            body={"products": [_product(call.session, each) for each in found.rows]},
            links={name: info for name, info in named.items() if info is not None},
        )

    def product(self, call: Call) -> Answer:
        """One product."""
        products = call.session.shopify.catalogue.products(call.session.shop)
        for each in products:
            if each.id == call.numbers["product_id"]:
                return Answer(body={"product": _product(call.session, each)})
        raise not_found()

    def variant(self, call: Call) -> Answer:
        """One variant."""
        for each in _variants(call):
            if each.id == call.numbers["variant_id"]:
                return Answer(body={"variant": _variant(each)})
        raise not_found()


def _write(call: Call, available: int) -> Answer:
    session = call.session
    variant = _named_variant(call)
    if session.fails_in_part:
        raise RestError(422, ["Inventory item is not stocked at this location"])
    level = {
        **inventory_level(session.account.location_id, variant),
        "available": available,
    }
    if session.applies:
        session.shopify.inventory.write(
            session.shop, variant, available, request=session.request_id
        )
    return Answer(body={"inventory_level": level})


def _named_variant(call: Call) -> Variant:
    session = call.session
    _check_location(session, call.whole("location_id"))
    number = call.whole("inventory_item_id")
    variant = session.shopify.catalogue.by_inventory_item(session.shop, number)
    if variant is None:
        raise not_found()
    return variant


def _check_location(session: Session, number: int) -> None:
    if number != session.account.location_id:
        raise not_found()


def _level_page(call: Call, variants: list[Variant]) -> Answer:
    found = page(variants, lambda each: each.inventory_item_id, call.query)
    location_id = call.session.account.location_id
    named = {"previous": found.previous, "next": found.following}
    levels = [inventory_level(location_id, each) for each in found.rows]
    return Answer(
        body={"inventory_levels": levels},
        links={name: info for name, info in named.items() if info is not None},
    )


def _ids(call: Call, name: str) -> list[int]:
    texts = [each for each in call.query.get(name, "").split(",") if each]
    if len(texts) > _MOST_IDS:
        raise RestError(422, f"{name} must have at most {_MOST_IDS} values")
    if not all(each.isdecimal() for each in texts):
        raise RestError(400, {name: "Invalid value."})
    return [int(each) for each in texts]


def _variants(call: Call) -> list[Variant]:
    return call.session.shopify.catalogue.variants(call.session.shop)


def _location(session: Session) -> Json:
    opened = rest_time(session.shop.opened_at)
    return {
        "id": session.account.location_id,
        "admin_graphql_api_id": gid("Location", session.account.location_id),
        "name": "Kho chính",
        "active": True,
        "legacy": False,
        "country": "VN",
        "country_code": "VN",
        "created_at": opened,
        "updated_at": opened,
    }


def _product(session: Session, product: Product) -> Json:
    return {
        "id": product.id,
        "admin_graphql_api_id": gid("Product", product.id),
        "title": product.title,
        "handle": f"product-{product.id}",
        "status": "active",
        "vendor": session.shop.name,
        "product_type": "",
        "tags": "",
        "created_at": rest_time(product.created_at),
        "published_at": rest_time(product.created_at),
        "updated_at": rest_time(product.updated_at),
        "variants": [_variant(each) for each in product.variants],
    }


def _variant(variant: Variant) -> Json:
    listing = variant.listing
    return {
        "id": variant.id,
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "product_id": variant.product.id,
        "inventory_item_id": variant.inventory_item_id,
        "inventory_management": "shopify",
        "inventory_policy": "deny",
        "inventory_quantity": listing.sellable,
        "position": variant.position,
        "title": variant.title,
        "option1": variant.title,
        "sku": listing.sku,
        "barcode": listing.barcode or None,
        "price": rest_money(listing.price),
        "compare_at_price": None,
        "requires_shipping": True,
        "taxable": False,
        "grams": 300,
        "created_at": rest_time(listing.created_at),
        "updated_at": rest_time(listing.updated_at),
    }
