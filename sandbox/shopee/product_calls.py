"""Calls about the catalogue and its stock."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.listings import Listing, StockWrite

from .catalogue import Item, base_info, model_list
from .channel import Shopee
from .wire import Answer, Call, WireError, wrong

_MOST_ITEMS = 50
_MOST_MODELS = 50
_ITEM_STATUSES = {
    "NORMAL",
    "BANNED",
    "UNLIST",
    "REVIEWING",
    "SELLER_DELETE",
    "SHOPEE_DELETE",
}
_FAILED = "Update stock failed, please check failure_list for detailed reason"


class ProductCalls:
    """``product/*``."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee
        self._catalogue = shopee.catalogue

    def item_list(self, call: Call) -> Answer:
        """The shop's items by offset; every one of them is NORMAL."""
        offset, size = call.number("offset"), call.page_size()
        if offset < 0:
            raise wrong("offset must be 0 or greater.")
        statuses = call.query.get("item_status", [])
        if not statuses or not _ITEM_STATUSES.issuperset(statuses):
            raise wrong("item_status is a required field.")
        since = call.number("update_time_from", 0)
        until = call.number("update_time_to", 2**40)
        items = [
            item
            for item in self._catalogue.of(call.shop_account.shop)
            if "NORMAL" in statuses and since <= item.updated_at <= until
        ]
        shown = items[offset : offset + size]
        more = offset + size < len(items)
        return {
            "item": [
                {
                    "item_id": item.id,
                    "item_status": "NORMAL",
                    "update_time": item.updated_at,
                    "tag": {"kit": False},
                }
                for item in shown
            ],
            "total_count": len(items),
            "has_next_page": more,
            "next_offset": offset + size if more else 0,
        }

    def base_info(self, call: Call) -> Answer:
        """Up to fifty items; those that are not here are left out."""
        wanted = call.texts("item_id_list", _MOST_ITEMS)
        items = [self._find(call, _id(text)) for text in wanted]
        found = [base_info(item) for item in items if item is not None]
        if not found:
            raise _no_item()
        return {"item_list": found}

    def model_list(self, call: Call) -> Answer:
        """The models of one item; an item without models answers with none."""
        item = self._find(call, call.number("item_id"))
        if item is None:
            raise _no_item()
        return model_list(item)

    def update_stock(self, call: Call) -> Answer:
        """Write absolute stock for up to fifty models of one item, each by itself."""
        item, rows = self._item_and_rows(call)
        succeeded: list[Json] = []
        failed: list[Json] = []
        for index, (model_id, quantity) in enumerate(rows):
            listing = item.model(model_id)
            if listing is None:
                failed.append({"model_id": model_id, "failed_reason": "Wrong model_id"})
            elif call.fails_in_part and index == 0:
                failed.append({"model_id": model_id, "failed_reason": "Internal error"})
            else:
                self._write(call, listing, quantity)
                succeeded.append(
                    {"model_id": model_id, "location_id": "", "stock": quantity}
                )
        answer: Json = {"failure_list": failed, "success_list": succeeded}
        if failed:
            raise WireError("error_busi_update_stock_failed", _FAILED, answer)
        return answer

    def _write(self, call: Call, listing: Listing, quantity: int) -> None:
        if not call.applies:
            return
        clock = self._shopee.world.clock
        listing.sellable = quantity
        listing.updated_at = clock.stamp()
        call.shop_account.shop.writes.append(
            StockWrite(
                at=clock.wall(),
                sku=listing.sku,
                quantity=quantity,
                request=call.request_id,
            )
        )

    def _item_and_rows(self, call: Call) -> tuple[Item, list[tuple[int, int]]]:
        item_id = call.body.get("item_id")
        if not isinstance(item_id, int) or isinstance(item_id, bool):
            raise _invalid("invalid field ItemId: value must  Not Null")
        rows = call.body_rows("stock_list")
        if not 1 <= len(rows) <= _MOST_MODELS:
            raise _invalid("stock_list must have 1 to 50 entries")
        item = self._find(call, item_id)
        if item is None:
            raise _no_item()
        wanted = [_stock_row(row) for row in rows]
        numbers = [model_id for model_id, _ in wanted]
        if len(set(numbers)) < len(numbers):
            raise _invalid("Repeat model_id")
        if item.has_model and 0 in numbers:
            raise WireError(
                "product.error_edit_item_stock_for_item_has_model",
                "The item has models, stock must be updated for each model_id",
            )
        return item, wanted

    def _find(self, call: Call, item_id: int) -> Item | None:
        return self._catalogue.item(call.shop_account.shop, item_id)


def _stock_row(row: Mapping[str, object]) -> tuple[int, int]:
    model_id = row.get("model_id", 0)
    stocks = row.get("seller_stock")
    if not isinstance(model_id, int) or isinstance(model_id, bool):
        raise _invalid("invalid field model_id")
    if not isinstance(stocks, list) or len(stocks) != 1:
        raise _invalid("invalid field seller_stock: one entry is needed")
    stock = stocks[0] if isinstance(stocks[0], dict) else {}
    if stock.get("location_id"):
        raise _invalid("Can not update item with different stock structure")
    quantity = stock.get("stock")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        raise _invalid("invalid field stock: value must be 0 or greater")
    return model_id, quantity


def _invalid(message: str) -> WireError:
    return WireError("product.error_param", message)


def _no_item() -> WireError:
    return WireError("product.error_item_not_found", "Product not found")


def _id(text: str) -> int:
    if not text.isdecimal():
        raise wrong("item_id_list must hold numbers.")
    return int(text)
