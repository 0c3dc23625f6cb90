"""Haravan as the sandbox sees it: the pieces put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sandbox.channel import Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Line, Order, Units
from sandbox.refusals import BadInput
from sandbox.shops import Shop
from sandbox.world import World

from . import standing
from .accounts import ACCESS_SECONDS, INSTALL_SCOPES, Accounts
from .aftersales import Aftersales
from .cancellations import Cancellations
from .inventory import Inventory
from .journal import Journal
from .numbers import Numbers
from .parcels import Carrier
from .payments import Payments
from .records import LineItem, Purchase
from .refunds import Refunds
from .shelves import Shelves
from .store import Store
from .story import Story
from .times import milliseconds
from .webhooks import Webhooks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Store, Purchase, Units | None], None]

_COD = ("Thanh toán khi giao hàng (COD)", "COD")
_TRANSFER = ("Chuyển khoản qua ngân hàng", "BANKDEPOSIT")


class Haravan(Channel):
    """Web stores on Haravan: one app, installed in any number of shops."""

    name = "haravan"

    def __init__(self, world: World) -> None:
        self.world = world
        self.numbers = Numbers()
        self.accounts = Accounts(world.identifiers)
        self.webhooks = Webhooks(world, self.accounts.app)
        self.journal = Journal(world, self.numbers)
        self.inventory = Inventory(world)
        self.payments = Payments(world, self.numbers)
        self.refunds = Refunds(world, self.numbers, self.inventory, self.payments)
        carrier = Carrier(world, self.numbers)
        self.cancellations = Cancellations(world, self.inventory, carrier, self.refunds)
        self._shelves = Shelves(world, self.numbers, self.journal)
        self._stores: dict[str, Store] = {}
        story = Story(world, self.inventory, carrier, self.payments)
        aftersales = Aftersales(world, self.refunds)
        self.actions: Mapping[str, _Act] = {
            "arrange": story.arrange,
            "pick_up": story.pick_up,
            "deliver": story.deliver,
            "fail_delivery": story.fail_delivery,
            "cancel": self.cancellations.cancel,
            "request_return": aftersales.request,
            "refund": aftersales.refund,
            "send_back": aftersales.send_back,
            "arrive_back": aftersales.arrive_back,
            "lose": aftersales.lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": story.pay,
            "confirm": story.confirm,
            "prepare": story.prepare,
            "fetch": story.fetch,
            "miss_customer": story.miss_customer,
            "wait_for_return": story.wait_for_return,
            "close": story.close,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Install the app in a new shop; a webhook address counts as verified."""
        identifiers = self.world.identifiers
        store = Store(
            shop=shop,
            org_id=identifiers.number(12),
            user_id=identifiers.number(12),
            location_id=self.numbers.next(),
            transit_location_id=self.numbers.next(),
            opened_at=milliseconds(self.world),
            subscribed=shop.webhook_url is not None,
        )
        self._stores[shop.name] = store
        account = self.accounts.add(store)
        tokens = self.accounts.draw(INSTALL_SCOPES)
        self.accounts.give(account, tokens, self.world.clock.now())
        return {
            "base_url": base_url,
            "auth_url": base_url,
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_in": ACCESS_SECONDS,
            "client_id": self.accounts.app.client_id,
            "client_secret": self.accounts.app.client_secret,
            "location_id": str(store.location_id),
            "org_id": str(store.org_id),
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, as single variants and as several by turns."""
        store = self._stores[shop.name]
        listings = self._shelves.add(store, items)
        self.webhooks.flush(store)
        return listings

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        store = self._stores[shop.name]
        purchase = self._new_purchase(store, units, cod=cod)
        self.payments.expect(purchase, standing.total_price(purchase))
        if not cod and not unpaid:
            self.payments.capture(purchase, standing.total_price(purchase))
        shop.orders[purchase.order.id] = purchase.order
        store.purchases[purchase.id] = purchase
        self.inventory.commit(store, units)
        self.journal.begin(store, purchase)
        self.webhooks.flush(store)
        return purchase.order

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as people and Haravan would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        store = self._stores[shop.name]
        purchase = store.purchases[int(order.id)]
        with self.journal.entry(store, purchase, action):
            self.actions[action](store, purchase, units)
        self.webhooks.flush(store)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop that the access token belongs to."""
        account = self.accounts.with_access(bearer(environ))
        return None if account is None else account.store.shop

    def throttled(self) -> WireAnswer:
        """The bucket of the shop is full."""
        return WireAnswer(status=429, body={"errors": "Too Many Requests"})

    def broken(self) -> WireAnswer:
        """A failure inside Haravan."""
        return WireAnswer(status=500, body={"errors": "Internal Server Error"})

    def token_expired(self) -> WireAnswer:
        """The answer to an access token that is too old."""
        return WireAnswer(status=401, body={"errors": "Unauthorized"})

    def misshapen(self) -> WireAnswer:
        """A list where an object with one name belongs."""
        return WireAnswer(status=200, body=[])

    def request_id(self) -> str:
        """What names one request in the list of stock writes."""
        return self.world.identifiers.passing()

    def _new_purchase(self, store: Store, units: Units, *, cod: bool) -> Purchase:
        now, stamp = milliseconds(self.world), self.world.clock.stamp()
        number = self.numbers.next()
        lines = [
            Line(listing=store.shop.listing(sku), ordered=quantity)
            for sku, quantity in units.items()
        ]
        gateway, gateway_code = _COD if cod else _TRANSFER
        purchase = Purchase(
            order=Order(
                id=str(number),
                shop=store.shop.name,
                cod=cod,
                status="",
                placed_at=stamp,
                updated_at=stamp,
                lines=lines,
                parcels=[],
            ),
            id=number,
            number=store.next_order_number,
            token=self.world.identifiers.passing(),
            gateway=gateway,
            gateway_code=gateway_code,
            created_at=now,
            updated_at=now,
            items=[LineItem(id=self.numbers.next(), line=line) for line in lines],
            transactions=[],
        )
        store.next_order_number += 1
        return purchase


def bearer(environ: WSGIEnvironment) -> str:
    """The token of the Authorization header; empty when there is none."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
