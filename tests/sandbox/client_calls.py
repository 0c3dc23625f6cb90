"""Lists orders and writes one number through a library of others.

Runs where the libraries are installed and this project is not: told on stdin what
``tests.sandbox.clients`` opened, prints what it was answered.
"""

# mypy: disable-error-code="import-not-found"

import json
import sys
import time
from typing import Any

Given = dict[str, Any]


def shopee(given: Given) -> None:
    # Of its two packages the older one, ``pyshopee``, cannot be imported.
    from pyshopee2 import Client

    known = given["settings"]
    client = Client(
        known["shop_id"],
        known["partner_id"],
        known["partner_key"],
        "https://localhost",
        access_token=known["access_token"],
    )
    client.host = known["base_url"]
    now = int(time.time())
    print(
        client.order.get_order_list(
            time_range_field="create_time",
            time_from=now - 3600,
            time_to=now + 60,
            page_size=50,
        )
    )
    listing = given["listing"]
    row = {
        "model_id": int(listing["variant_id"]),
        "seller_stock": [{"stock": given["quantity"]}],
    }
    item_id = int(listing["item_id"])
    print(client.product.update_stock(item_id=item_id, stock_list=[row]))


def lazada(given: Given) -> None:
    from lazop_sdk import LazopClient, LazopRequest

    known, listing = given["settings"], given["listing"]
    client = LazopClient(known["base_url"], known["app_key"], known["app_secret"])
    orders = LazopRequest("/orders/get", "GET")
    orders.add_api_param("created_after", "2020-01-01T00:00:00+07:00")
    print(client.execute(orders, known["access_token"]).body)
    stock = LazopRequest("/product/stock/sellable/update", "POST")
    stock.add_api_param(
        "payload",
        "<Request><Product><Skus><Sku>"
        f"<ItemId>{listing['item_id']}</ItemId><SkuId>{listing['variant_id']}</SkuId>"
        f"<SellableQuantity>{given['quantity']}</SellableQuantity>"
        "</Sku></Skus></Product></Request>",
    )
    print(client.execute(stock, known["access_token"]).body)


def tiktok(given: Given) -> None:
    from tiktok_shop_api import TikTokShop
    from tiktok_shop_api.generated.models import UpdateInventoryRequest

    known, listing = given["settings"], given["listing"]
    names = ("app_key", "app_secret", "access_token", "shop_cipher", "base_url")
    shop = TikTokShop(**{name: known[name] for name in names})
    print(shop.orders.get_order_list(page_size=50))
    inventory = {
        "warehouse_id": known["warehouse_id"],
        "quantity": given["quantity"],
    }
    skus = {"skus": [{"id": listing["variant_id"], "inventory": [inventory]}]}
    body = UpdateInventoryRequest.from_dict(skus)
    print(shop.products.update_inventory(listing["item_id"], body=body))


def shopify(given: Given) -> None:
    import shopify as library

    known = given["settings"]
    session = library.Session("s1.myshopify.com", "2026-07", known["access_token"])
    library.ShopifyResource.activate_session(session)
    # Else it speaks https to the shop's own name.
    library.ShopifyResource.set_site(f"{known['base_url']}/admin/api/2026-07")
    print([order.id for order in library.Order.find(status="any")])
    (place,) = library.Location.find()
    variant = library.Variant.find(given["listing"]["variant_id"])
    library.InventoryLevel.set(place.id, variant.inventory_item_id, given["quantity"])


def woocommerce(given: Given) -> None:
    from woocommerce import API

    known, listing = given["settings"], given["listing"]
    site = API(
        url=known["base_url"],
        consumer_key=known["consumer_key"],
        consumer_secret=known["consumer_secret"],
        version="wc/v3",
    )
    print([order["id"] for order in site.get("orders").json()])
    path = f"products/{listing['item_id']}"
    if listing["variant_id"]:
        path += f"/variations/{listing['variant_id']}"
    number = {"manage_stock": True, "stock_quantity": given["quantity"]}
    print(site.put(path, number).json())


if __name__ == "__main__":
    globals()[sys.argv[1]](json.load(sys.stdin))
