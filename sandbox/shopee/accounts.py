"""The app, its shops' tokens and the rules by which they age."""

from dataclasses import dataclass, field

from sandbox.identifiers import Identifiers
from sandbox.shops import Shop

ACCESS_SECONDS = 4 * 3600
REFRESH_SECONDS = 30 * 86400
CODE_SECONDS = 600
OVERLAP_SECONDS = 5 * 60
AUTHORIZED_SECONDS = 365 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """The one app of this sandbox; pushes are signed with a key of their own."""

    id: int
    key: str
    push_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """An access token and the refresh token that was given with it."""

    access_token: str
    refresh_token: str


@dataclass(kw_only=True)
class Account:
    """A shop's side of the authorization; times are of the clock that advances."""

    shop: Shop
    shop_id: int
    access_good_until: dict[str, float] = field(default_factory=dict)
    refresh_token: str = ""
    refresh_good_until: float = 0
    code: str = ""
    code_good_until: float = 0

    def accepts(self, access_token: str, now: float) -> bool:
        """Whether a call with this token is let in."""
        return now < self.access_good_until.get(access_token, 0)

    def take_up(self, pair: TokenPair, now: float) -> None:
        """Rotate: the old access token works five more minutes, the rest is gone."""
        for token, until in self.access_good_until.items():
            self.access_good_until[token] = min(until, now + OVERLAP_SECONDS)
        self.access_good_until[pair.access_token] = now + ACCESS_SECONDS
        self.refresh_token = pair.refresh_token
        self.refresh_good_until = now + REFRESH_SECONDS


class Accounts:
    """The app and every shop that authorized it."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.partner = Partner(
            id=identifiers.number(7),
            key=identifiers.secret(),
            push_key=identifiers.secret(),
        )
        self.by_shop_id: dict[int, Account] = {}

    def open(self, shop: Shop) -> Account:
        """Give a shop its number."""
        account = Account(shop=shop, shop_id=self._identifiers.number(9))
        self.by_shop_id[account.shop_id] = account
        return account

    def of(self, shop: Shop) -> Account:
        """The account of a shop."""
        return next(each for each in self.by_shop_id.values() if each.shop is shop)

    def new_pair(self) -> TokenPair:
        """Tokens that no shop uses yet."""
        return TokenPair(
            access_token=self._identifiers.passing(),
            refresh_token=self._identifiers.passing(),
        )

    def new_code(self, account: Account, now: float) -> str:
        """The one-time code that the consent page hands back."""
        account.code = self._identifiers.passing()
        account.code_good_until = now + CODE_SECONDS
        return account.code
