"""Calls about the authorization and the seller."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.channel import Json

from .accounts import ACCESS_SECONDS, Account
from .channel import Lazada
from .wire import Answer, Call, Data, Flat, WireError, isv


class AuthCalls:
    """``/auth/token/*``, ``/seller/get`` and the consent page."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada
        self._accounts = lazada.accounts

    def consent(self, query: Mapping[str, str], now: float) -> str:
        """Where the seller's browser is sent after agreeing.

        The seller is the one that ``seller_id`` names, else the newest: there is nobody
        here to log in.
        """
        if query.get("client_id") != self._accounts.app.key:
            raise unknown_app()
        if query.get("response_type") != "code":
            raise isv("InvalidParameter", "response_type must be code")
        target = query.get("redirect_uri", "")
        if not target.startswith(("http://", "https://")):
            raise isv("InvalidParameter", "redirect_uri is not the app's callback")
        code = self._accounts.new_code(self._chosen(query), now)
        added = [("code", code)]
        if "state" in query:
            added.append(("state", query["state"]))
        parts = urlsplit(target)
        return urlunsplit(
            parts._replace(query=urlencode([*parse_qsl(parts.query), *added]))
        )

    def create(self, call: Call) -> Answer:
        """Exchange a code, once, for the first tokens of an authorization."""
        code = call.text("code")
        account = self._accounts.known_by(code)
        if (
            account is None
            or code != account.code
            or call.now > account.code_good_until
        ):
            raise isv("InvalidCode", "Invalid authorization code")
        if call.applies:
            account.code = ""
            self._lazada.authorize(account, call.now)
        return self._tokens(call, account, "country_user_info")

    def refresh(self, call: Call) -> Answer:
        """Exchange a refresh token for new tokens; the end stays where it was."""
        token = call.text("refresh_token")
        account = self._accounts.known_by(token)
        if (
            account is None
            or token != account.refresh_token
            or call.now >= account.refresh_good_until
        ):
            raise isv(
                "IllegalRefreshToken",
                "The specified refresh token is invalid or expired",
            )
        if call.applies:
            self._accounts.renew(account, call.now)
        return self._tokens(call, account, "country_user_info_list")

    def seller(self, call: Call) -> Answer:
        """The seller's own card."""
        account = call.seller
        return Data(
            value={
                "seller_id": int(account.seller_id),
                "name": account.shop.name,
                "name_company": account.shop.name,
                "short_code": account.short_code,
                "email": account.email,
                "logo_url": "",
                "location": "Hồ Chí Minh",
                "cb": False,
                "status": "ACTIVE",
                "verified": True,
                "marketplaceEaseMode": False,
            }
        )

    def _tokens(self, call: Call, account: Account, list_name: str) -> Answer:
        access, refresh = account.access_token, account.refresh_token
        if not call.applies:
            access, refresh = self._accounts.draft()
        user: Json = {
            "country": account.country,
            "user_id": account.user_id,
            "seller_id": account.seller_id,
            "short_code": account.short_code,
        }
        return Flat(
            fields={
                "access_token": access,
                "refresh_token": refresh,
                "expires_in": ACCESS_SECONDS,
                "refresh_expires_in": int(account.refresh_good_until - call.now),
                "country": account.country,
                list_name: [user],
                "account": account.email,
                "account_platform": "seller_center",
            }
        )

    def _chosen(self, query: Mapping[str, str]) -> Account:
        accounts = self._accounts.all()
        wanted = query.get("seller_id")
        if wanted:
            accounts = [each for each in accounts if each.seller_id == wanted]
        if not accounts:
            raise isv("InvalidParameter", "no seller to authorize the app")
        return accounts[-1]


def unknown_app() -> WireError:
    """The answer to an app key that was never given out."""
    return isv("InvalidAppKey", "The specified app key is invalid")
