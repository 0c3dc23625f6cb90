"""The page on which a seller gives access, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from connector.base import Settings
from connector.consent import code_in
from connector.errors import AuthorizationLost, PermanentError, TransientError
from connector.rotation import change_settings
from connector.tiktok.account import read_account
from connector.tiktok.client import Client
from connector.tiktok.refusals import Refused, ScopeMissing, TokenExpired
from connector.tiktok.shops import shop_settings

TOKEN_PATH = "/api/v2/token/get"
_APP_PAGE = "/oauth/authorize"
_SERVICE_PAGE = "/open/authorize"


def consent_link(client: Client, state: str) -> str:
    """Return the page; it goes back to the address that the app's portal names."""
    account = client.account()
    if account.service_id:
        query = {"service_id": account.service_id, "state": state}
        return f"{account.services_url}{_SERVICE_PAGE}?{urlencode(query)}"
    query = {"app_key": account.app_key, "state": state}
    return f"{account.auth_url}{_APP_PAGE}?{urlencode(query)}"


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once, and store tokens and shop."""
    code = code_in(answer)
    app_key = answer.get("app_key", "").strip()
    if app_key and app_key != client.account().app_key:
        raise PermanentError("access was given to another app than this one")
    change_settings(client.settings, lambda current: _exchanged(client, current, code))


def _exchanged(client: Client, current: Settings, code: str) -> Settings:
    query = {"auth_code": code, "grant_type": "authorized_code"}
    try:
        data = client.token_call(TOKEN_PATH, read_account(current), query)
    except (Refused, ScopeMissing, TokenExpired) as refusal:
        detail, request_id = refusal.detail, refusal.request_id
    else:
        return _with_shop(client, client.with_tokens(current, data))
    raise AuthorizationLost(detail, request_id=request_id)


def _with_shop(client: Client, fresh: Settings) -> Settings:
    """Add the shop's cipher; raises where access was given for another shop."""
    try:
        shops = client.shops_of(fresh)
    except TransientError:
        # The code is used up, so the tokens are kept; the shop is looked for, and
        # checked, with the first call.
        return {**fresh, "shop_cipher": ""}
    return {**fresh, **shop_settings(shops, read_account(fresh).shop_id)}
