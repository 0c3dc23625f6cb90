"""The app, its sellers' tokens and the rules by which they age."""

from dataclasses import dataclass

from sandbox.identifiers import Identifiers
from sandbox.shops import Shop

ACCESS_SECONDS = 10 * 86400
REFRESH_SECONDS = 50 * 86400
CODE_SECONDS = 1800
COUNTRY = "vn"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The one app of this sandbox; its secret signs calls and pushes alike."""

    key: str
    secret: str


@dataclass(kw_only=True)
class Account:
    """A seller's side of the authorization; times are of the clock that advances."""

    shop: Shop
    seller_id: str
    user_id: str
    short_code: str
    country: str = COUNTRY
    access_token: str = ""
    access_good_until: float = 0
    refresh_token: str = ""
    refresh_good_until: float = 0
    code: str = ""
    code_good_until: float = 0

    @property
    def email(self) -> str:
        """The login that belongs to the seller."""
        return f"{self.short_code.lower()}@example.test"

    def accepts(self, access_token: str, now: float) -> bool:
        """Whether a call with this token is let in."""
        return access_token == self.access_token and now < self.access_good_until


class Accounts:
    """The app and every seller who authorized it."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.app = App(key=identifiers.digits(6), secret=identifiers.secret(32))
        self._by_shop: dict[str, Account] = {}
        self._by_token: dict[str, Account] = {}

    def open(self, shop: Shop) -> Account:
        """Give a shop its seller number."""
        account = Account(
            shop=shop,
            seller_id=self._identifiers.digits(10),
            user_id=self._identifiers.digits(9),
            short_code=self._identifiers.code(6, "VN"),
        )
        self._by_shop[shop.name] = account
        return account

    def of(self, shop: Shop) -> Account:
        """The account of a shop."""
        return self._by_shop[shop.name]

    def all(self) -> list[Account]:
        """Every account, oldest first."""
        return list(self._by_shop.values())

    def known_by(self, credential: str) -> Account | None:
        """The account that a token or code was given to, however old it is."""
        return self._by_token.get(credential)

    def new_code(self, account: Account, now: float) -> str:
        """The one-time code that the consent page hands back."""
        account.code = self._credential(account, "0_")
        account.code_good_until = now + CODE_SECONDS
        return account.code

    def authorize(self, account: Account, now: float) -> None:
        """Begin an authorization: fifty days from now it is over."""
        account.refresh_good_until = now + REFRESH_SECONDS
        self.renew(account, now)

    def renew(self, account: Account, now: float) -> None:
        """Give new tokens; the old ones are gone, and the end stays where it was."""
        account.access_token = self._credential(account, "50000")
        account.access_good_until = now + ACCESS_SECONDS
        account.refresh_token = self._credential(account, "50001")

    def draft(self) -> tuple[str, str]:
        """Tokens that look real and that nobody is going to accept."""
        return (
            "50000" + self._identifiers.passing(),
            "50001" + self._identifiers.passing(),
        )

    def _credential(self, account: Account, prefix: str) -> str:
        credential = prefix + self._identifiers.passing()
        self._by_token[credential] = account
        return credential
