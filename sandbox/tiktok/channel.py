"""TikTok Shop as the sandbox sees it: the pieces put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from sandbox.channel import Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Line, Order, Units
from sandbox.refusals import BadInput
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import ACCESS_SECONDS, REFRESH_SECONDS, Account, Accounts
from .aftersales import Aftersales
from .announcements import Announcements
from .cancellations import Cancellations
from .catalogue import Catalogue
from .chronicle import Chronicle
from .inventory import Inventory
from .orders import LineItem, ReturnCase, TikTokOrder
from .parcels import Carrier
from .statuses import OrderStatus, ReturnStatus
from .story import Story
from .throttle import Throttle, refusal
from .webhooks import Webhooks
from .wire import error_envelope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Shop, TikTokOrder, Units | None], None]


class TikTok(Channel):
    """The TikTok Shop marketplace in Vietnam: one app, any number of shops."""

    name = "tiktok"
    limits_hours = True

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts = Accounts(world.identifiers)
        self.throttle = Throttle()
        self.catalogue = Catalogue(world)
        self.webhooks = Webhooks(world, self.accounts)
        self.inventory = Inventory(world, self.webhooks)
        self.carrier = Carrier(world)
        self.cancellations = Cancellations(world, self.carrier, self.inventory)
        parts = world, self.carrier, self.inventory, self.cancellations
        self.story = Story(*parts)
        self.aftersales = Aftersales(*parts)
        self.chronicle = Chronicle(
            world,
            Announcements(world, self.webhooks),
            self.cancellations,
            self.aftersales,
        )
        self.actions: Mapping[str, _Act] = {
            "arrange": self.story.arrange,
            "pick_up": self.story.pick_up,
            "deliver": self.story.deliver,
            "fail_delivery": self.story.fail_delivery,
            "cancel": self.cancellations.cancel,
            "request_return": self.aftersales.request,
            "refund": self.aftersales.refund,
            "send_back": self.aftersales.send_back,
            "arrive_back": self.aftersales.arrive_back,
            "lose": self.aftersales.lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": self.story.pay,
            "end_hold": self.story.end_hold,
            "complete": self.story.complete,
            "ask_cancel": self.cancellations.ask,
            "auto_cancel": self.cancellations.auto_cancel,
            "request_refund": self.aftersales.request_refund,
            "request_replacement": self.aftersales.request_replacement,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Authorize the app for a new shop."""
        account = self.accounts.open(shop)
        tokens = self.give_tokens(account, self.world.clock.now())
        self.webhooks.watch_authorization(account)
        app = self.accounts.app
        return {
            "base_url": base_url,
            "auth_url": base_url,
            "app_key": app.key,
            "app_secret": app.secret,
            "service_id": app.service_id,
            "shop_id": account.shop_id,
            "shop_cipher": account.cipher,
            "warehouse_id": account.warehouse.sales_id,
            **tokens,
        }

    def give_tokens(
        self, account: Account, now: float, *, applies: bool = True
    ) -> Json:
        """A new pair of tokens; both ends of life are moments, not spans.

        They are moments of the wall clock, which is the only one that a client has.
        """
        pair = self.accounts.new_pair()
        if applies:
            account.take_up(pair, now)
        wall = self.world.clock.stamp()
        return {
            "access_token": pair.access_token,
            "access_token_expire_in": wall + ACCESS_SECONDS,
            "refresh_token": pair.refresh_token,
            "refresh_token_expire_in": wall + REFRESH_SECONDS,
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, alone and in pairs by turns."""
        return self.catalogue.add(shop, items)

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        return self._new_order(shop, units, cod=cod, unpaid=unpaid)

    def replace(self, shop: Shop, case: ReturnCase) -> None:
        """Send the same goods once more: a new order, which takes stock again."""
        self.world.sales.take_off(shop, case.units)
        self.aftersales.close(case.order, case, ReturnStatus.REPLACEMENT_COMPLETE)
        order = self._new_order(shop, case.units, cod=False, unpaid=False)
        order.replaced_order_id = case.order.id
        order.buyer_id = case.order.buyer_id

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as TikTok Shop would."""
        assert isinstance(order, TikTokOrder), "this channel places no others"
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        with self.chronicle.entry(shop, order, action):
            self.actions[action](shop, order, units)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop whose cipher stands in the query, or whose token in the header."""
        query = parse_qs(environ.get("QUERY_STRING", ""))
        account = self.accounts.with_cipher(query.get("shop_cipher", [""])[0])
        if account is None:
            token = environ.get("HTTP_X_TTS_ACCESS_TOKEN", "")
            account = self.accounts.with_token(token)
        return None if account is None else account.shop

    def throttled(self) -> WireAnswer:
        """The rate limit."""
        told = refusal()
        return self._error(told.status, told.code, told.message)

    def broken(self) -> WireAnswer:
        """A failure inside TikTok Shop."""
        return self._error(500, 36009003, "Internal error. Please try again.")

    def token_expired(self) -> WireAnswer:
        """The answer to an access token that is too old."""
        return self._error(401, 105002, "access token is expired, please refresh it")

    def misshapen(self) -> WireAnswer:
        """A success whose ``data`` is a list where an object belongs."""
        body: Json = {
            "code": 0,
            "message": "Success",
            "data": [],
            "request_id": self.request_id(),
        }
        return WireAnswer(status=200, body=body)

    def request_id(self) -> str:
        """A request id as TikTok Shop prints it: the time and a number."""
        with self.world.lock:
            draw = self.world.identifiers
            day = draw.day(self.world.clock.stamp(), "%Y%m%d%H%M%S")
            return day + draw.passing(20).upper()

    def _new_order(
        self, shop: Shop, units: Units, *, cod: bool, unpaid: bool
    ) -> TikTokOrder:
        now = self.world.clock.stamp()
        draw = self.world.identifiers.digits
        parcel = self.carrier.new_parcel(units)
        order = TikTokOrder(
            id=draw(15, "579"),
            shop=shop.name,
            buyer_id=draw(15, "7494"),
            cod=cod,
            status=OrderStatus.UNPAID if unpaid else OrderStatus.AWAITING_SHIPMENT,
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            unpaid=unpaid,
            lines=[
                Line(listing=shop.listing(sku), ordered=quantity)
                for sku, quantity in units.items()
            ],
            parcels=[parcel],
        )
        order.items = [
            LineItem(id=draw(15, "579"), listing=line.listing, parcel=parcel)
            for line in order.lines
            for _ in range(line.ordered)
        ]
        shop.orders[order.id] = order
        self.inventory.reserve(shop, units)
        self.chronicle.begin(shop, order)
        return order

    def _error(self, status: int, code: int, message: str) -> WireAnswer:
        return WireAnswer(
            status=status, body=error_envelope(self.request_id(), code, message)
        )
