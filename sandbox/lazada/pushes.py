"""Lazada's pushes: what they say and how they are signed."""

import json

from sandbox.channel import Json
from sandbox.listings import Listing
from sandbox.orders import Parcel
from sandbox.shops import Shop
from sandbox.webhooks import Letter
from sandbox.world import World

from .accounts import Accounts
from .inventory import Held
from .signing import push_signature
from .trade_orders import OrderItem, ReverseOrder, TradeOrder

TRADE_ORDER, LOW_STOCK, TOKEN_EXPIRY, REVERSE_ORDER, PACKAGE = 0, 6, 8, 10, 14

RETRY_AFTER = (1800.0,) * 12
_ANSWER_WITHIN = 0.5
_WAREHOUSE = "dropshipping"


class Pushes:
    """Posts one message for each item, reverse line or package that changed.

    What nobody acknowledges in twelve retries is gone: there is no queue to read.
    """

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world = world
        self._accounts = accounts

    def item(self, shop: Shop, order: TradeOrder, item: OrderItem) -> None:
        """Tell that an item has a new status."""
        data: Json = {
            "order_status": item.status,
            "trade_order_id": order.id,
            "trade_order_line_id": item.id,
            "status_update_time": item.updated_at,
        }
        if item.reverse_order_id:
            data["reverse_order_id"] = item.reverse_order_id
            data["reverse_order_line_id"] = item.reverse_line_id
        # Only this message counts its own time in milliseconds.
        self._post(shop, TRADE_ORDER, data, timestamp=self._now() * 1000)

    def package(self, shop: Shop, order: TradeOrder, parcel: Parcel) -> None:
        """Tell that a package has a new status."""
        data: Json = {
            "trade_order_id": order.id,
            "buyer_id": _buyer(order),
            "fulfillment_package_id": parcel.number,
            "status": parcel.status,
            "status_update_time": parcel.updated_at,
        }
        self._post(shop, PACKAGE, data)

    def reverse(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder, status: str
    ) -> None:
        """Tell how far a reverse order is, in the words of the pushes."""
        for line in case.lines:
            data: Json = {
                "reverse_order_id": int(case.id),
                "reverse_order_line_id": int(line.id),
                "reverse_status": status,
                "trade_order_id": int(order.id),
                "trade_order_line_id": int(line.item.id),
                "buyer_id": int(_buyer(order)),
                "seller_id": int(self._accounts.of(shop).seller_id),
                "extraParams": {},
                "status_update_time": case.updated_at,
            }
            self._post(shop, REVERSE_ORDER, data)

    def low_stock(self, shop: Shop, listing: Listing, held: Held) -> None:
        """Warn that few units are left to sell."""
        data: Json = {
            "seller_sku": listing.sku,
            "sku_id": int(listing.variant_id),
            "warehouse": _WAREHOUSE,
            "real_quantity": listing.sellable + held.withhold + held.occupy,
            "withhold_quantity": held.withhold,
            "occupy_quantity": held.occupy,
            "pre_order_quantity": 0,
        }
        self._post(shop, LOW_STOCK, data)

    def token_expiry(self, shop: Shop, ends_at: float) -> None:
        """Warn that the seller must soon authorize the app again."""
        data: Json = {
            "app_key": self._accounts.app.key,
            "auth_expiry_time": int(ends_at),
            "seller_id": self._accounts.of(shop).seller_id,
        }
        self._post(shop, TOKEN_EXPIRY, data, seller_id="null")

    def _post(
        self,
        shop: Shop,
        kind: int,
        data: Json,
        *,
        timestamp: int | None = None,
        seller_id: str | None = None,
    ) -> None:
        if shop.webhook_url is None:
            return
        account = self._accounts.of(shop)
        message: Json = {
            "seller_id": account.seller_id if seller_id is None else seller_id,
            "message_type": kind,
            "data": data,
            "timestamp": self._now() if timestamp is None else timestamp,
            "site": f"lazada_{account.country}",
        }
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        app = self._accounts.app
        self._world.courier.post(
            Letter(
                url=shop.webhook_url,
                body=body,
                headers={
                    "Authorization": push_signature(app.key, app.secret, body),
                    "Content-Type": "application/json",
                },
                retry_after=RETRY_AFTER,
                needs_empty_answer=False,
                answer_within=_ANSWER_WITHIN,
                lost=_forget,
            )
        )

    def _now(self) -> int:
        return self._world.clock.stamp()


def _forget() -> None:
    """Nothing keeps a push that nobody took."""


def _buyer(order: TradeOrder) -> str:
    return "1" + order.id[-9:]
