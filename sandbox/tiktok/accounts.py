"""The app, the sellers who authorized it, and the rules by which tokens age."""

from dataclasses import dataclass, field

from sandbox.identifiers import Identifiers
from sandbox.shops import Shop

ACCESS_SECONDS = 7 * 86400
REFRESH_SECONDS = 365 * 86400
CODE_SECONDS = 30 * 60
OVERLAP_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The one app of this sandbox; its secret signs requests and webhooks alike."""

    key: str
    secret: str
    service_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """An access token and the refresh token that was given with it."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """One building: the API knows it twice, for selling and for returns."""

    sales_id: str
    return_id: str
    entity_id: str


@dataclass(kw_only=True)
class Account:
    """A seller with one shop; times are of the clock that advances."""

    shop: Shop
    shop_id: str
    cipher: str
    code: str
    open_id: str
    warehouse: Warehouse
    access_good_until: dict[str, float] = field(default_factory=dict)
    refresh_token: str = ""
    refresh_good_until: float = 0
    auth_code: str = ""
    auth_code_good_until: float = 0
    webhooks: dict[str, "Registration"] = field(default_factory=dict)
    spent_keys: set[str] = field(default_factory=set)

    def take_up(self, pair: TokenPair, now: float) -> None:
        """Rotate: the old access token works five more minutes, the rest is gone."""
        for token, until in self.access_good_until.items():
            self.access_good_until[token] = min(until, now + OVERLAP_SECONDS)
        self.access_good_until[pair.access_token] = now + ACCESS_SECONDS
        self.refresh_token = pair.refresh_token
        self.refresh_good_until = now + REFRESH_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An address that the shop registered for one event."""

    address: str
    created_at: int
    updated_at: int


class Accounts:
    """The app and every shop that authorized it."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.app = App(
            key=identifiers.code(12).lower(),
            secret=identifiers.secret(40),
            service_id=identifiers.digits(15, "7361"),
        )
        self.all: list[Account] = []

    def open(self, shop: Shop) -> Account:
        """Give a shop its numbers."""
        draw = self._identifiers
        account = Account(
            shop=shop,
            shop_id=draw.digits(15, "7494"),
            cipher=draw.code(28, "ROW_"),
            code=draw.code(8, "VNLC"),
            open_id=draw.code(22, "open_").lower(),
            warehouse=Warehouse(
                sales_id=draw.digits(15, "7068"),
                return_id=draw.digits(15, "7068"),
                entity_id=draw.digits(15, "7068"),
            ),
        )
        self.all.append(account)
        return account

    def of(self, shop: Shop) -> Account:
        """The account of a shop."""
        return next(each for each in self.all if each.shop is shop)

    def with_cipher(self, cipher: str) -> Account | None:
        """The account that a ``shop_cipher`` names."""
        return next((each for each in self.all if each.cipher == cipher), None)

    def with_token(self, access_token: str) -> Account | None:
        """The account that an access token was ever given to."""
        return next(
            (each for each in self.all if access_token in each.access_good_until), None
        )

    def new_pair(self) -> TokenPair:
        """Tokens that no shop uses yet."""
        return TokenPair(
            access_token=f"ROW_{self._identifiers.passing(64)}",
            refresh_token=f"ROW_{self._identifiers.passing(64)}",
        )

    def new_code(self, account: Account, now: float) -> str:
        """The one-time code that the consent page hands back."""
        account.auth_code = f"ROW_{self._identifiers.passing(64)}"
        account.auth_code_good_until = now + CODE_SECONDS
        return account.auth_code
