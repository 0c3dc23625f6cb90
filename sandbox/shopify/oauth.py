"""The consent page and the exchange of its code for a token."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from sandbox.channel import Json

from .accounts import SCOPES, Account, Accounts
from .signing import redirect_signature, same


class ConsentRefused(Exception):
    """The sentence that the consent page shows instead of asking."""


class ExchangeRefused(Exception):
    """The reasons for which no token is given."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class OAuth:
    """The authorization code grant; the merchant always agrees at once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def consent(
        self, query: Mapping[str, str], host: str, now: float, stamp: int
    ) -> str:
        """Where the browser is sent after the merchant agreed.

        One port serves every shop, so the shop is the one that ``shop`` or the host
        names, or else the newest.
        """
        if query.get("client_id") != self._accounts.app.client_id:
            raise ConsentRefused("invalid_request: could not find the application")
        target = urlsplit(query.get("redirect_uri", ""))
        if target.scheme not in ("http", "https") or not target.netloc:
            raise ConsentRefused("invalid_request: the redirect_uri is missing")
        account = self._account(query.get("shop") or host)
        answered = {
            "code": self._accounts.new_code(account, now),
            "shop": account.domain,
            "state": query.get("state", ""),
            "timestamp": str(stamp),
        }
        secret = self._accounts.app.client_secret
        answered["hmac"] = redirect_signature(secret, answered)
        kept = f"{target.query}&" if target.query else ""
        return urlunsplit(target._replace(query=kept + urlencode(answered)))

    def exchange(self, sent: Mapping[str, object], now: float) -> Json:
        """Give a token for a code, once."""
        app = self._accounts.app
        known = same(str(sent.get("client_id")), app.client_id)
        if not known or not same(str(sent.get("client_secret")), app.client_secret):
            raise ExchangeRefused(
                "application_cannot_be_found", "The client_id or secret is wrong."
            )
        account = self._account_with(str(sent.get("code") or ""), now)
        if account is None:
            raise ExchangeRefused(
                "invalid_request",
                "The authorization code was not found or was already used",
            )
        account.code = ""
        return {
            "access_token": self._accounts.new_token(account),
            "scope": ",".join(SCOPES),
        }

    def _account(self, named: str) -> Account:
        accounts = list(self._accounts.by_name.values())
        if not accounts:
            raise ConsentRefused("there is no shop that could agree")
        for account in accounts:
            if named in (account.domain, account.shop.name):
                return account
        return accounts[-1]

    def _account_with(self, code: str, now: float) -> Account | None:
        for account in self._accounts.by_name.values():
            if code and same(account.code, code) and now < account.code_good_until:
                return account
        return None
