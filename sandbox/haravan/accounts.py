"""The app, the shops that installed it, their tokens and how much they may ask."""

from dataclasses import dataclass, field

from sandbox.identifiers import Identifiers

from .rates import LeakyBucket
from .store import Store

# How long tokens live is not published; clients must read expires_in.
ACCESS_SECONDS = 86400
REFRESH_SECONDS = 30 * 86400
CODE_SECONDS = 300

INSTALL_SCOPES = (
    "openid",
    "profile",
    "email",
    "org",
    "userinfo",
    "grant_service",
    "offline_access",
    "wh_api",
    "com.read_shop",
    "com.read_orders",
    "com.write_orders",
    "com.read_products",
    "com.read_inventories",
    "com.write_inventories",
)
"""What a shop grants to an app that keeps its stock."""


@dataclass(kw_only=True)
class App:
    """The one app of this sandbox; its secret signs webhooks."""

    client_id: str
    client_secret: str = field(repr=False)
    callback_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token or a code is good for, and until when."""

    scopes: tuple[str, ...]
    good_until: float
    redirect_uri: str = ""
    nonce: str = ""


@dataclass(kw_only=True, eq=False)
class Account:
    """A shop's side; times are of the clock that advances."""

    store: Store
    bucket: LeakyBucket
    access: dict[str, Grant] = field(default_factory=dict, repr=False)
    refresh: dict[str, Grant] = field(default_factory=dict, repr=False)
    codes: dict[str, Grant] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an exchange gives; no refresh token without ``offline_access``."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scopes: tuple[str, ...]


class Accounts:
    """The app and every shop that installed it."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.app = App(
            client_id=identifiers.secret(32), client_secret=identifiers.secret(64)
        )
        self.all: list[Account] = []

    def add(self, store: Store) -> Account:
        """Take in a new shop."""
        account = Account(store=store, bucket=LeakyBucket())
        self.all.append(account)
        return account

    def with_access(self, token: str) -> Account | None:
        """The shop that an access token was given for, however old it is."""
        return next((each for each in self.all if token in each.access), None)

    def with_refresh(self, token: str) -> Account | None:
        """The shop that a refresh token was given for, if it was not used yet."""
        return next((each for each in self.all if token in each.refresh), None)

    def with_code(self, code: str) -> Account | None:
        """The shop that a code was given for, if it was not used yet."""
        return next((each for each in self.all if code in each.codes), None)

    def draw(self, scopes: tuple[str, ...]) -> Tokens:
        """Tokens that no shop knows yet."""
        keeps = "offline_access" in scopes
        return Tokens(
            access_token=self._identifiers.passing(64),
            refresh_token=self._identifiers.passing(64) if keeps else None,
            scopes=scopes,
        )

    def give(self, account: Account, tokens: Tokens, now: float) -> None:
        """Make tokens good; access tokens from before live out their time."""
        account.access[tokens.access_token] = Grant(
            scopes=tokens.scopes, good_until=now + ACCESS_SECONDS
        )
        if tokens.refresh_token is not None:
            account.refresh[tokens.refresh_token] = Grant(
                scopes=tokens.scopes, good_until=now + REFRESH_SECONDS
            )

    def give_private(self, account: Account) -> str:
        """Make a private app's token, which never expires and takes no webhooks."""
        token = self._identifiers.passing(64)
        scopes = tuple(each for each in INSTALL_SCOPES if each.startswith("com."))
        account.access[token] = Grant(scopes=scopes, good_until=float("inf"))
        return token

    def give_code(self, account: Account, grant: Grant) -> str:
        """The one-time code that the consent page hands back."""
        code = self._identifiers.passing(64)
        account.codes[code] = grant
        return code
