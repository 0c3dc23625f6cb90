"""Shopify as the sandbox sees it: the pieces put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sandbox.channel import Channel, Json, WireAnswer
from sandbox.listings import Listing, NewItem
from sandbox.orders import Line, Order, Units
from sandbox.refusals import BadInput, NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import POINTS, POINTS_PER_SECOND, Accounts
from .announcements import Announcements
from .cancellations import Cancellations
from .catalogue import Catalogue
from .chronicle import Chronicle, status_text
from .idempotency import Attempts
from .inventory import Inventory
from .records import LineItem, Purchase, Transaction
from .refunds import Refunds
from .returns import Returns
from .statuses import TransactionKind, TransactionStatus
from .story import Story
from .webhooks import Webhooks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Act = Callable[[Shop, Purchase, Units | None], None]

API_VERSION = "2026-10"
INVALID_TOKEN = (
    "[API] Invalid API key or access token (unrecognized login or wrong password)"
)

_ID_STEP = 32_768
_ONLINE, _COD, _DEPOSIT = "onepay", "Cash on Delivery (COD)", "Bank Deposit"


class Shopify(Channel):
    """Web stores on Shopify: one app, installed in any number of shops."""

    name = "shopify"

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts = Accounts(world.identifiers)
        self.catalogue = Catalogue(world)
        self.webhooks = Webhooks(world, self.accounts)
        self.announcements = Announcements(self.accounts, self.catalogue, self.webhooks)
        self.chronicle = Chronicle(world, self.announcements)
        self.inventory = Inventory(world, self.catalogue, self.announcements.stock)
        self.story = Story(world, self.inventory)
        self.refunds = Refunds(world, self.inventory)
        self.cancellations = Cancellations(
            world, self.inventory, self.story, self.refunds
        )
        self.returns = Returns(world, self.inventory, self.story)
        self.attempts = Attempts()
        self.jobs: set[str] = set()
        self._purchases: dict[str, dict[int, Purchase]] = {}
        self._last_order_id = world.identifiers.number(13)
        self.actions: Mapping[str, _Act] = {
            "arrange": self.story.arrange,
            "pick_up": self.story.pick_up,
            "deliver": self.story.deliver,
            "fail_delivery": self.story.fail_delivery,
            "cancel": self.cancellations.cancel,
            "request_return": self.returns.request,
            "refund": self.refunds.refund,
            "send_back": self.returns.send_back,
            "arrive_back": self.returns.arrive_back,
            "lose": _lose,
            # Beyond the contract, for states that nothing else leads to.
            "pay": self.story.pay,
            "cancel_fulfillment": self.story.cancel_fulfillment,
            "approve_return": self.returns.approve_newest,
            "decline_return": self.returns.decline_newest,
            "close_return": self.returns.close_newest,
        }

    def purchases(self, shop: Shop) -> dict[int, Purchase]:
        """A shop's orders by their number, oldest first."""
        return self._purchases.setdefault(shop.name, {})

    def open_shop(self, shop: Shop, base_url: str) -> Json:
        """Install the app in a new shop."""
        account = self.accounts.open(shop, self.world.clock.now())
        if shop.webhook_url is not None:
            self.webhooks.subscribe_to_all(shop, shop.webhook_url)
        return {
            "base_url": base_url,
            "api_version": API_VERSION,
            "access_token": self.accounts.new_token(account),
            "client_id": self.accounts.app.client_id,
            "client_secret": self.accounts.app.client_secret,
            "location_id": str(account.location_id),
        }

    def list_items(self, shop: Shop, items: Sequence[NewItem]) -> list[Listing]:
        """Put SKUs on offer, as single variants and as several by turns."""
        return self.catalogue.add(shop, items)

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> Order:
        """A buyer orders; a prepaid order is paid at once unless told otherwise."""
        now = self.world.clock.stamp()
        # Ids grow, as lists that are read by id rely on.
        self._last_order_id += _ID_STEP
        id_ = self._last_order_id
        order = Order(
            id=str(id_),
            shop=shop.name,
            cod=cod,
            status="",
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            lines=[
                Line(listing=shop.listing(sku), ordered=quantity)
                for sku, quantity in units.items()
            ],
            parcels=[],
        )
        purchase = self._purchase(shop, order, id_)
        order.status = status_text(purchase)
        shop.orders[order.id] = order
        self.purchases(shop)[id_] = purchase
        self.inventory.commit(shop, units)
        self.chronicle.begin(shop, purchase)
        return order

    def act(self, shop: Shop, order: Order, action: str, units: Units | None) -> None:
        """Play one action, or refuse it as Shopify would."""
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise BadInput(f"action: {action!r} is not one of {known}")
        purchase = self.purchases(shop)[int(order.id)]
        with self.chronicle.entry(shop, purchase, action):
            self.actions[action](shop, purchase, units)

    def shop_of(self, environ: WSGIEnvironment) -> Shop | None:
        """The shop that the access token belongs to."""
        account = self.accounts.by_token(environ.get("HTTP_X_SHOPIFY_ACCESS_TOKEN", ""))
        return None if account is None else account.shop

    def throttled(self) -> WireAnswer:
        """The GraphQL answer when the points are used up; its status is 200."""
        return throttled_answer(requested=100, available=0)

    def throttled_at(self, environ: WSGIEnvironment) -> WireAnswer:
        """REST has an answer of its own."""
        if environ["PATH_INFO"].endswith("/graphql.json"):
            return self.throttled()
        return WireAnswer(status=429, body={"errors": REST_THROTTLED})

    def broken(self) -> WireAnswer:
        """A failure inside Shopify."""
        return WireAnswer(status=500, body={"errors": "Internal Server Error"})

    def token_expired(self) -> WireAnswer:
        """The answer to a token that was revoked; they do not expire by themselves."""
        return WireAnswer(status=401, body={"errors": INVALID_TOKEN})

    def misshapen(self) -> WireAnswer:
        """A success whose ``data`` is a list where an object belongs."""
        return WireAnswer(status=200, body={"data": []})

    def _purchase(self, shop: Shop, order: Order, id_: int) -> Purchase:
        account = self.accounts.of(shop)
        identifiers = self.world.identifiers
        purchase = Purchase(
            order=order,
            id=id_,
            number=account.next_order_number,
            fulfillment_order_id=identifiers.number(13),
            items=[
                LineItem(
                    id=identifiers.number(14),
                    fulfillment_order_line_id=identifiers.number(14),
                    line=line,
                )
                for line in order.lines
            ],
            transactions=[],
        )
        account.next_order_number += 1
        gateway = _ONLINE if order.paid_at else _COD if order.cod else _DEPOSIT
        status = (
            TransactionStatus.SUCCESS if order.paid_at else TransactionStatus.PENDING
        )
        purchase.transactions.append(
            Transaction(
                id=identifiers.number(13),
                kind=TransactionKind.SALE,
                status=status,
                gateway=gateway,
                is_manual=gateway != _ONLINE,
                amount=order.worth({each.sku: each.ordered for each in order.lines}),
                at=order.placed_at,
            )
        )
        return purchase


REST_THROTTLED = (
    "Exceeded 2 calls per second for api client. "
    "Reduce request rates to resume uninterrupted service."
)


def throttled_answer(requested: int, available: int) -> WireAnswer:
    """How GraphQL says that the points are used up."""
    body: Json = {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": {"cost": cost_json(requested, None, available)},
    }
    return WireAnswer(status=200, body=body)


def cost_json(requested: int, actual: int | None, available: int) -> Json:
    """``extensions.cost``."""
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": float(POINTS),
            "currentlyAvailable": available,
            "restoreRate": float(POINTS_PER_SECOND),
        },
    }


def _lose(shop: Shop, purchase: Purchase, units: Units | None) -> None:
    raise NotAllowed(
        "lose: Shopify has no event for a lost parcel; it stays in transit for good, "
        "or its carrier reports a failure: use fail_delivery"
    )
