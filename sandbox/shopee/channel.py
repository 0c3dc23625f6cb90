"""Shopee as the sandbox sees it: the pieces put together."""

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

from .accounts import ACCESS_SECONDS, Accounts
from .aftersales import Aftersales
from .cancellations import Cancellations
from .catalogue import Catalogue
from .chronicle import Chronicle
from .parcels import Carrier
from .pushes import Pushes
from .statuses import OrderStatus, PackageStatus
from .story import Story

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Shop, Order, Units | None], None]


class Shopee(Channel):
    """The Shopee marketplace: one app, any number of shops."""

    name = "shopee"

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts = Accounts(world.identifiers)
        self.catalogue = Catalogue(world)
        self.pushes = Pushes(world, self.accounts)
        self.chronicle = Chronicle(world, self.pushes)
        self.carrier = Carrier(world)
        self.story = Story(world, self.carrier)
        self.cancellations = Cancellations(world, self.carrier)
        self.aftersales = Aftersales(world, self.carrier, self.story)
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
            "fail_pickup": self.story.fail_pickup,
            "complete": self.story.complete,
            "ask_cancel": self.cancellations.ask,
            "claim_not_received": self.aftersales.claim_not_received,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Authorize the app for a new shop."""
        account = self.accounts.open(shop)
        pair = self.accounts.new_pair()
        account.take_up(pair, self.world.clock.now())
        partner = self.accounts.partner
        return {
            "base_url": base_url,
            "partner_id": partner.id,
            "partner_key": partner.key,
            "push_partner_key": partner.push_key,
            "shop_id": account.shop_id,
            "access_token": pair.access_token,
            "refresh_token": pair.refresh_token,
            "expire_in": ACCESS_SECONDS,
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, with and without models by turns."""
        return self.catalogue.add(shop, items)

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        now = self.world.clock.stamp()
        identifiers = self.world.identifiers
        status = PackageStatus.NOT_START if unpaid else PackageStatus.READY
        order = Order(
            id=identifiers.code(8, identifiers.day(now, "%y%m%d")),
            shop=shop.name,
            cod=cod,
            status=OrderStatus.UNPAID if unpaid else OrderStatus.READY_TO_SHIP,
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            lines=[
                Line(listing=shop.listing(sku), ordered=quantity)
                for sku, quantity in units.items()
            ],
            parcels=[self.carrier.new_parcel(units, status)],
        )
        shop.orders[order.id] = order
        self.chronicle.begin(shop, order)
        return order

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as Shopee would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        with self.chronicle.entry(shop, order, action):
            self.actions[action](shop, order, units)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop whose number stands in the query."""
        numbers = parse_qs(environ.get("QUERY_STRING", "")).get("shop_id", [""])
        if not (numbers[0].isascii() and numbers[0].isdigit()):
            return None
        account = self.accounts.by_shop_id.get(int(numbers[0]))
        return None if account is None else account.shop

    def throttled(self) -> WireAnswer:
        """The burst limit."""
        return self._error(
            429,
            "error_rate_limit",
            "Too many requests. You have reached the rate limit. "
            "Please try again later.",
        )

    def broken(self) -> WireAnswer:
        """A failure inside Shopee."""
        return self._error(500, "error_server", "Something wrong. Please try later.")

    def token_expired(self) -> WireAnswer:
        """The answer to an access token that is too old."""
        return self._error(200, "error_auth", "Invalid access_token.")

    def misshapen(self) -> WireAnswer:
        """An empty success whose ``response`` is a list where an object belongs."""
        return WireAnswer(
            status=200,
            body={
                "request_id": self.request_id(),
                "error": "",
                "message": "",
                "response": [],
            },
        )

    def request_id(self) -> str:
        """A request id as Shopee prints it."""
        with self.world.lock:
            return self.world.identifiers.passing()

    def _error(self, status: int, code: str, message: str) -> WireAnswer:
        body: Json = {
            "request_id": self.request_id(),
            "error": code,
            "message": message,
        }
        return WireAnswer(status=status, body=body)
