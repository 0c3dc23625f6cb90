"""Lazada as the sandbox sees it: the pieces put together."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sandbox.channel import PAUSE_SECONDS, Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Line, Order, Units
from sandbox.refusals import BadInput
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import ACCESS_SECONDS, REFRESH_SECONDS, Account, Accounts
from .cancellations import UNPAID_SECONDS, Cancellations
from .catalogue import Catalogue
from .failures import Failures
from .inventory import Inventory
from .journal import Journal
from .parcels import parcel_comes, pick
from .pushes import Pushes
from .reverse_orders import ReverseOrders
from .statuses import Decision, ItemStatus
from .story import Story
from .trade_orders import OrderItem, TradeOrder, trade_order

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Shop, TradeOrder, Units | None], None]

_LOW_STOCK = 5
_CREDENTIALS = ("access_token", "refresh_token", "code")
_WARNING_SECONDS = 2 * 86400
_DAY = 86400


class Lazada(Channel):
    """The Lazada marketplace: one app, any number of sellers."""

    name = "lazada"

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts = Accounts(world.identifiers)
        self.catalogue = Catalogue(world)
        self.inventory = Inventory(world.clock, world.sales)
        self.pushes = Pushes(world, self.accounts)
        self.journal = Journal(world, self.inventory, self.pushes)
        self.story = Story(world, self.journal)
        self.failures = Failures(world, self.inventory, self.journal)
        self.reverse_orders = ReverseOrders(world, self.journal)
        self.cancellations = Cancellations(
            world, self.inventory, self.journal, self.reverse_orders
        )
        self.actions: Mapping[str, _Act] = {
            "arrange": self.story.arrange,
            "pick_up": self.story.pick_up,
            "deliver": self.story.deliver,
            "fail_delivery": self.failures.fail_delivery,
            "cancel": self.cancellations.cancel,
            "request_return": self.reverse_orders.request,
            "refund": self.reverse_orders.refund,
            "send_back": self.reverse_orders.send_back,
            "arrive_back": self._arrive_back,
            "lose": self._lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": self.story.pay,
            "pack": self.story.pack_only,
            "complete": self.story.confirm,
            "ask_cancel": self.cancellations.ask,
            "refuse_at_door": self.failures.refuse_at_door,
            "turn_back": self.failures.turn_back,
            "fail_return": self.failures.fail_return,
            "damage": self.failures.damage,
            "scrap": self._scrap,
            "request_return_to_warehouse": self.reverse_orders.request_to_warehouse,
            "request_refund_only": self.reverse_orders.request_refund_only,
            "withdraw_return": self.reverse_orders.withdraw,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Authorize the app for a new seller."""
        account = self.accounts.open(shop)
        self.authorize(account, self.world.clock.now())
        return {
            "base_url": f"{base_url}/rest",
            "auth_url": f"{base_url}/rest",
            "app_key": self.accounts.app.key,
            "app_secret": self.accounts.app.secret,
            "seller_id": account.seller_id,
            "country": account.country,
            "access_token": account.access_token,
            "refresh_token": account.refresh_token,
            "expires_in": ACCESS_SECONDS,
            "refresh_expires_in": REFRESH_SECONDS,
        }

    def authorize(self, account: Account, now: float) -> None:
        """Begin an authorization, and warn twice before it ends."""
        self.accounts.authorize(account, now)
        ends_at = account.refresh_good_until

        def warn() -> None:
            if account.refresh_good_until == ends_at:
                self.pushes.token_expiry(account.shop, ends_at)

        until_end = ends_at - self.world.clock.now()
        self.world.agenda.add(until_end - _WARNING_SECONDS, warn)
        self.world.agenda.add(until_end - _WARNING_SECONDS + _DAY, warn)

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, as products of one and of two SKUs by turns."""
        return self.catalogue.add(shop, items)

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        now = self.world.clock.stamp()
        status = ItemStatus.UNPAID if unpaid else ItemStatus.PENDING
        order = TradeOrder(
            id=self.world.identifiers.digits(15),
            shop=shop.name,
            cod=cod,
            status=status,
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            lines=[
                Line(listing=shop.listing(sku), ordered=quantity)
                for sku, quantity in units.items()
            ],
            parcels=[],
            items=[
                self._new_item(shop.listing(sku), status, now)
                for sku, quantity in units.items()
                for _ in range(quantity)
            ],
        )
        shop.orders[order.id] = order
        self.journal.begin(shop, order)
        self._warn_of_low_stock(shop, order)
        if unpaid:
            self.world.agenda.add(
                UNPAID_SECONDS, lambda: self.cancellations.expire(shop, order)
            )
        return order

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as Lazada would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        trade = trade_order(order)
        with self.journal.entry(shop, trade, action):
            self.actions[action](shop, trade, units)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop whose token, however old, is in the query or the form."""
        given = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        given |= _form(environ)
        return self.shop_named_by(given)

    def shop_named_by(self, parameters: Mapping[str, str]) -> Shop | None:
        """The shop that a call's token or code was given to."""
        for name in _CREDENTIALS:
            account = self.accounts.known_by(parameters.get(name, ""))
            if account is not None:
                return account.shop
        return None

    def throttled(self) -> WireAnswer:
        """The app's limit; Lazada says it with HTTP 200."""
        return self._banned(1)

    def throttled_at(self, environ: WSGIEnvironment) -> WireAnswer:
        """The same; the text is the only place that names the wait."""
        return self._banned(environ[PAUSE_SECONDS])

    def _banned(self, seconds: float) -> WireAnswer:
        return self._error(
            200,
            "ApiCallLimit",
            "ISV",
            "Api access frequency exceeds the limit."
            f" this ban will last {seconds:g} seconds",
        )

    def broken(self) -> WireAnswer:
        """A failure inside Lazada."""
        return self._error(500, "6", "SYSTEM", "E006: Unexpected internal error")

    def token_expired(self) -> WireAnswer:
        """The answer to an access token that is too old."""
        return self._error(
            200,
            "IllegalAccessToken",
            "ISV",
            "The specified access token is invalid or expired",
        )

    def misshapen(self) -> WireAnswer:
        """A success whose ``data`` is a text where an object or a list belongs."""
        body: Json = {"data": "null", "code": "0", "request_id": self.request_id()}
        return WireAnswer(status=200, body=body)

    def request_id(self) -> str:
        """A request id as Lazada prints it."""
        with self.world.lock:
            return self.world.identifiers.passing(24)

    def _error(self, status: int, code: str, type: str, message: str) -> WireAnswer:
        body: Json = {
            "code": code,
            "type": type,
            "message": message,
            "request_id": self.request_id(),
        }
        return WireAnswer(status=status, body=body)

    def _new_item(self, listing: Listing, status: ItemStatus, now: int) -> OrderItem:
        return OrderItem(
            id=self.world.identifiers.digits(15),
            listing=listing,
            status=status,
            created_at=now,
            updated_at=now,
        )

    def _warn_of_low_stock(self, shop: Shop, order: TradeOrder) -> None:
        for line in order.lines:
            left = line.listing.sellable
            if left <= _LOW_STOCK < left + line.ordered:
                held = self.inventory.held(line.listing)
                self.pushes.low_stock(shop, line.listing, held)

    def _arrive_back(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        case = pick(order, units, parcel_comes)
        if case is not None:
            self.reverse_orders.arrive_back(shop, order, case)
        else:
            self.failures.arrive_back(shop, order, units)

    def _lose(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        case = pick(order, units, parcel_comes)
        if case is not None:
            self.reverse_orders.lose(shop, order, case, Decision.NOT_RETURNED)
        else:
            self.failures.lose(shop, order, units)

    def _scrap(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        case = pick(order, units, parcel_comes)
        if case is not None:
            self.reverse_orders.lose(shop, order, case, Decision.SCRAP)
        else:
            self.failures.scrap(shop, order, units)


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    stream = environ["wsgi.input"]
    kind = environ.get("CONTENT_TYPE", "")
    # Only a body that was read before can be read again.
    if not isinstance(stream, io.BytesIO):
        return {}
    if not kind.startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(stream.getvalue().decode("utf-8", "replace")))
