"""Calls about the authorization and the shop itself."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.channel import Json

from .accounts import ACCESS_SECONDS, AUTHORIZED_SECONDS, Account, TokenPair
from .channel import Shopee
from .wire import Call, Flat, WireError, page_size, wrong


class AuthCalls:
    """``auth/*``, ``public/*`` and ``shop/*``."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee
        self._accounts = shopee.accounts

    def consent(self, query: Mapping[str, str], now: float) -> str:
        """Where the seller's browser is sent after agreeing.

        The shop is the one that ``shop_id`` names, else the newest: there is nobody
        here to log in.
        """
        target = query.get("redirect", "")
        if not target.startswith(("http://", "https://")):
            raise wrong("redirect is a required field.")
        accounts = list(self._accounts.by_shop_id.values())
        wanted = query.get("shop_id")
        if wanted:
            accounts = [each for each in accounts if str(each.shop_id) == wanted]
        if not accounts:
            raise WireError("error_auth", "Invalid partner_id or shopid.")
        account = accounts[-1]
        code = self._accounts.new_code(account, now)
        parts = urlsplit(target)
        added = [("code", code), ("shop_id", str(account.shop_id))]
        return urlunsplit(
            parts._replace(query=urlencode([*parse_qsl(parts.query), *added]))
        )

    def get_token(self, call: Call) -> Flat:
        """Exchange a code, once, for the first pair of tokens."""
        self._check_partner(call)
        code = call.body_text("code")
        account = self._account(call)
        if code != account.code or call.now >= account.code_good_until:
            raise WireError("error_auth", "Invalid code")
        pair = self._accounts.new_pair()
        if call.applies:
            account.code = ""
            account.take_up(pair, call.now)
        return Flat(fields=_tokens(pair))

    def refresh(self, call: Call) -> Flat:
        """Exchange a refresh token, once, for a new pair."""
        self._check_partner(call)
        token = call.body_text("refresh_token")
        account = self._account(call)
        if token != account.refresh_token:
            raise WireError("error_auth", "Invalid refresh_token.")
        if call.now >= account.refresh_good_until:
            raise WireError("refresh_token_expired", "Your refresh_token expired.")
        pair = self._accounts.new_pair()
        if call.applies:
            account.take_up(pair, call.now)
        ids: Json = {
            "partner_id": self._accounts.partner.id,
            "shop_id": account.shop_id,
        }
        return Flat(fields={**ids, **_tokens(pair)})

    def shops_by_partner(self, call: Call) -> Flat:
        """Every shop that authorized the app."""
        size = page_size(call.number("page_size", 100))
        page = call.number("page_no", 1)
        if page < 1:
            raise wrong("page_no must be 1 or greater.")
        accounts = list(self._accounts.by_shop_id.values())
        shown = accounts[(page - 1) * size : page * size]
        return Flat(
            fields={
                "authed_shop_list": [
                    {
                        "shop_id": account.shop_id,
                        "region": "VN",
                        "sip_affi_shops": [],
                        **_authorized(account),
                    }
                    for account in shown
                ],
                "more": page * size < len(accounts),
            }
        )

    def shop_info(self, call: Call) -> Flat:
        """The shop's own card."""
        account = call.shop_account
        return Flat(
            fields={
                **_authorized(account),
                "shop_name": account.shop.name,
                "region": "VN",
                "status": "NORMAL",
                "shop_fulfillment_flag": "Others",
                "is_cb": False,
                "is_upgraded_cbsc": False,
                "merchant_id": None,
                "is_sip": False,
                "sip_affi_shops": [],
                "is_main_shop": False,
                "is_direct_shop": False,
                "linked_direct_shop_list": [],
                "linked_main_shop_id": 0,
            }
        )

    def warehouses(self, call: Call) -> Flat:
        """A shop with one location is not on the list of those with several."""
        raise WireError(
            "warehouse.error_not_in_whitelist",
            "Your shop is not in multi-warehouse whitelist.",
        )

    def _check_partner(self, call: Call) -> None:
        if call.body_number("partner_id") != self._accounts.partner.id:
            raise WireError("error_auth", "Invalid partner_id or shopid.")

    def _account(self, call: Call) -> Account:
        account = self._accounts.by_shop_id.get(call.body_number("shop_id"))
        if account is None:
            raise WireError("invalid_shop_id", "Invalid shop_id.")
        return account


def _tokens(pair: TokenPair) -> Json:
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expire_in": ACCESS_SECONDS,
    }


def _authorized(account: Account) -> Json:
    return {
        "auth_time": account.shop.opened_at,
        "expire_time": account.shop.opened_at + AUTHORIZED_SECONDS,
    }
