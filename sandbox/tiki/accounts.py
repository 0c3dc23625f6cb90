"""The apps, the sellers and the tokens that let the one act for the other."""

from dataclasses import dataclass, field

from sandbox.identifiers import Identifiers
from sandbox.shops import Shop

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 30 * 86400
CODE_SECONDS = 600
SCOPES = ("offline", "product", "order", "inventory")
OFFLINE = "offline"
ALL = "all"

_SID_DIGITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A seller's address: one that goods leave from, or one that they come back to."""

    id: int
    name: str
    type: str
    is_primary: bool


@dataclass(kw_only=True, eq=False)
class Account:
    """A seller; the in-house app is one that this seller alone uses."""

    shop: Shop
    seller_id: int
    sid: str
    supplies: Warehouse
    withdraws: Warehouse
    in_house: "App"

    @property
    def warehouses(self) -> tuple[Warehouse, Warehouse]:
        """Every address of the seller."""
        return self.supplies, self.withdraws


@dataclass(kw_only=True, eq=False)
class App:
    """A client of the API; the public one serves every seller who agrees."""

    client_id: str
    client_secret: str
    owner: Account | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What may be done until when, and for whom; for nobody but the app itself when
    no seller is named."""

    value: str
    app: App
    account: Account | None
    scopes: tuple[str, ...]
    good_until: float

    def allows(self, *scopes: str) -> bool:
        """Whether one of these scopes was granted."""
        return ALL in self.scopes or any(scope in self.scopes for scope in scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the consent page hands back, good for one exchange."""

    value: str
    app: App
    account: Account
    scopes: tuple[str, ...]
    redirect_uri: str
    good_until: float


@dataclass(kw_only=True)
class Accounts:
    """Every app, seller and token; times are of the clock that advances."""

    identifiers: Identifiers
    apps: dict[str, App] = field(default_factory=dict)
    by_name: dict[str, Account] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    public: App = field(init=False)

    def __post_init__(self) -> None:
        """Register the public app."""
        self.public = self._new_app()

    def open(self, shop: Shop) -> Account:
        """Give a seller numbers, two warehouses and an in-house app."""
        identifiers = self.identifiers
        account = Account(
            shop=shop,
            seller_id=identifiers.number(6),
            sid=identifiers.secret(_SID_DIGITS).upper(),
            supplies=Warehouse(
                id=identifiers.number(6),
                name=f"Kho {shop.name}",
                type="requisition",
                is_primary=True,
            ),
            withdraws=Warehouse(
                id=identifiers.number(6),
                name=f"Kho nhận hàng trả {shop.name}",
                type="withdrawal",
                is_primary=False,
            ),
            in_house=self._new_app(),
        )
        account.in_house.owner = account
        self.by_name[shop.name] = account
        return account

    def of(self, shop: Shop) -> Account:
        """The seller of a shop."""
        return self.by_name[shop.name]

    def new_access(
        self, app: App, account: Account | None, scopes: tuple[str, ...], now: float
    ) -> Token:
        """One more access token; older ones stay good until they expire."""
        token = self._token(app, account, scopes, now + ACCESS_SECONDS)
        self.access[token.value] = token
        return token

    def new_refresh(
        self, app: App, account: Account, scopes: tuple[str, ...], now: float
    ) -> Token:
        """A refresh token, good for one use."""
        token = self._token(app, account, scopes, now + REFRESH_SECONDS)
        self.refresh[token.value] = token
        return token

    def new_code(
        self, account: Account, scopes: tuple[str, ...], redirect_uri: str, now: float
    ) -> str:
        """The one-time code that the consent page hands back."""
        code = Code(
            value=self.identifiers.passing(),
            app=self.public,
            account=account,
            scopes=scopes,
            redirect_uri=redirect_uri,
            good_until=now + CODE_SECONDS,
        )
        self.codes[code.value] = code
        return code.value

    def _new_app(self) -> App:
        app = App(
            client_id=str(self.identifiers.number(16)),
            client_secret=self.identifiers.secret(32),
        )
        self.apps[app.client_id] = app
        return app

    def _token(
        self,
        app: App,
        account: Account | None,
        scopes: tuple[str, ...],
        good_until: float,
    ) -> Token:
        return Token(
            value=f"{self.identifiers.passing()}.{self.identifiers.passing()}",
            app=app,
            account=account,
            scopes=scopes,
            good_until=good_until,
        )
