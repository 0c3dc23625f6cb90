"""The app, the shops that installed it, and how much they may ask."""

import re
from dataclasses import dataclass, field

from sandbox.identifiers import Identifiers
from sandbox.shops import Shop

SCOPES = (
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_returns",
    "write_returns",
    "read_fulfillments",
    "read_merchant_managed_fulfillment_orders",
)
"""What a shop grants; older orders would need ``read_all_orders`` as well."""

CODE_SECONDS = 600
ORDERS_SEEN_SECONDS = 60 * 86400

POINTS = 2000
POINTS_PER_SECOND = 100
REST_CALLS = 40
REST_CALLS_PER_SECOND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The one app of this sandbox; its secret signs webhooks."""

    id: int
    client_id: str
    client_secret: str


@dataclass(kw_only=True)
class Bucket:
    """An allowance that fills up again by itself."""

    size: float
    per_second: float
    left: float
    filled_at: float

    def available(self, now: float) -> float:
        """What may be taken at this moment."""
        grown = self.left + (now - self.filled_at) * self.per_second
        self.left = min(self.size, max(grown, self.left))
        self.filled_at = max(now, self.filled_at)
        return self.left

    def take(self, amount: float, now: float) -> bool:
        """Take from it, if there is enough."""
        if self.available(now) < amount:
            return False
        self.left -= amount
        return True

    def give_back(self, amount: float) -> None:
        """Return what was taken and not used."""
        self.left = min(self.size, self.left + amount)


@dataclass(kw_only=True)
class Account:
    """A shop's side: its domain, location, tokens and allowances."""

    shop: Shop
    shop_id: int
    domain: str
    location_id: int
    points: Bucket
    rest_calls: Bucket
    tokens: set[str] = field(default_factory=set)
    code: str = ""
    code_good_until: float = 0
    next_order_number: int = 1001


class Accounts:
    """The app and every shop that installed it."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.app = App(
            id=identifiers.number(9),
            client_id=identifiers.secret(32),
            client_secret=f"shpss_{identifiers.secret(32)}",
        )
        self.by_name: dict[str, Account] = {}

    def open(self, shop: Shop, now: float) -> Account:
        """Install the app in a new shop."""
        account = Account(
            shop=shop,
            shop_id=self._identifiers.number(11),
            domain=f"{_handle(shop.name)}.myshopify.com",
            location_id=self._identifiers.number(11),
            points=_full(POINTS, POINTS_PER_SECOND, now),
            rest_calls=_full(REST_CALLS, REST_CALLS_PER_SECOND, now),
        )
        self.by_name[shop.name] = account
        return account

    def of(self, shop: Shop) -> Account:
        """The account of a shop."""
        return self.by_name[shop.name]

    def by_token(self, token: str) -> Account | None:
        """The shop that an access token was given for."""
        return next(
            (each for each in self.by_name.values() if token in each.tokens), None
        )

    def new_token(self, account: Account) -> str:
        """One more access token; it does not expire, and older ones stay good."""
        token = f"shpat_{self._identifiers.passing()}"
        account.tokens.add(token)
        return token

    def new_code(self, account: Account, now: float) -> str:
        """The one-time code that the consent page hands back."""
        account.code = self._identifiers.passing()
        account.code_good_until = now + CODE_SECONDS
        return account.code


def _full(size: float, per_second: float, now: float) -> Bucket:
    return Bucket(size=size, per_second=per_second, left=size, filled_at=now)


def _handle(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "shop"
