"""Calls about the catalogue, its stock and the warehouses that hold it."""

from collections.abc import Sequence

from sandbox.channel import Json
from sandbox.listings import Listing

from .accounts import Account
from .catalogue import Product, detail, search_row
from .channel import TikTok
from .errors import no_product
from .order_calls import between
from .paging import Stamped, page
from .wire import Call, Fields, WireError, invalid

_LARGEST = 99_999
_MOST_PRODUCTS, _MOST_SKUS, _MOST_SETTINGS, _MOST_SEARCHED = 100, 600, 500, 10
_STATUSES = (
    "ALL",
    "DRAFT",
    "PENDING",
    "FAILED",
    "ACTIVATE",
    "SELLER_DEACTIVATED",
    "PLATFORM_DEACTIVATED",
    "FREEZE",
    "DELETED",
)


class ProductCalls:
    """``product/*`` and ``logistics/*/warehouses``."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok
        self._catalogue = tiktok.catalogue
        self._inventory = tiktok.inventory

    def search(self, call: Call) -> Json:
        """Products by filters in the body; every one of them is ACTIVATE."""
        size = call.page_size(100)
        fields = call.fields()
        status = fields.optional_text("status") or "ALL"
        if status not in _STATUSES:
            raise invalid("The `status` value is not supported.")
        seller_skus = fields.texts("seller_skus", _MOST_SEARCHED)
        sku_ids = fields.texts("sku_ids", _MOST_SEARCHED)
        created, updated = _until(fields, "create_time"), _until(fields, "update_time")
        account = call.shop_account
        rows = [
            Stamped(
                row=product,
                id=product.id,
                created_at=product.created_at,
                updated_at=product.updated_at,
            )
            for product in self._catalogue.of(account.shop)
            if status in ("ALL", "ACTIVATE")
            and _has(product, seller_skus, sku_ids)
            and product.created_at in created
            and product.updated_at in updated
        ]
        return page(
            call, rows, size, "products", lambda row: search_row(row, account.warehouse)
        )

    def detail(self, call: Call) -> Json:
        """One product in full."""
        account = call.shop_account
        return detail(self._product(call), account.warehouse)

    def warehouses(self, call: Call) -> Json:
        """One building under two ids, that of the returns first."""
        warehouse = call.shop_account.warehouse
        kinds = {
            "RETURN_WAREHOUSE": warehouse.return_id,
            "SALES_WAREHOUSE": warehouse.sales_id,
        }
        return {
            "warehouses": [
                {
                    "id": id_,
                    "entity_id": warehouse.entity_id,
                    "name": "Kho chính",
                    "type": kind,
                    "sub_type": "DOMESTIC_WAREHOUSE",
                    "effect_status": "ENABLED",
                    "is_default": True,
                    "address": {
                        "region_code": "VN",
                        "region": "Vietnam",
                        "full_address": "12 Lê Lợi, Quận 1, TP. HCM",
                    },
                }
                for kind, id_ in kinds.items()
            ]
        }

    def inventory(self, call: Call) -> Json:
        """Available and committed units; SKU ids win over product ids."""
        fields = call.fields()
        sku_ids = fields.texts("sku_ids", _MOST_SKUS)
        product_ids = fields.texts("product_ids", _MOST_PRODUCTS)
        if not sku_ids and not product_ids:
            raise invalid("The `product_ids` or `sku_ids` field is required.")
        shop = call.shop_account.shop
        found = (
            [self._catalogue.with_sku(shop, sku_id) for sku_id in sku_ids]
            if sku_ids
            else [self._catalogue.product(shop, id_) for id_ in product_ids]
        )
        products = {each.id: each for each in found if each is not None}
        return {
            "inventory": [
                {
                    "product_id": product.id,
                    "skus": [
                        self._sku_json(call.shop_account, listing)
                        for listing in product.listings
                        if not sku_ids or listing.variant_id in sku_ids
                    ],
                }
                for product in products.values()
            ]
        }

    def update(self, call: Call) -> Json:
        """Write absolute available stock for SKUs of one product, each by itself.

        A SKU that fails stands in ``errors`` of an answer whose code is 0.
        """
        product = self._product(call)
        rows = call.fields().rows("skus")
        if not rows:
            raise WireError(12052036, "The SKU ID is necessary")
        warehouse_id = call.shop_account.warehouse.sales_id
        wanted = [_Write(row, warehouse_id) for row in rows]
        errors: list[Json] = []
        for index, write in enumerate(wanted):
            listing = product.sku(write.sku_id)
            if listing is None:
                errors.append(write.failed(12052048, "The SKU is not of the product"))
            elif write.unknown_warehouse:
                errors.append(write.failed(12052097, "The warehouse does not exist"))
            elif call.fails_in_part and index == 0:
                errors.append(write.failed(12052990, "batch update inventory error"))
            elif call.applies:
                shop = call.shop_account.shop
                self._inventory.write(shop, listing, write.quantity, call.request_id)
        return {"errors": errors} if errors else {}

    def settings(self, call: Call) -> Json:
        """Say for SKUs whether a cancellation puts reserved units back by itself.

        Leaving the choice out means no.
        """
        fields = call.fields()
        account = call.shop_account
        if fields.text("seller_id") not in (account.shop_id, account.open_id):
            raise WireError(12019112, "seller id is invalid")
        sku_ids = fields.texts("sku_ids", _MOST_SETTINGS)
        if not sku_ids:
            raise invalid("The `sku_ids` field is required.")
        chosen = fields.nested("stock_operation_setting").flag("enable_auto_restock")
        succeeded: list[str] = []
        failed: list[str] = []
        for index, sku_id in enumerate(sku_ids):
            product = self._catalogue.with_sku(account.shop, sku_id)
            listing = None if product is None else product.sku(sku_id)
            if listing is None or (call.fails_in_part and index == 0):
                failed.append(sku_id)
                continue
            succeeded.append(sku_id)
            if call.applies:
                self._inventory.set_auto_restock(listing, enabled=bool(chosen))
        return {
            "stock_operation": {
                "success_sku_ids": succeeded,
                "failed_sku_ids": failed,
            }
        }

    def _product(self, call: Call) -> Product:
        product = self._catalogue.product(
            call.shop_account.shop, call.path["product_id"]
        )
        if product is None:
            raise no_product()
        return product

    def _sku_json(self, account: Account, listing: Listing) -> Json:
        available, committed = listing.sellable, self._inventory.committed(listing)
        return {
            "id": listing.variant_id,
            "seller_sku": listing.sku,
            "total_available_quantity": available,
            "total_committed_quantity": committed,
            "total_available_inventory_distribution": {
                "in_shop_inventory": {"quantity": available},
                "campaign_inventory": [],
                "creator_inventory": [],
            },
            "warehouse_inventory": [
                {
                    "warehouse_id": account.warehouse.sales_id,
                    "available_quantity": available,
                    "committed_quantity": committed,
                }
            ],
        }


class _Write:
    """One row of a stock write; a malformed one refuses the whole call."""

    def __init__(self, row: Fields, warehouse_id: str) -> None:
        self.sku_id = row.text("id")
        entries = row.rows("inventory")
        if len(entries) != 1:
            raise WireError(
                12019028, "List each warehouse of the SKU once; it has one warehouse"
            )
        self.warehouse_id = entries[0].optional_text("warehouse_id") or warehouse_id
        self.unknown_warehouse = self.warehouse_id != warehouse_id
        self.quantity = entries[0].number("quantity")
        if not 0 <= self.quantity <= _LARGEST:
            raise WireError(12019024, "stock count is invalid")

    def failed(self, code: int, message: str) -> Json:
        """The row as it stands among the errors."""
        return {
            "code": 12052990,
            "message": "batch update inventory error",
            "detail": {
                "sku_id": self.sku_id,
                "extra_errors": [
                    {
                        "warehouse_id": self.warehouse_id,
                        "code": code,
                        "message": message,
                    }
                ],
            },
        }


def _until(fields: Fields, name: str) -> range:
    """Whole seconds with both ends, as only the product search has them."""
    until = fields.optional_number(f"{name}_le")
    open_end = between(fields, name)
    return open_end if until is None else range(open_end.start, until + 1)


def _has(product: Product, seller_skus: Sequence[str], sku_ids: Sequence[str]) -> bool:
    return (
        not seller_skus or any(x.sku in seller_skus for x in product.listings)
    ) and (not sku_ids or any(x.variant_id in sku_ids for x in product.listings))
