"""Tiki as the sandbox sees it: the pieces put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sandbox.channel import Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Order, Units
from sandbox.refusals import BadInput
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import ACCESS_SECONDS, SCOPES, Accounts
from .aftersales import Aftersales
from .cancellations import Cancellations
from .catalogue import Catalogue
from .checkout import Checkout
from .inventory import Inventory
from .journal import Journal
from .queues import Queues
from .records import TikiOrder
from .statuses import EventType
from .story import Story
from .throttle import Throttle

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OAUTH_ROOT = "/sc/oauth2/"
QUEUES_ROOT = "/integration/v1/queues"

_SUBSCRIBED = (
    EventType.ORDER_CREATED,
    EventType.ORDER_STATUS_UPDATED,
    EventType.INVENTORY_UPDATED,
)

_Act = Callable[[Shop, TikiOrder, Units | None], None]


class Tiki(Channel):
    """The Tiki marketplace: one public app, any number of sellers."""

    name = "tiki"

    def __init__(self, world: World) -> None:
        self.world = world
        self.throttle = Throttle()
        self.accounts = Accounts(identifiers=world.identifiers)
        self.queues = Queues(world)
        self.inventory = Inventory(world, self.accounts, self.queues)
        self.catalogue = Catalogue(world, self.inventory)
        self.journal = Journal(world, self.accounts, self.queues)
        self.checkout = Checkout(world, self.journal, self.inventory, self.catalogue)
        self.story = Story(world, self.journal, self.inventory)
        self.cancellations = Cancellations(world, self.journal, self.inventory)
        self.aftersales = Aftersales(world, self.journal, self.cancellations)
        self.actions: Mapping[str, _Act] = {
            "arrange": self.story.arrange,
            "pick_up": self.story.pick_up,
            "deliver": self.story.deliver,
            "fail_delivery": self.cancellations.fail_delivery,
            "cancel": self.cancellations.cancel,
            "request_return": self.aftersales.request,
            "refund": self.aftersales.refund,
            "send_back": self.aftersales.send_back,
            "arrive_back": self.aftersales.arrive_back,
            "lose": self.aftersales.lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": self.story.pay,
            "confirm": self.story.confirm,
            "start_picking": self.story.start_picking,
            "pack": self.story.pack,
            "complete": self.story.complete,
            "close": self.story.close,
            "hold": self.story.hold,
            "resume": self.story.resume,
            "free_reserve": self.story.free_reserve,
            "replace": self.checkout.replace,
        }

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Let a new seller agree to the public app, which listens for its events."""
        account = self.accounts.open(shop)
        app, now = self.accounts.public, self.world.clock.now()
        access = self.accounts.new_access(app, account, SCOPES, now)
        refresh = self.accounts.new_refresh(app, account, SCOPES, now)
        queue = self.queues.create(app, f"queue {shop.name}")
        for type_ in _SUBSCRIBED:
            self.queues.subscribe(queue, account, type_, after=0)
        return {
            "base_url": base_url,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "access_token": access.value,
            "refresh_token": refresh.value,
            "expires_in": ACCESS_SECONDS,
            "queue_code": queue.code,
            "warehouse_id": account.supplies.id,
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer; a SKU's prefix says who packs and carries it."""
        return self.catalogue.add(shop, items)

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        return self.checkout.place(shop, units, cod=cod, unpaid=unpaid)

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as Tiki would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        assert isinstance(order, TikiOrder)
        with self.journal.entry(order, action):
            self.actions[action](shop, order, units)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop of the token, or of the queue that an app asks for."""
        _, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        token = self.accounts.access.get(value.strip())
        if token is not None and token.account is not None:
            return token.account.shop
        rest = str(environ["PATH_INFO"]).removeprefix(f"{QUEUES_ROOT}/")
        queue = self.queues.by_code.get(rest.partition("/")[0])
        if queue is None or not queue.subscriptions:
            return None
        return queue.subscriptions[0].account.shop

    def throttled(self) -> WireAnswer:
        """The limit of requests in one second."""
        return WireAnswer(status=429, body={"errors": ["Too many requests"]})

    def broken(self) -> WireAnswer:
        """A failure inside Tiki."""
        return WireAnswer(status=500, body={"errors": ["Internal server error"]})

    def token_expired(self) -> WireAnswer:
        """The answer to a token that is missing or too old."""
        return WireAnswer(
            status=401,
            body={"errors": ["The authorization token is missing or expired"]},
        )

    def misshapen(self) -> WireAnswer:
        """A success whose ``data`` is an object where a list belongs."""
        return WireAnswer(status=200, body={"data": {}, "paging": []})
