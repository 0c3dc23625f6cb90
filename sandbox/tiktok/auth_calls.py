"""Calls about the authorization and the shops behind a token."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.channel import Json

from .accounts import Account
from .channel import TikTok
from .signing import same
from .wire import Call, WireError, invalid

GET_TOKEN = "/api/v2/token/get"
REFRESH_TOKEN = "/api/v2/token/refresh"

_SCOPES = [
    "seller.authorization.info",
    "seller.shop.info",
    "seller.order.info",
    "seller.fulfillment.basic",
    "seller.logistics",
    "seller.return_refund.basic",
    "seller.product.basic",
    "seller.product.write",
]


class AuthCalls:
    """The token host, the consent page and ``authorization/*``."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok
        self._accounts = tiktok.accounts

    def consent(self, query: Mapping[str, str], now: float) -> tuple[str, str]:
        """The code, and where the seller's browser is sent with it, if anywhere.

        The shop is the one that ``shop_id`` names, else the newest: there is nobody
        here to log in.
        """
        app = self._accounts.app
        by_key = query.get("app_key") == app.key
        if not by_key and query.get("service_id") != app.service_id:
            raise invalid("The `app_key` or `service_id` is unknown.")
        wanted = query.get("shop_id")
        accounts = [a for a in self._accounts.all if wanted in (None, a.shop_id)]
        if not accounts:
            raise invalid("No such shop.")
        code = self._accounts.new_code(accounts[-1], now)
        target = query.get("redirect_uri", "")
        if not target.startswith(("http://", "https://")):
            return code, ""
        parts = urlsplit(target)
        added = {
            "app_key": app.key,
            "code": code,
            "locale": "vi-VN",
            "shop_region": "VN",
            "state": query.get("state", ""),
        }
        joined = urlencode([*parse_qsl(parts.query), *added.items()])
        return code, urlunsplit(parts._replace(query=joined))

    def get_token(self, call: Call) -> Json:
        """Exchange a code, once, for the first pair of tokens."""
        self._check_app(call, "authorized_code")
        code = call.text("auth_code")
        account = next((a for a in self._accounts.all if a.auth_code == code), None)
        if account is None or call.now >= account.auth_code_good_until:
            raise WireError(36004004, "Invalid auth code.")
        if call.applies:
            account.auth_code = ""
        # Neither token names the shop once it is spent, so it is counted here.
        account.shop.count(GET_TOKEN, accepted=True)
        return self._granted(call, account)

    def refresh_token(self, call: Call) -> Json:
        """Exchange a refresh token, once, for a new pair."""
        self._check_app(call, "refresh_token")
        token = call.text("refresh_token")
        account = next(
            (a for a in self._accounts.all if a.refresh_token == token), None
        )
        if account is None:
            raise WireError(36004005, "can not find related auth record")
        alive = call.now < account.refresh_good_until
        account.shop.count(REFRESH_TOKEN, accepted=alive)
        if not alive:
            raise WireError(36004001, "rt has expired")
        return self._granted(call, account)

    def shops(self, call: Call) -> Json:
        """The shops that the token was given for; here always one."""
        account = call.shop_account
        return {
            "shops": [
                {
                    "id": account.shop_id,
                    "name": account.shop.name,
                    "region": "VN",
                    "seller_type": "LOCAL",
                    "cipher": account.cipher,
                    "code": account.code,
                }
            ]
        }

    def _granted(self, call: Call, account: Account) -> Json:
        return {
            **self._tiktok.give_tokens(account, call.now, applies=call.applies),
            "open_id": account.open_id,
            "seller_name": account.shop.name,
            "seller_base_region": "VN",
            "user_type": 0,
            "granted_scopes": _SCOPES,
        }

    def _check_app(self, call: Call, grant_type: str) -> None:
        app = self._accounts.app
        if call.text("app_key") != app.key:
            raise WireError(36004003, "Invalid credentials. The app_key is unknown.")
        if not same(call.text("app_secret"), app.secret):
            raise WireError(36004002, "Invalid credentials. The app_secret is wrong.")
        if call.text("grant_type") != grant_type:
            raise invalid(f"The `grant_type` must be {grant_type}.")
