"""WooCommerce as the sandbox sees it: the pieces put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sandbox.channel import Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Line, Order, Units
from sandbox.refusals import BadInput, NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .aftersales import Aftersales
from .authentication import named_key
from .deliveries import PING, Deliveries
from .layout import Shelves
from .lifecycle import Lifecycle
from .parcels import Carrier
from .payloads import payload
from .records import LineItem, Meta, Numbers, OrderRecord
from .refunds import Refunds
from .site import Site
from .statuses import OrderStatus
from .stock import StockRoom
from .story import Story
from .tracking import TrackingPlugin
from .webhooks import subscribe

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Site, OrderRecord, Units | None], None]

_OWNERS_TOPICS = ("order.created", "order.updated", "order.deleted")
"""What the shop's owner subscribes to when a webhook address is given."""


class Woocommerce(Channel):
    """Any number of sites behind one address, told apart by their keys."""

    name = "woocommerce"

    def __init__(self, world: World) -> None:
        self.world = world
        self.sites: dict[str, Site] = {}
        self.stock = StockRoom(world)
        self.plugin = TrackingPlugin(world)
        self.lifecycle = Lifecycle(world, self.stock, self.plugin)
        self.refunds = Refunds(world, self.stock, self.lifecycle)
        self.deliveries = Deliveries(world, payload)
        self._carrier = Carrier(world)
        self._shelves = Shelves(world)
        self._numbers = Numbers()
        self._by_shop: dict[str, Site] = {}
        story = Story(world, self._carrier, self.plugin, self.lifecycle, self.refunds)
        aftersales = Aftersales(world, self._carrier, story)
        self.actions: Mapping[str, _Act] = {
            "arrange": story.arrange,
            "pick_up": story.pick_up,
            "deliver": story.deliver,
            "fail_delivery": story.fail_delivery,
            "cancel": story.cancel,
            "request_return": aftersales.request,
            "refund": aftersales.refund,
            "send_back": aftersales.send_back,
            "arrive_back": aftersales.arrive_back,
            "lose": aftersales.lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": story.pay,
            "hold": story.hold,
            "fail_payment": story.fail_payment,
            "complete": story.complete,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Give a site its keys, and the owner's webhooks if an address was named."""
        identifiers = self.world.identifiers
        site = Site(
            shop=shop,
            base_url=base_url,
            consumer_key=f"ck_{identifiers.secret(40)}",
            consumer_secret=f"cs_{identifiers.secret(40)}",
            webhook_secret=identifiers.secret(40),
            numbers=self._numbers,
        )
        self.sites[site.consumer_key] = site
        self._by_shop[shop.name] = site
        if shop.webhook_url is not None:
            for topic in _OWNERS_TOPICS:
                webhook = subscribe(
                    site, topic, shop.webhook_url, opened_at=shop.opened_at
                )
                site.tell(PING, webhook.id)
            self.deliveries.flush(site)
        return {
            "base_url": base_url,
            "consumer_key": site.consumer_key,
            "consumer_secret": site.consumer_secret,
            "webhook_secret": site.webhook_secret,
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, in each shape of product by turns."""
        site = self._by_shop[shop.name]
        listings = self._shelves.add(site, items)
        self.deliveries.flush(site)
        return listings

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer checks out; a prepaid order is paid at once unless told otherwise."""
        site = self._by_shop[shop.name]
        try:
            self.stock.check(site, units)
        except NotAllowed:
            self.stock.mirror_units(site, units)
            raise
        order = self._new_order(site, units, cod=cod, unpaid=unpaid)
        record = self._new_record(site, order)
        shop.orders[order.id] = order
        site.records[record.id] = record
        self.plugin.write(site, record)
        self.lifecycle.begin(site, record)
        self.deliveries.flush(site)
        return order

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as people and WooCommerce would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        site = self._by_shop[shop.name]
        record = site.records.get(int(order.id))
        if record is None:
            raise NotAllowed(f"{action}: order {order.id} was deleted")
        self.actions[action](site, record, units)
        self.lifecycle.note(record, action)
        self.deliveries.flush(site)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop whose key the request names, in whichever way."""
        site = self.sites.get(named_key(environ))
        return None if site is None else site.shop

    def throttled(self) -> WireAnswer:
        """A limit of the site's host; WooCommerce has none of its own."""
        return _error(429, "too_many_requests", "Too many requests.")

    def broken(self) -> WireAnswer:
        """A fatal error in PHP."""
        return _error(
            500,
            "internal_server_error",
            "<p>There has been a critical error on this website.</p>",
        )

    def token_expired(self) -> WireAnswer:
        """A key that was revoked; keys of WooCommerce do not age."""
        return _error(
            401, "woocommerce_rest_authentication_error", "Consumer key is invalid."
        )

    def misshapen(self) -> WireAnswer:
        """A list that PHP wrote as an object, holding a row that is not one."""
        return WireAnswer(status=200, body={"1": "checkout-draft"})

    def _new_order(self, site: Site, units: Units, *, cod: bool, unpaid: bool) -> Order:
        now = self.world.clock.stamp()
        return Order(
            id=str(site.numbers.next("post")),
            shop=site.shop.name,
            cod=cod,
            status=OrderStatus.PENDING if unpaid else OrderStatus.PROCESSING,
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            lines=[
                Line(listing=site.shop.listing(sku), ordered=quantity)
                for sku, quantity in units.items()
            ],
            parcels=[self._carrier.new_parcel(units)],
        )

    def _new_record(self, site: Site, order: Order) -> OrderRecord:
        numbers = site.numbers
        return OrderRecord(
            id=int(order.id),
            order=order,
            key=f"wc_order_{self.world.identifiers.code(13)}",
            payment_method="cod" if order.cod else "woocommerce_payments",
            payment_title="Cash on delivery" if order.cod else "Card",
            items=[
                LineItem(
                    id=numbers.next("order item"),
                    line=line,
                    meta=Meta(numbers=numbers, table="order item meta"),
                )
                for line in order.lines
            ],
            meta=Meta(numbers=numbers, table="post meta"),
        )


def _error(status: int, code: str, message: str) -> WireAnswer:
    body: Json = {"code": code, "message": message, "data": {"status": status}}
    return WireAnswer(status=status, body=body)
